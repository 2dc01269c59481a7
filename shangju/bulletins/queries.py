"""Reads of bulletins."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404

from shangju.areas.models import Area, AreaKind
from shangju.bulletins.models import Bulletin, BulletinSection, BulletinSetting
from shangju.bulletins.rules import may_read, readable_states
from shangju.bulletins.text.parts import OF_FIGURES, Part, blank
from shangju.bulletins.text.revising import disagreeing, from_rows, left_out, shortened
from shangju.bulletins.workflow import READERS, BulletinState
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.models import Appointment
from shangju.posts.rights import RIGHTS_OF_POST, Standing

LISTED = 100


def reading_subdistricts(standing: Standing) -> list[Area]:
    """The sub-districts whose bulletins somebody reads, in the order of the tree."""
    ids = {int(part) for holding in standing.holdings for part in holding.area.path.strip("/").split("/")}
    with everywhere(EverywhereReason.STRUCTURE):
        around = Area.objects.filter(pk__in=ids, kind=AreaKind.SUBDISTRICT, retired_on__isnull=True)
        found = list(around.defer("outline").order_by("path"))
    return [area for area in found if readable_states(standing, area)]


def chosen_subdistrict(standing: Standing, code: str) -> Area:
    """The one that is named, or the first; ``PermissionDenied`` where there is none."""
    found = reading_subdistricts(standing)
    chosen = next((area for area in found if area.code == code), None) or next(iter(found), None)
    if chosen is None:
        raise PermissionDenied
    return chosen


def bulletin_for(standing: Standing, pk: int) -> Bulletin:
    """The bulletin with its area; ``Http404`` where it lies outside the scope, ``PermissionDenied`` where it is not read."""
    found = (
        Bulletin.objects.select_related("area", "replaces", "replaced_by", "issued_by")
        .defer("area__outline")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    if not may_read(standing, found.state, found.area):
        raise PermissionDenied
    return found


def readers_of(area: Area, *, day: date) -> set[int]:
    """The ids of all who read issued bulletins of a sub-district: :func:`may_read`, asked of the appointments of a day."""
    rights = READERS[BulletinState.ISSUED]
    kinds = [kind for kind, theirs in RIGHTS_OF_POST.items() if theirs & rights]
    around = Q(post__area__path__startswith=area.path) | Q(post__area_id__in=area.ancestor_ids)
    with everywhere(EverywhereReason.WALL):
        terms = Appointment.objects.on(day).filter(around, post__kind__in=kinds, user__is_active=True)
        return set(terms.values_list("user_id", flat=True))


def bulletins_of(area: Area, standing: Standing, *, year: int) -> list[Bulletin]:
    """What somebody reads of a year, the latest first: by the year of the last day."""
    rows = Bulletin.objects.filter(area=area, state__in=readable_states(standing, area), last__year=year)
    return list(rows.defer("figures").order_by("-last", "kind", "-pk")[:LISTED])


def years_of(area: Area, standing: Standing) -> list[int]:
    """The years that have a bulletin to read, the latest first."""
    rows = Bulletin.objects.filter(area=area, state__in=readable_states(standing, area))
    return [day.year for day in rows.order_by().dates("last", "year", order="DESC")]


def taken_spans(area: Area, kind: str) -> set[object]:
    """The first days of the periods that have a draft or an issued bulletin."""
    return set(
        Bulletin.objects.filter(area=area, kind=kind, withdrawn_at__isnull=True).values_list(
            "first", flat=True
        )
    )


def automatic_drafts(area: Area) -> BulletinSetting:
    """What the sub-district has set, or the defaults (unsaved)."""
    with everywhere(EverywhereReason.STRUCTURE):
        return BulletinSetting.objects.filter(area=area).first() or BulletinSetting(area=area)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Where a text and the figures of its section differ: sentences to look at, and what the figures say."""

    part: Part
    wrong: list[str]
    unsaid: list[str]


def doubts_about(sections: list[BulletinSection]) -> list[Doubt]:
    """The sections in which a person changed something that the figures tell, each with its sentences."""
    found = []
    for section in sections:
        part, made = Part(section.part), from_rows(section.generated)
        wrong = disagreeing(section.text, made) if part in OF_FIGURES else []
        if wrong:
            found.append(Doubt(part, wrong, left_out(section.text, made)))
    return found


def short_text(bulletin: Bulletin, sections: list[BulletinSection]) -> str:
    """The bulletin in at most 500 signs, for chat groups; the caller has set its language."""
    told = [section.text for section in sections if section.part in OF_FIGURES]
    return shortened(str(bulletin), told, blank=blank())
