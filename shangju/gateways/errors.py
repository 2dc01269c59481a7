"""What a gateway may say besides yes."""

from datetime import timedelta


class Unreachable(OSError):  # noqa: N818 - named for what it says
    """No answer, or none that can be read: try again later, with the same key."""


class Busy(OSError):  # noqa: N818 - named for what it says
    """The provider or our own limit says: not now. ``after`` is how long to wait; it counts as no failed try."""

    def __init__(self, reason: str, *, after: timedelta) -> None:
        super().__init__(reason)
        self.after = after


class RefusedForGood(Exception):  # noqa: N818 - named for what it says
    """The provider will never take this message: a number that is none, a template that was not approved."""
