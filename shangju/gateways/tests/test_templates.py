"""Templates: what fits into a slot, what no provider would approve, whose words count."""

import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.core.errors import Conflict, DomainError
from shangju.core.models import AuditEvent
from shangju.gateways.models import MessageTemplate
from shangju.gateways.services import TemplatePlan, change_template, seed_templates
from shangju.gateways.templates import VALUE_AT_MOST, check_text, filled, fitted, slots_of, template_for
from shangju.notices.seeds import DELIVERED

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)


@given(st.text())
def test_a_value_fits_whatever_it_was(value: str) -> None:
    kept = fitted(value)
    assert len(kept) <= VALUE_AT_MOST
    assert kept == kept.strip()
    assert not [sign for sign in kept if sign in "\r\n\t" or unicodedata.category(sign) == "So"]
    assert fitted(kept) == kept


def test_what_fits_stays_as_it_is() -> None:
    assert fitted("DSK26-000123") == "DSK26-000123"
    assert fitted("已 受理\n🔥好") == "已 受理 好"
    assert fitted("很" * 30) == "很" * 19 + "…"


@pytest.mark.parametrize("text", ["", " ", "事项${name}", "第一行\n第二行", "好🔥", "长" * 301])
def test_what_no_provider_would_approve(text: str) -> None:
    with pytest.raises(DomainError) as refusal:
        check_text(text)
    assert set(refusal.value.fields) == {"text"}


def test_every_delivered_text_is_sound_and_there_in_both_languages() -> None:
    for plan in DELIVERED:
        check_text(plan.text)
        assert len(filled(plan.text, dict.fromkeys(slots_of(plan.text), "x" * 20))) <= 300
    by_language = {
        language: {plan.purpose for plan in DELIVERED if plan.language == language}
        for language in ("zh-hans", "en")
    }
    assert by_language["zh-hans"] == by_language["en"]


@pytest.mark.django_db
def test_the_own_words_of_a_sub_district_come_first_and_chinese_stands_in() -> None:
    plans = [
        TemplatePlan("accept", "sms", "zh-hans", "共同"),
        TemplatePlan("accept", "sms", "zh-hans", "自己的", subdistrict="A"),
        TemplatePlan("accept", "sms", "en", "common"),
    ]
    assert seed_templates(plans, now=NOW) == 3
    assert seed_templates(plans, now=NOW) == 0

    def text(language: str, subdistrict: str) -> str:
        found = template_for("accept", channel="sms", language=language, subdistrict=subdistrict)
        return found.text if found else ""

    assert [text("zh-hans", "A"), text("zh-hans", "B"), text("en", "A"), text("fr", "A")] == [
        "自己的", "共同", "common", "自己的",
    ]  # fmt: skip
    assert template_for("resolve", channel="sms", language="zh-hans") is None


@pytest.mark.django_db
def test_a_change_is_a_new_version_and_the_old_one_stays() -> None:
    seed_templates([TemplatePlan("accept", "sms", "zh-hans", "旧${number}")], now=NOW)
    old = MessageTemplate.objects.get()
    new = change_template(old, text="新${number}", provider_template="SMS_9", by=None, now=NOW)
    assert list(MessageTemplate.objects.order_by("version").values_list("text", "is_active")) == [
        ("旧${number}", False),
        ("新${number}", True),
    ]
    assert (new.version, AuditEvent.objects.get().action) == (2, "message_template.changed")
    with pytest.raises(Conflict):
        change_template(old, text="又一版", provider_template="", by=None, now=NOW)
