"""The ladder, its limits and the settings of the measures in a set-up file."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from shangju.accounts.actors import CommandLine, Operator
from shangju.administration.yaml_tables import Table
from shangju.areas.models import Area
from shangju.cases.rules import staff
from shangju.cases.rungs import Receiver, Rung, RungAction
from shangju.measures.definitions import DEFAULT_SETTINGS, THREE_RATES, MeasureName, Settings
from shangju.measures.queries import settings_of
from shangju.measures.services import MINIMUM_AT_MOST, WHOLE, set_measures, settings_faults
from shangju.supervision.ladder import AFTER_AT_MOST, Limits, RungRule
from shangju.supervision.queries import ladder_of, limits_of
from shangju.supervision.services import ladder_faults, set_ladder

DAYS_AT_MOST = 365


@dataclass(frozen=True, slots=True)
class Supervised:
    """How a sub-district supervises: its ladder, its limits and what it sets for the measures."""

    ladder: tuple[RungRule, ...]
    limits: Limits
    measures: Settings


def stored_in(area: Area | None) -> Supervised:
    """What counts there now; the defaults for a sub-district that does not exist yet."""
    pk = area.pk if area else 0
    return Supervised(ladder_of(pk), limits_of(pk), settings_of(area) if area else DEFAULT_SETTINGS)


@dataclass(frozen=True, slots=True)
class SupervisionSettings:
    """What a set-up file says about it; what is left out stays as it is stored."""

    line: int
    rungs: Mapping[Rung, RungRule] = field(default_factory=dict)
    limits: Mapping[str, Any] = field(default_factory=dict)
    weights: Mapping[MeasureName, int] = field(default_factory=dict)
    minimum: int | None = None

    def over(self, stored: Supervised) -> Supervised:
        """What is to be stored in the place of ``stored``."""
        return Supervised(
            tuple(self.rungs.get(rule.rung, rule) for rule in stored.ladder),
            replace(stored.limits, **self.limits),
            Settings(
                self.weights or stored.measures.weights,
                stored.measures.minimum if self.minimum is None else self.minimum,
            ),
        )

    def faults(self, stored: Supervised) -> dict[str, object]:
        """What the services would refuse, by the name of what is wrong."""
        wanted = self.over(stored)
        return ladder_faults(wanted.ladder, wanted.limits) | settings_faults(wanted.measures)


def read_supervision_settings(subdistrict: Table) -> SupervisionSettings | None:
    """The keys ``supervision`` and ``measures`` of a sub-district; ``None`` where neither is given."""
    supervision, measures = subdistrict.table("supervision"), subdistrict.table("measures")
    if supervision is None and measures is None:
        return None
    line = subdistrict.line_of("supervision" if supervision is not None else "measures")
    found = SupervisionSettings(line)
    if supervision is not None:
        found = replace(found, rungs=_rungs(supervision), limits=_limits(supervision))
        supervision.close()
    if measures is not None:
        found = replace(
            found,
            weights=_weights(measures),
            minimum=measures.whole("minimum", least=1, most=MINIMUM_AT_MOST),
        )
        measures.close()
    return found


def _rungs(supervision: Table) -> dict[Rung, RungRule]:
    rungs: dict[Rung, RungRule] = {}
    for row in supervision.tables("ladder"):
        rung = row.choice("rung", Rung.values, required=True)
        action = row.choice("action", RungAction.values, required=True)
        after = row.whole("after", most=AFTER_AT_MOST) or 0
        receivers = _receivers(row)
        row.close()
        if rung in rungs:
            row.refuse("rung", _("“%(key)s” is given twice.") % {"key": rung})
        if rung and action:
            rungs[Rung(rung)] = RungRule(Rung(rung), RungAction(action), after, receivers)
    return rungs


def _receivers(row: Table) -> tuple[str, ...]:
    if not row.has("receivers"):
        return (Receiver.RESPONSIBLE,)
    known = []
    for line, text in row.texts("receivers"):
        if text in Receiver.values:
            known.append(Receiver(text))
        else:
            row.findings.refuse(
                line,
                _("“%(key)s” is “%(value)s”; allowed are: %(allowed)s.")
                % {"key": "receivers", "value": text, "allowed": ", ".join(Receiver.values)},
            )
    return tuple(known)


def _limits(supervision: Table) -> dict[str, Any]:
    given: dict[str, Any] = {
        name: supervision.whole(name, least=1, most=DAYS_AT_MOST)
        for name in ("dormant_days", "long_pause_days")
    }
    closes = supervision.flag("closes_unreachable")
    given["closes_unreachable"] = closes if supervision.has("closes_unreachable") else None
    return {name: value for name, value in given.items() if value is not None}


def _weights(measures: Table) -> dict[MeasureName, int]:
    table = measures.table("weights")
    if table is None:
        return {}
    found = {name: table.whole(name.value, most=WHOLE, required=True) for name in THREE_RATES}
    table.close()
    return {name: weight for name, weight in found.items() if weight is not None}


def apply_supervision_settings(
    wanted: SupervisionSettings, area: Area, *, by: Operator, now: datetime
) -> None:
    """Store what a file says; a signed-in user needs the right to set supervision there."""
    actor = by if isinstance(by, CommandLine) else staff(by)
    found = wanted.over(stored_in(area))
    set_ladder(area, ladder=found.ladder, limits=found.limits, by=actor, now=now)
    set_measures(area, settings=found.measures, by=actor, now=now)


def as_table(area: Area) -> dict[str, Any]:
    """The keys that :func:`read_supervision_settings` reads, with everything that counts in ``area``."""
    stored = stored_in(area)
    limits = {each.name: getattr(stored.limits, each.name) for each in fields(Limits)}
    return {
        "supervision": {"ladder": [_as_row(rule) for rule in stored.ladder], **limits},
        "measures": {
            "weights": {name.value: stored.measures.weights[name] for name in THREE_RATES},
            "minimum": stored.measures.minimum,
        },
    }


def _as_row(rule: RungRule) -> dict[str, Any]:
    row: dict[str, Any] = {"rung": str(rule.rung), "action": str(rule.action)}
    if rule.after_working_days:
        row["after"] = rule.after_working_days
    return {**row, "receivers": [str(receiver) for receiver in rule.receivers]}
