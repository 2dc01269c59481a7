"""Who must act at once when a case becomes confidential (by the move ``protect``, or with any other).

An app above this one (the public board) registers what it does then; it runs in the same transaction, so that nothing
confidential is public for a moment.
"""

from datetime import datetime
from typing import Protocol

from shangju.cases.models import Case


class Follower(Protocol):
    """Is given the case's id and the instant, inside the transaction."""

    def __call__(self, case_id: int, *, now: datetime) -> object:
        """Do what follows."""


_followers: list[Follower] = []


def when_made_confidential(follower: Follower) -> None:
    """Register what follows when a case becomes confidential; once, from an app's ``ready``."""
    if follower not in _followers:
        _followers.append(follower)


def follow_confidentiality(case: Case, *, now: datetime) -> None:
    """Let everybody act on a case that has become confidential, by whatever way; in the caller's transaction."""
    for follower in _followers:
        follower(case.pk, now=now)
