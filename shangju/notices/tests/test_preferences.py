"""What staff chose about being written to, and what the telling and the sending make of it."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.cases.models import Case, CaseEvent
from shangju.cases.tests.stories import case_in, go, raised
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.gateways.errors import Busy
from shangju.gateways.sending import Message
from shangju.notices import health, services, telling, ways
from shangju.notices.choosing import reset_notice_settings, set_notice_settings, set_sending_times
from shangju.notices.kinds import Way
from shangju.notices.models import Notice, NoticePreference, NoticeState, OwnQuietHours, SendingTimes
from shangju.notices.queries import NoticeSettings, settings_of, waiting_by_channel
from shangju.notices.services import send_notices
from shangju.notices.telling import tell_of_events
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

EVENING = datetime(2026, 3, 5, 14, 30, tzinfo=UTC)
"""Thursday, half past ten in the evening in Beijing."""

MORNING = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)
"""Eight o'clock on the next day."""


class Taking:
    """A gateway that takes everything, or says that it is busy."""

    def __init__(self) -> None:
        self.taken: list[Message] = []
        self.busy: timedelta | None = None

    def send(self, message: Message, *, now: datetime) -> None:
        if self.busy is not None:
            raise Busy("limit", after=self.busy)
        self.taken.append(message)


@pytest.fixture(autouse=True)
def gateway(monkeypatch: pytest.MonkeyPatch) -> Taking:
    made = Taking()
    monkeypatch.setattr(services, "gateway_for", lambda channel: made)
    monkeypatch.setattr(ways, "is_configured", lambda channel: True)
    return made


@pytest.fixture(autouse=True)
def _reached(street: Street) -> None:
    """Everybody has a WeCom member id; the grid worker a phone and an e-mail address, too."""
    User.objects.update(wecom_id="member")
    worker = street.users["grid_worker"]
    worker.set_phone("13900001111")
    worker.email, worker.wecom_id = "worker@shangju.example", "member"
    worker.save()


def told(street: Street, name: str) -> list[tuple[str, str]]:
    """Kind of event and way of what went or goes out to somebody."""
    rows = Notice.objects.filter(user=street.users[name]).exclude(channel="in_app").order_by("pk")
    return [(row.event.kind if row.event else "", row.channel) for row in rows]


def choose(
    street: Street, name: str, now: datetime, quiet: tuple[time, time] | None = None, **choice: str
) -> None:
    """``action_wecom="daily"``."""
    user = street.users[name]
    chosen = {(kind, way): value for key, value in choice.items() for kind, _s, way in [key.rpartition("_")]}
    set_notice_settings(user, chosen=chosen, quiet=quiet, by=user, now=now)


def settings_for(street: Street, name: str, now: datetime) -> NoticeSettings:
    user = street.users[name].pk
    return settings_of([user], day=now.date())[user]


def dispatched(street: Street, now: datetime, **fields: Any) -> Case:
    return case_in("dispatched", street, now=now, **fields)


def test_by_default_work_goes_out_at_once_by_wecom_and_by_no_other_way(street: Street, now: datetime) -> None:
    dispatched(street, now)
    tell_of_events(now)
    assert told(street, "grid_worker") == [("dispatch", "wecom")]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ({"action_sms": "at_once"}, ["sms", "wecom"]),
        ({"action_email": "at_once"}, ["email", "wecom"]),
        ({"action_wecom": "daily"}, []),
        ({"action_wecom": "in_system", "action_email": "at_once"}, ["email"]),
        ({"approval_wecom": "in_system"}, ["wecom"]),
    ],
)
def test_it_goes_out_as_was_chosen_and_always_stands_in_the_system(
    street: Street, now: datetime, choice: dict[str, str], expected: list[str]
) -> None:
    choose(street, "grid_worker", now, **choice)
    dispatched(street, now)
    tell_of_events(now)
    assert sorted(way for _kind, way in told(street, "grid_worker")) == expected
    inside = Notice.objects.get(user=street.users["grid_worker"], channel="in_app", event__kind="dispatch")
    assert (inside.kind, inside.state) == ("action", "sent")


def test_a_text_message_to_staff_names_the_case_and_nothing_else(
    street: Street, now: datetime, gateway: Taking
) -> None:
    choose(street, "grid_worker", now, action_sms="at_once", action_wecom="in_system")
    case = dispatched(street, now)
    tell_of_events(now)
    send_notices(now)
    [message] = [each for each in gateway.taken if each.recipient == "13900001111"]
    assert (message.purpose, dict(message.values)) == ("staff_news", {"number": case.number})


def test_what_comes_in_the_evening_is_kept_until_the_morning_and_sent_once(
    street: Street, gateway: Taking
) -> None:
    dispatched(street, EVENING)
    tell_of_events(EVENING)
    [notice] = Notice.objects.filter(user=street.users["grid_worker"], channel="wecom")
    assert (notice.send_after, notice.due_at, notice.is_urgent) == (MORNING, MORNING, False)
    for moment in (EVENING, EVENING + timedelta(hours=3), MORNING - timedelta(seconds=1)):
        send_notices(moment)
        assert [each for each in gateway.taken if each.channel == "wecom"] == []
    assert waiting_by_channel(EVENING)["wecom"].for_quiet > 0
    send_notices(MORNING)
    send_notices(MORNING + timedelta(minutes=1))
    assert [each.key for each in gateway.taken].count(notice.key) == 1
    assert not Notice.objects.filter(channel="wecom").exclude(state=NoticeState.SENT).exists()


def test_danger_goes_out_at_night_by_the_first_way_whatever_was_chosen(
    street: Street, gateway: Taking
) -> None:
    choose(street, "grid_worker", EVENING, action_wecom="in_system", supervision_wecom="in_system")
    with everywhere(EverywhereReason.SETUP):
        case = dispatched(street, EVENING)
        Case.objects.filter(pk=case.pk).update(deadline_class="A1", due_step="sign")
    tell_of_events(EVENING)
    [notice] = Notice.objects.filter(user=street.users["grid_worker"], channel="wecom")
    assert (notice.is_urgent, notice.send_after) == (True, None)
    assert told(street, "grid_worker") == [("dispatch", "wecom")], "by the first way only"
    send_notices(EVENING)
    assert notice.key in [each.key for each in gateway.taken]
    assert all(each.is_urgent for each in gateway.taken if each.channel == "wecom")


@pytest.mark.parametrize(
    ("deadline_class", "night_class", "step", "urgent"),
    [
        ("A1", "", "accept", True),
        ("A2", "", "close", True),
        ("D", "N", "sign", True),
        ("D", "N", "close", False),  # somebody was on site: the cure runs by the day
        ("D", "", "sign", False),
        ("B", "", "accept", False),
        ("A1", "", "call_back", False),
        ("??", "", "sign", False),
    ],
)
def test_what_is_urgent_is_the_clock_that_runs_day_and_night(
    deadline_class: str, night_class: str, step: str, urgent: bool, now: datetime
) -> None:
    case = Case(deadline_class=deadline_class, night_class=night_class, due_step=step, due_at=now)
    assert ways.is_urgent(case) is urgent


def test_without_a_running_clock_nothing_is_urgent() -> None:
    assert not ways.is_urgent(Case(deadline_class="A1", due_step=""))


def test_what_a_limit_put_off_into_the_evening_waits_for_the_morning(street: Street, gateway: Taking) -> None:
    afternoon = EVENING - timedelta(hours=2)  # half past eight
    dispatched(street, afternoon)
    tell_of_events(afternoon)
    gateway.busy = timedelta(minutes=45)
    send_notices(afternoon)
    gateway.busy = None
    send_notices(EVENING)
    waiting = Notice.objects.filter(channel="wecom", user=street.users["grid_worker"]).get()
    assert (waiting.state, waiting.send_after, waiting.attempts) == ("pending", MORNING, 0)
    send_notices(MORNING)
    assert Notice.objects.get(pk=waiting.pk).state == NoticeState.SENT


def test_long_holidays_are_not_taken_for_a_clock_that_was_put_back(street: Street, gateway: Taking) -> None:
    before = datetime(2026, 2, 14, 14, 0, tzinfo=UTC)  # the evening before nine days of Spring Festival
    dispatched(street, before)
    tell_of_events(before)
    for day in range(9):
        send_notices(before + timedelta(days=day))
    assert [each for each in gateway.taken if each.channel == "wecom"] == []
    send_notices(datetime(2026, 2, 24, 0, 0, tzinfo=UTC))
    assert [each for each in gateway.taken if each.channel == "wecom"]


def test_urgent_ones_go_first(street: Street, now: datetime, gateway: Taking) -> None:
    with everywhere(EverywhereReason.SETUP):
        dispatched(street, now)
        second = dispatched(street, now)
        Case.objects.filter(pk=second.pk).update(deadline_class="A1", due_step="sign")
    tell_of_events(now)
    send_notices(now + timedelta(minutes=1))
    ways_out = [each for each in gateway.taken if each.channel == "wecom"]
    assert [each.is_urgent for each in ways_out] == sorted(
        (each.is_urgent for each in ways_out), reverse=True
    )
    assert any(each.is_urgent for each in ways_out)
    assert not all(each.is_urgent for each in ways_out)


def test_ones_own_quiet_hours_come_on_top_of_those_of_the_subdistrict(street: Street, now: datetime) -> None:
    area = street.areas["subdistrict"]
    set_sending_times(
        area, begins=time(20), ends=time(7), on_days_off=True, lists_when_empty=True, by=COMMAND_LINE, now=now
    )
    choose(street, "grid_worker", now, quiet=(time(6), time(9, 30)))
    settings = settings_for(street, "grid_worker", now)
    assert [(each.begins, each.ends) for each in settings.quiet] == [
        (time(20), time(7)),
        (time(6), time(9, 30)),
    ]
    assert settings.lists_when_empty
    assert settings.held(EVENING).send_after == MORNING + timedelta(hours=1, minutes=30)
    assert settings_for(street, "far_worker", now).quiet[0].begins == time(21), (
        "the neighbour keeps the default"
    )


def test_only_what_differs_keeps_a_row_and_the_reset_keeps_none(street: Street, now: datetime) -> None:
    choose(
        street, "grid_worker", now, action_wecom="at_once", news_wecom="at_once", quiet=(time(19), time(22))
    )
    assert list(NoticePreference.objects.values_list("kind", "way", "delivery")) == [
        ("news", "wecom", "at_once")
    ]
    assert OwnQuietHours.objects.count() == 1
    choose(street, "grid_worker", now, news_wecom="daily")
    assert not NoticePreference.objects.exists()
    assert not OwnQuietHours.objects.exists()
    choose(street, "grid_worker", now, news_wecom="at_once", quiet=(time(19), time(22)))
    reset_notice_settings(street.users["grid_worker"], by=street.users["grid_worker"])
    assert not NoticePreference.objects.exists()
    assert not OwnQuietHours.objects.exists()


@pytest.mark.parametrize(
    ("choice", "quiet", "field"),
    [
        ({"daily_list_wecom": "daily"}, None, "daily_list-wecom"),
        ({"action_wecom": "never"}, None, "action-wecom"),
        ({"daily_list_wecom": "in_system"}, None, "daily_list-wecom"),  # news waits for the list
        ({}, (time(8), time(20)), "ends"),  # with 21:00 to 08:00 nothing of the day is left
        ({}, (time(8), time(8)), "ends"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    street: Street, now: datetime, choice: dict[str, str], quiet: tuple[time, time] | None, field: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        choose(street, "grid_worker", now, quiet=quiet, **choice)
    assert field in refusal.value.fields
    assert not NoticePreference.objects.exists()


def test_nobody_sets_the_notices_of_somebody_else(street: Street, now: datetime) -> None:
    mine, theirs = street.users["leader"], street.users["grid_worker"]
    with pytest.raises(NotAllowed):
        set_notice_settings(theirs, chosen={}, quiet=None, by=mine, now=now)
    with pytest.raises(NotAllowed):
        reset_notice_settings(theirs, by=mine)


def test_only_a_system_administrator_sets_quiet_hours_and_it_is_audited(
    street: Street, now: datetime
) -> None:
    area = street.areas["subdistrict"]
    times: dict[str, Any] = {
        "begins": time(20),
        "ends": time(8),
        "on_days_off": False,
        "lists_when_empty": False,
    }
    with pytest.raises(NotAllowed):
        set_sending_times(area, **times, by=street.users["leader"], now=now)
    administrator = street.users["system_administrator"]
    set_sending_times(area, **times, by=administrator, now=now)
    set_sending_times(area, **times, by=administrator, now=now)
    [event] = AuditEvent.objects.filter(action="sending_times.set")
    assert (event.before["begins"], event.after["begins"], event.actor) == ("21:00", "20:00", administrator)
    set_sending_times(area, **{**times, "begins": time(21), "on_days_off": True}, by=administrator, now=now)
    assert not SendingTimes.objects.exists(), "the default keeps no row"


def test_the_database_knows_the_rules_too(street: Street, now: datetime) -> None:
    user = street.users["grid_worker"]
    for kind, delivery in (("daily_list", "daily"), ("gossip", "at_once"), ("news", "now")):
        with pytest.raises(IntegrityError), transaction.atomic():
            NoticePreference.objects.create(user=user, kind=kind, way="wecom", delivery=delivery)
    with pytest.raises(IntegrityError), transaction.atomic():
        OwnQuietHours.objects.create(user=user, begins=time(8), ends=time(8))
    urgent = Notice(
        key="k", channel="wecom", user=user, subject="s", body="b", due_at=now, created_at=now, is_urgent=True
    )
    urgent.send_after = now
    with pytest.raises(IntegrityError), transaction.atomic():
        urgent.save()


def test_telling_one_event_costs_one_statement_more_where_staff_are_reached(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = {}
    for reached in (False, False, True):  # what a process reads once is known after the first
        raised(street, now=now)
        monkeypatch.setattr(ways, "open_ways", lambda reached=reached: tuple(Way) if reached else ())
        CaseEvent.objects.filter(notified_at=None).exclude(pk=CaseEvent.objects.latest("pk").pk).update(
            notified_at=now
        )
        with CaptureQueriesContext(connection) as captured:
            assert tell_of_events(now) == 1
        counts[reached] = [query["sql"] for query in captured]
    more = [sql for sql in counts[True] if "UNION" in sql and "noticepreference" in sql]
    version = [sql for sql in counts[True] if "referenceversion" in sql]
    assert len(more) == 1
    assert len(version) == 1, "inside a test's transaction; the worker asks once a second"
    assert len(counts[True]) == len(counts[False]) + len(more) + len(version)


def test_the_alarm_rings_when_something_waits_too_long_and_not_for_quiet_hours(street: Street) -> None:
    dispatched(street, EVENING)
    tell_of_events(EVENING)
    Notice.objects.exclude(user=street.users["grid_worker"]).delete()
    assert health.waiting(EVENING + timedelta(hours=5)).well
    assert health.waiting(MORNING + timedelta(hours=1)).well
    assert not health.waiting(MORNING + timedelta(hours=3)).well
    Notice.objects.filter(channel="wecom").update(send_after=None, is_urgent=True)
    assert health.waiting(EVENING + timedelta(minutes=9)).well
    assert not health.waiting(EVENING + timedelta(minutes=11)).well


def test_every_step_of_telling_is_repeatable_with_preferences(street: Street, now: datetime) -> None:
    case = dispatched(street, now)
    go(case, "sign", "grid_worker", street, now=now)
    tell_of_events(now)
    keys = set(Notice.objects.values_list("key", flat=True))
    CaseEvent.objects.update(notified_at=None)
    while telling.tell_of_events(now):
        pass
    assert set(Notice.objects.values_list("key", flat=True)) == keys


def test_doctor_says_that_a_way_that_was_chosen_is_not_configured(
    street: Street, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    monkeypatch.setattr(health, "is_configured", lambda channel: channel == "wecom")
    settings.DEMO = False
    assert health.ways_out(MORNING).well
    assert "SHANGJU_EMAIL_URL" in health.ways_out(MORNING).sentence
    NoticePreference.objects.create(
        user=street.users["grid_worker"], kind="approval", way="email", delivery="daily"
    )
    assert not health.ways_out(MORNING).well
    assert "SHANGJU_EMAIL_URL" in health.ways_out(MORNING).sentence
    monkeypatch.setattr(health, "is_configured", lambda channel: channel in {"wecom", "email"})
    assert health.ways_out(MORNING).well
