"""Bulletins of the demonstration: last week's as a draft, the one of the week before issued."""

from datetime import datetime, timedelta

from django.utils import timezone

from shangju.areas.models import Area
from shangju.bulletins.kinds import BulletinKind, recent_spans
from shangju.bulletins.services import draft_bulletin, issue_bulletin
from shangju.cases.rules import SYSTEM, Actor, staff
from shangju.demo.stage import Scene
from shangju.measures.keeping import keep_figures
from shangju.measures.periods import DAY, begin_of
from shangju.posts.models import Appointment, PostKind

MORNING = timedelta(hours=9)


def show_bulletins(scene: Scene, *, now: datetime) -> None:
    """Draft both as the system would, and let the task force issue the older one on its Monday."""
    keep_figures(now)
    area = scene.community.parent
    member = _task_force(area, now) if area else None
    if area is None or member is None:
        return
    latest, earlier = recent_spans(BulletinKind.WEEK, timezone.localdate(now), count=2)
    for first, last in (earlier, latest):
        monday = min(now, begin_of(last + DAY) + MORNING)
        bulletin = draft_bulletin(area, kind=BulletinKind.WEEK, first=first, by=SYSTEM, now=monday)
        if first == earlier[0]:
            issue_bulletin(bulletin, seen=bulletin.edition, by=member, now=min(now, monday + MORNING / 9))


def _task_force(area: Area, now: datetime) -> Actor | None:
    terms = Appointment.objects.on(timezone.localdate(now)).filter(post__area=area)
    term = terms.filter(post__kind=PostKind.TASK_FORCE).select_related("user").order_by("pk").first()
    return staff(term.user) if term else None
