"""What each move does to a case besides changing its state: guards, clocks, records of work, texts for each reader.

An effect is called by :func:`shangju.cases.services.apply_move` with the case locked and the right and state checked.
It refuses with ``DomainError`` at the field, or changes the case (never its state) and returns a :class:`Draft`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.clocks import restart_clocks, start_clocks, stop_clocks
from shangju.cases.models import (
    Case,
    CaseAssistant,
    Confirmation,
    Contact,
    Finding,
    Mediation,
    Resolution,
    Visit,
)
from shangju.cases.models.work import CasePhoto, WorkRecord
from shangju.cases.places import put_in_area, subdistrict_path
from shangju.cases.rules import Actor, ActorKind
from shangju.cases.workflow import (
    CALL_BACK_DAYS,
    CALL_BACK_TRIES,
    REOPEN_WINDOW,
    DeclineReason,
    Outcome,
    Satisfaction,
    Solved,
)
from shangju.categories.models import Category
from shangju.core.errors import DomainError
from shangju.deadlines.steps import Step
from shangju.parties.models import Party
from shangju.posts.models import Post

REPORTER_STEPS = (Step.FIRST_CONTACT, Step.MADE_SAFE, Step.CLOSE)
"""Clocks that count from when the reporter told us."""

ALL_STEPS = tuple(Step)
FORESIGHT = timedelta(minutes=5)
"""Clocks of phones run ahead a little; a visit further in the future is a mistake."""


@dataclass(slots=True)
class Draft:
    """What the history row of a move will say, and the records that belong to it."""

    note: str = ""
    reporter_text: str = ""
    party_text: str = ""
    data: dict[str, Any] = field(default_factory=dict)
    records: list[WorkRecord] = field(default_factory=list)
    photo_ids: Sequence[UUID] = ()
    photo_purpose: str = CasePhoto.Purpose.VISIT
    otherwise: bool = False


def required(**values: str) -> None:
    """Refuse empty texts, each at its field."""
    missing = {name: _("Please fill this in.") for name, value in values.items() if not value.strip()}
    if missing:
        raise DomainError(_("Something is missing."), fields=missing)


def classes_of(category: Category) -> tuple[str, ...]:
    """The classes among which a dispatcher may choose for a category, its own first."""
    return tuple(
        dict.fromkeys((category.deadline_class, *(entry["class"] for entry in category.alternatives)))
    )


def accept(case: Case, payload: moves.Accept, by: Actor, now: datetime) -> Draft:
    """Confirm category and class; the reporter's clocks are computed anew when the class changed."""
    if payload.category.parent_id is None:
        raise DomainError(
            _("Choose a category of the second level."),
            fields={"category": _("Choose one of its sub-categories.")},
        )
    if payload.deadline_class not in classes_of(payload.category):
        raise DomainError(
            _("There is no such class."), fields={"deadline_class": _("Choose one of the classes listed.")}
        )
    if payload.area is not None:
        if not payload.area.path.startswith(subdistrict_path(case)):
            raise DomainError(
                _("That place is in another sub-district."),
                fields={"area": _("Choose a place in this sub-district.")},
            )
        put_in_area(case, payload.area)
    before = (case.deadline_class, case.night_class)
    case.category, case.category_is_confirmed = payload.category, True
    case.request_type, case.deadline_class = payload.request_type, payload.deadline_class
    case.night_class = case.night_class if payload.category.night_class else ""
    case.title = payload.title.strip() or case.title
    case.accepted_at = now
    stop_clocks(case, [Step.ACCEPT], now=now)
    if before != (case.deadline_class, case.night_class):
        restart_clocks(case, REPORTER_STEPS, start=case.clocks_start_at)
    return Draft(note=payload.note, data={"category": payload.category.code, "class": case.deadline_class})


def decline(case: Case, payload: moves.Decline, by: Actor, now: datetime) -> Draft:
    """End it with a reason and a sentence for the reporter."""
    required(explanation=payload.explanation)
    if payload.reason not in DeclineReason.values:
        raise DomainError(_("Choose a reason."), fields={"reason": _("Choose one of the reasons listed.")})
    stop_clocks(case, ALL_STEPS, now=now)
    return Draft(reporter_text=payload.explanation, data={"reason": payload.reason})


def refer(case: Case, payload: moves.Refer, by: Actor, now: datetime) -> Draft:
    """End it here by naming the channel that the law provides."""
    required(legal_channel=payload.legal_channel, explanation=payload.explanation)
    stop_clocks(case, ALL_STEPS, now=now)
    return Draft(reporter_text=payload.explanation, data={"legal_channel": payload.legal_channel})


def answer_directly(case: Case, payload: moves.AnswerDirectly, by: Actor, now: datetime) -> Draft:
    """Answer without sending anybody."""
    required(answer=payload.answer)
    case.accepted_at = case.accepted_at or now
    case.outcome, case.resolved_at = Outcome.EXPLAINED, now
    stop_clocks(case, [Step.ACCEPT, *REPORTER_STEPS], now=now)
    start_clocks(case, [Step.CALL_BACK], start=now)
    resolution = Resolution(case=case, outcome=Outcome.EXPLAINED, answer=payload.answer)
    return Draft(reporter_text=payload.answer, records=[resolution])


def dispatch(case: Case, payload: moves.Dispatch, by: Actor, now: datetime) -> Draft:
    """Give it to a post or a member party; the "sign" clock starts."""
    if (payload.post is None) == (payload.party is None):
        raise DomainError(
            _("Choose one lead handler."), fields={"handler": _("Choose one post or one member party.")}
        )
    if payload.post is not None:
        _take_post(case, payload.post)
    if payload.party is not None:
        _take_party(case, payload.party, payload)
    case.handler_post, case.handler_party = payload.post, payload.party
    case.dispatched_at = now
    _set_assistants(case, payload.assistants)
    start_clocks(case, [Step.SIGN], start=now)
    handler = payload.post or payload.party
    return Draft(note=payload.note, data={"handler": str(getattr(handler, "name", ""))})


def _take_post(case: Case, post: Post) -> None:
    if post.retired_on is not None:
        raise DomainError(_("That post no longer exists."), fields={"handler": _("Choose another post.")})
    if not case.area_path.startswith(post.area.path):
        if not post.area.path.startswith(case.area_path):
            raise DomainError(
                _("That post is responsible for another area."),
                fields={"handler": _("Choose a post whose area includes the place.")},
            )
        put_in_area(case, post.area)


def _take_party(case: Case, party: Party, payload: moves.Dispatch) -> None:
    if not party.area.path.startswith(subdistrict_path(case)):
        raise DomainError(
            _("That member is in another sub-district."),
            fields={"handler": _("Choose a member of this sub-district.")},
        )
    case.words_shareable = payload.words_shareable
    case.party_summary = payload.party_summary.strip() or case.party_summary
    if not case.party_summary and not case.words_shareable:
        sentence = _("Describe the problem for the member in words that do not show who raised it.")
        raise DomainError(sentence, fields={"party_summary": sentence})
    if party.pk == case.place_party_id:
        case.concerned_party = party


def _set_assistants(case: Case, posts: Sequence[Post]) -> None:
    for post in posts:
        if not case.area_path.startswith(post.area.path):
            raise DomainError(
                _("An assisting post is responsible for another area."),
                fields={"assistants": _("Choose posts whose area includes the place.")},
            )
    CaseAssistant.objects.filter(case=case).delete()
    CaseAssistant.objects.bulk_create(
        CaseAssistant(case=case, post=post)
        for post in {post.pk: post for post in posts}.values()
        if post != case.handler_post
    )


def sign(case: Case, payload: moves.Sign, by: Actor, now: datetime) -> Draft:
    """The handler has it; the "sign" clock ends."""
    case.signed_at = now
    stop_clocks(case, [Step.SIGN], now=now)
    return Draft(note=payload.note)


def record_contact(case: Case, payload: moves.RecordContact, by: Actor, now: datetime) -> Draft:
    """A talk with the reporter; the first that reached them ends the "first contact" clock."""
    if payload.way not in {"phone", "in_person", "message"}:
        raise DomainError(_("Say how."), fields={"way": _("Choose one of the ways listed.")})
    if payload.reached:
        _first_contact(case, now)
    contact = Contact(case=case, way=payload.way, reached=payload.reached)
    return Draft(note=payload.note, data={"way": payload.way, "reached": payload.reached}, records=[contact])


def _first_contact(case: Case, now: datetime) -> None:
    case.first_contact_at = case.first_contact_at or now
    stop_clocks(case, [Step.FIRST_CONTACT], now=now)


def _not_in_the_future(when: datetime | None, now: datetime, name: str) -> datetime:
    if when is not None and when > now + FORESIGHT:
        sentence = _("This lies in the future.")
        raise DomainError(sentence, fields={name: sentence})
    return when or now


def record_visit(case: Case, payload: moves.RecordVisit, by: Actor, now: datetime) -> Draft:
    """A look at the place. It counts as first contact, and as "on site" for night noise and danger made safe."""
    required(finding=payload.finding)
    visited_at = _not_in_the_future(payload.visited_at, now, "visited_at")
    if visited_at < case.clocks_start_at - timedelta(days=1):
        sentence = _("This lies before the concern was raised.")
        raise DomainError(sentence, fields={"visited_at": sentence})
    _first_contact(case, now)
    if payload.made_safe or case.night_class:
        stop_clocks(case, [Step.MADE_SAFE], now=now)
    visit = Visit(
        case=case,
        place=payload.place,
        place_note=payload.place_note,
        people_met=payload.people_met,
        finding=payload.finding,
        made_safe=payload.made_safe,
        visited_at=visited_at,
    )
    return Draft(
        note=payload.finding, data={"place": payload.place}, records=[visit], photo_ids=payload.photo_ids
    )


def find_cause(case: Case, payload: moves.FindCause, by: Actor, now: datetime) -> Draft:
    """The root cause. A party named here sees the summary from now on, and its people lose the inner view."""
    required(root_cause=payload.root_cause)
    if payload.party is not None:
        if not payload.party.area.path.startswith(subdistrict_path(case)):
            raise DomainError(
                _("That member is in another sub-district."),
                fields={"party": _("Choose a member of this sub-district.")},
            )
        required(party_summary=payload.party_summary or case.party_summary)
        case.concerned_party = payload.party
        case.party_summary = payload.party_summary.strip() or case.party_summary
    finding = Finding(case=case, root_cause=payload.root_cause, party=payload.party)
    return Draft(
        note=payload.root_cause,
        party_text=case.party_summary if payload.party else "",
        data={"party": payload.party.pk if payload.party else None},
        records=[finding],
    )


def mediate(case: Case, payload: moves.Mediate, by: Actor, now: datetime) -> Draft:
    """劝阻调解记录."""
    required(with_whom=payload.with_whom, account=payload.account, result=payload.result)
    mediation = Mediation(
        case=case,
        with_whom=payload.with_whom,
        place_note=payload.place_note,
        account=payload.account,
        result=payload.result,
        agreed=payload.agreed,
        follow_up_on=payload.follow_up_on,
        mediated_at=_not_in_the_future(payload.mediated_at, now, "mediated_at"),
    )
    return Draft(
        note=payload.account, party_text=payload.agreed, data={"result": payload.result}, records=[mediation]
    )


def resolve(case: Case, payload: moves.Resolve, by: Actor, now: datetime) -> Draft:
    """The result. The close clock ends here: what follows is the reporter's word on it."""
    required(outcome=payload.outcome, answer=payload.answer)
    if payload.outcome == Outcome.NOT_NOW:
        required(plan=payload.plan, planned_on=payload.planned_on.isoformat() if payload.planned_on else "")
    if (
        case.category
        and case.category.needs_proof
        and payload.outcome == Outcome.SOLVED
        and not payload.photo_ids
    ):
        sentence = _("This category needs a photo of the result.")
        raise DomainError(sentence, fields={"photos": sentence})
    case.outcome, case.resolved_at = payload.outcome, now
    stop_clocks(case, [Step.SIGN, *REPORTER_STEPS], now=now)
    start_clocks(case, [Step.CALL_BACK], start=now)
    resolution = Resolution(
        case=case,
        outcome=payload.outcome,
        answer=payload.answer,
        plan=payload.plan,
        planned_on=payload.planned_on,
    )
    return Draft(
        reporter_text=payload.answer,
        data={"outcome": payload.outcome},
        records=[resolution],
        photo_ids=payload.photo_ids,
        photo_purpose=CasePhoto.Purpose.PROOF,
    )


def _checked_confirmation(case: Case, payload: moves.Confirm, by: Actor) -> Confirmation:
    if payload.solved not in Solved.values or payload.satisfaction not in Satisfaction.values:
        fields = {
            name: _("Choose one of the answers.")
            for name, value, known in (
                ("solved", payload.solved, Solved.values),
                ("satisfaction", payload.satisfaction, Satisfaction.values),
            )
            if value not in known
        }
        raise DomainError(_("Two answers are needed."), fields=fields)
    case.solved, case.satisfaction = payload.solved, payload.satisfaction
    case.dissatisfaction_count += payload.satisfaction == Satisfaction.DISSATISFIED
    return Confirmation(
        case=case,
        solved=payload.solved,
        satisfaction=payload.satisfaction,
        words=payload.words,
        by_call_back=by.kind is ActorKind.STAFF,
    )


def confirm(case: Case, payload: moves.Confirm, by: Actor, now: datetime) -> Draft:
    """The reporter's word; or a call-back that reached nobody, which is only counted."""
    if not payload.reached:
        if by.kind is ActorKind.REPORTER:
            raise DomainError(
                _("Say whether it is solved."), fields={"solved": _("Choose one of the answers.")}
            )
        case.call_back_tries += 1
        return Draft(note=payload.words, data={"reached": False, "try": case.call_back_tries}, otherwise=True)
    record = _checked_confirmation(case, payload, by)
    case.closed_at = now
    stop_clocks(case, ALL_STEPS, now=now)
    return Draft(
        note=payload.words,
        data={"solved": payload.solved, "satisfaction": payload.satisfaction},
        records=[record],
    )


def reopen(case: Case, payload: moves.Reopen, by: Actor, now: datetime) -> Draft:
    """重办: a new round of clocks; the old round stays as it was."""
    if by.kind is ActorKind.STAFF and payload.confirmation is None:
        required(reason=payload.reason)
    if case.closed_at and now - case.closed_at > REOPEN_WINDOW:
        raise DomainError(_("A case can be reopened for 15 days after it was closed. Please report it anew."))
    records: list[WorkRecord] = []
    if payload.confirmation is not None:
        records.append(_checked_confirmation(case, payload.confirmation, by))
    stop_clocks(case, ALL_STEPS, now=now)
    case.reopen_count += 1
    case.closed_at = case.resolved_at = None
    case.outcome, case.closed_unreachable, case.call_back_tries = "", False, 0
    has_handler = case.handler_post_id is not None or case.handler_party_id is not None
    start_clocks(case, [Step.FIRST_CONTACT, Step.CLOSE], start=now)
    return Draft(
        note=payload.reason,
        data={
            "round": case.reopen_count,
            "solved": payload.confirmation.solved if payload.confirmation else "",
        },
        records=records,
        otherwise=not has_handler,
    )


def close_unreachable(case: Case, payload: moves.CloseUnreachable, by: Actor, now: datetime) -> Draft:
    """Shown apart in every figure: nobody knows what the reporter would have said."""
    waited = case.resolved_at is not None and now - case.resolved_at >= timedelta(days=CALL_BACK_DAYS)
    if case.call_back_tries < CALL_BACK_TRIES and not waited:
        raise DomainError(
            _("Only after %(tries)s failed calls or %(days)s days. So far: %(done)s.")
            % {"tries": CALL_BACK_TRIES, "days": CALL_BACK_DAYS, "done": case.call_back_tries}
        )
    case.closed_at, case.closed_unreachable = now, True
    stop_clocks(case, ALL_STEPS, now=now)
    return Draft(note=payload.note, data={"tries": case.call_back_tries})


def withdraw(case: Case, payload: moves.Withdraw, by: Actor, now: datetime) -> Draft:
    """The reporter takes it back, before it is resolved."""
    stop_clocks(case, ALL_STEPS, now=now)
    return Draft(note=payload.reason)


def add_words(case: Case, payload: moves.AddWords, by: Actor, now: datetime) -> Draft:
    """More from the reporter: shown to staff and in the reporter's own timeline."""
    required(words=payload.words)
    return Draft(
        note=payload.words,
        reporter_text=payload.words,
        photo_ids=payload.photo_ids,
        photo_purpose=CasePhoto.Purpose.REPORT,
    )


def answer_as_party(case: Case, payload: moves.AnswerAsParty, by: Actor, now: datetime) -> Draft:
    """The party's side of it: for staff, and in the party's own view."""
    required(words=payload.words)
    return Draft(
        note=payload.words,
        party_text=payload.words,
        photo_ids=payload.photo_ids,
        photo_purpose=CasePhoto.Purpose.PARTY,
    )


Effect = Callable[[Case, Any, Actor, datetime], Draft]

EFFECTS: dict[type[moves.Payload], Effect] = {
    moves.Accept: accept,
    moves.Decline: decline,
    moves.Refer: refer,
    moves.AnswerDirectly: answer_directly,
    moves.Dispatch: dispatch,
    moves.Sign: sign,
    moves.RecordContact: record_contact,
    moves.RecordVisit: record_visit,
    moves.FindCause: find_cause,
    moves.Mediate: mediate,
    moves.Resolve: resolve,
    moves.Confirm: confirm,
    moves.Reopen: reopen,
    moves.CloseUnreachable: close_unreachable,
    moves.Withdraw: withdraw,
    moves.AddWords: add_words,
    moves.AnswerAsParty: answer_as_party,
}
