"""What staff are told besides cases: once, by the ways that they chose, at the end of quiet hours."""

from datetime import UTC, datetime, timedelta

import pytest

from shangju.accounts.models import User
from shangju.notices import ways
from shangju.notices.kinds import NoticeKind
from shangju.notices.models import Notice, NoticePreference
from shangju.notices.staff import tell_staff
from shangju.notices.tests.street import PHONE
from shangju.notices.wording import Wording
from tests.street import Street

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=12)
NEXT_DAY = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)
"""10:00 and 22:00 in Shanghai on a working Thursday, and 8:00 on Friday."""


@pytest.fixture
def told(street: Street, monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody who wants requests by text message at once, by WeCom in the daily list."""
    monkeypatch.setattr(ways, "is_configured", lambda channel: channel in {"sms", "wecom"})
    user = street.users["secretary"]
    user.wecom_id, user.phone = "member-7", PHONE
    user.save()
    for way, delivery in (("sms", "at_once"), ("wecom", "daily")):
        NoticePreference.objects.create(user=user, kind=NoticeKind.APPROVAL, way=way, delivery=delivery)
    return user


@pytest.mark.parametrize(("moment", "held"), [(MORNING, None), (EVENING, NEXT_DAY)])
def test_it_is_told_once_by_the_ways_that_were_chosen(
    told: User, moment: datetime, held: datetime | None
) -> None:
    for _again in range(2):
        tell_staff(
            [told, told],
            key="export-7-waits",
            kind=NoticeKind.APPROVAL,
            words=lambda: Wording("主题", "内容"),
            link="/ledgers/exports/7/",
            now=moment,
        )
    facts = ("channel", "kind", "state", "purpose", "recipient", "send_after", "due_at", "link")
    assert list(Notice.objects.order_by("pk").values_list(*facts)) == [
        ("in_app", "approval", "sent", "", "", None, moment, "/ledgers/exports/7/"),
        ("sms", "approval", "pending", "staff_task", PHONE, held, held or moment, ""),
    ]
