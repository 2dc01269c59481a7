"""The worker drafts what is due, each period once, where it is wanted."""

from datetime import UTC, date, datetime

from shangju.bulletins.drafting import draft_due_bulletins
from shangju.bulletins.models import Bulletin, BulletinSetting
from shangju.bulletins.services import set_automatic_drafts, withdraw_bulletin
from shangju.bulletins.tests.of_last_week import LAST_WEEK, MONDAY, drafted, issued
from shangju.core.models import SetAside
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice
from tests.street import Street


def test_the_worker_drafts_each_period_once_and_tells_the_task_force(busy: Street) -> None:
    at_five = datetime(2026, 11, 22, 21, 0, tzinfo=UTC)
    assert [draft_due_bulletins(moment) for moment in (at_five, MONDAY, MONDAY)] == [1, 1, 0]
    with everywhere(EverywhereReason.VERIFICATION):
        made = list(Bulletin.objects.order_by("pk").values_list("kind", "first", "drafted_by"))
        bulletin = Bulletin.objects.get(first=LAST_WEEK)
    before_it = date(2026, 11, 9)
    assert made == [("week", before_it, None), ("week", LAST_WEEK, None)], (
        "on Monday at five the night is not over"
    )
    (notice,) = Notice.objects.filter(key__startswith=f"bulletin-{bulletin.pk}-")
    assert (notice.user, notice.link) == (busy.users["task_force"], f"/bulletins/{bulletin.pk}/")
    assert not SetAside.objects.exists()
    assert draft_due_bulletins(datetime(2026, 12, 1, 2, 0, tzinfo=UTC)) == 2, "a week and November"


def test_the_worker_drafts_nothing_that_was_withdrawn_or_is_switched_off(busy: Street) -> None:
    out = issued(busy, drafted(busy))
    with busy.seen_by("leader"):
        withdraw_bulletin(out, reason="漏计一件", by=busy.staff("leader"), now=MONDAY)
    assert draft_due_bulletins(MONDAY) == 0
    with busy.seen_by("task_force"):
        set_automatic_drafts(
            busy.areas["subdistrict"],
            drafts_weeks=False,
            drafts_months=True,
            by=busy.staff("task_force"),
            now=MONDAY,
        )
    with everywhere(EverywhereReason.VERIFICATION):
        (setting,) = BulletinSetting.objects.values_list("drafts_weeks", "drafts_months")
    assert setting == (False, True)
    assert draft_due_bulletins(datetime(2026, 12, 1, 2, 0, tzinfo=UTC)) == 1
