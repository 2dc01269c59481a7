"""Writes of topics: each locks its topic, checks the right and the state, and appends one row of history."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.rules import SYSTEM, Actor
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.personal_data import find_personal_data, kinds_in
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.models import Post
from shangju.supervision.models import TaskForce
from shangju.topics.concerns import OUTLINES, READ_ALONG
from shangju.topics.models import OUTCOME_LIMIT, REASON_LIMIT, TITLE_LIMIT, Topic, TopicCase, TopicEvent
from shangju.topics.portraits import Portrait, portrait_by_hand
from shangju.topics.queries import lead_posts
from shangju.topics.rules import (
    KEEPING,
    cases_within,
    kept_areas,
    may_be_grouped,
    may_give,
    may_keep,
    topics_for,
)
from shangju.topics.workflow import (
    MOVES,
    OPEN_TOPIC_STATES,
    CaseOrigin,
    CaseStanding,
    TopicMove,
    TopicState,
)

FEWEST_BY_HAND = 2
"""Cases; one alone is no topic."""

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
    held.title = _named(title)
    held.state, held.confirmed_at = TopicState.CONFIRMED, now
    held.save(update_fields=["title", "state", "confirmed_at"])
    _append(held, TopicMove.CONFIRM, by=by, note=held.title, now=now)
    return held


@transaction.atomic
def make_topic(numbers: Sequence[str], *, title: str, lead: Post, by: Actor, now: datetime) -> Topic:
    """Put cases together that a person sees to be one matter: a confirmed topic with its lead from the beginning.

    Raises ``NotAllowed`` for who keeps no topics, ``DomainError`` at ``number`` for fewer than two cases or one that
    the user may not open, that may not be grouped or lies in another sub-district, at ``title`` or ``post``;
    ``Conflict`` where a case belongs to another open topic.
    """
    if not kept_areas(by.standing):
        raise NotAllowed(_("Only whoever dispatches or supervises makes a topic."))
    cases = _cases_of(numbers, by=by)
    if len(cases) < FEWEST_BY_HAND:
        raise _refused("number", _("A topic is of two cases at least."))
    with everywhere(EverywhereReason.STRUCTURE):
        area = Area.objects.defer("outline").get(pk=cases[0].subdistrict_id)
    portrait = portrait_by_hand(cases, title=_named(title), now=now)
    topic = Topic.objects.create(
        area=area, state=TopicState.CONFIRMED, proposed_at=now, confirmed_at=now, lead_post=_lead_in(area, lead),
        title=portrait.title, place=portrait.place, **_seen(portrait),
    )  # fmt: skip
    _join(topic, cases, now=now)
    _append(topic, TopicMove.MAKE, by=by, note=topic.title, cases=[case.pk for case in cases], now=now)
    _append(topic, TopicMove.NAME_LEAD, by=by, note=lead.name, now=now)
    return topic


@transaction.atomic
def take_in_cases(topic: Topic, *, numbers: Sequence[str], by: Actor, now: datetime) -> Topic:
    """Add cases by their numbers, or accept those that were suggested: all of them or none.

    Raises ``DomainError`` at ``number`` for a case that the user may not open, that may not be grouped or lies in
    another sub-district, ``Conflict`` where one belongs to this topic already or to another open one.
    """
    held = _held(topic, TopicMove.TAKE_IN, by=by)
    cases = _cases_of(numbers, by=by, subdistrict=held.area_id)
    _join(held, cases, now=now)
    _append(held, TopicMove.TAKE_IN, by=by, cases=[case.pk for case in cases], now=now)
    return held


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
    held.lead_post = _lead_in(held.area, post)
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
    if chosen is None or not chosen.takes_cases_on(timezone.localdate(now)):
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


def _cases_of(numbers: Sequence[str], *, by: Actor, subdistrict: int | None = None) -> list[Case]:
    """The cases with these numbers, each once, of one sub-district (or that of the first)."""
    wanted = list(dict.fromkeys(number.strip() for number in numbers))
    found = cases_within(by.standing).filter(number__in=wanted).select_related(*READ_ALONG).defer(*OUTLINES)
    by_number = {case.number: case for case in found}
    cases = [by_number[number] for number in wanted if number in by_number]
    home = subdistrict or next((case.subdistrict_id for case in cases), None)
    if len(cases) < max(1, len(wanted)) or any(case.subdistrict_id != home for case in cases):
        raise _refused("number", _("There is no such case where you work."))
    groupable = Case.objects.filter(may_be_grouped(), pk__in=[case.pk for case in cases])
    if groupable.count() < len(cases):
        sentence = _("This case stays out of topics: it is confidential, about a minor, or was not taken up.")
        raise _refused("number", sentence)
    return cases


def _join(topic: Topic, cases: Sequence[Case], *, now: datetime) -> None:
    """Make cases members of a topic that the caller holds or has just made."""
    with everywhere(EverywhereReason.TOPIC):
        rows = TopicCase.objects.filter(case__in=cases)
        current = set(rows.filter(is_current=True).exclude(topic=topic).values_list("case_id", flat=True))
        known = {row.case_id: row for row in rows.filter(topic=topic)}
    for case in cases:
        row = known.get(case.pk) or TopicCase(topic=topic, case=case, origin=CaseOrigin.BY_HAND)
        if row.standing == CaseStanding.MEMBER:
            raise Conflict(_("Case %(number)s belongs to this topic already.") % {"number": case.number})
        row.standing, row.is_current, row.since = CaseStanding.MEMBER, True, now
        elsewhere = Conflict(_("Case %(number)s belongs to another open topic.") % {"number": case.number})
        if case.pk in current:
            raise elsewhere
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:  # somebody put it into another topic in this very moment
            raise elsewhere from error


def _lead_in(subdistrict: Area, post: Post) -> Post:
    if not lead_posts(subdistrict).filter(pk=post.pk).exists():
        raise _refused("post", _("Choose a post of this sub-district that handles cases."))
    return post


def _named(title: str) -> str:
    """A title that many people may read."""
    named = _said(title, "title", TITLE_LIMIT, _("Give the topic a title."))
    if found := find_personal_data(named):
        sentence = _("Many people read this. Leave out: %(kinds)s.") % {"kinds": kinds_in(found)}
        raise _refused("title", sentence)
    return named


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
