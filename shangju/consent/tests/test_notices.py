"""The privacy notice: complete in both languages, never changed, the right one in force, asked again when it is new."""

from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from shangju.cases.models import Case, ReporterContact
from shangju.consent.models import ConsentNotice
from shangju.consent.queries import notice_of, notice_on, notices
from shangju.consent.services import notices_in_seed, seed_consent_notices
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

REPORT = {
    "text": "楼道灯不亮", "area": "A1G1", "request_type": "complaint", "key": "web-consent", "phone": "13800005678",
}  # fmt: skip


def texts_in(entry: Any) -> list[dict[str, str]]:
    if isinstance(entry, dict):
        if set(entry) <= {"zh", "en"}:
            return [entry]
        return [text for value in entry.values() for text in texts_in(value)]
    return [text for value in entry for text in texts_in(value)] if isinstance(entry, list) else []


def test_every_text_is_there_in_both_languages() -> None:
    texts = texts_in(notices_in_seed())
    assert len(texts) > 20
    assert all(text["zh"].strip() and text["en"].strip() for text in texts)


@pytest.mark.django_db
def test_seeding_again_adds_and_changes_nothing() -> None:
    assert seed_consent_notices(now=timezone.now()) == len(notices_in_seed())
    ConsentNotice.objects.filter(version="2026-06").update(short={"zh": "改过", "en": "changed"})
    assert seed_consent_notices(now=timezone.now()) == 0
    assert notice_of("2026-06").short["zh"] == "改过"


@pytest.mark.django_db
def test_the_newest_that_has_begun_is_in_force() -> None:
    assert notice_on(date(2026, 12, 1)) is None
    seed_consent_notices(now=timezone.now())
    by_day = {date(2026, 5, 31): None, date(2026, 6, 1): "2026-06", date(2026, 10, 31): "2026-06"}
    for day, version in {**by_day, date(2026, 11, 1): "2026-11"}.items():
        notice = notice_on(day)
        assert (notice.version if notice else None) == version
    assert [notice.version for notice in notices()] == ["2026-11", "2026-06"]
    with translation.override("en"):
        assert "encrypted" in notice_of("2026-11").short_text


def reported(client: Client, **values: str) -> int:
    return client.post(reverse("public:report"), {**REPORT, **values}).status_code


def stored_versions() -> list[str]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(ReporterContact.objects.order_by("case__pk").values_list("consent_version", flat=True))


def test_the_contact_stores_the_version_that_was_shown(street: Street, settings: Any) -> None:
    cache.clear()
    settings.INTAKE_PER_MINUTE = 0
    client = Client()
    page = client.get(reverse("public:report")).content.decode()
    assert reverse("public:privacy_version", args=["2026-11"]) in page
    assert 'name="consent_version" value="2026-11"' in page
    assert 'name="consent_again"' not in page
    assert reported(client, consent_version="2026-06") == 422  # the form was open while the notice changed
    assert stored_versions() == []
    assert reported(client, consent_version="2026-11") == 302
    assert stored_versions() == ["2026-11"]


def test_who_agreed_to_another_version_is_asked_again(street: Street, settings: Any) -> None:
    cache.clear()
    settings.INTAKE_PER_MINUTE = 0
    client = Client()
    assert reported(client, consent_version="2026-11") == 302
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.update(reporter_user=street.users["resident"])
        ReporterContact.objects.update(consent_version="2026-06")
    returning = Client()
    returning.force_login(
        street.users["resident"], backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    assert 'name="consent_again"' in returning.get(reverse("public:report")).content.decode()
    again = {"key": "web-consent-2", "consent_version": "2026-11", "text": "井盖松动，车压过去响"}
    assert reported(returning, **again) == 422
    assert reported(returning, **again, consent_again="on") == 302
    assert 'name="consent_again"' not in returning.get(reverse("public:report")).content.decode()


def test_every_version_has_its_page(street: Street) -> None:
    for language, word in (("zh-hans", "孩子"), ("en", "Children")):
        client = Client(headers={"accept-language": language})
        page = client.get(reverse("public:privacy")).content.decode()
        assert word in page
        assert reverse("public:privacy_version", args=["2026-06"]) in page
    assert Client().get(reverse("public:privacy_version", args=["2026-06"])).status_code == 200
    assert Client().get(reverse("public:privacy_version", args=["1999-01"])).status_code == 404
