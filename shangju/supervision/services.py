"""Writes of supervision that belong to no single case. Each is in the audit trail."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shangju.accounts.actors import CommandLine
from shangju.accounts.models import User
from shangju.areas.models import Area, AreaKind
from shangju.cases.rules import Actor
from shangju.cases.rungs import Receiver, Rung, RungAction
from shangju.core import audit
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.rights import Right
from shangju.supervision.ladder import AFTER, AFTER_AT_MOST, DEFAULT_LADDER, Limits, RungRule
from shangju.supervision.models import LadderRule, SupervisionLimits
from shangju.supervision.queries import ladder_of, limits_of


@transaction.atomic
def set_ladder(
    subdistrict: Area, *, ladder: Sequence[RungRule], limits: Limits, by: Actor | CommandLine, now: datetime
) -> None:
    """Set what the sub-district does on each rung, and its limits; what is left at the default keeps no row.

    It counts for every rung that is not climbed yet. Raises ``NotAllowed`` without the right there and
    ``DomainError`` at ``RUNG-action``, ``RUNG-after``, ``RUNG-receivers`` or the name of a limit.
    """
    refusal = _("Only the leaders and the task force of the sub-district set its ladder.")
    user = demand_setter(by, subdistrict, refusal)
    if subdistrict.kind != AreaKind.SUBDISTRICT:
        raise DomainError(_("A ladder belongs to a sub-district."))
    if faults := ladder_faults(ladder, limits):
        raise DomainError(_("Please correct the marked fields."), fields=faults)
    with everywhere(EverywhereReason.STRUCTURE):
        Area.objects.select_for_update(of=("self",)).get(pk=subdistrict.pk)
        before = _as_data(ladder_of(subdistrict.pk), limits_of(subdistrict.pk))
        _store(subdistrict, ladder, limits)
    after = _as_data(ladder, limits)
    if before != after:
        changed = {key for key in after if before.get(key) != after[key]}
        audit.record(
            subdistrict,
            action="supervision.ladder_set",
            by=user,
            now=now,
            before={key: before[key] for key in sorted(changed)},
            after={key: after[key] for key in sorted(changed)},
        )


def _store(subdistrict: Area, ladder: Sequence[RungRule], limits: Limits) -> None:
    defaults = {rule.rung: rule for rule in DEFAULT_LADDER}
    LadderRule.objects.filter(area=subdistrict).delete()
    LadderRule.objects.bulk_create(
        LadderRule(
            area=subdistrict,
            rung=rule.rung,
            action=rule.action,
            after_working_days=rule.after_working_days,
            receivers=list(rule.receivers),
        )
        for rule in ladder
        if rule != defaults[rule.rung]
    )
    if limits == Limits():
        SupervisionLimits.objects.filter(area=subdistrict).delete()
    else:
        SupervisionLimits.objects.update_or_create(area=subdistrict, defaults=asdict(limits))


def demand_setter(by: Actor | CommandLine, subdistrict: Area, refusal: str) -> User | None:
    """Who is to be recorded as having set something of supervision there; ``NotAllowed`` without the right."""
    if isinstance(by, CommandLine):
        return None
    if not by.standing.may(Right.SET_SUPERVISION, path=subdistrict.path):
        raise NotAllowed(refusal)
    return by.user


def ladder_faults(ladder: Sequence[RungRule], limits: Limits) -> dict[str, object]:
    """What is wrong with a ladder and limits, by the name of the field; ``DomainError`` for what is no ladder."""
    if [rule.rung for rule in ladder] != list(Rung):
        raise DomainError(_("A ladder names each rung once, from the first to the last."))
    faults: dict[str, object] = {name: sentence for rule in ladder for name, sentence in _faults_of(rule)}
    for name in ("dormant_days", "long_pause_days"):
        if getattr(limits, name) < 1:
            faults[name] = _("At least one day.")
    return faults


def _faults_of(rule: RungRule) -> Iterator[tuple[str, str]]:
    """Each with the name of its field."""
    if rule.action not in RungAction.values:
        yield f"{rule.rung}-action", _("Choose one of the answers.")
    if not 0 <= rule.after_working_days <= AFTER_AT_MOST:
        yield f"{rule.rung}-after", _("At most %(days)s working days.") % {"days": AFTER_AT_MOST}
    if rule.rung in AFTER and rule.action != RungAction.NOTHING and not rule.after_working_days:
        yield f"{rule.rung}-after", _("Give whoever got it at least one working day.")
    if set(rule.receivers) - set(Receiver.values) or not rule.receivers:
        yield f"{rule.rung}-receivers", _("Choose who hears of it.")
    if rule.rung == Rung.ORANGE and rule.action == RungAction.ESCALATE:
        yield f"{rule.rung}-action", _("Nothing is late yet: remind or urge.")


def _as_data(ladder: Sequence[RungRule], limits: Limits) -> dict[str, object]:
    rungs = {
        str(rule.rung): [str(rule.action), rule.after_working_days, [str(name) for name in rule.receivers]]
        for rule in ladder
    }
    return {**rungs, **asdict(limits)}
