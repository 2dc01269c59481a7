"""Seed, edits, and what the queries answer: tables and audit trail are read."""

from datetime import UTC, date, datetime, time

import pytest

from shangju.accounts.models import Administrator, AdministratorRole, User
from shangju.areas.models import Area, AreaKind
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines import builtin, queries
from shangju.deadlines.engine import Clock, Limit, SpecialDay, compute_deadline, is_night
from shangju.deadlines.models import (
    DeadlineClass,
    NightRest,
    ReferenceVersion,
    StepLimit,
    WorkDay,
    WorkHours,
    WorkYear,
)
from shangju.deadlines.services import publish_year, seed_calendar, set_limit, set_night_rest, set_work_hours
from shangju.deadlines.tests.calendars import at, limit

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)

CONTACT_AND_CLOSE = {
    "A1": ("30min", "24h"),
    "A2": ("1h", "24h"),
    "B": ("2wh", "4wh"),
    "C": ("4wh", "2wd"),
    "D": ("1wd", "5wd"),
    "E": ("1wd", "15wd"),
    "K": ("1wd", "1wd"),
    "R": ("1wd", "1wd"),
    "N": ("30min", None),
}
"""cases.md §4."""

DAYS_2027 = {
    date(2027, 1, 1): SpecialDay("off", "元旦", "New Year's Day"),
    date(2027, 1, 9): SpecialDay("workday", "元旦", "New Year's Day"),
    date(2027, 1, 4): SpecialDay("off", "元旦", "New Year's Day"),
    date(2027, 5, 1): SpecialDay("off", "劳动节", "Labour Day"),
    date(2027, 10, 1): SpecialDay("off", "国庆节", "National Day"),
}
"""An invented notice: it takes 4 January off and has 9 January worked."""


@pytest.fixture
def administrator():
    user = User.objects.create_user("system-admin", display_name="系统管理员")
    Administrator.objects.create(user=user, role=AdministratorRole.SYSTEM)
    return user


@pytest.fixture
def subdistrict():
    with everywhere(EverywhereReason.SETUP):
        return Area.objects.create(kind=AreaKind.SUBDISTRICT, path="/1/", code="321102004", name="某街道")


def due(start, amount, subdistrict_id=None):
    return compute_deadline(at(start), limit(amount), calendar=queries.calendar_for(subdistrict_id))


@pytest.mark.parametrize("seeded", [False, True])
@pytest.mark.parametrize(("code", "limits"), CONTACT_AND_CLOSE.items())
def test_limits_of_the_classes(code, limits, seeded):
    if seeded:
        seed_calendar(now=NOW)
    expected = [limit(text) if text else None for text in limits]
    assert [queries.limit_for(code, "first_contact"), queries.limit_for(code, "close")] == expected
    assert queries.limit_for(code, "call_back") == Limit(1, Clock.WORKING_DAYS)
    made_safe = limit("2h") if code in {"A1", "N"} else None
    assert queries.limit_for(code, "made_safe") == made_safe


def test_a_night_class_hands_over_to_the_day_class():
    assert queries.limit_for("C/N", "first_contact") == limit("30min")
    assert queries.limit_for("C/N", "made_safe") == limit("2h")
    assert queries.limit_for("C/N", "accept") == limit("30min")
    assert queries.limit_for("C/N", "close") == limit("2wd")
    with pytest.raises(KeyError):
        queries.limit_for("C/Z", "close")


def test_the_seed_is_stored_once():
    assert seed_calendar(now=NOW)
    counts = [
        model.objects.count() for model in (WorkYear, WorkDay, DeadlineClass, StepLimit, WorkHours, NightRest)
    ]
    assert counts[0] >= 7
    assert counts[2] == len(builtin.CLASSES) == 9
    assert WorkDay.objects.filter(date__year=2026).count() == 39
    assert "2025年11月4日" in WorkYear.objects.get(year=2026).source_notice
    assert WorkDay.objects.get(date=date(2026, 2, 14)).kind == "workday"
    events = AuditEvent.objects.count()
    token = ReferenceVersion.objects.get().token
    assert not seed_calendar(now=NOW)
    again = [
        model.objects.count() for model in (WorkYear, WorkDay, DeadlineClass, StepLimit, WorkHours, NightRest)
    ]
    assert (again, AuditEvent.objects.count(), ReferenceVersion.objects.get().token) == (
        counts,
        events,
        token,
    )


def test_seeding_keeps_edits(administrator):
    seed_calendar(now=NOW)
    row = DeadlineClass.objects.get(code="D")
    set_limit(row, step="close", limit=Limit(3, Clock.WORKING_DAYS), by=administrator, now=NOW)
    seed_calendar(now=NOW)
    assert StepLimit.objects.get(deadline_class=row, step="close").amount == 3
    assert queries.limit_for("D", "close") == Limit(3, Clock.WORKING_DAYS)


def test_publishing_a_year_replaces_the_guess(administrator):
    seed_calendar(now=NOW)
    guessed = due("2026-12-31 10:00", "1wd")
    assert (guessed.due, guessed.provisional) == (at("2027-01-04 18:00"), True)
    publish_year(2027, DAYS_2027, source="国务院办公厅通知", by=administrator, now=NOW)
    known = due("2026-12-31 10:00", "1wd")
    assert (known.due, known.provisional) == (at("2027-01-05 18:00"), False)
    assert due("2027-01-08 10:00", "1wd").due == at("2027-01-09 18:00")
    assert WorkDay.objects.filter(date__year=2027).count() == len(DAYS_2027)
    event = AuditEvent.objects.get(action="work_year.published")
    assert (event.actor, event.before["published"], event.after["days"]["2027-01-04"]) == (
        administrator,
        False,
        "off",
    )


def test_a_notice_may_reach_into_december(administrator):
    seed_calendar(now=NOW)
    days = DAYS_2027 | {date(2026, 12, 31): SpecialDay("off", "元旦", "New Year's Day")}
    publish_year(2027, days, source="国务院办公厅通知", by=administrator, now=NOW)
    assert due("2026-12-30 10:00", "1wd").due == at("2027-01-05 18:00")
    assert WorkDay.objects.filter(date__year=2026).count() == 40


@pytest.mark.parametrize("role", [AdministratorRole.SECURITY, AdministratorRole.AUDIT, None])
def test_only_the_system_administrator_publishes(role):
    user = User.objects.create_user("someone", display_name="网格员 3号")
    if role:
        Administrator.objects.create(user=user, role=role)
    with pytest.raises(NotAllowed):
        publish_year(2027, DAYS_2027, source="国务院办公厅通知", by=user, now=NOW)
    assert not WorkYear.objects.filter(year=2027).exists()


@pytest.mark.parametrize(
    ("year", "changes", "source", "field"),
    [
        (1999, {}, "通知", "year"),
        (2027, {}, "  ", "source"),
        (2028, {}, "通知", "days"),
        (2027, {date(2027, 1, 6): SpecialDay("workday", "元旦", "New Year's Day")}, "通知", "days"),
        (2027, {date(2027, 5, 1): SpecialDay("workday", "劳动节", "Labour Day")}, "通知", "days"),
    ],
)
def test_a_senseless_notice_is_refused_at_the_field(year, changes, source, field, administrator):
    with pytest.raises(DomainError) as refused:
        publish_year(year, DAYS_2027 | changes, source=source, by=administrator, now=NOW)
    assert list(refused.value.fields) == [field]
    assert not WorkYear.objects.exists()


def test_hours_of_a_subdistrict(subdistrict, administrator):
    seed_calendar(now=NOW)
    summer = WorkHours(
        season_from="06-01", season_until="09-30", spans=[["08:30", "12:00"], ["14:30", "18:00"]]
    )
    set_work_hours(subdistrict, rows=[summer], by=administrator, now=NOW)
    assert due("2026-06-01 08:00", "4wh", subdistrict.pk).due == at("2026-06-01 15:00")
    assert due("2026-06-01 08:00", "4wh").due == at("2026-06-01 15:00")
    assert due("2026-06-01 08:00", "1wh", subdistrict.pk).due == at("2026-06-01 09:30")
    assert due("2026-06-01 08:00", "1wh").due == at("2026-06-01 10:00")
    assert due("2026-03-02 08:00", "1wh", subdistrict.pk).due == at("2026-03-02 10:00")
    assert due("2026-06-01 08:00", "1wh", 987654).due == at("2026-06-01 10:00")
    assert AuditEvent.objects.get(action="work_hours.set").object_id == str(subdistrict.pk)


def test_hours_out_of_order_are_refused(subdistrict, administrator):
    wrong = WorkHours(spans=[["14:00", "18:00"], ["09:00", "12:00"]])
    with pytest.raises(DomainError) as refused:
        set_work_hours(subdistrict, rows=[wrong], by=administrator, now=NOW)
    assert list(refused.value.fields) == ["spans"]
    assert not WorkHours.objects.exists()


def test_night_of_a_subdistrict(subdistrict, administrator):
    seed_calendar(now=NOW)
    set_night_rest(subdistrict, begins=time(23), ends=time(7), by=administrator, now=NOW)
    half_past_ten = at("2026-03-02 22:30")
    assert is_night(half_past_ten, queries.night_hours_for(None))
    assert not is_night(half_past_ten, queries.night_hours_for(subdistrict.pk))
    with pytest.raises(DomainError):
        set_night_rest(subdistrict, begins=time(23), ends=time(6), by=administrator, now=NOW)
    assert NightRest.objects.get(area=subdistrict).ends == time(7)


def test_an_unchanged_calendar_costs_one_query(django_assert_num_queries):
    seed_calendar(now=NOW)
    queries.calendar_for(None)
    with django_assert_num_queries(1):
        assert not queries.calendar_for(None).is_provisional(date(2026, 1, 1))


def test_an_edit_is_noticed(administrator):
    seed_calendar(now=NOW)
    before = queries.calendar_for(None)
    assert queries.calendar_for(None) is before
    publish_year(2027, DAYS_2027, source="国务院办公厅通知", by=administrator, now=NOW)
    assert queries.calendar_for(None) is not before
