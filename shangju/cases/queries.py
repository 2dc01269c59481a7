"""Reads of cases worth a name: worklists by keyset, one case by number or code, lights."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.codes import code_print
from shangju.cases.models import Approval, Case
from shangju.cases.models.case import CASE_LEVELS
from shangju.cases.rules import known_to_exist_for, to_decide, visible_to
from shangju.cases.search import among, first_matching
from shangju.cases.walls import found_by
from shangju.cases.workflow import OPEN_STATES, State
from shangju.categories.models import Category
from shangju.core.errors import NotAllowed
from shangju.core.numbers import small_number
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.engine import light_at
from shangju.posts.rights import Standing

COUNTED_TO = 1000
"""Counting stops here: "1000+" says enough."""

PAGE = 50
PAGE_AT_MOST = 200

JOINED_WAYS = ("alone", "merged", "whole", "part")
"""Alone; merged into another; with others merged into it or parts of its own; a part."""

LIGHTS = ("green", "yellow", "orange", "red", "purple")


@dataclass(frozen=True, slots=True)
class WorklistFilters:
    """What a worklist is narrowed to. ``state`` is a state, ``open`` (default), ``ended`` or ``all``.

    ``paused`` is ``yes`` or ``no``, ``joined`` one of ``JOINED_WAYS``; both days of the registered range belong to it.
    """

    state: str = ""
    area: str = ""
    light: str = ""
    handler: str = ""
    category: str = ""
    query: str = ""
    paused: str = ""
    tier: str = ""
    joined: str = ""
    registered_from: date | None = None
    registered_to: date | None = None
    met: str = ""

    @property
    def by_priority(self) -> bool:
        """Whether the list is of open cases that others have met, the most pressing first."""
        return self.met == "yes" and self.only_open

    @property
    def only_open(self) -> bool:
        """Whether only open cases can answer, so that the due instant can order them."""
        return self.state in {"", "open", *OPEN_STATES}


@dataclass(frozen=True, slots=True)
class WorklistPage:
    """One page and, where there are more rows, the cursor of the next."""

    items: list[Case]
    next_cursor: str | None


def worklist(
    standing: Standing,
    filters: WorklistFilters,
    *,
    cursor: str | None = None,
    limit: int = PAGE,
    now: datetime,
) -> WorklistPage:
    """The cases that ``standing`` may see, narrowed by ``filters``: open ones by due instant, others newest first.

    Paging is by keyset: page ten thousand costs what page one costs. An unreadable cursor gives the first page.
    """
    limit = max(1, min(limit, PAGE_AT_MOST))
    ordered = _in_order(Case.objects.filter(visible_to(standing)), filters, cursor)
    categories = _categories_below(filters.category)

    def narrow(cases: QuerySet[Case]) -> QuerySet[Case]:
        return _filtered(cases, filters, categories=categories, standing=standing, now=now)

    if filters.query.strip():
        found: Any = first_matching(ordered, filters.query, narrow=narrow, limit=limit + 1)
    else:
        found = narrow(ordered).values("pk")[: limit + 1]
    # First which rows, then what belongs to them: else all that is open is joined with everything before it is sorted.
    rows = list(as_rows(among(Case.objects.all(), found).order_by(*ordered.query.order_by)))
    more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if more else None
    return WorklistPage(rows, _cursor_after(last, filters) if last else None)


def _cursor_after(last: Case, filters: WorklistFilters) -> str | None:
    """The cursor of the page behind ``last``, in the order that the filters give."""
    if filters.by_priority:
        return _written([last.priority, last.pk])
    moment = last.due_at if filters.only_open else last.registered_at
    return write_cursor(moment, last.pk) if moment else None


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """Requests and, where more wait, the cursor of the next page."""

    items: list[Approval]
    next_cursor: str | None


def approvals_waiting_for(
    standing: Standing, *, cursor: str | None = None, limit: int = PAGE
) -> ApprovalPage:
    """What waits for the decision of ``standing``, the longest waiting first."""
    related = (
        "case__area",
        "case__category",
        "case__handler_post",
        "case__handler_party",
        "event",
        "decided_event",
    )
    waiting: QuerySet[Any] = Approval.objects.filter(to_decide(standing)).select_related(*related)
    after = read_cursor(cursor)
    if after:
        waiting = waiting.filter(Q(asked_at__gt=after[0]) | Q(asked_at=after[0], pk__gt=after[1]))
    rows = list(waiting.defer("case__area__outline").order_by("asked_at", "pk")[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    return ApprovalPage(rows[:limit], write_cursor(last.asked_at, last.pk) if last else None)


def as_rows(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Cases with what a row of a list shows of them, and without the long texts and outlines that it does not."""
    related = ("area", "category", "handler_post", "handler_party")
    return cases.select_related(*related).defer("text", "party_summary", "area__outline")


def _in_order(cases: QuerySet[Case], filters: WorklistFilters, cursor: str | None) -> QuerySet[Case]:
    """What an index gives in the order of the list: in one area, open or all, behind the cursor."""
    if filters.area:
        cases = in_area(cases, filters.area)
    if filters.by_priority:
        return _by_priority(cases, cursor)
    after = read_cursor(cursor)
    if filters.only_open:
        cases = cases.filter(is_open=True, due_at__isnull=False).order_by("due_at", "pk")
        if after:
            cases = cases.filter(Q(due_at__gte=after[0]) & (Q(due_at__gt=after[0]) | Q(pk__gt=after[1])))
        return cases
    cases = cases.order_by("-registered_at", "-pk")
    if filters.state == "ended" or filters.state in State.values:
        cases = cases.filter(is_open=False)
    if after:
        cases = cases.filter(
            Q(registered_at__lte=after[0]) & (Q(registered_at__lt=after[0]) | Q(pk__lt=after[1]))
        )
    return cases


def _by_priority(cases: QuerySet[Case], cursor: str | None) -> QuerySet[Case]:
    """Open cases that others have met, the most pressing first: few rows, in an index of their own."""
    cases = cases.filter(is_open=True, me_too_count__gt=0).order_by("-priority", "-pk")
    after = read_number_cursor(cursor)
    if after:
        cases = cases.filter(Q(priority__lte=after[0]) & (Q(priority__lt=after[0]) | Q(pk__lt=after[1])))
    return cases


def _filtered(
    cases: QuerySet[Case],
    filters: WorklistFilters,
    *,
    categories: list[int] | None,
    standing: Standing,
    now: datetime,
) -> QuerySet[Case]:
    """``cases`` narrowed by every filter that is set but area and words; an unknown value gives none."""
    if filters.state in State.values:
        cases = cases.filter(state=filters.state)
    elif filters.state == "ended":
        cases = cases.filter(is_open=False)
    if filters.light:
        cases = cases.filter(is_open=True).filter(light_condition(filters.light, now=now))
    if filters.met == "yes":
        cases = cases.filter(me_too_count__gt=0)
    if filters.handler == "mine":
        cases = cases.filter(handler_post_id__in=standing.posts)
    elif filters.handler:
        post = small_number(filters.handler)
        cases = cases.filter(handler_post_id=post) if post is not None else cases.none()
    if categories is not None:
        cases = cases.filter(category_id__in=categories)
    return cases.filter(_condition_of(filters, now=now))


def _condition_of(filters: WorklistFilters, *, now: datetime) -> Q:
    """Pause, tier, ways of being joined and the day of registration."""
    condition = Q()
    if filters.paused:
        paused = Q(paused_until__gt=now, paused_until__isnull=False)
        condition &= paused if filters.paused == "yes" else ~paused
    if filters.tier:
        condition &= Q(tier=filters.tier)
    if filters.joined:
        condition &= _JOINED.get(filters.joined, Q(pk__in=[]))
    if filters.registered_from:
        condition &= Q(registered_at__gte=_midnight(filters.registered_from))
    if filters.registered_to:
        condition &= Q(registered_at__lt=_midnight(filters.registered_to + timedelta(days=1)))
    return condition


_JOINED = {
    "alone": Q(is_joined=False, merged_into__isnull=True, part_of__isnull=True),
    "merged": Q(merged_into__isnull=False),
    "whole": Q(is_joined=True),
    "part": Q(part_of__isnull=False),
}


def _midnight(day: date) -> datetime:
    """The instant at which ``day`` begins here."""
    return timezone.make_aware(datetime.combine(day, time.min))


def _categories_below(code: str) -> list[int] | None:
    """Ids of a category and of what is below it: by the ids themselves the database knows how many cases there are."""
    if not code:
        return None
    named = Q(code=code) | Q(parent__code=code)
    return list(Category.objects.filter(named).values_list("pk", flat=True))


def in_area(cases: QuerySet[Case], code: str) -> QuerySet[Case]:
    """The cases of the area with this code, by the index of its level where it has one; none for an unknown code."""
    area = Area.objects.filter(code=code).first()
    if area is None:
        return cases.none()
    column = CASE_LEVELS.get(area.kind)
    return cases.filter(**{column: area.pk}) if column else cases.filter(area_path__startswith=area.path)


def counts_of(lists: Mapping[str, QuerySet[Case]]) -> dict[str, str]:
    """How many rows each list has, up to ``COUNTED_TO``, in one statement; "1000+" costs the same on any table."""
    numbers, parts, params = dict.fromkeys(lists, 0), [], []
    for name, cases in lists.items():
        try:
            sql, values = cases.order_by().values("pk")[: COUNTED_TO + 1].query.sql_with_params()
        except EmptyResultSet:
            continue
        parts.append(f"SELECT %s, COUNT(*) FROM ({sql}) AS counted")  # noqa: S608 - the ORM's own
        params += [name, *values]
    if parts:
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            numbers |= dict(cursor.fetchall())
    return {
        name: f"{COUNTED_TO}+" if number > COUNTED_TO else str(number) for name, number in numbers.items()
    }


def light_condition(light: str, *, now: datetime) -> Q:
    """The rows that show ``light`` at ``now``, from the stored instants: no job need have run (cases.md §5)."""
    conditions = {
        "green": Q(yellow_at__gt=now, purple_at__gt=now),
        "yellow": Q(yellow_at__lte=now, orange_at__gt=now, purple_at__gt=now),
        "orange": Q(orange_at__lte=now, due_at__gte=now, purple_at__gt=now),
        "red": Q(due_at__lt=now, purple_at__gt=now),
        "purple": Q(purple_at__lte=now),
        "overdue": Q(due_at__lt=now),
    }
    return conditions.get(light, Q(pk__in=[]))


def light_of(case: Case, *, now: datetime) -> str:
    """The light of a case, empty where no clock runs."""
    if not (case.due_at and case.yellow_at and case.orange_at and case.purple_at):
        return ""
    return str(
        light_at(
            now, yellow_at=case.yellow_at, orange_at=case.orange_at, due=case.due_at, purple_at=case.purple_at
        )
    )


def case_for(standing: Standing, number: str) -> Case:
    """The case with this number, if its inner view is open to ``standing``.

    Else ``NotAllowed`` (403) where it lies in an area of theirs, and ``Case.DoesNotExist`` (404) everywhere else.
    """
    related = ("area", "category", "handler_post", "handler_party", "concerned_party")
    seen = Case.objects.filter(visible_to(standing))
    try:
        return found_by(standing, seen.select_related(*related).defer("area__outline").get(number=number))
    except Case.DoesNotExist:
        if Case.objects.filter(known_to_exist_for(standing), number=number).exists():
            raise NotAllowed(_("You are signed in, but this is not open to you.")) from None
        raise


def case_by_tracking_code(code: str) -> Case:
    """The one case that an unguessable code names; ``Case.DoesNotExist`` where it names none."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        related = ("area", "category", "handler_post", "handler_party")
        found = Case.objects.select_related(*related).defer("area__outline")
        return found.get(tracking_print=code_print(code))


def write_cursor(moment: datetime, pk: int) -> str:
    """What :func:`read_cursor` reads."""
    return _written([moment.isoformat(), pk])


def _written(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def read_number_cursor(cursor: str | None) -> tuple[int, int] | None:
    """The number and id after which a page begins; none for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        number, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return (int(number), int(pk)) if 0 <= int(number) < 2**31 and 0 < int(pk) < 2**63 else None
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return None


def is_cursor(cursor: str, filters: WorklistFilters) -> bool:
    """Whether a page in the order that the filters give can begin behind ``cursor``."""
    return (read_number_cursor(cursor) if filters.by_priority else read_cursor(cursor)) is not None


def read_cursor(cursor: str | None) -> tuple[datetime, int] | None:
    """The instant and id after which a page begins; none for what is no cursor of ours."""
    if not cursor:
        return None
    try:
        moment, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        read = datetime.fromisoformat(moment)
        return (read.astimezone(UTC), int(pk)) if read.tzinfo and 0 < int(pk) < 2**63 else None
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error):
        return None
