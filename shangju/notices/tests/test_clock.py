"""R7: the machine's clock jumps, forwards and back; the worker loses nothing and tells nobody under a second key."""

import random
from datetime import datetime, timedelta

import pytest

from shangju.core.setting_aside import resting, run_step, set_aside
from shangju.gateways.sending import Message
from shangju.notices import services
from shangju.notices.models import Notice, NoticeState
from shangju.notices.services import send_notices
from shangju.notices.telling import tell_of_events
from shangju.notices.tests.street import NOW, Street, accept, go, make_street, report

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """The worker died here: nothing of ours runs any more."""


class MoodyGateway:
    """Takes a message, refuses it, or takes it and the worker dies before it can note that."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.keys = chance, list[str]()

    def send(self, message: Message, *, now: datetime) -> None:
        mood = self.chance.random()
        if mood < 0.2:
            raise ConnectionError("refused")
        self.keys.append(message.key)
        if mood < 0.5:
            raise Killed


@pytest.fixture
def street() -> Street:
    return make_street()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_the_clock_does_everybody_is_told_under_one_key(
    street: Street, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    gateway = MoodyGateway(chance)
    monkeypatch.setattr(services, "gateway_for", lambda channel: gateway)
    monkeypatch.setattr(services, "ATTEMPTS_AT_MOST", 99)
    for _case in range(2):
        go(street, report(street), accept())
    for _jump in range(20):
        moment = NOW + timedelta(minutes=chance.choice((-400_000, -90, -1, 0, 1, 5, 90, 400_000)))
        try:
            tell_of_events(moment)
            send_notices(moment)
        except Killed:
            continue
    monkeypatch.setattr(gateway, "chance", random.Random(0))
    monkeypatch.setattr(gateway.chance, "random", lambda: 1.0)
    for hour in range(0, 50, 5):  # the clock is right from now on
        tell_of_events(NOW + timedelta(hours=hour))
        send_notices(NOW + timedelta(hours=hour))
    expected = set(Notice.objects.filter(channel="sms").values_list("key", flat=True))
    assert len(expected) == 2
    assert set(gateway.keys) >= expected
    assert not Notice.objects.exclude(state=NoticeState.SENT).exists()
    assert Notice.objects.values("key").distinct().count() == Notice.objects.count()


def test_a_lease_given_under_a_clock_a_year_ahead_holds_nobody_back(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(0)
    monkeypatch.setattr(chance, "random", lambda: 1.0)
    monkeypatch.setattr(services, "gateway_for", lambda channel: MoodyGateway(chance))
    go(street, report(street), accept())
    tell_of_events(NOW)
    year = timedelta(days=365)
    Notice.objects.update(leased_until=NOW + year, due_at=NOW + year)
    assert send_notices(NOW) == 1


def test_work_set_aside_under_a_clock_a_year_ahead_is_tried_now() -> None:
    set_aside("a step", ValueError(), row=7, now=NOW)
    assert resting("a step", now=NOW) == [7]
    assert resting("a step", now=NOW - timedelta(days=365)) == []
    set_aside("a step", ValueError(), now=NOW)
    ran: list[datetime] = []
    run_step("a step", lambda now: len(ran.append(now) or ran), now=NOW)
    assert ran == []
    run_step("a step", lambda now: len(ran.append(now) or ran), now=NOW - timedelta(days=365))
    assert len(ran) == 1
