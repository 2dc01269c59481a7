"""Making a case confidential, and who must act on it at once.

An app above this one (the public board) registers what it does then; it runs in the same transaction, so that nothing
confidential is public for a moment.
"""

from datetime import datetime
from typing import Protocol

from django.db import transaction
from django.utils.translation import gettext as _

from shangju.cases.models import Case
from shangju.cases.rules import Actor, ActorKind
from shangju.cases.walls import is_walled_off
from shangju.core import audit
from shangju.core.errors import DomainError, NotAllowed
from shangju.posts.rights import Right


class Follower(Protocol):
    """Is given the case's id and the instant, inside the transaction."""

    def __call__(self, case_id: int, *, now: datetime) -> object:
        """Do what follows."""


_followers: list[Follower] = []


def when_made_confidential(follower: Follower) -> None:
    """Register what follows when a case becomes confidential; once, from an app's ``ready``."""
    if follower not in _followers:
        _followers.append(follower)


@transaction.atomic
def make_confidential(case: Case, *, reason: str, by: Actor, now: datetime) -> Case:
    """Mark a case as confidential and take down what is public of it. Twice is once.

    For a dispatcher of its area, with a reason, and for its reporter. Raises ``NotAllowed`` and ``DomainError``.
    """
    is_dispatcher = by.kind is ActorKind.STAFF and by.standing.may(Right.DISPATCH, path=case.area_path)
    if by.kind is not ActorKind.REPORTER and (not is_dispatcher or is_walled_off(by.standing, case)):
        raise NotAllowed(_("Only the dispatcher of the area and the reporter make a case confidential."))
    if not reason.strip():
        sentence = _("Say in a few words why.")
        raise DomainError(sentence, fields={"reason": sentence})
    held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not held.is_confidential:
        held.is_confidential = True
        held.save(update_fields=["is_confidential"])
        audit.record(
            held,
            action="case.made_confidential",
            by=by.user,
            now=now,
            after={"is_confidential": True},
            reason=reason.strip()[:120],
        )
    follow_confidentiality(held, now=now)
    return held


def follow_confidentiality(case: Case, *, now: datetime) -> None:
    """Let everybody act on a case that has become confidential, by whatever way; in the caller's transaction."""
    for follower in _followers:
        follower(case.pk, now=now)
