"""What anybody may know of a case that is not theirs: category, road, state, days. Never words, homes or names.

The list of like reports at intake and the public board both start from here.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils import timezone

from shangju.areas.addresses import normalise
from shangju.areas.models import AddressEntry, Area
from shangju.cases.models import Case
from shangju.cases.workflow import RequestType
from shangju.categories.models import Category
from shangju.core.scoping import EverywhereReason, everywhere

HAS_NUMBER = re.compile(r"[\d０-９一二三四五六七八九十百]+\s*(?:号|幢|栋|座|室|单元|弄|#)|[\d０-９]")
"""A house or a building: nearer than a road."""

SHARED_MATTERS = frozenset({RequestType.COMPLAINT, RequestType.SUGGESTION})
"""What several people can meet. Help is asked for a person, a breach is reported by one who must be protected, an
enquiry and praise are over with one answer."""


@dataclass(frozen=True, slots=True)
class SafeSummary:
    """A case as a stranger may see it."""

    category: Category | None
    area: Area
    road: str
    state: str
    day: date


def shown_to_strangers() -> Q:
    """The cases of which a stranger may see a summary at all, as a condition for lists.

    Never a confidential one, nor one about a minor, nor one of a category whose data is walled or sealed, nor what
    concerns one person only; of a split case the whole stands for its parts.
    """
    walled = Q(category__privacy_wall=True) | Q(category__sealed=True)
    whole = Q(
        is_confidential=False, concerns_minor=False, request_type__in=SHARED_MATTERS, part_of__isnull=True
    )
    return whole & (Q(category__isnull=True) | ~walled)


def may_be_shown(case: Case) -> bool:
    """:func:`shown_to_strangers`, asked of one case."""
    category = case.category
    is_walled = category is not None and (category.privacy_wall or category.sealed)
    is_whole = case.part_of_id is None
    return (
        is_whole and not case.is_kept_from_strangers and case.request_type in SHARED_MATTERS and not is_walled
    )


def road_names(areas: Iterable[Area]) -> dict[str, str]:
    """The names of roads, lanes and estates in these areas, as the gazetteer writes them, by their one spelling.

    One query. Only what the gazetteer knows is ever shown of a place: what somebody typed may hold a name.
    """
    within = Q(pk__in=[])
    for area in areas:
        within |= Q(area__path__startswith=area.path) | Q(area_id__in=area.ancestor_ids)
    with everywhere(EverywhereReason.STRUCTURE):
        entries = AddressEntry.objects.filter(within).values_list("text", "shown_as")
        return {text: shown for text, shown in entries if not HAS_NUMBER.search(shown)}


def road_of(note: str, names: Mapping[str, str]) -> str:
    """The road, lane or estate that a place lies in, without number, building or shop; empty where none is known.

    ``东里1幢`` gives ``东里`` where the gazetteer has it: who lives or works there is not said.
    """
    written = normalise(note)
    known = [text for text in names if text in written]
    return names[max(known, key=len)] if known else ""


READ_ALONG = ("category", "area", "grid", "community")
"""What a summary reads of a case; their outlines are large."""

OUTLINES = ("area__outline", "grid__outline", "community__outline")


def area_for_strangers(case: Case) -> Area:
    """The grid, or what is above it where none is known: a building says too much of who reports from it."""
    with everywhere(EverywhereReason.STRUCTURE):
        return case.grid or case.community or case.area


def summary_of(case: Case, names: Mapping[str, str]) -> SafeSummary:
    """The summary; the caller has asked :func:`may_be_shown`, and :func:`road_names` of the area."""
    return SafeSummary(
        category=case.category if case.category_is_confirmed else None,
        area=area_for_strangers(case),
        road=road_of(case.place_note, names),
        state=case.get_state_display(),
        day=timezone.localdate(case.registered_at),
    )
