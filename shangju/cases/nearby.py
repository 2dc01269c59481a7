"""Already reported near you? Open cases at a place that say what a new report says (cases.md §2).

Asked before a report is sent, never inside intake: what it costs is the asker's. It reads a bounded number of the
newest cases, whatever the size of the table, and shows :class:`~shangju.cases.safe_summary.SafeSummary` only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area, AreaKind
from shangju.cases.intake import Submission
from shangju.cases.likeness import (
    COMPARED_SIGNS,
    NEAR_METRES,
    Nearness,
    Spot,
    is_alike,
    likeness,
    nearness,
    pieces_of,
)
from shangju.cases.models import Case
from shangju.cases.places import ROUGH_DECIMALS, Place
from shangju.cases.rules import visible_to
from shangju.cases.safe_summary import (
    OUTLINES,
    READ_ALONG,
    SHARED_MATTERS,
    SafeSummary,
    area_for_strangers,
    road_names,
    shown_to_strangers,
    summary_of,
)
from shangju.categories.suggest import suggest_categories
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.rights import Standing

LOOKED_BACK = timedelta(days=90)
READ_AT_MOST = 300
"""Cases of one grid, or of one community around a point, newest first: so many are compared."""

SHOWN_AT_MOST = 4
DEGREES_NEAR = NEAR_METRES / 80_000
"""A little more than ``NEAR_METRES`` east or west in China; the exact distance is measured afterwards."""

PLACES = {
    Nearness.SAME_SHOP: _("at the same shop"),
    Nearness.SAME_BUILDING: _("at the same building"),
    Nearness.WITHIN_REACH: _("within 200 metres"),
    Nearness.SAME_GRID: _("in the same grid"),
}
"""Where it is, seen from the place that the asker gave."""


@dataclass(frozen=True, slots=True)
class LikeCase:
    """An open case that may be the same matter. ``key`` names it in the form and says nothing of it."""

    key: str
    summary: SafeSummary
    near: Nearness
    likeness: float

    @property
    def place(self) -> str:
        """Where it is, seen from the asker's place."""
        return str(PLACES[self.near])


def like_cases(submission: Submission, *, now: datetime) -> list[LikeCase]:
    """The open cases that the report may be about, most alike first; what a stranger may not see is not among them.

    At most five statements. A report of what concerns one person only is like none.
    """
    if (
        submission.is_confidential
        or submission.concerns_minor
        or submission.request_type not in SHARED_MATTERS
    ):
        return []
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        here = spot_of(submission.place)
        words = _words_of(submission)
        codes = _codes_of(submission)
        found = [
            (alike, near, case)
            for case in _candidates(here, _community_of(submission.place), shown_to_strangers(), now=now)
            if (near := nearness(here, spot_of_case(case)))
            and is_alike(
                alike := likeness(words, pieces_of(case.beginning)),
                near,
                same_category=case.category is not None and case.category.code in codes,
            )
        ]
        found.sort(key=lambda each: (-each[1], -each[0], -each[2].pk))
        shown = found[:SHOWN_AT_MOST]
        names = road_names({area_for_strangers(case) for _alike, _near, case in shown}) if shown else {}
        return [LikeCase(key_of(case), summary_of(case, names), near, alike) for alike, near, case in shown]


@dataclass(frozen=True, slots=True)
class Twin:
    """An open case that may be the same matter, for staff who may open both."""

    case: Case
    near: Nearness
    likeness: float

    @property
    def place(self) -> str:
        """Where it is, seen from the case that was asked about."""
        return str(PLACES[self.near])


def twins_of(case: Case, standing: Standing, *, now: datetime) -> list[Twin]:
    """Open cases nearby that say what ``case`` says and that ``standing`` may see, most alike first.

    For the dispatcher who asks whether a concern was reported before; at most three statements.
    """
    here, names = spot_of_case(case), [case.place_note, case.area.name]
    words = pieces_of(case.text) - pieces_of(" ".join(names))
    mine = visible_to(standing) & Q(subdistrict_id=case.subdistrict_id) & ~Q(pk=case.pk)
    found = [
        Twin(other, near, alike)
        for other in _candidates(here, case.community_id, mine, now=now)
        if (near := nearness(here, spot_of_case(other)))
        and is_alike(
            alike := likeness(words, pieces_of(other.beginning)),
            near,
            same_category=case.category_id is not None and case.category_id == other.category_id,
        )
    ]
    return sorted(found, key=lambda twin: (-twin.near, -twin.likeness, -twin.case.pk))[:SHOWN_AT_MOST]


def key_of(case: Case) -> str:
    """How a form names a case that its reader may not open: the digest of its code, which leads nowhere."""
    return case.tracking_print


def case_by_key(key: str) -> Case | None:
    """The open case that a form names, if a stranger may still see its summary."""
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        seen = Case.objects.filter(shown_to_strangers(), is_open=True, tracking_print=key)
        return seen.select_related(*READ_ALONG).defer(*OUTLINES).first()


def spot_of(place: Place) -> Spot:
    """A place given with a report, as it is compared: its point as roughly as the stored ones."""
    tiers = place.area.tiers()
    return Spot(
        grid=tiers[AreaKind.GRID].pk if AreaKind.GRID in tiers else None,
        building=tiers[AreaKind.BUILDING].pk if AreaKind.BUILDING in tiers else None,
        party=place.party.pk if place.party else None,
        note=place.note,
        longitude=None if place.longitude is None else round(place.longitude, ROUGH_DECIMALS),
        latitude=None if place.latitude is None else round(place.latitude, ROUGH_DECIMALS),
    )


def spot_of_case(case: Case) -> Spot:
    """The place of a stored case, as it is compared."""
    return Spot(
        grid=case.grid_id,
        building=case.area_id if case.area.kind == AreaKind.BUILDING else None,
        party=case.place_party_id,
        note=case.place_note,
        longitude=case.longitude,
        latitude=case.latitude,
    )


def _words_of(submission: Submission) -> frozenset[str]:
    """The pieces of the report without those of its place: everybody there writes them."""
    place = submission.place
    names = [place.note, place.exact_address, *(tier.name for tier in place.area.tiers().values())]
    return pieces_of(submission.text) - pieces_of(" ".join(names))


def _codes_of(submission: Submission) -> frozenset[str]:
    """The category that was chosen, else those that the words suggest."""
    if submission.category is not None:
        return frozenset({submission.category.code})
    return frozenset(each.category_code for each in suggest_categories(submission.text, limit=2))


def _community_of(place: Place) -> int | None:
    community: Area | None = place.area.tiers().get(AreaKind.COMMUNITY)
    return community.pk if community else None


def _candidates(here: Spot, community: int | None, shown: Q, *, now: datetime) -> Iterator[Any]:
    """Open cases, as far as ``shown``, at the shop, in the grid, and around the point in the community; each once."""
    seen: set[int] = set()
    lists: list[QuerySet[Any]] = []
    if here.party is not None:
        lists.append(_newest(Q(place_party_id=here.party) & shown, now=now))
    if here.grid is not None:
        lists.append(_newest(Q(grid_id=here.grid) & shown, now=now))
    if here.longitude is not None and here.latitude is not None and community is not None:
        around = Q(
            community_id=community,
            longitude__range=(here.longitude - DEGREES_NEAR, here.longitude + DEGREES_NEAR),
            latitude__range=(here.latitude - DEGREES_NEAR, here.latitude + DEGREES_NEAR),
        )
        lists.append(_newest(around & shown, now=now))
    for cases in lists:
        for case in cases:
            if case.pk not in seen:
                seen.add(case.pk)
                yield case


def _newest(where: Q, *, now: datetime) -> QuerySet[Any]:
    """What is compared of each case, in one statement along the index of its level."""
    since = Q(is_open=True, registered_at__gte=now - LOOKED_BACK)
    cases = Case.objects.filter(where, since).order_by("-registered_at", "-pk")
    read = cases.annotate(beginning=Substr(F("text"), 1, COMPARED_SIGNS)).select_related(*READ_ALONG)
    return read.defer("text", "party_summary", *OUTLINES)[:READ_AT_MOST]
