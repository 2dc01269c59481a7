"""The worker's part: last week's bulletin on Monday morning, last month's on the first, as drafts, each once."""

from datetime import date, datetime

from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.bulletins.kinds import BulletinKind, last_full_span
from shangju.bulletins.models import Bulletin
from shangju.bulletins.queries import automatic_drafts
from shangju.bulletins.services import draft_bulletin
from shangju.cases.models import Case
from shangju.cases.rules import SYSTEM
from shangju.core.errors import Conflict
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off
from shangju.measures.periods import DAY, begin_of

DRAFTING = "draft bulletins"

FROM_HOUR = 6
"""Local time from which on drafts are made: what was entered at the end of the night is in them."""


def draft_due_bulletins(now: datetime) -> int:
    """Draft what is due and was never made, whatever became of it later; returns how many drafts were made.

    A worker that comes late makes it late. Where nothing was ever registered there is nothing to tell.
    """
    local = timezone.localtime(now)
    today = local.date() if local.hour >= FROM_HOUR else local.date() - DAY
    with everywhere(EverywhereReason.WORKER):
        areas = Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on__isnull=True).defer("outline")
        by_id = {area.pk: area for area in areas.exclude(pk__in=resting(DRAFTING, now=now))}
        made = set(
            Bulletin.objects.filter(last__gte=today - 62 * DAY).values_list("area_id", "kind", "first")
        )
        waiting = {
            pk: [kind for kind in BulletinKind if (pk, kind, last_full_span(kind, today)[0]) not in made]
            for pk in by_id
        }
        due = [pk for pk, kinds in waiting.items() if kinds]
        return work_off(
            DRAFTING, due, lambda pk: _draft(by_id[pk], waiting[pk], today=today, now=now), now=now
        )


def _draft(area: Area, kinds: list[BulletinKind], *, today: date, now: datetime) -> int:
    setting = automatic_drafts(area)
    wanted = {BulletinKind.WEEK: setting.drafts_weeks, BulletinKind.MONTH: setting.drafts_months}
    made = 0
    for kind in kinds:
        first, last = last_full_span(kind, today)
        there = Case.objects.filter(subdistrict=area, registered_at__lt=begin_of(last + DAY))
        if wanted[kind] and there.exists():
            made += _draft_one(area, kind, first, now=now)
    return made


def _draft_one(area: Area, kind: BulletinKind, first: date, *, now: datetime) -> int:
    try:
        draft_bulletin(area, kind=kind, first=first, by=SYSTEM, now=now)
    except Conflict:
        return 0  # another worker or a person was faster
    return 1
