"""The tree of areas. Only :mod:`shangju.areas.services` writes it."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shangju.core.scoping import ScopeColumns, ScopedArea, ScopedManager


class AreaKind(models.TextChoices):
    """The tiers, from the top; a grid belongs to exactly one community."""

    DISTRICT = "district", _("District")
    SUBDISTRICT = "subdistrict", _("Sub-district")
    COMMUNITY = "community", _("Community")
    GRID = "grid", _("Grid")
    MICRO_GRID = "micro_grid", _("Micro-grid")
    BUILDING = "building", _("Building")
    HUB_HOUSEHOLD = "hub_household", _("Hub household")


PARENT_KINDS: dict[str, frozenset[str | None]] = {
    AreaKind.DISTRICT: frozenset({None}),
    AreaKind.SUBDISTRICT: frozenset({None, AreaKind.DISTRICT}),
    AreaKind.COMMUNITY: frozenset({AreaKind.SUBDISTRICT}),
    AreaKind.GRID: frozenset({AreaKind.COMMUNITY}),
    AreaKind.MICRO_GRID: frozenset({AreaKind.GRID}),
    AreaKind.BUILDING: frozenset({AreaKind.GRID, AreaKind.MICRO_GRID}),
    AreaKind.HUB_HOUSEHOLD: frozenset({AreaKind.BUILDING}),
}
"""Under which kinds an area of a kind may stand (cases.md §1)."""

MICRO_GRID_HOUSEHOLDS = range(50, 101)
"""Occupied households of a micro-grid; outside this the set-up page warns (Zhenjiang practice,
domain-china §1.1).
"""


class GridType(models.TextChoices):
    """A grid by address, or one made for a mall, market or office building."""

    GENERAL = "general", _("General grid")
    DEDICATED = "dedicated", _("Dedicated grid")


class AreaManager(ScopedManager["Area"]):
    """Areas in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="path")


class Area(models.Model):
    """One area of the tree, with its Party body.

    ``path`` is ``/1/14/203/``: the ids from the root down to this area; everything below an area starts
    with its path. ``outline`` is a GeoJSON geometry in WGS-84; ``outline_datum`` says in which datum it
    was delivered.
    """

    kind = models.CharField(_("Kind"), max_length=20, choices=AreaKind)
    grid_type = models.CharField(_("Grid type"), max_length=20, choices=GridType, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name=_("Belongs to")
    )
    path = models.CharField(max_length=200, unique=True)
    code = models.CharField(_("Code"), max_length=30, unique=True)
    name = models.CharField(_("Name"), max_length=60)
    name_en = models.CharField(_("English name"), max_length=90, blank=True)
    party_body = models.CharField(_("Party body"), max_length=80, blank=True)
    number_prefix = models.CharField(_("Prefix of case numbers"), max_length=6, blank=True)
    households = models.PositiveIntegerField(_("Occupied households"), null=True)
    outline = models.JSONField(_("Outline"), null=True)
    outline_datum = models.CharField(_("Datum of the source"), max_length=10, default="wgs84")
    is_invented = models.BooleanField(_("Invented for the demonstration"), default=False)
    retired_on = models.DateField(_("Retired on"), null=True)

    objects = AreaManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("path",)
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AreaKind.values), name="area_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=AreaKind.GRID, grid_type__in=GridType.values)
                | (~Q(kind=AreaKind.GRID) & Q(grid_type="")),
                name="grid_type_only_for_grids",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=False) | Q(kind__in=[AreaKind.DISTRICT, AreaKind.SUBDISTRICT]),
                name="only_top_areas_without_parent",
            ),
            models.UniqueConstraint(
                fields=["number_prefix"],
                condition=~Q(number_prefix=""),
                name="number_prefix_of_one_subdistrict",
            ),
        ]

    def __str__(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name

    @property
    def ancestor_ids(self) -> list[int]:
        """Ids from the root down to this area, this one included."""
        return [int(part) for part in self.path.strip("/").split("/")]

    def tiers(self) -> dict[str, "Area"]:
        """This area and those above it by their kind, without outlines; read once for this object and path."""
        known: tuple[str, dict[str, Area]] | None = self.__dict__.get("_tiers")
        if known is None or known[0] != self.path:
            above = Area.objects.order_by().defer("outline").filter(pk__in=self.ancestor_ids[:-1])
            known = self.__dict__["_tiers"] = (self.path, {area.kind: area for area in (*above, self)})
        return known[1]

    @property
    def scoped(self) -> ScopedArea:
        """This area as part of a scope."""
        return ScopedArea(pk=self.pk, level=self.kind, path=self.path)


class AddressEntryManager(ScopedManager["AddressEntry"]):
    """Address entries in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class AddressEntry(models.Model):
    """A piece of text by which people name a place, and the area that it means.

    ``text`` is normalised by :func:`shangju.areas.addresses.normalise`; the longest entry contained in
    an address wins.
    """

    area = models.ForeignKey(Area, models.CASCADE, related_name="addresses")
    text = models.CharField(_("Address text"), max_length=80, db_index=True)
    shown_as = models.CharField(_("Written as"), max_length=80)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    objects = AddressEntryManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["area", "text"], name="address_once_per_area")]

    def __str__(self) -> str:
        return self.shown_as
