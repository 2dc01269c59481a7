"""A supervision order without a reply is heard of by itself: the day before and once its day has passed, once each."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shangju.cases import moves, services
from shangju.cases.models import Case, CaseEvent, OrderMark, SupervisionOrder
from shangju.cases.rules import SYSTEM
from shangju.cases.rungs import OrderCall
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go
from shangju.cases.workflow import State
from shangju.core.errors import DomainError
from shangju.core.models import SetAside
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.supervision.order_sweeping import call_for_replies
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

DAY = timedelta(days=1)


def ordered(street: Street, now: datetime, *, days: int = 3, state: str = State.IN_PROGRESS) -> Case:
    """A case with an order of the task force, whose reply is due ``days`` after ``now``."""
    case = case_in(state, street, now=now)
    payload = moves.Supervise("三日内书面回复", timezone.localdate(now) + days * DAY)
    return apply_move(case, payload, by=street.staff("task_force"), now=now + timedelta(minutes=30))


def called(case: Case) -> list[tuple[str, str]]:
    rows = case.events.filter(role="system").order_by("sequence")
    return [(row.kind, row.data["stage"]) for row in rows if "stage" in row.data]


REMINDED, URGED = ("remind", "day_before"), ("urge", "overdue")


def test_each_stage_on_its_day_and_not_before(street: Street, now: datetime) -> None:
    case = ordered(street, now)
    midnight = timezone.localtime(now).replace(hour=0, minute=0)
    tick = timedelta(minutes=1)
    steps = [
        (midnight + 2 * DAY - tick, []),
        (midnight + 2 * DAY, [REMINDED]),
        (midnight + 4 * DAY - tick, [REMINDED]),
        (midnight + 4 * DAY, [REMINDED, URGED]),
        (midnight + 90 * DAY, [REMINDED, URGED]),
    ]
    for instant, expected in steps:
        call_for_replies(instant)
        assert called(case) == expected, instant
        assert call_for_replies(instant) == 0, "a repeated pass does nothing"
    assert not SetAside.objects.exists()


@pytest.mark.parametrize(
    ("days", "late", "expected"),
    [
        (3, 30, [URGED]),  # a sweep that comes weeks late urges, and reminds of nothing that is past
        (3, 3, [REMINDED]),  # on the day itself the reminder still counts
        (0, 0, []),  # ordered and due today: whoever reads it needs no reminder
        (1, 0, []),  # nor on the day on which it was issued
        (1, 1, [REMINDED]),
    ],
)
def test_a_late_sweep_and_a_short_order(
    street: Street, now: datetime, days: int, late: int, expected: list[tuple[str, str]]
) -> None:
    case = ordered(street, now, days=days)
    call_for_replies(now + timedelta(hours=1) + late * DAY)
    assert called(case) == expected


@pytest.mark.parametrize("days", [-1, 366])
def test_a_day_that_has_passed_or_that_nobody_waits_for(street: Street, now: datetime, days: int) -> None:
    with pytest.raises(DomainError) as refusal:
        ordered(street, now, days=days)
    assert set(refusal.value.fields) == {"reply_by"}
    assert not SupervisionOrder.objects.exists()


def test_a_reply_or_the_end_of_the_case_ends_it(street: Street, now: datetime) -> None:
    replied = go(ordered(street, now), "reply", "grid_worker", street, now=now + DAY)
    ended = ordered(street, now, state=State.ACCEPTED)
    go(ended, "decline", "officer", street, now=now + DAY)
    assert call_for_replies(now + 30 * DAY) == 0
    assert (called(replied), called(ended)) == ([], [])


def test_handler_and_who_ordered_are_told(street: Street, now: datetime) -> None:
    ordered(street, now)
    tell_of_events(now + DAY)
    Notice.objects.all().delete()
    call_for_replies(now + 10 * DAY)
    tell_of_events(now + 10 * DAY)
    told = {notice.user: notice.subject for notice in Notice.objects.filter(event__kind="urge")}
    assert set(told) == {street.users["grid_worker"], street.users["task_force"]}
    number = SupervisionOrder.objects.get().number
    assert all(number in subject for subject in told.values())
    # The dispatcher answers for a case that nobody has yet.
    ordered(street, now, state=State.ACCEPTED)
    call_for_replies(now + 11 * DAY)
    tell_of_events(now + 11 * DAY)
    later = {notice.user for notice in Notice.objects.filter(created_at=now + 11 * DAY, event__kind="urge")}
    assert later >= {street.users["officer"], street.users["task_force"]}
    assert street.users["grid_worker"] not in later


def test_the_mark_is_the_databases_and_one_write_with_the_row(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = ordered(street, now)
    order = SupervisionOrder.objects.get()
    late = now + 10 * DAY

    def broken(*_args: object, **_named: object) -> None:
        raise RuntimeError("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(services, "_keep_records", broken)
        assert call_for_replies(late) == 0
    assert (called(case), OrderMark.objects.count()) == ([], 0)
    assert call_for_replies(late + DAY) == 1, "set aside, then done"
    call = OrderCall(order.pk, order.number, "overdue", order.reply_by, None)
    with pytest.raises(IntegrityError), transaction.atomic():
        apply_move(case, moves.Urge(order=call), by=SYSTEM, now=late)
    assert CaseEvent.objects.filter(case=case, kind="urge").count() == OrderMark.objects.count() == 1
