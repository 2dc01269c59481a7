"""From history rows to the subscribers: nothing lost, the same id at a repeat, nothing about people."""

import json
import logging
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest

from shangju.accounts.models import User
from shangju.areas.tests.trees import person
from shangju.cases import moves
from shangju.cases.models import Case, CaseEvent
from shangju.categories.models import Category
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.gateways.sending import Message
from shangju.notices.tests.street import (
    NOW,
    PHONE,
    SECRETS,
    Street,
    accept,
    go,
    go_through,
    make_street,
    report,
)
from shangju.webhooks import health, telling
from shangju.webhooks.models import Delivery, DeliveryState, Subscription
from shangju.webhooks.sending import DELAYS, LEASE, SETTLED_AFTER, make_deliveries, send_deliveries
from shangju.webhooks.services import (
    SubscriptionPlan,
    change_secret,
    change_subscription,
    deliver_again,
    remove_subscription,
    send_test,
    start_subscription,
    stop_subscription,
    subscribe,
)
from shangju.webhooks.signing import signature
from shangju.webhooks.telling import tell_owners
from shangju.webhooks.tests.receiver import Receiver, listening

pytestmark = pytest.mark.django_db


@pytest.fixture
def street(settings: Any) -> Iterator[Street]:
    settings.DEMO, settings.WEBHOOK_NETWORKS = True, (ip_network("127.0.0.0/8"),)
    logging.getLogger("shangju.webhooks.sending").setLevel(logging.CRITICAL)
    made = make_street()
    with everywhere(EverywhereReason.VERIFICATION):
        yield made
    logging.getLogger("shangju.webhooks.sending").setLevel(logging.NOTSET)


@pytest.fixture
def owner(street: Street) -> User:
    made = person("system-one", role="system")
    made.email = "system@example.cn"
    made.save()
    return made


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with listening() as made:
        yield made


def subscribed(street: Street, owner: User, receiver: Receiver, **changes: Any) -> Subscription:
    values = {"name": "数据平台", "area": street.areas["first"], "address": receiver.address, **changes}
    return subscribe(SubscriptionPlan(**values), by=owner, now=NOW)


def run(now: Any = NOW) -> int:
    make_deliveries(now)
    return send_deliveries(now)


def kinds() -> list[str]:
    return list(Delivery.objects.order_by("event_id").values_list("kind", flat=True))


def test_every_move_is_told_once_signed_and_without_a_word_about_people(
    street: Street, owner: User, receiver: Receiver
) -> None:
    made = subscribed(street, owner, receiver)
    case = go_through(street, report(street, at_shop=True))
    go(street, case, moves.Resolve(outcome="solved", answer=SECRETS["answer"]))
    told = CaseEvent.objects.filter(case=case).count()
    assert run() == told == len(receiver.taken)
    assert run(NOW + timedelta(minutes=1)) == 0
    for call in receiver.taken:
        mine = signature(
            made.secret,
            key=call.headers["webhook-id"],
            timestamp=int(call.headers["webhook-timestamp"]),
            body=call.body,
        )
        assert call.headers["webhook-signature"] == mine
        assert call.path == "/hook?from=shangju"
        everything = call.body.decode() + json.dumps(call.headers, ensure_ascii=False)
        leaks = [
            word
            for word in (*SECRETS.values(), PHONE, case.tracking_code, "面馆", "desk", "worker")
            if word in everything
        ]
        assert leaks == []
    last = json.loads(receiver.taken[-1].body)
    assert last["type"] == "case.resolve"
    assert last["data"] == {
        "number": case.number, "sequence": told, "move": "resolve", "from_state": "in_progress",
        "state": "resolved", "area": street.areas["grid"].code, "category": "0103",
        "registered_at": last["data"]["registered_at"], "close_due_at": last["data"]["close_due_at"],
    }  # fmt: skip
    assert set(Delivery.objects.values_list("state", "outcome")) == {("delivered", "HTTP 204")}


def test_only_what_was_asked_for(street: Street, owner: User, receiver: Receiver) -> None:
    before = report(street)
    subscribed(street, owner, receiver, kinds=["accept"])
    subscribed(street, owner, receiver, name="别处", area=street.areas["second"])
    go(street, before, accept())
    go(street, report(street), accept(), moves.Dispatch(post=street.post))
    run()
    assert kinds() == ["accept", "accept"]


def test_a_confidential_case_is_told_to_nobody(street: Street, owner: User, receiver: Receiver) -> None:
    subscribed(street, owner, receiver)
    case = report(street)
    Case.objects.filter(pk=case.pk).update(is_confidential=True)
    assert run() == 0
    assert not Delivery.objects.exists()


def test_a_case_about_helped_persons_is_told_to_nobody(
    street: Street, owner: User, receiver: Receiver
) -> None:
    subscribed(street, owner, receiver)
    case, plain = report(street), report(street)
    helped = Category.objects.filter(parent__isnull=False)[0]
    Category.objects.filter(pk=helped.pk).update(privacy_wall=True)
    Case.objects.filter(pk=case.pk).update(category=helped)
    Case.objects.filter(pk=plain.pk).update(category=None)
    assert run() == 1
    assert [row.event.case for row in Delivery.objects.all()] == [plain]


def test_a_row_that_was_numbered_early_and_committed_late_is_told(
    street: Street, owner: User, receiver: Receiver
) -> None:
    made = subscribed(street, owner, receiver)
    early, late = report(street), report(street)
    hidden = CaseEvent.objects.get(case=early)
    everything = CaseEvent.objects.filter(pk=hidden.pk)
    late_only = CaseEvent.objects.get(case=late)
    # As on PostgreSQL: the later number is visible first.
    everything.update(kind="register")
    Case.objects.filter(pk=early.pk).update(is_confidential=True)
    run()
    assert list(Delivery.objects.values_list("event_id", flat=True)) == [late_only.pk]
    Case.objects.filter(pk=early.pk).update(is_confidential=False)
    run(NOW + SETTLED_AFTER - timedelta(seconds=1))
    assert Delivery.objects.filter(event=hidden).exists()
    run(NOW + SETTLED_AFTER)
    run(NOW + 2 * SETTLED_AFTER)
    made.refresh_from_db()
    assert made.read_upto == late_only.pk
    assert run(NOW + 3 * SETTLED_AFTER) == 0
    assert len(receiver.taken) == 2


def test_failed_calls_are_repeated_with_the_same_id_over_a_day_then_stopped_with_a_word_to_the_owner(
    street: Street, owner: User, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Message] = []

    class Mail:
        def send(self, message: Message, *, now: Any) -> None:
            sent.append(message)

    monkeypatch.setattr(telling, "gateway_for", lambda channel: Mail())
    made = subscribed(street, owner, receiver)
    report(street)
    receiver.status = 503
    moment = NOW
    run(moment)
    for delay in DELAYS:
        assert send_deliveries(moment + delay - timedelta(seconds=1)) == 0
        moment += delay
        assert tell_owners(moment) == 0
        send_deliveries(moment)
    assert len(receiver.taken) == len(DELAYS) + 1
    assert len({(call.headers["webhook-id"], call.body) for call in receiver.taken}) == 1
    assert timedelta(hours=20) < moment - NOW < timedelta(days=1)
    made.refresh_from_db()
    assert (made.is_active, made.stopped_because, Delivery.objects.get().state) == (
        False,
        "HTTP 503",
        "failed",
    )
    assert not health.webhooks(moment).well
    assert tell_owners(moment) == 1
    assert tell_owners(moment) == 0
    assert [message.recipient for message in sent] == ["system@example.cn"]
    report(street)
    assert run(moment + timedelta(days=1)) == 0


def test_whoever_says_gone_is_stopped_at_once(street: Street, owner: User, receiver: Receiver) -> None:
    made = subscribed(street, owner, receiver)
    report(street)
    receiver.status = 410
    run()
    made.refresh_from_db()
    assert not made.is_active


@pytest.mark.parametrize("status", [0, 302, 404, 500])
def test_no_yes_is_no_yes(street: Street, owner: User, receiver: Receiver, status: int) -> None:
    subscribed(street, owner, receiver)
    report(street)
    receiver.status = status
    assert run() == 0
    waiting = Delivery.objects.get()
    assert (waiting.state, waiting.attempts, waiting.leased_until) == ("pending", 1, None)
    assert len(receiver.taken) == 1  # a redirect is not followed


def test_one_that_fails_holds_up_neither_itself_nor_others(
    street: Street, owner: User, receiver: Receiver
) -> None:
    with listening() as broken:
        broken.status = 500
        subscribed(street, owner, broken)
        subscribed(street, owner, receiver, name="好的")
        for _number in range(3):
            report(street)
        assert run() == 3
        assert len(broken.taken) == 1


def test_a_delivery_in_the_hands_of_a_living_worker_is_left_to_it(
    street: Street, owner: User, receiver: Receiver
) -> None:
    subscribed(street, owner, receiver)
    report(street)
    make_deliveries(NOW)
    Delivery.objects.update(leased_until=NOW + LEASE)
    assert send_deliveries(NOW) == 0
    assert send_deliveries(NOW + LEASE + timedelta(seconds=1)) == 1


def test_stopping_starting_and_what_was_missed(street: Street, owner: User, receiver: Receiver) -> None:
    made = subscribed(street, owner, receiver)
    report(street)
    make_deliveries(NOW)
    stop_subscription(made, by=owner, now=NOW)
    report(street)
    assert run() == 0
    start_subscription(made, by=owner, now=NOW)
    assert run() == 1  # what waited; nothing of the time in between
    report(street)
    assert run() == 1
    assert set(AuditEvent.objects.values_list("action", flat=True)) >= {"webhook.stopped", "webhook.started"}


def test_a_test_call_and_a_repeat(street: Street, owner: User, receiver: Receiver) -> None:
    made = subscribed(street, owner, receiver)
    ping = send_test(made, by=owner, now=NOW)
    assert run() == 1
    assert json.loads(receiver.taken[0].body)["type"] == "ping"
    deliver_again(ping, by=owner, now=NOW)
    assert run() == 1
    assert receiver.taken[0].headers["webhook-id"] == receiver.taken[1].headers["webhook-id"] == ping.key
    stop_subscription(made, by=owner, now=NOW)
    for refused in (
        lambda: send_test(made, by=owner, now=NOW),
        lambda: deliver_again(ping, by=owner, now=NOW),
    ):
        with pytest.raises(Conflict):
            refused()


def test_the_old_secret_signs_for_a_day(street: Street, owner: User, receiver: Receiver) -> None:
    made = subscribed(street, owner, receiver)
    old = made.secret
    changed = change_secret(made, by=owner, now=NOW)
    assert changed.secret != old
    for moment, signatures in ((NOW, 2), (NOW + timedelta(hours=25), 1)):
        send_test(made, by=owner, now=moment)
        run(moment)
        assert len(receiver.taken[-1].headers["webhook-signature"].split()) == signatures
    stored = json.dumps(list(AuditEvent.objects.values("before", "after")))
    assert old not in stored
    assert changed.secret not in stored


def test_only_the_system_administrator_writes(street: Street, owner: User, receiver: Receiver) -> None:
    made = subscribed(street, owner, receiver)
    plan = SubscriptionPlan("x", street.areas["first"], receiver.address)
    for nobody in (street.desk, person("security-one", role="security")):
        for write in (
            lambda by: subscribe(plan, by=by, now=NOW),
            lambda by: change_subscription(made, plan=plan, by=by, now=NOW),
            lambda by: change_secret(made, by=by, now=NOW),
            lambda by: stop_subscription(made, by=by, now=NOW),
            lambda by: start_subscription(made, by=by, now=NOW),
            lambda by: send_test(made, by=by, now=NOW),
            lambda by: remove_subscription(made, by=by, now=NOW),
        ):
            with pytest.raises(NotAllowed):
                write(nobody)
    assert Subscription.objects.count() == 1


def test_a_change_is_checked_and_recorded(street: Street, owner: User, receiver: Receiver) -> None:
    made = subscribed(street, owner, receiver)
    plan = SubscriptionPlan("新名", street.areas["second"], "https://example.cn/x", ["resolve"])
    changed = change_subscription(made, plan=plan, by=owner, now=NOW)
    assert (changed.name, changed.area, changed.kinds) == ("新名", street.areas["second"], ["resolve"])
    assert AuditEvent.objects.get(action="webhook.changed").after["area"] == street.areas["second"].code
    with pytest.raises(DomainError):
        change_subscription(
            made, plan=SubscriptionPlan("x", street.areas["first"], "http://10.0.0.1/"), by=owner, now=NOW
        )
    remove_subscription(made, by=owner, now=NOW)
    assert not Subscription.objects.exists()
    assert DeliveryState.PENDING not in Delivery.objects.values_list("state", flat=True)
