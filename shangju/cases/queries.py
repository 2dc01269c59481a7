"""Reads of cases worth a name: worklists by keyset, one case by number or code, lights."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from shangju.areas.models import Area
from shangju.cases.codes import code_print
from shangju.cases.models import Case
from shangju.cases.models.case import CASE_LEVELS
from shangju.cases.rules import known_to_exist_for, visible_to
from shangju.cases.search import matching
from shangju.cases.workflow import OPEN_STATES, State
from shangju.core.errors import NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.engine import light_at
from shangju.posts.rights import Standing

PAGE = 50
PAGE_AT_MOST = 200

LIGHTS = ("green", "yellow", "orange", "red", "purple")


@dataclass(frozen=True, slots=True)
class WorklistFilters:
    """What a worklist is narrowed to. ``state`` is a state, ``open`` (default), ``ended`` or ``all``."""

    state: str = ""
    area: str = ""
    light: str = ""
    handler: str = ""
    category: str = ""
    query: str = ""

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
    cases = filtered(Case.objects.filter(visible_to(standing)), filters, standing=standing, now=now)
    after = read_cursor(cursor)
    if filters.only_open:
        cases = cases.filter(is_open=True, due_at__isnull=False).order_by("due_at", "pk")
        if after:
            cases = cases.filter(Q(due_at__gte=after[0]) & (Q(due_at__gt=after[0]) | Q(pk__gt=after[1])))
    else:
        cases = cases.order_by("-registered_at", "-pk")
        if after:
            cases = cases.filter(
                Q(registered_at__lte=after[0]) & (Q(registered_at__lt=after[0]) | Q(pk__lt=after[1]))
            )
    related = cases.select_related("area", "category", "handler_post", "handler_party", "community", "grid")
    rows = list(related.defer("text", "party_summary")[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    last = rows[-1] if more else None
    moment = (last.due_at if filters.only_open else last.registered_at) if last else None
    return WorklistPage(rows, _write_cursor(moment, last.pk) if last and moment else None)


def filtered(
    cases: QuerySet[Case], filters: WorklistFilters, *, standing: Standing, now: datetime
) -> QuerySet[Case]:
    """``cases`` narrowed by every filter that is set; an unknown value gives none."""
    if filters.state in State.values:
        cases = cases.filter(state=filters.state)
    elif filters.state == "ended":
        cases = cases.filter(is_open=False)
    if filters.area:
        cases = _in_area(cases, filters.area)
    if filters.light:
        cases = cases.filter(is_open=True).filter(light_condition(filters.light, now=now))
    if filters.handler == "mine":
        cases = cases.filter(handler_post_id__in=standing.posts)
    elif filters.handler:
        cases = (
            cases.filter(handler_post_id=int(filters.handler))
            if filters.handler.isdecimal() and len(filters.handler) < 19
            else cases.none()
        )
    if filters.category:
        cases = cases.filter(Q(category__code=filters.category) | Q(category__parent__code=filters.category))
    return matching(cases, filters.query) if filters.query.strip() else cases


def _in_area(cases: QuerySet[Case], code: str) -> QuerySet[Case]:
    area = Area.objects.filter(code=code).first()
    if area is None:
        return cases.none()
    column = CASE_LEVELS.get(area.kind)
    return cases.filter(**{column: area.pk}) if column else cases.filter(area_path__startswith=area.path)


def light_condition(light: str, *, now: datetime) -> Q:
    """The rows that show ``light`` at ``now``, from the stored instants: no job need have run (cases.md §5)."""
    conditions = {
        "green": Q(yellow_at__gt=now),
        "yellow": Q(yellow_at__lte=now, orange_at__gt=now),
        "orange": Q(orange_at__lte=now, due_at__gte=now),
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
    related = ("area", "category", "handler_post", "handler_party", "concerned_party", "community", "grid")
    try:
        return Case.objects.filter(visible_to(standing)).select_related(*related).get(number=number)
    except Case.DoesNotExist:
        if Case.objects.filter(known_to_exist_for(standing), number=number).exists():
            raise NotAllowed(_("You are signed in, but this is not open to you.")) from None
        raise


def case_by_tracking_code(code: str) -> Case:
    """The one case that an unguessable code names; ``Case.DoesNotExist`` where it names none."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        related = ("area", "category", "handler_post", "handler_party", "community", "grid")
        return Case.objects.select_related(*related).get(tracking_print=code_print(code))


def _write_cursor(moment: datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), pk]).encode()).decode().rstrip("=")


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
