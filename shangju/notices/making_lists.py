"""Daily lists at the start of work: one per person and day, whatever dies in between.

What is due is asked of the rows: staff of a sub-district that is at work now, without a list of today. The row of the
list and its notices are one transaction.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial, reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from shangju.accounts.models import User
from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, area_scope, everywhere
from shangju.core.setting_aside import resting, work_off
from shangju.deadlines.queries import calendar_for, steady_reference
from shangju.deadlines.work_calendar import WorkCalendar, to_wall_clock
from shangju.notices.daily_list import TodaysList, todays_list
from shangju.notices.kinds import Delivery, NoticeKind, Way
from shangju.notices.list_wording import for_list, purpose_of, said, values_of
from shangju.notices.models import DailyList, Notice, NoticeChannel, NoticeState
from shangju.notices.queries import NoticeSettings, settings_of
from shangju.notices.ways import address_of, held_until, open_ways
from shangju.posts.models import Appointment
from shangju.posts.rights import forget_standing, standing_of

STEP = "make daily lists"
KEPT = timedelta(days=60)
"""How long it is remembered that a list was made; news is told since the last one."""

BATCH = 100
"""People a pass makes a list for: some ten statements each."""


@dataclass(frozen=True, slots=True)
class MadeList:
    """The list of one person, in their language."""

    user: User
    found: TodaysList
    settings: NoticeSettings

    @property
    def goes_out(self) -> bool:
        """Whether there is something to say, or their sub-district says so on a quiet day, too."""
        return not self.found.is_empty or self.settings.lists_when_empty


def is_at_work(calendar: WorkCalendar, now: datetime) -> bool:
    """Whether ``now`` lies between the opening and the close of a working day, the noon break included."""
    moment = to_wall_clock(now)
    day = calendar.day(moment.date())
    return day.is_worked and day.spans[0][0] <= moment < day.closes


def make_daily_lists(now: datetime) -> int:
    """Make the lists that are due; returns how many. What was not made while people were at work is not made up for."""
    with everywhere(EverywhereReason.WORKER), steady_reference():
        rows = list(waiting_for_a_list(now).exclude(pk__in=resting(STEP, now=now))[:BATCH])
        return work_off(STEP, rows, partial(make_list, now=now), now=now)


def waiting_for_a_list(now: datetime) -> QuerySet[Any]:
    """Ids of the staff of sub-districts at work who have no list of today; read with everything in scope."""
    day = timezone.localdate(now)
    found = Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on__isnull=True)
    at_work = [
        path for pk, path in found.values_list("pk", "path") if is_at_work(calendar_for(pk), now)
    ]  # fmt: skip
    if not at_work:
        return User.objects.none().values_list("pk", flat=True)
    here = reduce(or_, (Q(post__area__path__startswith=path) for path in at_work))
    held = Appointment.objects.on(day).filter(
        here, user_id=OuterRef("pk"), post__area__retired_on__isnull=True
    )
    made = DailyList.objects.filter(user_id=OuterRef("pk"), day=day)
    staff = User.objects.filter(Exists(held), ~Exists(made), is_active=True)
    return staff.order_by("pk").values_list("pk", flat=True)


def list_for(user: User, *, now: datetime) -> MadeList:
    """The list as ``user`` would see it, within their own scope."""
    day = timezone.localdate(now)
    forget_standing(user)
    standing = standing_of(user, on=day)
    settings = settings_of([user.pk], day=day)[user.pk]
    with area_scope(standing.scope):
        return MadeList(user, todays_list(standing, settings, now=now), settings)


def make_list(pk: int, *, now: datetime) -> bool:
    """The list of one person for the day of ``now``, unless it was made before; whether this call made it."""
    user = User.objects.get(pk=pk)
    with override(user.language):
        made = list_for(user, now=now)
        notices = list(_notices(made, now=now)) if made.goes_out else []
    with transaction.atomic():
        _row, is_first = DailyList.objects.get_or_create(
            user=user,
            day=timezone.localdate(now),
            defaults={"is_empty": made.found.is_empty, "made_at": now},
        )
        if is_first:
            Notice.objects.bulk_create(notices, ignore_conflicts=True)
            DailyList.objects.filter(user=user, day__lt=timezone.localdate(now) - KEPT).delete()
    return is_first


def _notices(made: MadeList, *, now: datetime) -> Iterator[Notice]:
    """In the system the counts and the way to the page; out of the house the rows, by the ways that they chose."""
    user, words, day = made.user, for_list(made.found), timezone.localdate(now)
    in_app = _notice(user, NoticeChannel.IN_APP, words.subject, said(made.found), day=day, now=now)
    in_app.state, in_app.sent_at, in_app.link = NoticeState.SENT, now, reverse("my:today")
    yield in_app
    after = held_until(made.settings, now)
    for way in open_ways():
        recipient = address_of(user, way)
        if not recipient or made.settings.deliveries.of(NoticeKind.DAILY_LIST, way) != Delivery.AT_ONCE:
            continue
        notice = _notice(user, way, words.subject, words.body, day=day, now=now)
        notice.recipient, notice.send_after, notice.due_at = recipient, after, after or now
        if way == Way.SMS:
            notice.purpose, notice.values = purpose_of(made.found), json.dumps(values_of(made.found))
        yield notice


def _notice(user: User, channel: str, subject: str, body: str, *, day: date, now: datetime) -> Notice:
    return Notice(
        key=f"list-{day.isoformat()}-{channel}-user-{user.pk}",
        channel=channel,
        kind=NoticeKind.DAILY_LIST,
        user=user,
        subject=subject[:120],
        body=body,
        language=user.language,
        due_at=now,
        created_at=now,
    )
