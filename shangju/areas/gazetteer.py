"""Writes of the gazetteer: the texts by which people name places, and the areas that they mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shangju.accounts.actors import Operator, demand_administrator
from shangju.areas.addresses import normalise
from shangju.areas.geometry import Datum, to_wgs84
from shangju.areas.models import AddressEntry, Area
from shangju.areas.services import refusal_of
from shangju.core.audit import record, record_each
from shangju.core.errors import Conflict


@dataclass(frozen=True, slots=True, eq=False)
class AddressPlan:
    """An address entry to be added; the point, if any, in WGS-84."""

    area_code: str
    shown_as: str
    longitude: float | None = None
    latitude: float | None = None


def add_address(
    area: Area,
    *,
    shown_as: str,
    longitude: float | None = None,
    latitude: float | None = None,
    datum: Datum = Datum.WGS84,
    by: Operator,
    now: datetime,
) -> AddressEntry:
    """Add a piece of text by which people name a place in ``area``.

    Raises:
        DomainError: too short to mean anything, or the area has this entry already.
    """
    point = (
        (None, None) if longitude is None or latitude is None else to_wgs84(longitude, latitude, datum=datum)
    )
    return add_addresses([AddressPlan(area.code, shown_as, *point)], by=by, now=now)[0]


@transaction.atomic
def add_addresses(plans: Sequence[AddressPlan], *, by: Operator, now: datetime) -> list[AddressEntry]:
    """Add many address entries; all or none.

    Raises:
        DomainError: as :func:`add_address`; ``subject`` is the plan that was refused.
    """
    actor = demand_administrator(by)
    codes = {plan.area_code for plan in plans}
    areas = {
        area.code: area
        for area in Area.objects.select_for_update(no_key=True).filter(code__in=codes).order_by("pk")
    }
    stored = set(AddressEntry.objects.filter(area__code__in=codes).values_list("area__code", "text"))
    entries = []
    for plan in plans:
        text = normalise(plan.shown_as)
        if plan.area_code not in areas or areas[plan.area_code].retired_on is not None:
            raise refusal_of(
                plan, "area", _("No area in force has the code %(code)s.") % {"code": plan.area_code}
            )
        if len(text) < 2:
            raise refusal_of(plan, "shown_as", _("An address entry needs at least two characters."))
        if (plan.area_code, text) in stored:
            raise refusal_of(
                plan, "shown_as", _("“%(text)s” is entered for this area already.") % {"text": plan.shown_as}
            )
        stored.add((plan.area_code, text))
        entries.append(
            AddressEntry(
                area=areas[plan.area_code],
                text=text,
                shown_as=plan.shown_as.strip(),
                longitude=plan.longitude,
                latitude=plan.latitude,
            )
        )
    AddressEntry.objects.bulk_create(entries, batch_size=500)
    record_each(
        ((entry.area, {"address": entry.shown_as}) for entry in entries),
        action="area.address_added",
        by=actor,
        now=now,
    )
    return entries


@transaction.atomic
def remove_address(entry: AddressEntry, *, by: Operator, now: datetime) -> None:
    """Remove an address entry; concerns that were placed by it keep their area."""
    actor = demand_administrator(by)
    held = (
        AddressEntry.objects.select_for_update(of=("self",))
        .filter(pk=entry.pk)
        .select_related("area")
        .first()
    )
    if held is None:
        raise Conflict(_("The entry was removed already."))
    record(held.area, action="area.address_removed", by=actor, now=now, before={"address": held.shown_as})
    held.delete()
