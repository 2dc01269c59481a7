"""Writes about task forces: set up, changed, ended by the leaders of the sub-district; cases given and taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.areas.models import Area, AreaKind
from shangju.cases import moves
from shangju.cases.models import Case, CaseEvent
from shangju.cases.rules import Actor
from shangju.cases.services import apply_move
from shangju.core import audit
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party, PartyStatus
from shangju.posts.models import Post
from shangju.posts.rights import Right
from shangju.supervision.models import Entrustment, TaskForce, TaskForceMember
from shangju.supervision.queries import posts_of


@dataclass(frozen=True, slots=True)
class TaskForcePlan:
    """What a task force is: ``ends_on`` is its last day where that is known already."""

    name: str
    mandate: str
    lead: Post
    starts_on: date
    ends_on: date | None = None


@transaction.atomic
def set_up_task_force(subdistrict: Area, *, plan: TaskForcePlan, by: Actor, now: datetime) -> TaskForce:
    """Set it up. Raises ``NotAllowed`` without the right, ``DomainError`` at the field of ``plan`` (``lead`` …)."""
    _demand_right(subdistrict, by)
    if subdistrict.kind != AreaKind.SUBDISTRICT:
        raise DomainError(_("A task force belongs to a sub-district."))
    _take_turns(subdistrict)
    _check_plan(subdistrict, plan)
    made = TaskForce.objects.create(area=subdistrict, **_columns(plan))
    audit.record(made, action="task_force.set_up", by=by.user, now=now, after=_as_data(plan))
    return made


@transaction.atomic
def change_task_force(task_force: TaskForce, *, plan: TaskForcePlan, by: Actor, now: datetime) -> TaskForce:
    """Give it another name, mandate, lead or term; refused like its setting up, and at ``ends_on`` like its end.

    The new leading post assists in the open cases that it has, the former one no longer.
    """
    held = _locked(task_force)
    _demand_right(held.area, by)
    _take_turns(held.area)
    _check_plan(held.area, plan, other_than=held)
    if plan.ends_on is not None and plan.ends_on <= timezone.localdate(now) and plan.ends_on != held.ends_on:
        _demand_without_open_cases(held, field="ends_on")
    before = TaskForcePlan(held.name, held.mandate, held.lead_post, held.starts_on, held.ends_on)
    for name, value in _columns(plan).items():
        setattr(held, name, value)
    held.save()
    if before != plan:
        audit.record(
            held, action="task_force.changed", by=by.user, now=now,
            before=_as_data(before), after=_as_data(plan),
        )  # fmt: skip
    if before.lead != plan.lead:
        _let_assist(held, plan.lead, by=by, now=now)
        _let_go(held, before.lead, by=by, now=now)
    return held


def _take_turns(subdistrict: Area) -> None:
    """Whoever comes second sees which names are taken."""
    with everywhere(EverywhereReason.STRUCTURE):
        Area.objects.select_for_update(of=("self",)).get(pk=subdistrict.pk)


def _demand_right(subdistrict: Area, by: Actor) -> None:
    if not by.standing.may(Right.SET_UP_TASK_FORCE, path=subdistrict.path):
        raise NotAllowed(_("Only the leaders of the sub-district set up its task forces."))


def _check_plan(subdistrict: Area, plan: TaskForcePlan, *, other_than: TaskForce | None = None) -> None:
    faults = {
        name: _("Please fill this in.") for name in ("name", "mandate") if not getattr(plan, name).strip()
    }
    if plan.lead.retired_on is not None or not plan.lead.area.path.startswith(subdistrict.path):
        faults["lead"] = _("Choose a post of this sub-district.")
    if plan.ends_on is not None and plan.ends_on < plan.starts_on:
        faults["ends_on"] = _("The last day is before the first.")
    open_ones = TaskForce.objects.filter(area=subdistrict, name=plan.name.strip(), ends_on__isnull=True)
    if other_than is not None:
        open_ones = open_ones.exclude(pk=other_than.pk)
    if plan.ends_on is None and open_ones.exists():
        faults["name"] = _("There is a task force of this name. Choose another, or change that one.")
    if faults:
        raise DomainError(_("Please correct the marked fields."), fields=faults)


def _columns(plan: TaskForcePlan) -> dict[str, object]:
    return {
        "name": plan.name.strip(),
        "mandate": plan.mandate.strip(),
        "lead_post": plan.lead,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
    }


def _as_data(plan: TaskForcePlan) -> dict[str, object]:
    return {
        "name": plan.name,
        "mandate": plan.mandate,
        "lead": plan.lead.name,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else "",
    }


def _locked(task_force: TaskForce) -> TaskForce:
    held = TaskForce.objects.select_related("area", "lead_post__area").select_for_update(of=("self",))
    return held.get(pk=task_force.pk)


@transaction.atomic
def end_task_force(task_force: TaskForce, *, by: Actor, now: datetime) -> TaskForce:
    """Its last day is today. Refused while it has open cases: whoever ends it says what becomes of them first."""
    held, day = _locked(task_force), timezone.localdate(now)
    _demand_right(held.area, by)
    if held.ends_on is not None and held.ends_on <= day:
        raise DomainError(_("It has ended already."))
    _demand_without_open_cases(held)
    held.ends_on = max(day, held.starts_on)
    held.save(update_fields=["ends_on"])
    audit.record(
        held, action="task_force.ended", by=by.user, now=now, after={"ends_on": held.ends_on.isoformat()}
    )
    return held


def _demand_without_open_cases(task_force: TaskForce, *, field: str = "") -> None:
    waiting = Entrustment.objects.filter(
        task_force=task_force, released_at__isnull=True, case__is_open=True
    ).count()
    if waiting:
        sentence = ngettext(
            "It has %(count)s open case. Take it back or close it first.",
            "It has %(count)s open cases. Take them back or close them first.",
            waiting,
        ) % {"count": waiting}
        raise DomainError(sentence, fields={field: sentence} if field else {})


@transaction.atomic
def add_task_force_member(
    task_force: TaskForce, *, body: Post | Party, role_word: str, by: Actor, now: datetime
) -> TaskForceMember:
    """Let a post or a member organisation belong to it from today; a post assists in the open cases that it has.

    One that left today stays after all: its term goes on. Raises ``NotAllowed`` without the right and ``DomainError`` at
    ``body`` or ``role_word``.
    """
    held, day = _locked(task_force), timezone.localdate(now)
    _demand_right(held.area, by)
    if held.ends_on is not None and held.ends_on < day:
        raise DomainError(_("It has ended already."))
    _check_body(held, body, role_word)
    member = _left_today(held, body, day) or TaskForceMember(task_force=held, starts_on=day, **_of(body))
    member.role_word, member.ends_on = role_word.strip(), None
    member.save()
    audit.record(
        held, action="task_force.member_added", by=by.user, now=now,
        after={"body": body.name, "role_word": member.role_word},
    )  # fmt: skip
    if isinstance(body, Post):
        _let_assist(held, body, by=by, now=now)
    return member


def _of(body: Post | Party) -> dict[str, Any]:
    return {"post": body} if isinstance(body, Post) else {"party": body}


def _left_today(task_force: TaskForce, body: Post | Party, day: date) -> TaskForceMember | None:
    return task_force.members.filter(ends_on=day, **_of(body)).order_by("pk").last()


def _check_body(task_force: TaskForce, body: Post | Party, role_word: str) -> None:
    faults = {} if role_word.strip() else {"role_word": _("Say in a word or two what it does in it.")}
    if not body.area.path.startswith(task_force.area.path):
        faults["body"] = _("Choose a post or a member of this sub-district.")
    elif isinstance(body, Post) and (body.retired_on is not None or body.pk == task_force.lead_post_id):
        faults["body"] = _("Choose another post: this one leads it, or no longer exists.")
    elif isinstance(body, Party) and body.status != PartyStatus.ACTIVE:
        faults["body"] = _("This member is not active. Choose another.")
    if task_force.members.filter(ends_on__isnull=True, **_of(body)).exists():
        faults["body"] = _("It belongs to the task force already.")
    if faults:
        raise DomainError(_("Please correct the marked fields."), fields=faults)


def _open_entrustments(task_force: TaskForce) -> list[Any]:
    given = Entrustment.objects.filter(task_force=task_force, released_at__isnull=True, case__is_open=True)
    return list(given.select_related("case").order_by("case_id"))


def _let_assist(task_force: TaskForce, post: Post, *, by: Actor, now: datetime) -> None:
    """Each case says in its history who came; one that the leader must not touch (回避) is passed over."""
    for given in _open_entrustments(task_force):
        if post.pk in given.posts:
            continue
        reason = _("Joined the task force: %(post)s.") % {"post": post.name}
        try:
            case = apply_move(given.case, moves.Entrust(task_force.name, [post], reason), by=by, now=now)
        except NotAllowed:
            continue
        given.posts = [*given.posts, *_last_row(case).data["added"]]
        given.save(update_fields=["posts"])


def _let_go(task_force: TaskForce, post: Post, *, by: Actor, now: datetime) -> None:
    """A post that works in it no longer does not assist either, where it came in by the task force."""
    if post in posts_of(task_force, on=timezone.localdate(now)):
        return
    for given in _open_entrustments(task_force):
        if post.pk not in given.posts:
            continue
        reason = _("Left the task force: %(post)s.") % {"post": post.name}
        try:
            apply_move(given.case, moves.Release(task_force.name, [post.pk], reason), by=by, now=now)
        except NotAllowed:
            continue
        given.posts = [pk for pk in given.posts if pk != post.pk]
        given.save(update_fields=["posts"])


@transaction.atomic
def end_task_force_member(member: TaskForceMember, *, by: Actor, now: datetime) -> TaskForceMember:
    """Its last day is today; a post assists no longer in the cases in which it did only for the task force."""
    task_force = _locked(member.task_force)
    _demand_right(task_force.area, by)
    held = TaskForceMember.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if held.ends_on is not None:
        raise DomainError(_("It has left already."))
    held.ends_on = timezone.localdate(now)
    held.save(update_fields=["ends_on"])
    audit.record(
        task_force, action="task_force.member_ended", by=by.user, now=now, after={"body": member.body.name}
    )
    if held.post is not None:
        _let_go(task_force, held.post, by=by, now=now)
    return held


@transaction.atomic
def entrust_case(case: Case, *, task_force: TaskForce, reason: str, by: Actor, now: datetime) -> Entrustment:
    """交专班: give an open case to a task force of its sub-district, which may help whoever leads it.

    Raises ``NotAllowed`` without the right in the sub-district, ``DomainError`` at ``task_force`` or ``reason``.
    """
    held, day = _locked(task_force), timezone.localdate(now)
    _demand_supervisor(held.area, by)
    if case.subdistrict_id != held.area_id or not held.takes_cases_on(day):
        sentence = _("Choose a task force of this sub-district that is at work.")
        raise DomainError(sentence, fields={"task_force": sentence})
    moved = apply_move(case, moves.Entrust(held.name, posts_of(held, on=day), reason), by=by, now=now)
    given = _now_given(moved)
    if given is not None:
        sentence = _("“%(task_force)s” has it already. Take it back first.") % {
            "task_force": given.task_force
        }
        raise DomainError(sentence, fields={"task_force": sentence})
    row = _last_row(moved)
    made: Any = Entrustment.objects.create(
        case=moved,
        event=row,
        task_force=held,
        reason=reason.strip(),
        entrusted_at=now,
        posts=row.data["added"],
    )
    return made  # type: ignore[no-any-return] # records of work have one manager for all


def _now_given(case: Case) -> Any:
    """By which entrustment a task force has the case now; none where no one has it."""
    given = Entrustment.objects.filter(case=case, released_at__isnull=True)
    return given.select_related("task_force").first()


def _demand_supervisor(subdistrict: Area, by: Actor) -> None:
    if not by.standing.may(Right.SUPERVISE, path=subdistrict.path):
        raise NotAllowed(
            _("Only those who supervise the sub-district give a case to a task force or take it back.")
        )


def _last_row(case: Case) -> CaseEvent:
    """The row that a move has just written."""
    return case.events.get(sequence=case.history_length)


@transaction.atomic
def release_case(case: Case, *, reason: str, by: Actor, now: datetime) -> Entrustment:
    """退回: the task force has done its part, or it was not for it; who came in by it assists no longer."""
    given = _now_given(case)
    if given is None:
        raise DomainError(_("No task force has this case."))
    held = _locked(given.task_force)
    _demand_supervisor(held.area, by)
    given = _now_given(case)
    if given is None or given.task_force_id != held.pk:  # somebody was first
        raise DomainError(_("No task force has this case."))
    moved = apply_move(case, moves.Release(held.name, list(given.posts), reason), by=by, now=now)
    given.released_event, given.released_at, given.release_reason = _last_row(moved), now, reason.strip()
    given.save()
    return given  # type: ignore[no-any-return] # as above


@dataclass(frozen=True, slots=True)
class Given:
    """What became of one case; ``refusal`` is the sentence why not, empty where it was given."""

    case: Case
    refusal: str = ""


def entrust_cases(
    cases: Sequence[Case], *, task_force: TaskForce, reason: str, by: Actor, now: datetime
) -> list[Given]:
    """Give each of ``cases``, in their order; one refusal holds no other back.

    Raises ``DomainError`` without a case or without ``reason``.
    """
    if not cases:
        raise DomainError(_("Tick the cases that are to be given to it."))
    if not reason.strip():
        raise DomainError(_("Something is missing."), fields={"reason": _("Please fill this in.")})
    outcomes = []
    for case in cases:
        try:
            entrust_case(case, task_force=task_force, reason=reason, by=by, now=now)
        except DomainError as refusal:
            outcomes.append(Given(case, str(refusal)))
        else:
            outcomes.append(Given(case))
    return outcomes
