"""Writes of the area tree. The system administrator or the command line only; every one leaves an audit
event.

Whatever changes the shape of the tree (add, move, retire) first locks the root above it: paths are
stored, and an area added under a subtree that is being moved would otherwise keep the old path. Move
and retire have consequences in higher apps: pages and commands call
:mod:`shangju.administration.services`, which composes them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat, Substr
from django.utils.translation import gettext_lazy as _

from shangju.accounts.actors import Operator, demand_administrator
from shangju.areas.geometry import Datum, checked_outline
from shangju.areas.models import PARENT_KINDS, Area, AreaKind, GridType
from shangju.core.audit import record, record_each
from shangju.core.errors import Conflict, DomainError


@dataclass(frozen=True, slots=True, eq=False)
class AreaPlan:
    """An area to be added. ``parent_code`` names its parent, stored already or planned in the same call."""

    kind: str
    code: str
    name: str
    parent_code: str = ""
    grid_type: str = ""
    name_en: str = ""
    party_body: str = ""
    number_prefix: str = ""
    households: int | None = None
    is_invented: bool = False


CHANGEABLE = ("name", "name_en", "party_body", "number_prefix", "households", "grid_type", "is_invented")
"""Fields of an area that :func:`change_area` takes."""


def kind_may_stand_under(kind: str, parent_kind: str | None) -> bool:
    """Whether an area of ``kind`` may stand under one of ``parent_kind`` (``None``: at the top)."""
    return parent_kind in PARENT_KINDS[kind]


def add_area(plan: AreaPlan, *, by: Operator, now: datetime) -> Area:
    """Add one area under the parent that ``plan`` names.

    Raises:
        NotAllowed: ``by`` is not the system administrator.
        DomainError: unknown or retired parent, wrong tier, code or prefix taken; with the field.
    """
    return plant_areas([plan], by=by, now=now)[0]


@transaction.atomic
def plant_areas(plans: Sequence[AreaPlan], *, by: Operator, now: datetime) -> list[Area]:
    """Add many areas, parents before children or not, in a few statements per tier; all or none.

    Raises:
        DomainError: as :func:`add_area`; ``subject`` is the plan that was refused.
    """
    actor = demand_administrator(by)
    known = _known_areas(plans)
    _lock_roots(known.values())
    known = _known_areas(plans)
    added: dict[str, Area] = {}
    for kind in AreaKind.values:
        tier = [plan for plan in plans if plan.kind == kind]
        for plan in tier:
            _demand_plan_sound(plan, known | added, now=now)
        made = _plant_tier(tier, known | added)
        added |= {area.code: area for area in made}
    in_order = [added[plan.code] for plan in plans]
    record_each(
        (
            (area, {"code": area.code, "name": area.name, "kind": area.kind, "path": area.path})
            for area in in_order
        ),
        action="area.added",
        by=actor,
        now=now,
    )
    return in_order


def _known_areas(plans: Iterable[AreaPlan]) -> dict[str, Area]:
    codes = {plan.code for plan in plans} | {plan.parent_code for plan in plans if plan.parent_code}
    return {area.code: area for area in Area.objects.filter(code__in=codes)}


def _demand_plan_sound(plan: AreaPlan, known: Mapping[str, Area], *, now: datetime) -> None:
    parent = known.get(plan.parent_code) if plan.parent_code else None
    if plan.parent_code and parent is None:
        raise refusal_of(plan, "parent", _("No area has the code %(code)s.") % {"code": plan.parent_code})
    if parent is not None and parent.retired_on is not None:
        raise refusal_of(
            plan, "parent", _("%(area)s has been retired; choose an area in force.") % {"area": parent}
        )
    if not kind_may_stand_under(plan.kind, parent.kind if parent else None):
        raise refusal_of(plan, "parent", _wrong_tier(plan.kind, parent))
    if plan.code in known:
        raise refusal_of(
            plan,
            "code",
            _("The code %(code)s is taken by %(area)s.") % {"code": plan.code, "area": known[plan.code]},
        )
    if not plan.code or not plan.name.strip():
        raise refusal_of(plan, "name", _("An area needs a code and a name."))
    if (plan.kind == AreaKind.GRID) != (plan.grid_type in GridType.values):
        raise refusal_of(
            plan, "grid_type", _("A grid is either general or dedicated; other areas have no grid type.")
        )
    _demand_prefix_free(plan.number_prefix, known.values(), subject=plan)


def _demand_prefix_free(
    prefix: str, beside: Iterable[Area], *, subject: object = None, own_id: int | None = None
) -> None:
    if not prefix:
        return
    stored = Area.objects.filter(number_prefix=prefix).values_list("pk", flat=True)
    if any(pk != own_id for pk in stored) or any(
        area.number_prefix == prefix and area.pk != own_id for area in beside
    ):
        sentence = _("The prefix %(prefix)s is in use by another sub-district.") % {"prefix": prefix}
        raise DomainError(sentence, fields={"number_prefix": sentence}, subject=subject)


def _wrong_tier(kind: str, parent: Area | None) -> object:
    if parent is None:
        return _("An area of the kind %(kind)s needs an area above it.") % {"kind": AreaKind(kind).label}
    return _("An area of the kind %(kind)s cannot stand under one of the kind %(parent)s.") % {
        "kind": AreaKind(kind).label,
        "parent": AreaKind(parent.kind).label,
    }


def refusal_of(plan: object, field: str, sentence: object) -> DomainError:
    """The refusal of one of many plans, at its field; the caller raises it."""
    return DomainError(sentence, fields={field: sentence}, subject=plan)


def _plant_tier(plans: Sequence[AreaPlan], known: Mapping[str, Area]) -> list[Area]:
    """Store areas of one tier; a path holds the area's own id, so it is set once the ids are known."""
    if not plans:
        return []
    areas = [
        Area(
            kind=plan.kind,
            grid_type=plan.grid_type,
            parent=known.get(plan.parent_code),
            path=f"?{plan.code}",
            code=plan.code,
            name=plan.name.strip(),
            name_en=plan.name_en.strip(),
            party_body=plan.party_body.strip(),
            number_prefix=plan.number_prefix,
            households=plan.households,
            is_invented=plan.is_invented,
        )
        for plan in plans
    ]
    Area.objects.bulk_create(areas, batch_size=500)
    parent_path = Subquery(Area.objects.filter(pk=OuterRef("parent_id")).values("path")[:1])
    own = Concat(Cast("pk", CharField()), Value("/"))
    planted = Area.objects.filter(path__startswith="?")
    planted.filter(parent__isnull=True).update(path=Concat(Value("/"), own))
    planted.filter(parent__isnull=False).update(path=Concat(parent_path, own))
    for area in areas:
        above = known[area.parent.code].path if area.parent else "/"
        area.path = f"{above}{area.pk}/"
    return areas


def _lock_roots(areas: Iterable[Area]) -> None:
    """Hold the trees in which the areas stand until the end of the transaction, in one order for
    everybody.
    """
    roots = sorted({area.ancestor_ids[0] for area in areas})
    list(Area.objects.select_for_update(no_key=True).filter(pk__in=roots).order_by("pk"))


def _locked(area: Area) -> Area:
    return Area.objects.select_for_update(no_key=True).get(pk=area.pk)


def _locked_in_force(area: Area) -> Area:
    held = _locked(area)
    if held.retired_on is not None:
        raise Conflict(_("%(area)s has been retired and cannot be changed.") % {"area": held})
    return held


def rename_area(
    area: Area,
    *,
    name: str,
    name_en: str = "",
    party_body: str = "",
    reason: str = "",
    by: Operator,
    now: datetime,
) -> Area:
    """Give an area another name; its code, number and history stay."""
    return change_area(
        area, {"name": name, "name_en": name_en, "party_body": party_body}, reason=reason, by=by, now=now
    )


@transaction.atomic
def change_area(
    area: Area, changes: Mapping[str, Any], *, reason: str = "", by: Operator, now: datetime
) -> Area:
    """Change fields named in :data:`CHANGEABLE`; a value that is the same already is no change.

    Raises:
        Conflict: the area has been retired.
        DomainError: empty name, prefix taken, or a grid type on something that is no grid.
    """
    actor = demand_administrator(by)
    held = _locked_in_force(area)
    clean = {field: value.strip() if isinstance(value, str) else value for field, value in changes.items()}
    if unknown := set(clean) - set(CHANGEABLE):
        raise ValueError(f"not changeable here: {sorted(unknown)}")
    if not clean.get("name", held.name):
        sentence = _("An area needs a name.")
        raise DomainError(sentence, fields={"name": sentence})
    if (held.kind == AreaKind.GRID) != (clean.get("grid_type", held.grid_type) in GridType.values):
        sentence = _("A grid is either general or dedicated; other areas have no grid type.")
        raise DomainError(sentence, fields={"grid_type": sentence})
    _demand_prefix_free(clean.get("number_prefix", ""), (), own_id=held.pk)
    before = {field: getattr(held, field) for field, value in clean.items() if getattr(held, field) != value}
    if before:
        for field in before:
            setattr(held, field, clean[field])
        held.save(update_fields=list(before))
        after = {field: clean[field] for field in before}
        action = "area.renamed" if "name" in before else "area.changed"
        record(held, action=action, by=actor, now=now, before=before, after=after, reason=reason)
    return held


@transaction.atomic
def move_area(area: Area, *, parent: Area, reason: str, by: Operator, now: datetime) -> tuple[str, str]:
    """Put an area with everything below it under another parent; returns its old and its new path.

    Call :func:`shangju.administration.services.move_area`, which lets cases follow.

    Raises:
        Conflict: the area or the new parent has been retired.
        DomainError: wrong tier, into itself, no change, or into another sub-district (records are kept per
            sub-district: retire the area here and add it there).
    """
    actor = demand_administrator(by)
    _lock_roots([*Area.objects.filter(pk__in=[area.pk, parent.pk])])
    held, above = _locked_in_force(area), _locked_in_force(parent)
    _demand_move_sound(held, above)
    old, new = held.path, f"{above.path}{held.pk}/"
    former = held.parent
    Area.objects.filter(path__startswith=old).update(path=Concat(Value(new), Substr(F("path"), len(old) + 1)))
    Area.objects.filter(pk=held.pk).update(parent=above)
    record(
        held,
        action="area.moved",
        by=actor,
        now=now,
        before={"parent": former.code if former else "", "path": old},
        after={"parent": above.code, "path": new},
        reason=reason,
    )
    return old, new


def _demand_move_sound(area: Area, parent: Area) -> None:
    sentence: object = None
    if parent.path.startswith(area.path):
        sentence = _("%(area)s cannot be moved into itself or into an area below it.") % {"area": area}
    elif not kind_may_stand_under(area.kind, parent.kind):
        sentence = _wrong_tier(area.kind, parent)
    elif area.parent_id == parent.pk:
        sentence = _("%(area)s stands under %(parent)s already.") % {"area": area, "parent": parent}
    elif _subdistrict_id(area) != _subdistrict_id(parent) and area.kind != AreaKind.SUBDISTRICT:
        sentence = _("An area cannot move to another sub-district: retire it here and add it there.")
    if sentence is not None:
        raise DomainError(sentence, fields={"parent": sentence})


def _subdistrict_id(area: Area) -> int | None:
    return (
        Area.objects.filter(pk__in=area.ancestor_ids, kind=AreaKind.SUBDISTRICT)
        .values_list("pk", flat=True)
        .first()
    )


@transaction.atomic
def retire_area(area: Area, *, on: date, reason: str, by: Operator, now: datetime) -> Area:
    """Take an area out of use from ``on``; it keeps its rows and its history and can no longer be chosen.

    Call :func:`shangju.administration.services.retire_area`, which also refuses while posts or parties
    depend on it.

    Raises:
        Conflict: retired already.
        DomainError: areas below it are still in force.
    """
    actor = demand_administrator(by)
    _lock_roots(Area.objects.filter(pk=area.pk))
    held = _locked_in_force(area)
    below = held.children.filter(retired_on__isnull=True).count()
    if below:
        raise DomainError(
            _("Areas below it are still in force (%(count)s): retire or move them first.") % {"count": below}
        )
    held.retired_on = on
    held.save(update_fields=["retired_on"])
    record(
        held, action="area.retired", by=actor, now=now, after={"retired_on": on.isoformat()}, reason=reason
    )
    return held


@transaction.atomic
def set_outline(
    area: Area, outline: Mapping[str, Any] | None, *, datum: Datum, by: Operator, now: datetime
) -> Area:
    """Store a GeoJSON polygon as the area's outline, converted from ``datum`` to WGS-84; ``None`` takes
    it away.

    Raises:
        DomainError: the outline is not a sound polygon.
    """
    actor = demand_administrator(by)
    held = _locked_in_force(area)
    new = checked_outline(outline, datum=datum) if outline is not None else None
    if new != held.outline:
        before = {"outline": held.outline, "datum": held.outline_datum}
        held.outline, held.outline_datum = new, datum.value
        held.save(update_fields=["outline", "outline_datum"])
        record(
            held,
            action="area.outlined",
            by=actor,
            now=now,
            before=before,
            after={"outline": new, "datum": datum.value},
        )
    return held
