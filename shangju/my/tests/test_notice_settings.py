"""The pages “How I am notified” and “Today's list”."""

from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shangju.cases.models import Case
from shangju.cases.tests.stories import case_in
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import NoticePreference, OwnQuietHours
from tests.street import Street

pytestmark = pytest.mark.django_db
PAGE = "/my/notices/settings/"
TODAY = "/my/today/"
DEFAULTS = {
    "action-wecom": "at_once",
    "approval-wecom": "at_once",
    "supervision-wecom": "at_once",
    "news-wecom": "daily",
    "daily_list-wecom": "at_once",
    "begins": "",
    "ends": "",
}


@pytest.fixture
def worker(street: Street) -> Client:
    """The grid worker, reached by WeCom alone, reading English."""
    user = street.users["grid_worker"]
    user.wecom_id = "member-1"
    user.save()
    client = Client(headers={"accept-language": "en"})
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_page_shows_what_holds_and_what_cannot_be_switched_off(worker: Client) -> None:
    page = worker.get(PAGE).content.decode()
    assert 'name="news-wecom"' in page
    assert 'name="news-sms"' not in page, "no phone is entered"
    assert "cannot be switched off" in page
    assert 'name="reset"' not in page, "there is nothing to go back from"


def test_choosing_stores_what_differs_and_the_reset_takes_it_away(worker: Client, street: Street) -> None:
    chosen = {**DEFAULTS, "supervision-wecom": "daily", "begins": "19:30", "ends": "21:30"}
    assert worker.post(PAGE, chosen).status_code == 302
    assert list(NoticePreference.objects.values_list("user__username", "kind", "way", "delivery")) == [
        ("grid-worker", "supervision", "wecom", "daily")
    ]
    assert OwnQuietHours.objects.get().begins == time(19, 30)
    assert 'value="19:30"' in worker.get(PAGE).content.decode()
    assert worker.post(PAGE, {"reset": "1"}).status_code == 302
    assert not NoticePreference.objects.exists()
    assert not OwnQuietHours.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"daily_list-wecom": "in_system"}, "let the list be sent, too"),
        ({"action-wecom": "never"}, "action-wecom"),
        ({"begins": "19:00"}, "Enter both times, or neither."),
        ({"begins": "08:00", "ends": "20:00"}, "leave at least two hours of each day"),
    ],
)
def test_a_refusal_stands_at_its_field_with_everything_kept(
    worker: Client, wrong: dict[str, str], sentence: str
) -> None:
    answer = worker.post(PAGE, {**DEFAULTS, "approval-wecom": "daily", **wrong})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert '<option value="daily" selected>' in page
    assert not NoticePreference.objects.exists()


def test_todays_list_masks_confidential_titles_and_leads_to_the_cases(worker: Client, street: Street) -> None:
    now = timezone.now()
    with everywhere(EverywhereReason.SETUP):
        open_one = case_in("dispatched", street, now=now - timedelta(hours=1))
        hidden = case_in("dispatched", street, now=now - timedelta(hours=1), is_confidential=True)
        Case.objects.filter(pk=open_one.pk).update(title="楼道噪音标题")
        Case.objects.filter(pk=hidden.pk).update(title="保密标题")
    page = worker.get(TODAY).content.decode()
    assert "To sign for" in page
    assert "楼道噪音标题" in page
    assert "保密标题" not in page
    assert "Confidential: " in page
    assert f'href="/desk/cases/{open_one.number}/"' in page


def test_with_nothing_on_it_the_page_says_what_to_do_next(worker: Client) -> None:
    assert "Nothing on today&#x27;s list." in worker.get(TODAY).content.decode()
