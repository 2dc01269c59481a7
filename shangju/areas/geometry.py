"""Outlines, points and the three datums in which Chinese maps give them.

Stored is WGS-84 only. 高德 and 腾讯 deliver GCJ-02, 百度 BD-09; the shift is published nowhere
officially, the formulas are the ones in common use (right to about a metre). A value is converted once,
when it comes in.

Shapely (and with it numpy) is imported only by functions that need it: most web processes never do.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area, AreaKind
from shangju.core.errors import DomainError
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]
"""Longitude and latitude, degrees."""


class Datum(StrEnum):
    """In which datum a source gives its coordinates."""

    WGS84 = "wgs84"
    GCJ02 = "gcj02"
    BD09 = "bd09"


_SEMI_MAJOR = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_TURN = math.pi * 3000.0 / 180.0
_INVERSE_STEPS = 8


def wgs84_to_gcj02(longitude: float, latitude: float) -> Point:
    """The shifted position that 高德 and 腾讯 show; outside China nothing is shifted."""
    if not (72.004 < longitude < 137.8347 and 0.8293 < latitude < 55.8271):
        return longitude, latitude
    east, north = longitude - 105.0, latitude - 35.0
    waves = (20.0 * math.sin(6.0 * east * math.pi) + 20.0 * math.sin(2.0 * east * math.pi)) * 2.0 / 3.0
    shift_north = (
        -100.0
        + 2.0 * east
        + 3.0 * north
        + 0.2 * north**2
        + 0.1 * east * north
        + 0.2 * math.sqrt(abs(east))
        + waves
        + (20.0 * math.sin(north * math.pi) + 40.0 * math.sin(north / 3.0 * math.pi)) * 2.0 / 3.0
        + (160.0 * math.sin(north / 12.0 * math.pi) + 320.0 * math.sin(north * math.pi / 30.0)) * 2.0 / 3.0
    )
    shift_east = (
        300.0
        + east
        + 2.0 * north
        + 0.1 * east**2
        + 0.1 * east * north
        + 0.1 * math.sqrt(abs(east))
        + waves
        + (20.0 * math.sin(east * math.pi) + 40.0 * math.sin(east / 3.0 * math.pi)) * 2.0 / 3.0
        + (150.0 * math.sin(east / 12.0 * math.pi) + 300.0 * math.sin(east / 30.0 * math.pi)) * 2.0 / 3.0
    )
    radians = math.radians(latitude)
    magic = 1.0 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    meridian = _SEMI_MAJOR * (1.0 - _ECCENTRICITY_SQUARED) / (magic * math.sqrt(magic))
    parallel = _SEMI_MAJOR / math.sqrt(magic) * math.cos(radians)
    return longitude + math.degrees(shift_east / parallel), latitude + math.degrees(shift_north / meridian)


def gcj02_to_bd09(longitude: float, latitude: float) -> Point:
    """百度's second shift on top of GCJ-02."""
    distance = math.hypot(longitude, latitude) + 0.00002 * math.sin(latitude * _BD_TURN)
    angle = math.atan2(latitude, longitude) + 0.000003 * math.cos(longitude * _BD_TURN)
    return distance * math.cos(angle) + 0.0065, distance * math.sin(angle) + 0.006


def gcj02_to_wgs84(longitude: float, latitude: float) -> Point:
    """Undo :func:`wgs84_to_gcj02`, to within a millimetre."""
    return _inverse(wgs84_to_gcj02, longitude, latitude)


def bd09_to_gcj02(longitude: float, latitude: float) -> Point:
    """Undo :func:`gcj02_to_bd09`, to within a millimetre."""
    return _inverse(gcj02_to_bd09, longitude, latitude)


def _inverse(forward: Callable[[float, float], Point], longitude: float, latitude: float) -> Point:
    """Fixed-point iteration: the shifts change slowly, so each step shrinks the error some hundredfold."""
    guess_lon, guess_lat = longitude, latitude
    for _step in range(_INVERSE_STEPS):
        shifted_lon, shifted_lat = forward(guess_lon, guess_lat)
        guess_lon, guess_lat = guess_lon + longitude - shifted_lon, guess_lat + latitude - shifted_lat
    return guess_lon, guess_lat


def to_wgs84(longitude: float, latitude: float, *, datum: Datum) -> Point:
    """A point given in ``datum``, in WGS-84."""
    if datum is Datum.WGS84:
        return longitude, latitude
    if datum is Datum.GCJ02:
        return gcj02_to_wgs84(longitude, latitude)
    return gcj02_to_wgs84(*bd09_to_gcj02(longitude, latitude))


def checked_outline(outline: Mapping[str, Any], *, datum: Datum) -> dict[str, Any]:
    """A GeoJSON polygon as it is to be stored: valid, in WGS-84, seven decimals (a centimetre).

    Takes a geometry, a feature, or a collection with exactly one feature.

    Raises:
        DomainError: not a polygon, out of range, or crossing itself; the sentence says where.
    """
    from shapely.errors import ShapelyError  # noqa: PLC0415 - heavy, and most processes never need it
    from shapely.geometry import mapping, shape  # noqa: PLC0415 - as above

    geometry = _only_geometry(outline)
    if geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise _bad_outline(_("The outline must be a GeoJSON polygon or multi-polygon."))
    try:
        read: BaseGeometry = shape(dict(geometry))
    except (ShapelyError, TypeError, ValueError, AttributeError, KeyError, IndexError) as error:
        raise _bad_outline(
            _("The outline's coordinates cannot be read: each ring needs at least four points.")
        ) from error
    _demand_sound(read)
    return _converted(mapping(read), datum)


def _only_geometry(given: Any) -> Mapping[str, Any]:
    """The bare geometry of what somebody pasted; an empty one where there is none."""
    features = given.get("features")
    if given.get("type") == "FeatureCollection" and isinstance(features, list) and len(features) == 1:
        given = features[0]
    if isinstance(given, Mapping) and given.get("type") == "Feature":
        given = given.get("geometry")
    return given if isinstance(given, Mapping) else {}


def _demand_sound(geometry: "BaseGeometry") -> None:
    from shapely.validation import explain_validity  # noqa: PLC0415 - heavy, and most processes never need it

    if geometry.is_empty:
        raise _bad_outline(_("The outline is empty."))
    west, south, east, north = geometry.bounds
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise _bad_outline(_("The outline must be given in degrees, longitude before latitude."))
    if not geometry.is_valid:
        raise _bad_outline(
            _("The outline crosses or touches itself: %(where)s.") % {"where": explain_validity(geometry)}
        )


def _bad_outline(sentence: object) -> DomainError:
    return DomainError(sentence, fields={"outline": sentence}, code="bad_outline")


def _converted(geometry: Mapping[str, Any], datum: Datum) -> dict[str, Any]:
    """The geometry with every position in WGS-84 and rounded; heights, if any, are dropped."""

    def convert(part: Any) -> Any:
        if isinstance(part[0], (int, float)):
            longitude, latitude = to_wgs84(float(part[0]), float(part[1]), datum=datum)
            return [round(longitude, 7), round(latitude, 7)]
        return [convert(item) for item in part]

    return {"type": geometry["type"], "coordinates": convert(geometry["coordinates"])}


OUTLINE_ACTIONS = ("area.outlined", "area.added", "area.retired")
"""Audit actions after which a map held in memory is stale."""


class _GridMap:
    """The outlines of all grids in force, indexed; rebuilt when the audit trail has a newer event about
    outlines.
    """

    def __init__(self, version: tuple[int, int]) -> None:
        from shapely import STRtree  # noqa: PLC0415 - heavy, and most processes never need it
        from shapely.geometry import shape  # noqa: PLC0415 - as above

        self.version = version
        with everywhere(EverywhereReason.STRUCTURE):
            rows = list(
                Area.objects.filter(kind=AreaKind.GRID, retired_on__isnull=True, outline__isnull=False)
                .order_by("pk")
                .values_list("pk", "outline")
            )
        self.ids = [pk for pk, _outline in rows]
        self.shapes = [shape(dict(outline or {})) for _pk, outline in rows]
        self.tree: STRtree = STRtree(self.shapes)

    def smallest_around(self, longitude: float, latitude: float) -> list[int]:
        """Ids of the grids that cover the point, the smallest first."""
        from shapely.geometry import Point as ShapelyPoint  # noqa: PLC0415 - heavy, and most processes never need it

        found = self.tree.query(ShapelyPoint(longitude, latitude), predicate="intersects")
        return [
            self.ids[index]
            for index in sorted(found, key=lambda index: (self.shapes[index].area, self.ids[index]))
        ]


_kept: _GridMap | None = None


def _outline_version() -> tuple[int, int]:
    """Count and last number of the events about outlines: one of the two changes with every such event."""
    told = AuditEvent.objects.filter(action__in=OUTLINE_ACTIONS).aggregate(count=Count("pk"), last=Max("pk"))
    return told["count"], told["last"] or 0


def grid_at(longitude: float, latitude: float, *, datum: Datum = Datum.WGS84) -> Area | None:
    """The smallest grid in the caller's scope that covers a point, so a market's own grid wins over the
    one around it.
    """
    global _kept  # noqa: PLW0603 - one map per process, replaced as a whole
    version = _outline_version()
    held = _kept
    if held is None or held.version != version:
        held = _kept = _GridMap(version)
    ids = held.smallest_around(*to_wgs84(longitude, latitude, datum=datum))
    reachable = Area.objects.in_bulk(ids)
    return next((reachable[pk] for pk in ids if pk in reachable), None)


def rings_of(outline: Mapping[str, Any]) -> list[Sequence[Sequence[float]]]:
    """The outer rings of a stored outline."""
    polygons = [outline["coordinates"]] if outline["type"] == "Polygon" else outline["coordinates"]
    return [polygon[0] for polygon in polygons]
