"""The weekly brief says what the stored rows say of that week, whenever it is made, and names nobody."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from django.utils.translation import override

from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, case_in, go
from shangju.cases.workflow import State
from shangju.posts.rights import standing_of
from shangju.supervision.briefs import Brief, as_text, brief_of, monday_of
from shangju.supervision.models import TaskForce
from shangju.supervision.task_forces import (
    TaskForcePlan,
    add_task_force_member,
    entrust_case,
    release_case,
    set_up_task_force,
)
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

DAY = timedelta(days=1)
WEEK = 7 * DAY


@pytest.fixture
def force(street: Street, now: datetime) -> TaskForce:
    leader = street.staff("leader")
    plan = TaskForcePlan("噪声整治专班", "治理噪声", street.posts["task_force"], timezone.localdate(now))
    made = set_up_task_force(street.areas["subdistrict"], plan=plan, by=leader, now=now)
    add_task_force_member(made, body=street.posts["unit"], role_word="执法", by=leader, now=now)
    add_task_force_member(made, body=street.parties["shop"], role_word="商户代表", by=leader, now=now)
    return made


def told(street: Street, force: TaskForce, now: datetime, *, at: datetime, who: str = "task_force") -> Brief:
    week = monday_of(timezone.localdate(now))
    return brief_of(force, week=week, standing=standing_of(street.users[who]), now=at)


def lines(brief: Brief) -> list[list[str]]:
    return [section.lines for section in brief.sections]


def test_a_week_told(street: Street, force: TaskForce, now: datetime) -> None:
    """``now`` is a Thursday: given that day, ordered, brought together; the week after it is done."""
    case, by = case_in(State.IN_PROGRESS, street, now=now), street.staff("task_force")
    entrust_case(case, task_force=force, reason="久拖未决。", by=by, now=now + timedelta(hours=1))
    later = now + timedelta(hours=2)
    case = go(case, "supervise", "leader", street, now=later)
    task = moves.CoordinationTask(street.posts["unit"], "夜间复测", timezone.localdate(now) + 5 * DAY)
    payload = moves.Convene(
        [street.posts["unit"]], "现场会商", "三日内复测", others="环境监测站", tasks=[task]
    )
    case = apply_move(case, payload, by=street.staff("leader"), now=later)
    for _each in range(2):
        case = go(case, "visit", "grid_worker", street, now=later)
    with override("en"):
        made = told(street, force, now, at=now + 20 * DAY)
        given, moved, overdue, orders, notes = lines(made)
        named = f"“{case.title}” ({case.number})"
        assert given == [f"{named}, given on March 5: 久拖未决. grid_worker 1号 leads it."]
        done = "accepted, dispatched, signed for, found the cause, went and looked 2 times"
        assert moved == [f"{named}: {done}. It is “In progress” now."]
        assert overdue == []
        number = case.supervisionorders.get().number
        assert orders == [f"Order {number} on {named}: the reply was due on March 8 and is missing."]
        assert notes == [f"March 5, on {named}, with unit 1号、环境监测站. Agreed: 三日内复测."]
        assert dict(made.asked) == {
            "grid_worker 1号": [
                f"finish {named} by March 12.",
                f"reply in writing to order {number}, due on March 8.",
            ],
            "unit 1号": [f"夜间复测, by March 10 (agreed on {named})."],
        }
        sunday = told(street, force, now, at=now + 3 * DAY)
        assert lines(sunday)[3] == [f"Order {number} on {named}: a reply is due by March 8."]
        assert made.members == ["task_force 1号", "unit 1号", "里院面馆"]
        assert made.summary == (
            "Cases given to the task force this week: 1. Open with it: 1, of them overdue: 0. "
            "Results reported: 0. Supervision orders issued: 1, answered: 0."
        )


def test_it_reads_the_same_whenever_it_is_made(street: Street, force: TaskForce, now: datetime) -> None:
    case, by = case_in(State.IN_PROGRESS, street, now=now), street.staff("task_force")
    entrust_case(case, task_force=force, reason="久拖未决", by=by, now=now)
    handed_on = case_in(State.IN_PROGRESS, street, now=now)
    entrust_case(handed_on, task_force=force, reason="久拖未决", by=by, now=now)
    first = as_text(told(street, force, now, at=now + WEEK))
    go(handed_on, "escalate", "leader", street, now=now + WEEK)
    assert Case.objects.get(pk=handed_on.pk).handler_post != street.posts["grid_worker"]
    for name, who in (("contact", "grid_worker"), ("resolve", "grid_worker"), ("confirm", "reporter")):
        case = go(case, name, who, street, now=now + WEEK)
    assert as_text(told(street, force, now, at=now + 2 * WEEK)) == first
    # The next week tells the rest, and nothing of the first again.
    with override("en"):
        given, moved, _overdue, _orders, _notes = lines(told(street, force, now + WEEK, at=now + 2 * WEEK))
        assert given == []
        assert [line.partition(": ")[2] for line in moved] == [
            "spoke with the reporter, result reported, reporter asked about the result. It is “Closed” now.",
            "climbed a tier. It is “Dispatched” now.",
        ]


def test_what_is_late_and_what_stood_still(street: Street, force: TaskForce, now: datetime) -> None:
    case, by = case_in(State.IN_PROGRESS, street, now=now), street.staff("task_force")
    case = go(case, "contact", "grid_worker", street, now=now)
    entrust_case(case, task_force=force, reason="久拖未决", by=by, now=now)
    with override("en"):
        made = told(street, force, now + 3 * WEEK, at=now + 3 * WEEK)
        _given, moved, overdue, _orders, _notes = lines(made)
        assert moved == [f"Nothing moved in: “{case.title}” ({case.number})."]
        assert len(overdue) == 1
        assert ", at grid_worker 1号." in overdue[0]
        assert dict(made.asked)["grid_worker 1号"][0].startswith("go on with “")
        assert "of them overdue: 1." in made.summary
        assert not made.is_over
        due = Case.objects.get(pk=case.pk).close_due_at
        assert due is not None
        on_its_day = told(street, force, due, at=due - timedelta(hours=1))
        assert "finish" in dict(on_its_day.asked)["grid_worker 1号"][0], (
            "what is due today is asked for today"
        )
    release_case(case, reason="已协调完毕", by=by, now=now + 3 * WEEK)
    with override("en"):
        after = told(street, force, now + 4 * WEEK, at=now + 5 * WEEK)
        assert lines(after) == [[], [], [], [], []], "what was taken back before the week is not in it"
        assert after.asked == []


def test_deadlines_are_those_of_the_end_of_the_week(street: Street, force: TaskForce, now: datetime) -> None:
    """What is extended, paused, gone on with or done anew in a later week changes nothing in an earlier one."""
    by, officer, worker = (street.staff(name) for name in ("task_force", "officer", "grid_worker"))
    cases = [
        go(case_in(State.IN_PROGRESS, street, now=now), "contact", "grid_worker", street, now=now)
        for _each in range(3)
    ]
    for case in cases:
        entrust_case(case, task_force=force, reason="久拖未决", by=by, now=now)
    extended, paused, reopened = cases
    until = now + 12 * DAY
    apply_move(paused, moves.AskPause("parts", "等待配件", until), by=worker, now=now)
    apply_move(paused, moves.GrantPause(), by=officer, now=now)
    first = as_text(told(street, force, now, at=now + WEEK))
    at = now + 5 * DAY
    apply_move(extended, moves.AskExtension(2, "等待配件"), by=worker, now=at)
    apply_move(extended, moves.GrantExtension("改到下周"), by=officer, now=at)
    apply_move(paused, moves.Resume(), by=worker, now=at)
    assert as_text(told(street, force, now, at=now + WEEK)) == first
    for name, who in (("resolve", "grid_worker"), ("reopen", "leader")):
        reopened = go(reopened, name, who, street, now=now + 2 * WEEK)
    assert as_text(told(street, force, now, at=now + 3 * WEEK)) == first


def test_what_has_its_result_is_the_dispatchers(street: Street, force: TaskForce, now: datetime) -> None:
    case, by = case_in(State.RESOLVED, street, now=now), street.staff("task_force")
    entrust_case(case, task_force=force, reason="久拖未决", by=by, now=now)
    with override("en"):
        early = told(street, force, now, at=now + timedelta(hours=1))
        assert early.asked == [], "nothing is left to be finished"
        made = told(street, force, now + 3 * WEEK, at=now + 3 * WEEK)
        assert lines(made)[2][0].endswith("at the dispatcher.")
        assert list(dict(made.asked)) == ["the dispatcher"]


def test_it_names_nobody_and_keeps_what_is_confidential(
    street: Street, force: TaskForce, now: datetime
) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now, is_confidential=True)
    by = street.staff("task_force")
    entrust_case(case, task_force=force, reason="家中老人心脏病", by=by, now=now)
    payload = moves.Convene([street.posts["unit"]], "会商", "每晚上门看望", others="卫生站")
    apply_move(case, payload, by=by, now=now)
    open_case = case_in(State.IN_PROGRESS, street, now=now)
    entrust_case(open_case, task_force=force, reason="请找" + "，".join(MARKERS.values()), by=by, now=now)
    text = as_text(told(street, force, now, at=now + WEEK))
    assert open_case.title in text
    assert case.number in text
    for secret in (*MARKERS.values(), "心脏病", "上门看望"):
        assert secret not in text
    assert case.title_in_lists in text


def test_what_the_reader_may_not_open_is_left_out_and_counted(
    street: Street, force: TaskForce, now: datetime
) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    entrust_case(case, task_force=force, reason="久拖未决", by=street.staff("task_force"), now=now)
    go(Case.objects.get(pk=case.pk), "recuse", "leader", street, now=now)
    seen = told(street, force, now, at=now + WEEK, who="leader")
    assert (seen.hidden, case.number in as_text(seen)) == (1, False)
    assert told(street, force, now, at=now + WEEK).hidden == 0


def test_the_same_statements_for_one_case_and_for_many(
    street: Street, force: TaskForce, now: datetime, django_assert_num_queries: object
) -> None:
    counted = django_assert_num_queries
    for number in (1, 3):
        for _each in range(number):
            case = case_in(State.IN_PROGRESS, street, now=now)
            entrust_case(case, task_force=force, reason="久拖未决", by=street.staff("task_force"), now=now)
        standing = standing_of(street.users["task_force"])
        week = monday_of(timezone.localdate(now))
        with counted(9):  # type: ignore[operator]
            brief_of(force, week=week, standing=standing, now=now + WEEK)
