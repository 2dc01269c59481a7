"""Writes of topics: each locks its topic, checks the right and the state, and appends one row of history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.cases.models import Case
from shangju.cases.rules import SYSTEM, Actor
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.personal_data import find_personal_data, kinds_in
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.models import Post
from shangju.supervision.models import TaskForce
from shangju.topics.models import OUTCOME_LIMIT, REASON_LIMIT, TITLE_LIMIT, Topic, TopicCase, TopicEvent
from shangju.topics.queries import lead_posts
from shangju.topics.rules import KEEPING, cases_within, may_be_grouped, may_give, may_keep, topics_for
from shangju.topics.workflow import (
    MOVES,
    OPEN_TOPIC_STATES,
    CaseOrigin,
    CaseStanding,
    TopicMove,
    TopicState,
)


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is told of a topic and follows from its cases; the fields are those of :class:`Topic`."""

    title: str
    place: str
    words: Sequence[str]
    likeness: float
    heat: int
    heat_parts: Sequence[Sequence[object]]
    first_at: datetime
    last_at: datetime


SEEN_ANEW = ("words", "likeness", "heat", "heat_parts", "first_at", "last_at")
"""What a later search may change: the title and the place are a person's once the topic is confirmed."""


@transaction.atomic
def propose_topic(subdistrict_id: int, cases: Sequence[int], portrait: Portrait, *, now: datetime) -> Topic:
    """Put cases (ids) forward as one topic. ``IntegrityError`` where one of them is in another open topic already."""
    topic = Topic.objects.create(
        area_id=subdistrict_id, proposed_at=now, title=portrait.title, place=portrait.place, **_seen(portrait)
    )
    _add_found(topic, cases, CaseStanding.MEMBER, now=now)
    _append(topic, TopicMove.PROPOSE, by=SYSTEM, cases=cases, now=now)
    return topic


@transaction.atomic
def add_found_cases(topic: Topic, cases: Sequence[int], portrait: Portrait, *, now: datetime) -> bool:
    """Add like cases that were found later: to a proposal as members, to a confirmed topic as suggestions.

    False where the topic has ended meanwhile. ``IntegrityError`` where a case is in another open topic already.
    """
    held = _locked(topic.pk)
    if held.state not in OPEN_TOPIC_STATES:
        return False
    for name, value in _seen(portrait).items():
        setattr(held, name, value)
    held.save(update_fields=list(SEEN_ANEW))
    if cases:
        is_proposal = held.state == TopicState.PROPOSED
        _add_found(held, cases, CaseStanding.MEMBER if is_proposal else CaseStanding.SUGGESTED, now=now)
        _append(held, TopicMove.FIND_MORE, by=SYSTEM, cases=cases, now=now)
    return True


@transaction.atomic
def withdraw_protected_cases(topic: Topic, cases: Sequence[int], *, now: datetime) -> int:
    """Take cases out of a topic that may no longer be grouped (they were made confidential); returns how many."""
    held = _locked(topic.pk)
    rows = held.memberships.filter(case_id__in=cases, is_current=True)
    count = rows.update(standing=CaseStanding.TAKEN_OUT, is_current=False, since=now)
    if count:
        _append(held, TopicMove.TAKE_OUT, by=SYSTEM, cases=cases, now=now)
    return int(count)


@transaction.atomic
def confirm_topic(topic: Topic, *, title: str, by: Actor, now: datetime) -> Topic:
    """Say that the cases are one matter, and what it is called.

    Raises ``NotAllowed`` without the right for all of its cases, ``Conflict`` where somebody was first and
    ``DomainError`` at ``title``.
    """
    held = _held(topic, TopicMove.CONFIRM, by=by)
    held.title = _said(title, "title", TITLE_LIMIT, _("Give the topic a title."))
    if found := find_personal_data(held.title):
        raise _refused(
            "title", _("Many people read this. Leave out: %(kinds)s.") % {"kinds": kinds_in(found)}
        )
    held.state, held.confirmed_at = TopicState.CONFIRMED, now
    held.save(update_fields=["title", "state", "confirmed_at"])
    _append(held, TopicMove.CONFIRM, by=by, note=held.title, now=now)
    return held


@transaction.atomic
def take_in_case(topic: Topic, *, number: str, by: Actor, now: datetime) -> TopicCase:
    """Add a case by its number, or accept one that was suggested.

    Raises ``DomainError`` at ``number`` for a case that the user may not open, that may not be grouped or lies in
    another sub-district, ``Conflict`` where it belongs to another open topic.
    """
    held = _held(topic, TopicMove.TAKE_IN, by=by)
    case = _case_of(number, held, by=by)
    row = held.memberships.filter(case=case).first()
    if row is not None and row.standing == CaseStanding.MEMBER:
        raise Conflict(_("Case %(number)s belongs to this topic already.") % {"number": case.number})
    with everywhere(EverywhereReason.TOPIC):
        elsewhere = TopicCase.objects.filter(case=case, is_current=True).exclude(topic=held).exists()
    if elsewhere:
        raise Conflict(_("Case %(number)s belongs to another open topic.") % {"number": case.number})
    row = row or TopicCase(topic=held, case=case, origin=CaseOrigin.BY_HAND)
    row.standing, row.is_current, row.since = CaseStanding.MEMBER, True, now
    row.save()
    _append(held, TopicMove.TAKE_IN, by=by, cases=[case.pk], now=now)
    return row


@transaction.atomic
def take_out_case(topic: Topic, *, number: str, by: Actor, now: datetime) -> TopicCase:
    """Say that a case is another matter; it is not suggested again. Raises ``DomainError`` at ``number``."""
    held = _held(topic, TopicMove.TAKE_OUT, by=by)
    row = held.memberships.filter(case__number=number, is_current=True).select_related("case").first()
    if row is None:
        raise _refused("number", _("The topic holds no such case."))
    row.standing, row.is_current, row.since = CaseStanding.TAKEN_OUT, False, now
    row.save(update_fields=["standing", "is_current", "since"])
    _append(held, TopicMove.TAKE_OUT, by=by, cases=[row.case_id], now=now)
    return row


@transaction.atomic
def name_lead(topic: Topic, *, post: Post, by: Actor, now: datetime) -> Topic:
    """Say which post leads the work on the topic. Raises ``DomainError`` at ``post`` for one elsewhere."""
    held = _held(topic, TopicMove.NAME_LEAD, by=by)
    if not lead_posts(held).filter(pk=post.pk).exists():
        raise _refused("post", _("Choose a post of this sub-district that handles cases."))
    held.lead_post = post
    held.save(update_fields=["lead_post"])
    _append(held, TopicMove.NAME_LEAD, by=by, note=post.name, now=now)
    return held


@transaction.atomic
def give_topic(topic: Topic, *, task_force: TaskForce, reason: str, by: Actor, now: datetime) -> Topic:
    """交专班: give a confirmed topic to a task force of its sub-district. Its cases are given one by one, each by its rule.

    Raises ``NotAllowed`` without the right that gives cases, ``Conflict`` where one has it already and
    ``DomainError`` at ``task_force`` or ``reason``.
    """
    held = _held_to_give(topic, TopicMove.GIVE, by=by)
    why = _said(reason, "reason", REASON_LIMIT, _("Say why the task force is to have it."))
    if held.task_force is not None:
        sentence = _("“%(task_force)s” has it already. Take it back first.")
        raise Conflict(sentence % {"task_force": held.task_force})
    # Locked, so that its leaders cannot end it meanwhile.
    chosen = TaskForce.objects.select_for_update().filter(pk=task_force.pk, area_id=held.area_id).first()
    if chosen is None or not chosen.works_on(timezone.localdate(now)):
        raise _refused("task_force", _("Choose a task force of this sub-district that is at work."))
    held.task_force = chosen
    held.save(update_fields=["task_force"])
    _append(held, TopicMove.GIVE, by=by, note=why, task_force=chosen, now=now)
    return held


@transaction.atomic
def take_topic_back(topic: Topic, *, reason: str, by: Actor, now: datetime) -> Topic:
    """退回: the task force has the topic no longer; the cases that it was given stay with it until they are taken back.

    Raises ``NotAllowed`` without the right that gives cases, ``Conflict`` where none has it, ``DomainError`` at
    ``reason``.
    """
    held = _held_to_give(topic, TopicMove.TAKE_BACK, by=by)
    why = _said(reason, "reason", REASON_LIMIT, _("Say why it is taken back."))
    had = held.task_force
    if had is None:
        raise Conflict(_("No task force has this topic."))
    held.task_force = None
    held.save(update_fields=["task_force"])
    _append(held, TopicMove.TAKE_BACK, by=by, note=why, task_force=had, now=now)
    return held


@transaction.atomic
def settle_topic(topic: Topic, *, outcome: str, by: Actor, now: datetime) -> Topic:
    """End a topic with what came of it. Its cases go their own ways. Raises ``DomainError`` at ``outcome``."""
    held = _held(topic, TopicMove.SETTLE, by=by)
    held.outcome = _said(outcome, "outcome", OUTCOME_LIMIT, _("Say what came of it."))
    return _end(held, TopicMove.SETTLE, by=by, note=held.outcome, now=now)


@transaction.atomic
def dismiss_topic(topic: Topic, *, reason: str, by: Actor, now: datetime) -> Topic:
    """Say that the cases are not one matter: they are not put forward together again. ``DomainError`` at ``reason``."""
    held = _held(topic, TopicMove.DISMISS, by=by)
    why = _said(reason, "reason", REASON_LIMIT, _("Say why these cases are not one matter."))
    return _end(held, TopicMove.DISMISS, by=by, note=why, now=now)


def _end(held: Topic, move: TopicMove, *, by: Actor, note: str, now: datetime) -> Topic:
    target = MOVES[move].target
    assert target is not None, "the moves that end a topic lead somewhere"
    held.state, held.ended_at = target, now
    held.save(update_fields=["state", "ended_at", "outcome"])
    with everywhere(EverywhereReason.TOPIC):
        held.memberships.filter(is_current=True).update(is_current=False)
    _append(held, move, by=by, note=note, now=now)
    return held


def _seen(portrait: Portrait) -> dict[str, object]:
    return {
        name: list(value) if isinstance(value := getattr(portrait, name), tuple) else value
        for name in SEEN_ANEW
    }


def _add_found(topic: Topic, cases: Sequence[int], standing: CaseStanding, *, now: datetime) -> None:
    TopicCase.objects.bulk_create(
        TopicCase(topic=topic, case_id=case, origin=CaseOrigin.FOUND, standing=standing, since=now)
        for case in cases
    )


def _locked(pk: int) -> Topic:
    return Topic.objects.select_for_update(of=("self",)).select_related("area").get(pk=pk)


def _held(topic: Topic, move: TopicMove, *, by: Actor) -> Topic:
    """The topic, locked, if ``by`` sees it, may act on it, and its state allows the move."""
    held = _locked(topic.pk)
    if not topics_for(by.standing).filter(pk=held.pk).exists() or not may_keep(by.standing, held):
        raise NotAllowed(_("Only whoever dispatches or supervises where all these cases are may do this."))
    if held.state not in MOVES[move].sources:
        sentence = _("This topic is “%(state)s” now. Load the page again.")
        raise Conflict(sentence % {"state": held.get_state_display()})
    return held


def _held_to_give(topic: Topic, move: TopicMove, *, by: Actor) -> Topic:
    """:func:`_held`, if ``by`` may give cases of its sub-district to a task force as well."""
    held = _held(topic, move, by=by)
    if not may_give(by.standing, held):
        raise NotAllowed(
            _("Only those who supervise the sub-district give a topic to a task force or take it back.")
        )
    return held


def _case_of(number: str, topic: Topic, *, by: Actor) -> Case:
    case = cases_within(by.standing).filter(number=number.strip(), subdistrict_id=topic.area_id).first()
    if case is None:
        raise _refused("number", _("There is no such case where you work."))
    if not Case.objects.filter(may_be_grouped(), pk=case.pk).exists():
        sentence = _("This case stays out of topics: it is confidential, about a minor, or was not taken up.")
        raise _refused("number", sentence)
    return case


def _said(text: str, field: str, limit: int, missing: str) -> str:
    plain = text.strip()
    if not plain:
        raise _refused(field, missing)
    if len(plain) > limit:
        raise _refused(field, _("At most %(limit)s characters. Shorten it.") % {"limit": limit})
    return plain


def _refused(field: str, sentence: str) -> DomainError:
    return DomainError(sentence, fields={field: sentence})


def _append(
    topic: Topic,
    kind: TopicMove,
    *,
    by: Actor,
    now: datetime,
    note: str = "",
    cases: Sequence[int] = (),
    task_force: TaskForce | None = None,
) -> None:
    """The next row of history; the caller holds the topic's lock or has just made it."""
    topic.history_length += 1
    topic.save(update_fields=["history_length"])
    fitting = [each for each in by.standing.holdings if not each.rights.isdisjoint(KEEPING)]
    TopicEvent.objects.create(
        topic=topic,
        sequence=topic.history_length,
        kind=kind,
        by=by.user,
        post_name=fitting[-1].post_name if fitting else "",
        note=note,
        task_force=task_force,
        cases=list(cases),
        at=now,
    )
