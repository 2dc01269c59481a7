"""Who may import what: the same sentence for the list and for one run."""

from django.db.models import Q

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.rights import Right, Standing

IMPORTING_TIERS = (AreaKind.SUBDISTRICT, AreaKind.COMMUNITY)
"""Orders are given to a sub-district or a community; what lies below follows from each order's address."""


def may_import(standing: Standing, area: Area) -> bool:
    """Whether orders for this area may be taken in, looked at and answered."""
    return standing.may(Right.IMPORT_ORDERS, path=area.path)


def open_to(standing: Standing) -> Q:
    """:func:`may_import`, as a condition on runs."""
    condition = Q(pk__in=[])
    for area in standing.areas_with(Right.IMPORT_ORDERS):
        condition |= Q(area__path__startswith=area.path)
    return condition


def areas_for_import(standing: Standing) -> list[Area]:
    """The areas for which orders may be taken in, the widest first."""
    reach = Q(pk__in=[])
    for area in standing.areas_with(Right.IMPORT_ORDERS):
        reach |= Q(path__startswith=area.path)
    rows = Area.objects.filter(reach, kind__in=IMPORTING_TIERS, retired_on__isnull=True)
    return list(rows.defer("outline").order_by("path"))


def subdistrict_of(area: Area) -> Area:
    """The sub-district in which an area lies: column plans are remembered there."""
    with everywhere(EverywhereReason.STRUCTURE):
        return area.tiers()[AreaKind.SUBDISTRICT]
