"""Notices out of the house: sent once under their key, tried again, given up; one digest for many."""

import logging
from datetime import timedelta

import pytest
from django.db import connection

from shangju.accounts.models import User
from shangju.areas.tests.trees import person
from shangju.cases.codes import format_code
from shangju.gateways.errors import Busy, RefusedForGood
from shangju.gateways.sending import Message
from shangju.notices import services, ways
from shangju.notices.models import Notice, NoticeState
from shangju.notices.services import send_notices
from shangju.notices.telling import tell_of_events
from shangju.notices.tests.street import NOW, PHONE, Street, accept, go, make_street, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def street() -> Street:
    return make_street()


class Gateway:
    """Takes messages, or says that it cannot."""

    def __init__(self, failures: int = 0) -> None:
        self.taken: list[Message] = []
        self.failures = failures

    def send(self, message: Message, *, now: object) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError(f"no route for {message.recipient}")
        self.taken.append(message)


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Gateway:
    made = Gateway()
    monkeypatch.setattr(services, "gateway_for", lambda channel: made)
    return made


def test_sent_once_under_its_key(street: Street, gateway: Gateway) -> None:
    go(street, report(street), accept())
    tell_of_events(NOW)
    assert send_notices(NOW) == 1
    assert send_notices(NOW + timedelta(hours=1)) == 0
    [message] = gateway.taken
    notice = Notice.objects.get(channel="sms")
    assert message.key == notice.key == f"event-{notice.event_id}-sms-reporter"
    assert notice.state == NoticeState.SENT


def test_a_notice_that_another_worker_holds_is_left_until_its_lease_is_over(
    street: Street, gateway: Gateway
) -> None:
    go(street, report(street), accept())
    tell_of_events(NOW)
    Notice.objects.update(leased_until=NOW + timedelta(minutes=2))
    assert send_notices(NOW) == 0
    assert send_notices(NOW + timedelta(minutes=3)) == 1


def test_a_failing_gateway_is_tried_later_and_given_up_in_the_end(
    street: Street, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    gateway.failures = 99
    go(street, report(street), accept())
    tell_of_events(NOW)
    with caplog.at_level(logging.INFO):
        assert send_notices(NOW) == 0
        assert Notice.objects.get(channel="sms").due_at == NOW + timedelta(minutes=2)
        assert send_notices(NOW + timedelta(minutes=1)) == 0
        assert Notice.objects.get(channel="sms").attempts == 1, "not before its time"
        for day in range(1, 12):
            send_notices(NOW + timedelta(days=day))
    notice = Notice.objects.get(channel="sms")
    assert (notice.state, notice.attempts) == (NoticeState.FAILED, services.ATTEMPTS_AT_MOST)
    assert "given up" in caplog.text
    assert PHONE not in caplog.text


@pytest.mark.parametrize("fault", ["gateway", "key"])
def test_a_notice_with_a_fault_of_its_own_keeps_no_other_from_being_sent(
    street: Street, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    go(street, report(street), accept())
    go(street, report(street), accept())
    tell_of_events(NOW)
    first, second = Notice.objects.filter(channel="sms").order_by("pk")
    if fault == "gateway":
        take = gateway.send

        def send(message: Message, *, now: object) -> None:
            if message.key == first.key:
                raise ValueError(f"{message.recipient} is malformed")
            take(message, now=now)

        monkeypatch.setattr(gateway, "send", send)
    else:
        with connection.cursor() as cursor:
            cursor.execute("UPDATE notices_notice SET body = 'no sealed text' WHERE id = %s", [first.pk])
    assert send_notices(NOW) == 1
    assert [message.key for message in gateway.taken] == [second.key]
    state = Notice.objects.values_list("state", "attempts", "due_at", "leased_until").get(pk=first.pk)
    assert state == (NoticeState.PENDING, 1, NOW + timedelta(minutes=2), None)


class SayingGateway(Gateway):
    """Says ``refusal`` to everything, as long as there is one."""

    def __init__(self, refusal: Exception | None) -> None:
        super().__init__()
        self.refusal = refusal

    def send(self, message: Message, *, now: object) -> None:
        if self.refusal is not None:
            raise self.refusal
        self.taken.append(message)


def test_a_busy_provider_costs_no_try(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = SayingGateway(Busy("limit", after=timedelta(minutes=7)))
    monkeypatch.setattr(services, "gateway_for", lambda channel: gateway)
    go(street, report(street), accept())
    tell_of_events(NOW)
    send_notices(NOW)
    notice = Notice.objects.get(channel="sms")
    assert (notice.state, notice.attempts, notice.due_at) == (
        NoticeState.PENDING,
        0,
        NOW + timedelta(minutes=7),
    )
    gateway.refusal = None
    assert send_notices(NOW + timedelta(minutes=6)) == 0
    assert send_notices(NOW + timedelta(minutes=7)) == 1
    assert Notice.objects.get(channel="sms").state == NoticeState.SENT


def test_a_provider_that_says_wait_for_ever_is_asked_again_in_two_days(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it says of one message stops no other."""
    gateway = SayingGateway(Busy("429", after=timedelta.max))
    monkeypatch.setattr(services, "gateway_for", lambda channel: gateway)
    go(street, report(street), accept())
    tell_of_events(NOW)
    assert send_notices(NOW) == 0
    assert Notice.objects.get(channel="sms").due_at == NOW + timedelta(days=2)


def test_what_is_refused_for_good_is_given_up_with_the_reason_and_may_be_tried_again(
    street: Street, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    gateway = SayingGateway(RefusedForGood("isv.MOBILE_NUMBER_ILLEGAL"))
    monkeypatch.setattr(services, "gateway_for", lambda channel: gateway)
    go(street, report(street), accept())
    tell_of_events(NOW)
    send_notices(NOW)
    notice = Notice.objects.get(channel="sms")
    assert (notice.state, notice.refusal) == (NoticeState.FAILED, "isv.MOBILE_NUMBER_ILLEGAL")
    assert PHONE not in caplog.text
    assert services.try_again(notice, by=person("administrator"), now=NOW)
    gateway.refusal = None
    send_notices(NOW)
    notice.refresh_from_db()
    assert (notice.state, notice.refusal) == (NoticeState.SENT, "")
    assert not services.try_again(notice, by=person("other"), now=NOW)


def test_a_text_message_brings_what_fills_its_template(street: Street, gateway: Gateway) -> None:
    case = report(street)
    go(street, case, accept())
    tell_of_events(NOW)
    send_notices(NOW)
    (message,) = gateway.taken
    assert message.purpose == "accept"
    assert message.values["number"] == case.number
    assert message.values["code"] == format_code(case.tracking_code)
    assert all(len(value) <= 20 for value in message.values.values())


def test_staff_are_told_in_wecom_too_where_they_are_known_there(
    street: Street, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "is_configured", lambda channel: channel == "wecom")
    User.objects.update(wecom_id="member-7")
    report(street)
    tell_of_events(NOW)
    known = Notice.objects.filter(channel="wecom")
    assert known.exists()
    assert {notice.recipient for notice in known} == {"member-7"}
    in_app = set(
        Notice.objects.filter(channel="in_app", user__isnull=False).values_list("user_id", flat=True)
    )
    assert set(known.values_list("user_id", flat=True)) == in_app


def test_many_waiting_for_one_person_go_out_as_one(
    street: Street, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ways, "is_configured", lambda channel: channel == "wecom")
    User.objects.update(wecom_id="member-7")
    for _one in range(services.DIGEST_FROM):
        report(street)
    tell_of_events(NOW)
    waiting = Notice.objects.filter(channel="wecom", state="pending")
    users = waiting.values("user_id").distinct().count()
    numbers = [notice.subject for notice in waiting]
    send_notices(NOW)
    digests = [message for message in gateway.taken if message.channel == "wecom"]
    assert len(digests) == users
    assert all(any(number in message.body for message in digests) for number in numbers)
    assert not Notice.objects.filter(channel="wecom").exclude(state="sent").exists()


def test_a_digest_that_went_out_before_a_crash_hides_nothing_that_came_after(
    street: Street, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The repeat is the same message under the same key, and what came meanwhile goes out by itself."""

    def waiting(number: int) -> None:
        Notice.objects.create(
            key=f"n-{number}", channel="wecom", user=street.worker, recipient="member-7", language="zh-hans",
            subject=f"消息{number}", body="…", due_at=NOW, created_at=NOW,
        )  # fmt: skip

    def killed(*_arguments: object, **_options: object) -> int:
        raise SystemExit

    for number in range(services.DIGEST_FROM):
        waiting(number)
    with monkeypatch.context() as patched:
        patched.setattr(services, "_note_sent", killed)
        with pytest.raises(SystemExit):
            send_notices(NOW)
    waiting(services.DIGEST_FROM)
    send_notices(NOW + services.LEASE + timedelta(seconds=1))
    first, *others = gateway.taken
    repeats = [message for message in others if message.key == first.key]
    assert [message.body for message in repeats] == [first.body]
    assert [message.subject for message in others if message.key != first.key] == [
        f"消息{services.DIGEST_FROM}"
    ]
    assert not Notice.objects.exclude(state="sent").exists()
