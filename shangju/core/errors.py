"""The ways in which the system says no. Each is a sentence in the reader's language that says what to do."""

from collections.abc import Mapping


class DomainError(Exception):
    """A rule said no: the input or the moment is wrong (HTTP 422).

    ``message`` is a translated sentence. ``fields`` maps input fields to theirs; a form shows them at
    the field. ``code`` is a stable word for machines. ``subject`` is the one of many items that was
    refused, where a service takes many at once.
    """

    status = 422
    code = "refused"

    def __init__(
        self,
        message: object,
        *,
        fields: Mapping[str, object] | None = None,
        code: str | None = None,
        subject: object = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.fields = dict(fields or {})
        self.subject = subject
        if code:
            self.code = code

    def __str__(self) -> str:
        return str(self.message)


class Conflict(DomainError):  # noqa: N818 - named for what the person is told, not for being an exception
    """Somebody else was first, or the state has moved on (HTTP 409)."""

    status = 409
    code = "conflict"


class NotAllowed(DomainError):  # noqa: N818 - as above
    """The user lacks the right in an area that is their own (HTTP 403)."""

    status = 403
    code = "not_allowed"
