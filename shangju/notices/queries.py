"""What people and sub-districts set about being written to, and what waits to go out."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.db.models import BooleanField, CharField, Count, F, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.queries import calendar_for
from shangju.notices.kinds import Deliveries
from shangju.notices.models import (
    Notice,
    NoticeChannel,
    NoticePreference,
    NoticeState,
    OwnQuietHours,
    SendingTimes,
)
from shangju.notices.quiet import Held, QuietHours, held
from shangju.posts.models import Appointment, PostKind


@dataclass(frozen=True, slots=True)
class Times:
    """What a sub-district sets: its quiet hours, and whether an empty daily list goes out."""

    quiet: QuietHours = field(default_factory=QuietHours)
    lists_when_empty: bool = False


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """How and when one person is written to: by their posts and their own choice."""

    deliveries: Deliveries = field(default_factory=Deliveries)
    quiet: tuple[QuietHours, ...] = ()
    """Of the sub-districts in which they hold posts, then their own."""
    own_quiet: QuietHours | None = None
    lists_when_empty: bool = False

    def held(self, moment: datetime) -> Held:
        """When a message of ``moment`` that is not urgent goes out to them."""
        # Days off are those of the country: which calendar is asked makes no difference.
        return held(moment, self.quiet, calendar=calendar_for(None))


def settings_of(users: Iterable[int], *, day: date) -> dict[int, NoticeSettings]:
    """The settings of each of ``users`` as of ``day``, in one statement for all of them."""
    ids = set(users)
    if not ids:
        return {}
    with everywhere(EverywhereReason.SIGN_IN):
        rows = list(_everything_set(ids, day))
    paths: dict[int, set[str]] = defaultdict(set)
    posts: dict[int, set[PostKind]] = defaultdict(set)
    chosen: dict[int, dict[tuple[str, str], str]] = defaultdict(dict)
    own: dict[int, QuietHours] = {}
    times: dict[str, Times] = {}
    for sort, number, first, second, flag in rows:
        if sort == "post":
            posts[number].add(PostKind(first))
            paths[number].add(second)
        elif sort == "chosen":
            kind, _slash, way = first.partition("/")
            chosen[number][kind, way] = second
        elif sort == "own":
            own[number] = QuietHours(_time(first), _time(second), on_days_off=False)
        else:
            begins, _slash, ends = second.partition("/")
            times[first] = Times(QuietHours(_time(begins), _time(ends), flag), bool(number))
    return {
        user: _settings(Deliveries(frozenset(posts[user]), chosen[user]), paths[user], times, own.get(user))
        for user in ids
    }


def _settings(
    deliveries: Deliveries, paths: set[str], times: dict[str, Times], own: QuietHours | None
) -> NoticeSettings:
    here = {
        next((set_here for area, set_here in times.items() if path.startswith(area)), Times())
        for path in paths
    }
    quiet = tuple(sorted({each.quiet for each in here}, key=lambda hours: (hours.begins, hours.ends)))
    return NoticeSettings(
        deliveries,
        quiet if own is None else (*quiet, own),
        own,
        any(each.lists_when_empty for each in here),
    )


def _everything_set(users: set[int], day: date) -> QuerySet[Any]:
    """Posts held, choices, own quiet hours, and the times of every sub-district that set some."""

    def rows(found: QuerySet[Any], sort: str, number: Any, first: Any, second: Any, flag: Any) -> Any:
        asked = found.order_by().annotate(
            sort=Value(sort, CharField()),
            number=Cast(number, IntegerField()),
            first=Cast(first, CharField()),
            second=Cast(second, CharField()),
            flag=flag,
        )
        return asked.values_list("sort", "number", "first", "second", "flag")

    no = Value(value=False, output_field=BooleanField())
    whole = Concat(F("kind"), Value("/"), F("way"), output_field=CharField())
    span = Concat(Cast("begins", CharField()), Value("/"), Cast("ends", CharField()))
    held_posts = Appointment.objects.on(day).filter(user_id__in=users, post__area__retired_on__isnull=True)
    found: QuerySet[Any] = rows(
        held_posts, "post", F("user_id"), F("post__kind"), F("post__area__path"), no
    ).union(
        rows(
            NoticePreference.objects.filter(user_id__in=users),
            "chosen", F("user_id"), whole, F("delivery"), no,
        ),
        rows(OwnQuietHours.objects.filter(user_id__in=users), "own", F("user_id"), F("begins"), F("ends"), no),
        rows(
            SendingTimes.objects.all(),
            "times", Cast("lists_when_empty", IntegerField()), F("area__path"), span, F("on_days_off"),
        ),
        all=True,
    )  # fmt: skip
    return found


def _time(text: str) -> time:
    return time.fromisoformat(text)


def times_of(subdistrict_id: int) -> Times:
    """The quiet hours that hold in a sub-district, and whether it sends empty lists."""
    with everywhere(EverywhereReason.STRUCTURE):
        return _times(SendingTimes.objects.filter(area_id=subdistrict_id).first())


def times_of_all() -> list[tuple[Area, Times]]:
    """Every sub-district in scope with the times that hold there, in the order of the tree."""
    rows = {row.area_id: row for row in SendingTimes.objects.all()}
    places = Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on__isnull=True)
    return [(area, _times(rows.get(area.pk))) for area in places.defer("outline").order_by("path")]


def _times(row: SendingTimes | None) -> Times:
    if row is None:
        return Times()
    return Times(QuietHours(row.begins, row.ends, row.on_days_off), row.lists_when_empty)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages of a channel wait for the end of quiet hours, for a limit, for another try."""

    for_quiet: int
    for_limit: int
    for_retry: int


def waiting_by_channel(now: datetime) -> dict[str, Waiting]:
    """What is still to go out, by channel, in one statement."""
    rest = Q(send_after__isnull=True) | Q(send_after__lte=now)
    counted = (
        Notice.objects.filter(state=NoticeState.PENDING)
        .exclude(channel=NoticeChannel.IN_APP)
        .order_by()
        .values("channel")
        .annotate(
            quiet=Count("pk", filter=Q(send_after__gt=now)),
            limit=Count("pk", filter=rest & Q(due_at__gt=now, attempts=0)),
            retry=Count("pk", filter=rest & Q(attempts__gt=0)),
        )
    )
    return {row["channel"]: Waiting(row["quiet"], row["limit"], row["retry"]) for row in counted}
