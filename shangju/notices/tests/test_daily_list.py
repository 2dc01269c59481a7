"""The daily list: what is on it for whom, made once a person and day at the start of work, whatever dies."""

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.cases.models import Case
from shangju.cases.tests.stories import case_in, go, raised
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.queries import calendar_for
from shangju.gateways.sending import Message
from shangju.notices import making_lists, services, ways
from shangju.notices.choosing import set_notice_settings, set_sending_times
from shangju.notices.daily_list import TodaysList
from shangju.notices.making_lists import is_at_work, list_for, make_daily_lists
from shangju.notices.models import DailyList, Notice, NoticeState
from shangju.notices.services import send_notices
from shangju.notices.telling import tell_of_events
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

OPENING = datetime(2026, 3, 6, 1, 0, tzinfo=UTC)
"""Friday, nine o'clock in Beijing: the start of work on the day after ``now``."""


def beijing(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


def seen(street: Street, name: str, now: datetime) -> TodaysList:
    with override("en"):
        return list_for(street.users[name], now=now).found


def counts(found: TodaysList) -> dict[str, str]:
    return {part.key: part.count for part in found.parts}


def set_due(case: Case, due: datetime) -> Case:
    Case.objects.filter(pk=case.pk).update(due_at=due, yellow_at=due, orange_at=due, purple_at=due)
    return case


@pytest.mark.parametrize(
    ("moment", "at_work"),
    [
        ("2026-03-05T08:59:59", False),
        ("2026-03-05T09:00", True),
        ("2026-03-05T12:30", True),  # the noon break
        ("2026-03-05T17:59:59", True),
        ("2026-03-05T18:00", False),
        ("2026-03-07T10:00", False),  # Saturday
        ("2026-02-14T09:00", True),  # a Saturday that is worked (调休)
        ("2026-02-17T10:00", False),  # Spring Festival
        ("2026-10-01T10:00", False),
    ],
)
def test_a_list_is_made_while_people_are_at_work(street: Street, moment: str, at_work: bool) -> None:
    assert is_at_work(calendar_for(street.areas["subdistrict"].pk), beijing(moment)) is at_work
    assert (make_daily_lists(beijing(moment)) > 0) is at_work
    assert DailyList.objects.exists() is at_work


def test_a_worker_sees_each_own_case_once_in_the_order_of_its_deadline(street: Street, now: datetime) -> None:
    late = set_due(case_in("dispatched", street, now=now), OPENING - timedelta(hours=1))
    later = set_due(case_in("in_progress", street, now=now), OPENING - timedelta(minutes=5))
    to_sign = set_due(case_in("dispatched", street, now=now), OPENING + timedelta(hours=2))
    today = set_due(case_in("in_progress", street, now=now), OPENING + timedelta(hours=3))
    set_due(case_in("in_progress", street, now=now), OPENING + timedelta(days=2))
    case_in("resolved", street, now=now)
    found = seen(street, "grid_worker", OPENING)
    rows = {part.key: [case.pk for case, _light in part.cases] for part in found.parts}
    assert rows == {"overdue": [late.pk, later.pk], "to_sign": [to_sign.pk], "today": [today.pk]}
    assert not found.leads


def test_a_dispatcher_sees_what_to_accept_to_call_back_and_to_decide(street: Street, now: datetime) -> None:
    raised(street, now=now)
    set_due(case_in("resolved", street, now=now), OPENING + timedelta(hours=1))
    asked = go(case_in("in_progress", street, now=now), "ask_return", "grid_worker", street, now=now)
    found = seen(street, "second_officer", OPENING)
    assert counts(found) == {"to_accept": "1", "call_backs": "1", "approvals": "1"}
    assert [case.pk for case, _light in found.parts[2].cases] == [asked.pk]
    assert counts(seen(street, "grid_worker", OPENING)).get("to_accept") is None


def test_who_leads_sees_each_community_with_what_is_late(street: Street, now: datetime) -> None:
    case_in("registered", street, now=now)  # in time: in no row
    set_due(case_in("in_progress", street, now=now), OPENING - timedelta(hours=1))
    Case.objects.filter(pk=case_in("in_progress", street, now=now).pk).update(tier="community")
    go(case_in("in_progress", street, now=now), "ask_return", "grid_worker", street, now=now)
    far = set_due(raised(street, now=now, area="other_grid"), OPENING - timedelta(hours=1))
    found = seen(street, "leader", OPENING)
    lines = {line.code: dict(line.counts) for line in found.communities}
    first, second = (street.areas[name].code for name in ("first", "second"))
    assert lines[first]["climbed"] == 1
    assert lines[first]["awaiting"] == 1
    assert lines[second]["overdue"] == 1
    assert found.in_all["overdue"] == sum(line["overdue"] for line in lines.values()) >= 2
    assert second not in {line.code for line in seen(street, "secretary", OPENING).communities}
    assert seen(street, "far_desk", OPENING).is_empty
    assert far.community_id == street.areas["second"].pk


def test_nothing_behind_a_wall_and_no_confidential_title(street: Street, now: datetime) -> None:
    case = set_due(raised(street, now=now, place_party=street.parties["shop"]), OPENING)
    assert counts(seen(street, "officer", now)).get("to_accept") == "1"
    assert counts(seen(street, "officer_with_shop", now)).get("to_accept") is None
    Case.objects.filter(pk=case.pk).update(is_confidential=True)
    make_daily_lists(OPENING)
    bodies = "".join(Notice.objects.filter(kind="daily_list").values_list("body", flat=True))
    assert case.title not in bodies


def test_one_list_a_person_and_day_however_often(street: Street, now: datetime) -> None:
    case_in("dispatched", street, now=now)
    assert make_daily_lists(OPENING) > 0
    stored = set(Notice.objects.filter(kind="daily_list").values_list("key", flat=True))
    worker = street.users["grid_worker"]
    assert f"list-2026-03-06-in_app-user-{worker.pk}" in stored
    for minute in (0, 1, 300):
        assert make_daily_lists(OPENING + timedelta(minutes=minute)) == 0
    assert set(Notice.objects.filter(kind="daily_list").values_list("key", flat=True)) == stored
    assert make_daily_lists(beijing("2026-03-09T09:00")) > 0
    assert DailyList.objects.filter(user=worker).count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        DailyList.objects.create(user=worker, day=date(2026, 3, 6), made_at=now)


class Killed(BaseException):
    """The worker died here."""


@pytest.mark.parametrize("line", ["before the row", "between row and notices", "after the notices"])
def test_a_worker_that_dies_leaves_all_or_nothing(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    case_in("dispatched", street, now=now)
    bulk_create, get_or_create = Notice.objects.bulk_create, DailyList.objects.get_or_create

    def die(*_arguments: Any, **_options: Any) -> Any:
        raise Killed

    def write_and_die(*arguments: Any, **options: Any) -> Any:
        bulk_create(*arguments, **options)
        raise Killed

    if line == "before the row":
        monkeypatch.setattr(DailyList.objects, "get_or_create", die)
    else:
        monkeypatch.setattr(
            Notice.objects, "bulk_create", die if line.startswith("between") else write_and_die
        )
    with pytest.raises(Killed):
        make_daily_lists(OPENING)
    assert not DailyList.objects.exists()
    assert not Notice.objects.filter(kind="daily_list").exists()
    monkeypatch.setattr(Notice.objects, "bulk_create", bulk_create)
    monkeypatch.setattr(DailyList.objects, "get_or_create", get_or_create)
    make_daily_lists(OPENING)
    assert (
        Notice.objects.filter(kind="daily_list", channel="in_app", user=street.users["grid_worker"]).count()
        == 1
    )


def test_with_nothing_to_say_nothing_is_said_unless_the_subdistrict_wants_it(
    street: Street, now: datetime
) -> None:
    make_daily_lists(OPENING)
    assert not Notice.objects.exists()
    assert set(DailyList.objects.values_list("is_empty", flat=True)) == {True}
    set_sending_times(
        street.areas["subdistrict"],
        begins=time(21), ends=time(8), on_days_off=True, lists_when_empty=True, by=COMMAND_LINE, now=now,
    )  # fmt: skip
    make_daily_lists(beijing("2026-03-09T09:00"))
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert "grid-worker" in told
    assert "far-worker" not in told


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[Message]:
    """What went out of the house."""
    messages: list[Message] = []

    class Taking:
        def send(self, message: Message, *, now: datetime) -> None:
            messages.append(message)

    monkeypatch.setattr(services, "gateway_for", lambda channel: Taking())
    monkeypatch.setattr(ways, "is_configured", lambda channel: True)
    return messages


def test_it_goes_out_as_chosen_at_the_end_of_ones_own_quiet_hours(
    street: Street, now: datetime, taken: list[Message]
) -> None:
    worker = street.users["grid_worker"]
    worker.set_phone("13900001111")
    worker.wecom_id = "member-1"
    worker.language = "en"
    worker.save()
    chosen = {("daily_list", "sms"): "at_once"}
    set_notice_settings(worker, chosen=chosen, quiet=(time(8), time(10)), by=worker, now=now)
    case = set_due(case_in("dispatched", street, now=now), OPENING + timedelta(hours=4))
    make_daily_lists(OPENING)
    send_notices(OPENING + timedelta(minutes=59))
    assert taken == []
    send_notices(OPENING + timedelta(hours=1))
    by_way = {message.channel: message for message in taken}
    assert set(by_way) == {"wecom", "sms"}
    assert by_way["wecom"].subject == "Today: To sign for 1"
    assert case.number in by_way["wecom"].body
    assert case.title_in_lists in by_way["wecom"].body
    assert "/my/today/" in by_way["wecom"].body
    assert by_way["sms"].purpose == "daily_list"
    assert dict(by_way["sms"].values) == {"overdue": "0", "to_sign": "1", "today": "0", "call_backs": "0"}
    gone = Notice.objects.filter(kind="daily_list").exclude(channel="in_app")
    assert {(row.state, row.body, row.recipient) for row in gone} == {(NoticeState.SENT, "", "")}


def test_a_leaders_text_message_counts_what_is_late(
    street: Street, now: datetime, taken: list[Message]
) -> None:
    leader = street.users["leader"]
    leader.set_phone("13900002222")
    leader.save()
    set_notice_settings(leader, chosen={("daily_list", "sms"): "at_once"}, quiet=None, by=leader, now=now)
    set_due(case_in("in_progress", street, now=now), OPENING - timedelta(hours=1))
    make_daily_lists(OPENING)
    send_notices(OPENING)
    [message] = [each for each in taken if each.channel == "sms"]
    assert (message.purpose, message.values["overdue"]) == ("daily_list_leader", "1")


def test_what_waits_for_the_list_is_its_news_since_the_last_one(street: Street, now: datetime) -> None:
    case = case_in("in_progress", street, now=now)
    go(case, "add_words", "reporter", street, now=now)
    tell_of_events(now)
    found = seen(street, "grid_worker", OPENING)
    assert [notice.event.kind for notice in found.news if notice.event] == ["add_words"]
    Notice.objects.update(created_at=OPENING - timedelta(hours=1))
    make_daily_lists(OPENING)
    assert seen(street, "grid_worker", beijing("2026-03-09T09:00")).news == []
    assert len(seen(street, "grid_worker", OPENING + timedelta(hours=1)).news) == 1, "on the page all day"


def test_many_rows_take_as_many_statements_as_one(street: Street, now: datetime) -> None:
    statements = []
    for _round in range(2):
        for state in ("dispatched", "in_progress", "registered", "resolved"):
            set_due(case_in(state, street, now=now), OPENING - timedelta(hours=1))
        with CaptureQueriesContext(connection) as captured:
            seen(street, "secretary", OPENING)
        statements.append(len(captured))
    assert statements[0] == statements[1] <= 14


def test_the_command_tries_without_writing_and_makes_each_list_once(street: Street, now: datetime) -> None:
    case = case_in("dispatched", street, now=now)

    def digest(*options: str) -> str:
        out = StringIO()
        call_command("digest", "--now", OPENING.isoformat(), *options, stdout=out)
        return out.getvalue()

    tried = digest("--dry-run")
    assert "grid-worker: " in tried
    assert case.number not in tried
    assert not DailyList.objects.exists()
    assert not Notice.objects.exists()
    people = User.objects.filter(appointments__isnull=False).distinct().count()
    assert f"{people}" in tried.splitlines()[-1]
    assert digest().strip() == f"daily lists: {people}"
    assert digest().strip() == "daily lists: 0"
    for odd in (
        "2026-03-06T09:00",
        "0001-01-01T00:00+08:00",
        "9999-12-31T23:59+00:00",
        "2026-02-30T09:00+08:00",
    ):
        with pytest.raises(CommandError) as refusal:
            call_command("digest", "--now", odd, stdout=StringIO())
        assert refusal.value.returncode == 2, odd


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_list_each(street: Street, now: datetime) -> None:
    case_in("dispatched", street, now=now)
    together = Barrier(2)

    def work() -> None:
        together.wait()
        make_daily_lists(OPENING)
        connection.close()

    workers = [Thread(target=work) for _number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with everywhere(EverywhereReason.VERIFICATION):
        people = User.objects.filter(appointments__isnull=False).distinct().count()
    assert DailyList.objects.count() == people
    keys = list(Notice.objects.filter(kind="daily_list").values_list("key", flat=True))
    assert len(keys) == len(set(keys)) > 0
    assert not making_lists.resting(making_lists.STEP, now=OPENING)
