"""Effects of joining and parting cases: merge, unmerge, split, and the rows that these bring with them."""

from datetime import datetime

from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.approvals import leave_work
from shangju.cases.effects.draft import ALL_STEPS, Draft, FollowUp, required
from shangju.cases.me_too import count_me_too
from shangju.cases.models import Case
from shangju.cases.parts import prepare_part
from shangju.cases.rules import Actor, roles_of
from shangju.cases.workflow import PARTS_AT_MOST, CaseRole
from shangju.core.errors import DomainError


def _refused_into(sentence: str) -> DomainError:
    return DomainError(sentence, fields={"into": sentence})


def merge(case: Case, board: ClockBoard, payload: moves.Merge, by: Actor, now: datetime) -> Draft:
    """The same matter twice: ``into`` goes on, this one follows it. Reversible, and its reporter keeps an own page."""
    required(explanation=payload.explanation)
    into = payload.into
    if into.pk == case.pk:
        raise _refused_into(_("That is this very case. Name the other one."))
    if CaseRole.DISPATCHER not in roles_of(by, into) or into.subdistrict_id != case.subdistrict_id:
        raise _refused_into(_("There is no such case that is yours to dispatch. Check the number."))
    if not into.is_open:
        raise _refused_into(_("That case is not open any more. Only open cases can take another in."))
    if case.part_of_id is not None or into.part_of_id == case.pk:
        raise _refused_into(_("A case and its parts cannot be merged."))
    if case.is_joined and case.merged_cases.exists():
        raise DomainError(
            _("Other cases are merged into this one. Merge them into the other case one by one instead.")
        )
    leave_work(case, board, now=now)
    case.merged_into, case.merged_at, case.state_before_merge = into, now, case.state
    board.stop(ALL_STEPS, now=now)
    return Draft(
        reporter_text=payload.explanation,
        data={"into": into.number},
        follow_ups=[FollowUp(into, moves.TakeIn(case))],
    )


def unmerge(case: Case, board: ClockBoard, payload: moves.Unmerge, by: Actor, now: datetime) -> Draft:
    """Back to where it stood; the clocks that the merge stopped run on as if it had not been."""
    required(reason=payload.reason)
    into, state = case.merged_into, case.state_before_merge
    assert into is not None, "the database demands it of a merged case"
    assert case.merged_at is not None, "likewise"
    board.revive(stopped_at=case.merged_at)
    case.merged_into = case.merged_at = None
    case.state_before_merge = ""
    return Draft(
        note=payload.reason,
        data={"from": into.number},
        leads_to=state,
        follow_ups=[FollowUp(into, moves.LetGo(case))],
    )


def take_in(case: Case, board: ClockBoard, payload: moves.TakeIn, by: Actor, now: datetime) -> Draft:
    """Another case follows this one from now on."""
    case.is_joined = True
    case.me_too_count = count_me_too(case, with_cases=[payload.case.pk])
    title = payload.case.title if _may_be_told(payload.case, case) else ""
    return Draft(note=title, data={"case": payload.case.number})


def _may_be_told(other: Case, case: Case) -> bool:
    """Whether words of ``other`` may stand in the history of ``case``: who reads the one need not be let into the other."""
    kept = ("is_confidential", "concerns_minor")
    return all(getattr(case, mark) or not getattr(other, mark) for mark in kept)


def let_go(case: Case, board: ClockBoard, payload: moves.LetGo, by: Actor, now: datetime) -> Draft:
    """It follows no longer, and who joined in there counts there."""
    case.me_too_count = count_me_too(case, without_cases=[payload.case.pk])
    return Draft(data={"case": payload.case.number})


def follow(case: Case, board: ClockBoard, payload: moves.Follow, by: Actor, now: datetime) -> Draft:
    """What the reporter of a merged case is told of the case that goes on: the same as its own reporter."""
    news = payload.news
    return Draft(
        reporter_text=news.reporter_text,
        data={"move": news.kind, "sequence": news.sequence, "reached": news.data.get("reached", True)},
    )


def hear(case: Case, board: ClockBoard, payload: moves.Hear, by: Actor, now: datetime) -> Draft:
    """What the reporter of a merged case added, for whoever handles the one that goes on.

    Words of a confidential case, or of a minor, are read in their own case.
    """
    words = payload.words if _may_be_told(payload.case, case) else ""
    return Draft(note=words, data={"case": payload.case.number})


def split(case: Case, board: ClockBoard, payload: moves.Split, by: Actor, now: datetime) -> Draft:
    """Several matters in one: each part is a case of its own, on one level, and this one ends after them."""
    texts = [text.strip() for text in payload.parts if text.strip()]
    there = case.parts.count() if case.is_joined else 0
    if case.part_of_id is not None:
        raise DomainError(
            _("This is a part already. A part is not split again; split the whole further instead.")
        )
    if not texts or there + len(texts) < 2:
        sentence = _("Name at least two parts.")
        raise DomainError(sentence, fields={"parts": sentence})
    if there + len(texts) > PARTS_AT_MOST:
        sentence = _("A case has at most %(most)s parts; this one has %(there)s already.") % {
            "most": PARTS_AT_MOST,
            "there": there,
        }
        raise DomainError(sentence, fields={"parts": sentence})
    case.is_joined = True
    parts = [
        prepare_part(case, text, part_number=number, by=by, now=now)
        for number, text in enumerate(texts, start=there + 1)
    ]
    return Draft(data={"parts": [part.case.number for part in parts]}, parts=parts)


def part_ended(case: Case, board: ClockBoard, payload: moves.PartEnded, by: Actor, now: datetime) -> Draft:
    """What came of a part, for the whole case's handler and its reporter."""
    part = payload.part
    return Draft(
        reporter_text=payload.answer,
        data={"case": part.number, "part": part.part_number, "state": part.state},
    )
