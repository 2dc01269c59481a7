"""Limits of the ways out: data over defaults, a part left to what is urgent, and never one too many."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from shangju.areas.tests.trees import person
from shangju.core.errors import DomainError
from shangju.core.models import AuditEvent
from shangju.gateways.errors import Busy
from shangju.gateways.limits import (
    DAY,
    DEFAULT_LIMITS,
    GATEWAY,
    HOUR,
    MINUTE,
    RECEIVER,
    limits_in_force,
    take_slots,
)
from shangju.gateways.models import GatewayLimit, SendingCount
from shangju.gateways.queries import limits_of_all, used_now
from shangju.gateways.services import set_limits

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def limit(channel: str, scope: str, window: str, amount: int | None) -> None:
    GatewayLimit.objects.create(channel=channel, scope=scope, window=window, amount=amount)


def taken(channel: str, times: int, *, is_urgent: bool = False, now: datetime = NOW, to: str = "") -> int:
    """How many of ``times`` got through, each to a receiver of its own."""
    through = 0
    for number in range(times):
        try:
            take_slots(channel, to or f"receiver {number} {is_urgent}", is_urgent=is_urgent, now=now)
        except Busy:
            continue
        through += 1
    return through


def test_a_gateways_limit_counts_all_receivers_and_begins_anew() -> None:
    limit("sms", GATEWAY, MINUTE, 5)
    assert taken("sms", 9, is_urgent=True) == 5
    assert taken("sms", 9, is_urgent=True, now=NOW + timedelta(seconds=59)) == 0
    assert taken("sms", 9, is_urgent=True, now=NOW + timedelta(minutes=1), to="somebody new") == 1
    assert used_now(NOW + timedelta(minutes=1))["sms", MINUTE] == 1


def test_the_last_fifth_is_left_to_what_is_urgent() -> None:
    limit("sms", GATEWAY, HOUR, 10)
    assert taken("sms", 20) == 8
    assert taken("sms", 20, is_urgent=True) == 2


def test_how_long_to_wait_is_until_the_next_window() -> None:
    limit("sms", GATEWAY, HOUR, 1)
    take_slots("sms", "one", is_urgent=True, now=NOW)
    with pytest.raises(Busy) as busy:
        take_slots("sms", "two", is_urgent=True, now=NOW + timedelta(minutes=20))
    assert busy.value.after == timedelta(minutes=40)


def test_a_message_that_one_limit_refuses_counts_in_none() -> None:
    limit("wecom", RECEIVER, HOUR, 1)
    take_slots("wecom", "one", now=NOW)
    before = dict(SendingCount.objects.values_list("key", "count"))
    with pytest.raises(Busy):
        take_slots("wecom", "one", now=NOW)
    assert dict(SendingCount.objects.values_list("key", "count")) == before


def test_rows_stand_before_the_defaults_and_an_empty_one_lifts_the_limit() -> None:
    limit("sms", RECEIVER, MINUTE, None)
    limit("sms", GATEWAY, DAY, 7)
    in_force = {(row.scope, row.window): row.amount for row in limits_in_force("sms")}
    wanted = {**DEFAULT_LIMITS["sms"], (GATEWAY, DAY): 7}
    del wanted[RECEIVER, MINUTE]
    assert in_force == wanted
    assert limits_of_all()["sms"] == limits_in_force("sms")
    assert limits_of_all()["wecom"] == limits_in_force("wecom")


def test_setting_limits_keeps_rows_only_where_they_differ_and_is_audited() -> None:
    by = person("administrator")
    wanted: dict[tuple[str, str], int | None] = {**DEFAULT_LIMITS["wecom-robot"], (GATEWAY, DAY): 100}
    set_limits("wecom-robot", amounts=wanted, by=by, now=NOW)
    assert list(GatewayLimit.objects.values_list("scope", "window", "amount")) == [(GATEWAY, DAY, 100)]
    set_limits("wecom-robot", amounts=wanted, by=by, now=NOW)
    assert AuditEvent.objects.filter(action="gateway_limit.set").count() == 1
    set_limits("wecom-robot", amounts={**DEFAULT_LIMITS["wecom-robot"]}, by=by, now=NOW)
    assert not GatewayLimit.objects.exists()
    last = AuditEvent.objects.filter(action="gateway_limit.set").latest("pk")
    assert (last.before["gateway_day"], last.after["gateway_day"]) == (100, None)


@pytest.mark.parametrize(
    ("amounts", "field"),
    [
        ({(GATEWAY, MINUTE): 0}, "gateway_minute"),
        ({(RECEIVER, MINUTE): 5, (RECEIVER, DAY): 4}, "receiver_day"),
        ({(GATEWAY, MINUTE): 9, (GATEWAY, HOUR): 8}, "gateway_hour"),
    ],
)
def test_limits_that_are_none_are_refused_at_their_field(
    amounts: dict[tuple[str, str], int | None], field: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        set_limits("sms", amounts=amounts, by=person("administrator"), now=NOW)
    assert set(refusal.value.fields) == {field}
    assert not GatewayLimit.objects.exists()


def test_the_database_refuses_a_limit_twice_and_one_of_nothing() -> None:
    limit("sms", GATEWAY, DAY, 7)
    for amount in (8, 0):
        with pytest.raises(IntegrityError), transaction.atomic():
            limit("sms", GATEWAY, DAY if amount else HOUR, amount)


@pytest.fixture
def tight(transactional_db: None) -> Iterator[None]:
    limit("sms", GATEWAY, MINUTE, 25)
    yield
    GatewayLimit.objects.all().delete()
    SendingCount.objects.all().delete()


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_never_send_one_too_many(tight: None) -> None:
    together, through = Barrier(4), list[int]()

    def work(worker: int) -> None:
        together.wait()
        got = 0
        for number in range(25):
            try:
                take_slots("sms", f"receiver {worker} {number}", is_urgent=True, now=NOW)
            except Busy:
                continue
            got += 1
        through.append(got)
        connection.close()

    workers = [Thread(target=work, args=(number,)) for number in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sum(through) == 25
    assert used_now(NOW)["sms", MINUTE] == 25
