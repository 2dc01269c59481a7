"""What the demonstration shows of ledgers: two saved ones for the whole sub-district, and what was taken out of them."""

from datetime import datetime, timedelta

from django.utils import timezone

from shangju.accounts.models import User
from shangju.cases.rules import Actor, staff
from shangju.core.scoping import area_scope
from shangju.demo.stage import Scene
from shangju.ledgers.exporting import Asking, ask_export
from shangju.ledgers.filters import BY_ACT, LedgerFilters
from shangju.ledgers.queries import subdistrict_of
from shangju.ledgers.services import keep_view
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.workflow import LedgerKind
from shangju.posts.models import PostKind
from shangju.posts.queries import holders_of, posts_above

TAKEN = timedelta(days=2)
ASKED = timedelta(hours=3)


def show_ledgers(scene: Scene, *, now: datetime) -> None:
    """A ledger of this month's concerns and one of the visits, shared by the duty desk; a short list taken out, and a
    community officer who asks for contacts in plain."""
    desk = _holder(scene, PostKind.DUTY_DESK, now)
    if desk is None:
        return
    today = timezone.localdate(now)
    month = LedgerFilters(first=today.replace(day=1), last=today)
    subdistrict = subdistrict_of(scene.grid)
    columns = ["number", "received_at", "category", "title", "community", "state", "handler", "close_due_at"]
    for kind, name, filters, chosen in (
        (LedgerKind.CASE, "本月民情台账", month, columns),
        (LedgerKind.VISIT, "本月走访台账", LedgerFilters(by=BY_ACT, first=month.first, last=month.last), []),
    ):
        keep_view(
            LEDGERS[kind], name=name, columns=chosen, filters=filters, subdistrict=subdistrict, is_shared=True,
            by=desk, now=now - TAKEN,
        )  # fmt: skip
    _take_out(
        scene,
        desk,
        Asking(scene.grid, "本网格民情台账", columns, LedgerFilters(area=scene.grid.code)),
        now - TAKEN,
    )
    asked = ("number", "title", "state", "reporter_name", "reporter_phone")
    why = "停电通知，逐户电话告知尚未办结的反映人"
    open_ones = LedgerFilters(area=scene.grid.code, state="in_progress")
    _take_out(
        scene,
        scene.desk.actor,
        Asking(scene.grid, "在办事项联系清单", asked, open_ones, is_full=True, reason=why),
        now - ASKED,
    )


def _take_out(scene: Scene, by: Actor, asking: Asking, when: datetime) -> None:
    with area_scope(by.standing.scope):
        ask_export(LEDGERS[LedgerKind.CASE], asking, by=by, now=when)


def _holder(scene: Scene, kind: PostKind, now: datetime) -> Actor | None:
    post = next((post for post in posts_above(scene.grid) if post.kind == kind), None)
    users: list[User] = holders_of(post, on=timezone.localdate(now)) if post else []
    return staff(users[0]) if users else None
