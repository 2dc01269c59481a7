"""What the party concerned, or a member that handles a case, may know of it: the problem, never the person.

A frozen record with the allowed fields only. Whatever a page or an API shows to a party is made from it, so that a
new column of a case can never slip through (quality.md S2).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from shangju.cases.models import Case, CaseEvent
from shangju.cases.queries import light_of
from shangju.cases.rules import concerning, party_member, roles_of
from shangju.cases.workflow import CaseRole, MoveName
from shangju.core.personal_data import mask_personal_data
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party
from shangju.posts.rights import Standing

KINDS_SHOWN = (
    MoveName.DISPATCH,
    MoveName.SIGN,
    MoveName.FIND_CAUSE,
    MoveName.MEDIATE,
    MoveName.ANSWER_AS_PARTY,
    MoveName.RESOLVE,
    MoveName.CONFIRM,
    MoveName.REOPEN,
)
SHOWN_TO_HANDLING_PARTY = (
    MoveName.ASK_RETURN,
    MoveName.GRANT_RETURN,
    MoveName.ASK_PAUSE,
    MoveName.GRANT_PAUSE,
    MoveName.RESUME,
    MoveName.ASK_EXTENSION,
    MoveName.GRANT_EXTENSION,
    MoveName.REFUSE,
    MoveName.REMIND,
    MoveName.URGE,
    MoveName.SUPERVISE,
    MoveName.REPLY,
)
"""That it happened, not in which words: a member that handles a case sees how its requests fared."""


@dataclass(frozen=True, slots=True)
class PartyEvent:
    """One thing that happened, as the party may know it."""

    title: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PartyConcern:
    """A concern in the party's view."""

    number: str
    state: str
    is_open: bool
    category: str
    description: str
    is_handler: bool
    light: str
    due_at: datetime | None
    received_on: datetime
    events: tuple[PartyEvent, ...]
    sequence: int


def concerns_of(standing: Standing) -> QuerySet[Case]:
    """The cases that concern or are handled by the user's parties, newest first."""
    return (
        Case.objects.filter(concerning(standing)).select_related("category").order_by("-registered_at", "-pk")
    )


def concern_for(standing: Standing, number: str) -> Case:
    """The case itself, for a move of the party; ``Case.DoesNotExist`` where it is not theirs to see."""
    return concerns_of(standing).get(number=number)


def shown_to_party(case: Case, *, user: Any, now: datetime, with_events: bool = True) -> PartyConcern:
    """The party's view of a case that :func:`concerns_of` gave."""
    member = party_member(user)
    is_handler = CaseRole.PARTY_HANDLER in roles_of(member, case)
    kinds = (*KINDS_SHOWN, *SHOWN_TO_HANDLING_PARTY) if is_handler else KINDS_SHOWN
    events = _events_for(member.standing, case, kinds) if with_events else []
    return PartyConcern(
        number=case.number,
        state=str(case.get_state_display()),
        is_open=case.is_open,
        category=str(case.category or ""),
        description=mask_personal_data(case.text) if case.words_shareable else case.party_summary,
        is_handler=is_handler,
        light=light_of(case, now=now) if is_handler else "",
        due_at=case.due_at if is_handler else None,
        received_on=case.registered_at,
        events=tuple(
            PartyEvent(str(event.get_kind_display()), event.party_text, event.at) for event in events
        ),
        sequence=case.history_length,
    )


def _events_for(standing: Standing, case: Case, kinds: Sequence[MoveName]) -> list[CaseEvent]:
    """The steps shown; what another party was told or answered is not among them."""
    own_names = {
        name[:60] for name in Party.objects.filter(pk__in=standing.parties).values_list("name", flat=True)
    }
    with everywhere(EverywhereReason.PARTY_CONCERN):
        events = list(case.events.filter(kind__in=kinds).order_by("sequence"))
    return [
        event
        for event in events
        if not (event.kind == MoveName.FIND_CAUSE and event.data.get("party") not in standing.parties)
        and not (event.kind == MoveName.ANSWER_AS_PARTY and event.post_name not in own_names)
    ]
