"""A task force: set up by the leader, made of bodies, given cases and relieved of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shangju.cases import chain
from shangju.cases.models import Case, CaseAssistant
from shangju.cases.rules import may_view
from shangju.cases.tests.stories import case_in, go, raised
from shangju.cases.workflow import State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.parties.models import PartyStatus
from shangju.posts.rights import standing_of
from shangju.posts.stakes import declare_stake
from shangju.supervision.models import Entrustment, TaskForce, TaskForceMember
from shangju.supervision.queries import given_to, members_of, posts_of, task_forces_of
from shangju.supervision.task_forces import (
    TaskForcePlan,
    add_task_force_member,
    change_task_force,
    end_task_force,
    end_task_force_member,
    entrust_case,
    entrust_cases,
    release_case,
    set_up_task_force,
)
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

DAY = timedelta(days=1)


def plan_of(street: Street, now: datetime, **changes: Any) -> TaskForcePlan:
    plan = TaskForcePlan(
        "噪声整治专班", "牵头解决跨社区的噪声问题", street.posts["task_force"], timezone.localdate(now)
    )
    return replace(plan, **changes)


def set_up(street: Street, now: datetime, **changes: Any) -> TaskForce:
    """A task force of the leader's with a unit and a shop in it."""
    leader, area = street.staff("leader"), street.areas["subdistrict"]
    made = set_up_task_force(area, plan=plan_of(street, now, **changes), by=leader, now=now)
    add_task_force_member(made, body=street.posts["unit"], role_word="执法", by=leader, now=now)
    add_task_force_member(made, body=street.parties["shop"], role_word="商户代表", by=leader, now=now)
    return made


def given(street: Street, now: datetime, **fields: Any) -> tuple[TaskForce, Case]:
    force = set_up(street, now)
    case = case_in(State.IN_PROGRESS, street, now=now, **fields)
    entrust_case(case, task_force=force, reason="久拖未决", by=street.staff("task_force"), now=now + DAY)
    return force, Case.objects.get(pk=case.pk)


def assisting(case: Case) -> set[int]:
    return set(CaseAssistant.objects.filter(case=case).values_list("post_id", flat=True))


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"name": " "}, {"name"}),
        ({"name": " ", "mandate": ""}, {"name", "mandate"}),
        ({"lead": "far_desk"}, {"lead"}),
        ({"ends_on": -1}, {"ends_on"}),
    ],
)
def test_a_plan_is_refused_at_its_fields(
    street: Street, now: datetime, changes: dict[str, Any], fields: set[str]
) -> None:
    if "lead" in changes:
        changes = {"lead": street.posts[changes["lead"]]}
    if "ends_on" in changes:
        changes = {"ends_on": timezone.localdate(now) - DAY}
    with pytest.raises(DomainError) as refusal:
        set_up_task_force(
            street.areas["subdistrict"],
            plan=plan_of(street, now, **changes),
            by=street.staff("leader"),
            now=now,
        )
    assert set(refusal.value.fields) == fields
    assert not TaskForce.objects.exists()


@pytest.mark.parametrize("who", ["task_force", "secretary", "duty_desk", "officer", "unit", "far_desk"])
def test_only_the_leader_sets_it_up_changes_and_ends_it(street: Street, now: datetime, who: str) -> None:
    by, made, plan = street.staff(who), set_up(street, now), plan_of(street, now, name="另一专班")
    writes: list[Callable[[], object]] = [
        lambda: set_up_task_force(street.areas["subdistrict"], plan=plan, by=by, now=now),
        lambda: change_task_force(made, plan=plan, by=by, now=now),
        lambda: end_task_force(made, by=by, now=now),
        lambda: add_task_force_member(made, body=street.posts["officer"], role_word="联络", by=by, now=now),
        lambda: end_task_force_member(made.members.all()[0], by=by, now=now),
    ]
    for write in writes:
        with pytest.raises(NotAllowed):
            write()
    assert list(TaskForce.objects.values_list("name", "ends_on")) == [("噪声整治专班", None)]
    assert TaskForceMember.objects.filter(ends_on__isnull=True).count() == 2


def test_what_is_set_up_is_found_and_audited(street: Street, now: datetime) -> None:
    made, day = set_up(street, now), timezone.localdate(now)
    assert task_forces_of(street.areas["subdistrict"], on=day) == [made]
    assert task_forces_of(street.areas["far:subdistrict"]) == []
    assert posts_of(made, on=day) == [street.posts["task_force"], street.posts["unit"]]
    assert [member.body for member in members_of(made, on=day)] == [
        street.posts["unit"],
        street.parties["shop"],
    ]
    change_task_force(made, plan=plan_of(street, now, mandate="油烟"), by=street.staff("leader"), now=now)
    end_task_force(made, by=street.staff("leader"), now=now)
    assert task_forces_of(street.areas["subdistrict"], on=day) == [made], "its last day is today"
    assert task_forces_of(street.areas["subdistrict"], on=day + DAY) == []
    actions = AuditEvent.objects.filter(action__startswith="task_force.").order_by("pk")
    assert [row.action.partition(".")[2] for row in actions] == [
        "set_up", "member_added", "member_added", "changed", "ended",
    ]  # fmt: skip
    assert (actions[3].before["mandate"], actions[3].after["mandate"]) == ("牵头解决跨社区的噪声问题", "油烟")


def test_who_may_belong_to_it(street: Street, now: datetime) -> None:
    made, leader = set_up(street, now), street.staff("leader")
    street.parties["other_shop"].status = PartyStatus.SUSPENDED
    refused = [
        street.posts["far_desk"],  # another sub-district's
        street.parties["far_shop"],
        street.posts["unit"],  # belongs to it already
        street.parties["shop"],
        street.posts["task_force"],  # leads it
        street.parties["other_shop"],  # suspended
    ]
    for body in refused:
        with pytest.raises(DomainError) as refusal:
            add_task_force_member(made, body=body, role_word="成员", by=leader, now=now)
        assert set(refusal.value.fields) == {"body"}, body
    with pytest.raises(DomainError) as refusal:
        add_task_force_member(made, body=street.posts["officer"], role_word=" ", by=leader, now=now)
    assert set(refusal.value.fields) == {"role_word"}


def test_the_database_holds_the_line(street: Street, now: datetime) -> None:
    force, case = given(street, now)
    day, unit, shop = timezone.localdate(now), street.posts["unit"], street.parties["shop"]
    member = {"task_force": force, "role_word": "成员", "starts_on": day}
    entrustment = Entrustment.objects.get()
    second = case.events.order_by("sequence")[0]
    attempts: list[Callable[[], object]] = [
        lambda: TaskForceMember.objects.create(**member),
        lambda: TaskForceMember.objects.create(**member, post=unit, party=shop),
        lambda: TaskForceMember.objects.create(**member, post=unit),
        lambda: TaskForceMember.objects.create(**member, party=shop),
        lambda: TaskForceMember.objects.create(**member, post=street.posts["officer"], ends_on=day - DAY),
        lambda: TaskForce.objects.create(
            area=force.area, name=force.name, mandate="又一个", lead_post=unit, starts_on=day
        ),
        lambda: TaskForce.objects.create(
            area=force.area, name="无职责", mandate="", lead_post=unit, starts_on=day
        ),
        lambda: Entrustment.objects.create(
            case=case, event=second, task_force=force, reason="再交", entrusted_at=now
        ),
        lambda: Entrustment.objects.filter(pk=entrustment.pk).update(released_at=now),
        lambda: Entrustment.objects.filter(pk=entrustment.pk).update(reason=""),
    ]
    for attempt in attempts:
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()


def test_a_case_is_given_and_its_posts_assist(street: Street, now: datetime) -> None:
    force, case = given(street, now)
    row = case.events.get(kind="entrust")
    assert (row.note, row.data["task_force"], row.reporter_text) == ("久拖未决", "噪声整治专班", "")
    assert (case.state, case.handler_post) == (State.IN_PROGRESS, street.posts["grid_worker"])
    assert assisting(case) == {street.posts[name].pk for name in ("building_head", "task_force", "unit")}
    assert may_view(standing_of(street.users["unit"]), case)
    assert list(Case.objects.filter(given_to(force))) == [case]
    assert chain.first_break(case, case.events.all()) is None
    tell_of_events(now + DAY)
    told = {notice.user for notice in Notice.objects.filter(event=row)}
    assert told == {street.users[name] for name in ("grid_worker", "unit", "building_head")}


def test_it_is_taken_back_and_only_who_came_by_it_goes(street: Street, now: datetime) -> None:
    force, case = given(street, now)
    release_case(case, reason="已协调完毕", by=street.staff("leader"), now=now + 2 * DAY)
    assert assisting(case) == {street.posts["building_head"].pk}
    assert not may_view(standing_of(street.users["unit"]), case)
    ended = Entrustment.objects.get()
    assert (ended.release_reason, ended.released_at) == ("已协调完毕", now + 2 * DAY)
    assert ended.released_event is not None
    assert ended.released_event.kind == "release"
    with pytest.raises(DomainError):
        release_case(case, reason="再退", by=street.staff("leader"), now=now + 2 * DAY)
    entrust_case(case, task_force=force, reason="又响了", by=street.staff("leader"), now=now + 3 * DAY)
    assert Entrustment.objects.filter(case=case).count() == 2


def test_who_joins_or_leaves_gets_or_loses_its_cases(street: Street, now: datetime) -> None:
    force, case = given(street, now)
    leader, officer = street.staff("leader"), street.posts["officer"]
    member = add_task_force_member(force, body=officer, role_word="联络", by=leader, now=now + 2 * DAY)
    assert officer.pk in assisting(case)
    end_task_force_member(member, by=leader, now=now + 3 * DAY)
    assert officer.pk not in assisting(case)
    with pytest.raises(DomainError):
        end_task_force_member(member, by=leader, now=now + 3 * DAY)
    kinds = [row.kind for row in case.events.order_by("sequence")][-3:]
    assert kinds == ["entrust", "entrust", "release"]
    assert members_of(force, on=timezone.localdate(now + 4 * DAY))[-1].body == street.parties["shop"]


def test_another_lead_takes_over_its_cases(street: Street, now: datetime) -> None:
    force, case = given(street, now)
    leader, posts = street.staff("leader"), street.posts
    change_task_force(force, plan=plan_of(street, now, lead=posts["officer"]), by=leader, now=now + 2 * DAY)
    assert assisting(case) == {posts[name].pk for name in ("building_head", "officer", "unit")}
    change_task_force(force, plan=plan_of(street, now, lead=posts["unit"]), by=leader, now=now + 3 * DAY)
    change_task_force(force, plan=plan_of(street, now, lead=posts["officer"]), by=leader, now=now + 4 * DAY)
    assert posts["unit"].pk in assisting(case), "it leads no longer, and is a member still"
    release_case(case, reason="已协调完毕", by=leader, now=now + 5 * DAY)
    assert assisting(case) == {posts["building_head"].pk}


def test_the_last_day_brings_no_new_cases(street: Street, now: datetime) -> None:
    """Who leaves today does not assist in what is given today, and a task force that ends today is given nothing."""
    force, leader = set_up(street, now), street.staff("leader")
    end_task_force_member(force.members.get(post=street.posts["unit"]), by=leader, now=now)
    case = case_in(State.IN_PROGRESS, street, now=now)
    entrust_case(case, task_force=force, reason="久拖未决", by=leader, now=now)
    assert assisting(case) == {street.posts[name].pk for name in ("building_head", "task_force")}
    for last in (timezone.localdate(now), timezone.localdate(now) - DAY):
        plan = plan_of(street, now, starts_on=timezone.localdate(now) - 9 * DAY, ends_on=last)
        with pytest.raises(DomainError) as refusal:
            change_task_force(force, plan=plan, by=leader, now=now)
        assert set(refusal.value.fields) == {"ends_on"}, "it has an open case"
    release_case(case, reason="已协调完毕", by=leader, now=now)
    end_task_force(force, by=leader, now=now)
    with pytest.raises(DomainError) as refusal:
        entrust_case(case, task_force=force, reason="又响了", by=leader, now=now)
    assert set(refusal.value.fields) == {"task_force"}


def test_a_member_taken_in_again_on_the_day_it_left_has_one_term(street: Street, now: datetime) -> None:
    force, case = given(street, now)
    leader, unit, day = street.staff("leader"), street.posts["unit"], timezone.localdate(now + DAY)
    before = force.members.get(post=unit)
    end_task_force_member(before, by=leader, now=now + DAY)
    assert unit.pk not in assisting(case)
    again = add_task_force_member(force, body=unit, role_word="执法联络", by=leader, now=now + DAY)
    assert (again.pk, again.starts_on, again.ends_on) == (before.pk, before.starts_on, None)
    assert [member.role_word for member in members_of(force, on=day) if member.post == unit] == ["执法联络"]
    assert unit.pk in assisting(case)
    end_task_force_member(again, by=leader, now=now + DAY)
    later = add_task_force_member(force, body=unit, role_word="执法", by=leader, now=now + 2 * DAY)
    assert later.starts_on == day + DAY, "on another day it is a term of its own"


def test_who_leads_is_no_member_besides(street: Street, now: datetime) -> None:
    force, _case = given(street, now)
    unit, day = street.posts["unit"], timezone.localdate(now)
    change_task_force(
        force, plan=plan_of(street, now, lead=unit), by=street.staff("leader"), now=now + 2 * DAY
    )
    force.refresh_from_db()
    assert [member.body for member in members_of(force, on=day)] == [street.parties["shop"]]
    assert posts_of(force, on=day) == [unit]


def test_what_is_refused_changes_nothing(street: Street, now: datetime) -> None:
    force, case = given(street, now)
    other = set_up_task_force(
        street.areas["subdistrict"],
        plan=plan_of(street, now, name="油烟专班"),
        by=street.staff("leader"),
        now=now,
    )
    length, task_force = case.history_length, street.staff("task_force")
    closed = case_in(State.CLOSED, street, now=now)
    early = set_up_task_force(
        street.areas["subdistrict"],
        plan=plan_of(street, now, name="明日专班", starts_on=timezone.localdate(now) + 30 * DAY),
        by=street.staff("leader"),
        now=now,
    )
    for refused, error in [
        (
            lambda: entrust_case(case, task_force=other, reason="换个专班", by=task_force, now=now),
            DomainError,
        ),
        (
            lambda: entrust_case(case, task_force=early, reason="尚未开始", by=task_force, now=now),
            DomainError,
        ),
        (lambda: entrust_case(case, task_force=force, reason=" ", by=task_force, now=now), DomainError),
        (lambda: entrust_case(closed, task_force=force, reason="已归档", by=task_force, now=now), Conflict),
        (
            lambda: entrust_case(
                case, task_force=force, reason="越权", by=street.staff("secretary"), now=now
            ),
            NotAllowed,
        ),
        (lambda: release_case(case, reason="越权", by=street.staff("secretary"), now=now), NotAllowed),
        (lambda: release_case(case, reason=" ", by=task_force, now=now), DomainError),
        (lambda: end_task_force(force, by=street.staff("leader"), now=now), DomainError),
    ]:
        with pytest.raises(error):
            refused()
    assert Case.objects.get(pk=case.pk).history_length == length
    assert Entrustment.objects.filter(released_at__isnull=True).count() == 1


def test_several_are_given_at_once_and_a_refusal_holds_none_back(street: Street, now: datetime) -> None:
    force, case = given(street, now)
    fresh = case_in(State.ACCEPTED, street, now=now)
    by = street.staff("task_force")
    outcomes = entrust_cases([case, fresh], task_force=force, reason="一并处理", by=by, now=now)
    assert [bool(each.refusal) for each in outcomes] == [True, False]
    assert set(Case.objects.filter(given_to(force))) == {case, fresh}
    for cases, reason in (([], "无"), ([fresh], " ")):
        with pytest.raises(DomainError):
            entrust_cases(cases, task_force=force, reason=reason, by=by, now=now)


def test_who_has_a_stake_stays_outside(street: Street, now: datetime) -> None:
    """A post all of whose holders are bound up with the place does not assist (回避), and a walled leader gives nothing."""
    force, unit = set_up(street, now), street.users["unit"]
    declare_stake(unit, party=street.parties["shop"], reason="family", by=unit, now=now)
    case = raised(street, now=now, area="grid", place_party=street.parties["shop"])
    case = go(case, "accept", "officer", street, now=now)
    entrust_case(case, task_force=force, reason="多次反映", by=street.staff("leader"), now=now)
    assert assisting(case) == {street.posts["task_force"].pk}
    leader = street.users["leader"]
    declare_stake(leader, party=street.parties["shop"], reason="family", by=leader, now=now)
    with pytest.raises(NotAllowed):
        release_case(case, reason="退回", by=street.staff("leader"), now=now)
