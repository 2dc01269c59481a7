"""Writes about the alliance's members and about who speaks for them; the system administrator or the
command line.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shangju.accounts.actors import Operator, demand_administrator
from shangju.accounts.models import Administrator, User
from shangju.areas.models import Area
from shangju.core.audit import record, record_each
from shangju.core.errors import Conflict, DomainError
from shangju.parties.models import Delegation, Party, PartyKind, PartyStatus


@dataclass(frozen=True, slots=True, eq=False)
class PartyPlan:
    """A member to be admitted; ``area`` is where it does its business, the point in WGS-84."""

    area: Area
    kind: str
    name: str
    name_en: str = ""
    trade: str = ""
    address: str = ""
    longitude: float | None = None
    latitude: float | None = None
    public_phone: str = ""
    opening_hours: str = ""
    joined_on: date | None = None


CHANGEABLE = (
    "name",
    "name_en",
    "trade",
    "address",
    "longitude",
    "latitude",
    "public_phone",
    "opening_hours",
    "joined_on",
    "status",
)
"""Fields of a party that :func:`change_party` takes."""


def admit_party(plan: PartyPlan, *, by: Operator, now: datetime) -> Party:
    """Enter one member of the alliance.

    Raises:
        NotAllowed: ``by`` is not the system administrator.
        DomainError: no name, unknown kind, retired area, or a member of this name in the area.
    """
    return admit_parties([plan], by=by, now=now)[0]


@transaction.atomic
def admit_parties(plans: Sequence[PartyPlan], *, by: Operator, now: datetime) -> list[Party]:
    """Enter many members; all or none. ``subject`` of the error is the plan that was refused."""
    actor = demand_administrator(by)
    area_ids = {plan.area.pk for plan in plans}
    areas = {
        area.pk: area
        for area in Area.objects.select_for_update(no_key=True).filter(pk__in=area_ids).order_by("pk")
    }
    taken = set(Party.objects.filter(area_id__in=area_ids).values_list("area_id", "name"))
    parties = []
    for plan in plans:
        area = areas.get(plan.area.pk)
        if area is None or area.retired_on is not None:
            raise _refused(plan, "area", _("The area has been retired; choose one in force."))
        if not plan.name.strip() or plan.kind not in PartyKind.values:
            raise _refused(plan, "name", _("A member needs a name and a kind."))
        if (area.pk, plan.name.strip()) in taken:
            raise _refused(plan, "name", _("%(area)s has a member of this name already.") % {"area": area})
        taken.add((area.pk, plan.name.strip()))
        parties.append(_party(plan, area))
    Party.objects.bulk_create(parties, batch_size=500)
    record_each(
        ((party, {"name": party.name, "kind": party.kind, "area": party.area.code}) for party in parties),
        action="party.admitted",
        by=actor,
        now=now,
    )
    return parties


def _party(plan: PartyPlan, area: Area) -> Party:
    return Party(
        area=area,
        kind=plan.kind,
        name=plan.name.strip(),
        name_en=plan.name_en.strip(),
        trade=plan.trade.strip(),
        address=plan.address.strip(),
        longitude=plan.longitude,
        latitude=plan.latitude,
        public_phone=plan.public_phone,
        opening_hours=plan.opening_hours,
        joined_on=plan.joined_on,
        status=PartyStatus.ACTIVE,
    )


def _refused(plan: object, field: str, sentence: object) -> DomainError:
    return DomainError(sentence, fields={field: sentence}, subject=plan)


def _locked(party: Party) -> Party:
    return Party.objects.select_for_update(of=("self",), no_key=True).get(pk=party.pk)


@transaction.atomic
def change_party(
    party: Party, changes: Mapping[str, Any], *, reason: str = "", by: Operator, now: datetime
) -> Party:
    """Change fields named in :data:`CHANGEABLE`; a value that is the same already is no change."""
    actor = demand_administrator(by)
    if unknown := set(changes) - set(CHANGEABLE):
        raise ValueError(f"not changeable here: {sorted(unknown)}")
    held = _locked(party)
    if not str(changes.get("name", held.name)).strip():
        sentence = _("A member needs a name.")
        raise DomainError(sentence, fields={"name": sentence})
    _demand_name_free(held, changes)
    before = {
        field: getattr(held, field) for field, value in changes.items() if getattr(held, field) != value
    }
    if before:
        for field in before:
            setattr(held, field, changes[field])
        held.save(update_fields=list(before))
        after = {field: changes[field] for field in before}
        record(
            held,
            action="party.changed",
            by=actor,
            now=now,
            before=_plain(before),
            after=_plain(after),
            reason=reason,
        )
    return held


def _demand_name_free(party: Party, changes: Mapping[str, Any]) -> None:
    name = changes.get("name", party.name)
    if (
        name != party.name
        and Party.objects.filter(area=party.area_id, name=name).exclude(pk=party.pk).exists()
    ):
        sentence = _("%(area)s has a member of this name already.") % {"area": party.area}
        raise DomainError(sentence, fields={"name": sentence})


def _plain(values: Mapping[str, object]) -> dict[str, object]:
    return {field: value.isoformat() if isinstance(value, date) else value for field, value in values.items()}


@transaction.atomic
def delegate_user(
    party: Party,
    *,
    user: User,
    starts_on: date,
    ends_on: date | None = None,
    is_voting: bool = False,
    by: Operator,
    now: datetime,
) -> Delegation:
    """Let a user speak for a party for a term; with ``is_voting`` also vote for it, which only one may
    at a time.

    Raises:
        DomainError: an administrator (none of them sees case contents), an account that is not active,
            a term that ends before it begins or overlaps another, or a second voting delegate.
    """
    actor = demand_administrator(by)
    held = _locked(party)
    if held.status == PartyStatus.LEFT:
        raise DomainError(_("This member has left: take it in again first."))
    _demand_may_represent(user)
    if ends_on is not None and ends_on < starts_on:
        sentence = _("The term must not end before it begins.")
        raise DomainError(sentence, fields={"ends_on": sentence})
    overlapping = [
        other
        for other in held.delegations.all()
        if (ends_on is None or other.starts_on <= ends_on)
        and (other.ends_on is None or other.ends_on >= starts_on)
    ]
    if any(other.user_id == user.pk for other in overlapping):
        held_already = _("%(user)s speaks for this member in that time already.") % {"user": user}
        raise DomainError(held_already, fields={"user": held_already})
    if is_voting and any(other.is_voting for other in overlapping):
        sentence = _("Another delegate votes for this member in that time: end that term first.")
        raise DomainError(sentence, fields={"is_voting": sentence})
    delegation: Delegation = Delegation.objects.create(
        party=held, user=user, starts_on=starts_on, ends_on=ends_on, is_voting=is_voting
    )
    after = {
        "user": user.username,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on and ends_on.isoformat(),
    }
    record(held, action="party.user_delegated", by=actor, now=now, after=after)
    return delegation


def _demand_may_represent(user: User) -> None:
    held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    sentence: Any = None
    if Administrator.objects.filter(user=held).exists():
        sentence = _("An administrator cannot speak for a member: administrators see no case contents.")
    elif not held.is_active:
        sentence = _("The account of %(user)s is not active.") % {"user": held}
    if sentence is not None:
        raise DomainError(sentence, fields={"user": sentence})


@transaction.atomic
def end_delegation(
    delegation: Delegation, *, last_day: date, reason: str, by: Operator, now: datetime
) -> Delegation:
    """Set the last day on which a user speaks for a party.

    Raises:
        Conflict: the term has ended already.
    """
    actor = demand_administrator(by)
    held: Delegation = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
    if held.ends_on is not None and held.ends_on <= last_day - timedelta(days=1):
        raise Conflict(_("This term ended on %(day)s already.") % {"day": held.ends_on})
    if last_day < held.starts_on:
        sentence = _("The term must not end before it begins.")
        raise DomainError(sentence, fields={"last_day": sentence})
    held.ends_on = last_day
    held.save(update_fields=["ends_on"])
    record(
        held.party,
        action="party.delegation_ended",
        by=actor,
        now=now,
        after={"user": held.user.username, "ends_on": last_day.isoformat()},
        reason=reason,
    )
    return held
