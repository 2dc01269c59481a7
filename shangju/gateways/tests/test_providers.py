"""The adapters against a provider on this machine: what arrives, what is tried again, what is given up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings

from shangju.gateways.addresses import read_address
from shangju.gateways.errors import Busy, RefusedForGood, Unreachable
from shangju.gateways.limits import take_slots
from shangju.gateways.models import AccessToken, SendingCount
from shangju.gateways.sending import ConsoleGateway, Message, gateway_for
from shangju.gateways.services import TemplatePlan, seed_templates
from shangju.gateways.wecom import TEXT_AT_MOST, cut_to_bytes
from tests.fake_provider import Provider, fake_provider

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
SMS = Message(
    "event-1-sms-reporter", "sms", "13800005678", "whole text", purpose="accept",
    values={"number": "DSK26-000001", "code": "7K3M-Q9XA-42PD"},
)  # fmt: skip


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    """A provider of every channel, and an approved template."""
    plan = TemplatePlan("accept", "sms", "zh-hans", "事项${number}已受理，查询码${code}。", "SMS_1")
    seed_templates([plan], now=NOW)
    with fake_provider() as running:
        yield running


def use(settings: Any, **addresses: str) -> None:
    gateways = {channel.replace("_", "-"): read_address(text) for channel, text in addresses.items()}
    settings.ENVIRONMENT = replace(django_settings.ENVIRONMENT, gateways=gateways)


@pytest.fixture(params=["aliyun", "tencent"])
def sms(request: pytest.FixtureRequest, provider: Provider, settings: Any) -> Provider:
    """Text messages by one of the providers."""
    use(settings, sms=provider.address(request.param, "sign=东里街道&app=1400"))
    return provider


def test_a_text_message_arrives_signed_with_its_template_and_our_key(sms: Provider) -> None:
    gateway_for("sms").send(SMS, now=NOW)
    (taken,) = sms.taken
    assert taken["key"] == SMS.key
    assert taken["template"] == "SMS_1"
    assert taken["sign"] == "东里街道"
    assert taken["to"].removeprefix("+86") == SMS.recipient
    values = taken["values"]
    assert list(values.values() if isinstance(values, dict) else values) == ["DSK26-000001", "7K3M-Q9XA-42PD"]


@pytest.mark.parametrize(
    ("behaviour", "refusal"),
    [
        ("busy", Busy),
        ("throttled", Busy),
        ("refuse", RefusedForGood),
        ("broken", Unreachable),
        ("garbage", Unreachable),
        ("drop", Unreachable),
    ],
)
def test_what_a_provider_says_besides_yes(sms: Provider, behaviour: str, refusal: type[Exception]) -> None:
    sms.behaviour = behaviour
    with pytest.raises(refusal):
        gateway_for("sms").send(SMS, now=NOW)


def test_how_long_to_wait_is_the_providers_word(sms: Provider) -> None:
    sms.behaviour = "throttled"
    with pytest.raises(Busy) as busy:
        gateway_for("sms").send(SMS, now=NOW)
    assert busy.value.after == timedelta(seconds=90)


def test_a_wrong_key_is_refused_for_good(provider: Provider, settings: Any) -> None:
    address = provider.address("aliyun", "sign=x").replace("test-secret", "other")
    use(settings, sms=address)
    with pytest.raises(RefusedForGood):
        gateway_for("sms").send(SMS, now=NOW)
    assert provider.taken == []


def test_nothing_goes_out_without_an_approved_template(sms: Provider) -> None:
    with pytest.raises(RefusedForGood):
        gateway_for("sms").send(replace(SMS, purpose="resolve"), now=NOW)
    assert sms.taken == []


def test_nobody_there(settings: Any, provider: Provider) -> None:
    use(settings, sms="aliyun+http://id:secret@127.0.0.1:9/?sign=x")
    with pytest.raises(Unreachable):
        gateway_for("sms").send(SMS, now=NOW)


def test_one_number_gets_one_message_a_minute_and_five_an_hour(sms: Provider) -> None:
    gateway_for("sms").send(SMS, now=NOW)
    with pytest.raises(Busy) as busy:
        gateway_for("sms").send(SMS, now=NOW + timedelta(seconds=20))
    assert busy.value.after == timedelta(seconds=40)
    for minute in range(1, 5):
        gateway_for("sms").send(SMS, now=NOW + timedelta(minutes=minute))
    with pytest.raises(Busy) as busy:
        gateway_for("sms").send(SMS, now=NOW + timedelta(minutes=6))
    assert busy.value.after == timedelta(minutes=54)
    assert len(sms.taken) == 5
    assert not SendingCount.objects.filter(key__contains=SMS.recipient).exists()


def test_a_refused_slot_counts_nothing() -> None:
    take_slots("sms", "somebody", now=NOW)
    with pytest.raises(Busy):
        take_slots("sms", "somebody", now=NOW)
    assert list(SendingCount.objects.values_list("count", flat=True)) == [1] * 6


class TestWecom:
    MESSAGE = Message("event-1-wecom-user-1", "wecom", "member-7", "油烟", "新事项")

    @pytest.fixture(autouse=True)
    def _configured(self, provider: Provider, settings: Any) -> None:
        use(
            settings,
            wecom=provider.address("wecom", "agent=1000002"),
            wecom_robot=provider.address("wecom-robot", "key=robot-1"),
        )

    def test_the_token_is_fetched_once_and_kept_sealed(self, provider: Provider) -> None:
        for minute in range(3):
            gateway_for("wecom").send(self.MESSAGE, now=NOW + timedelta(minutes=minute))
        assert (provider.tokens_given, len(provider.taken)) == (1, 3)
        assert provider.taken[0] == {"to": "member-7", "text": "新事项\n油烟"}
        assert AccessToken.objects.get().token == "token-1"

    def test_a_token_that_has_gone_is_renewed_at_once(self, provider: Provider) -> None:
        gateway_for("wecom").send(self.MESSAGE, now=NOW)
        provider.token = "somebody else fetched another"
        gateway_for("wecom").send(self.MESSAGE, now=NOW + timedelta(minutes=1))
        assert (provider.tokens_given, len(provider.taken)) == (2, 2)

    def test_renewed_before_it_expires(self, provider: Provider) -> None:
        for later in (timedelta(), timedelta(seconds=7200) - timedelta(minutes=1)):
            gateway_for("wecom").send(self.MESSAGE, now=NOW + later)
        assert provider.tokens_given == 2

    def test_the_robot_says_at_most_twenty_lines_a_minute(self, provider: Provider) -> None:
        message = replace(self.MESSAGE, channel="wecom-robot")
        for _line in range(20):
            gateway_for("wecom-robot").send(message, now=NOW)
        with pytest.raises(Busy):
            gateway_for("wecom-robot").send(message, now=NOW)
        assert len(provider.taken) == 20

    @pytest.mark.parametrize(
        ("behaviour", "refusal"), [("busy", Busy), ("no token now", Busy), ("refuse", RefusedForGood)]
    )
    def test_busy_and_refused(self, provider: Provider, behaviour: str, refusal: type[Exception]) -> None:
        provider.behaviour = behaviour
        with pytest.raises(refusal):
            gateway_for("wecom").send(self.MESSAGE, now=NOW)

    def test_a_long_text_is_cut_at_a_sign(self, provider: Provider) -> None:
        gateway_for("wecom").send(replace(self.MESSAGE, body="噪" * 2000), now=NOW)
        text = provider.taken[0]["text"]
        assert len(text.encode()) <= TEXT_AT_MOST
        assert text.endswith("噪…")


@pytest.mark.parametrize("most", range(4, 12))
def test_cutting_never_breaks_a_sign(most: int) -> None:
    cut = cut_to_bytes("a噪b音𠀀c", most)
    assert len(cut.encode()) <= most or cut == "a噪b音𠀀c"
    assert cut.removesuffix("…") == "a噪b音𠀀c"[: len(cut.removesuffix("…"))]


def test_without_a_provider_messages_go_to_the_log() -> None:
    assert isinstance(gateway_for("sms"), ConsoleGateway)


@pytest.mark.parametrize(
    "text",
    ["", "aliyun://id:secret@host/", "other+https://id:secret@host/", "aliyun+http://id:secret@example.org/",
     "aliyun+https:///?sign=x"],
)  # fmt: skip
def test_an_address_that_is_none(text: str) -> None:
    with pytest.raises(ValueError):
        read_address(text)
