"""Writes of the measures that a person makes. Each is in the audit trail."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shangju.accounts.actors import CommandLine
from shangju.areas.models import Area, AreaKind
from shangju.cases.rules import Actor
from shangju.core import audit
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.definitions import DEFAULT_SETTINGS, Settings
from shangju.measures.models import WEIGHT_FIELDS, MeasureSettings
from shangju.measures.queries import settings_of
from shangju.supervision.services import demand_setter

WHOLE = 100
MINIMUM_AT_MOST = 1000


@transaction.atomic
def set_measures(subdistrict: Area, *, settings: Settings, by: Actor | CommandLine, now: datetime) -> None:
    """Set the weights of the score and the least number that is compared; the default keeps no row.

    Raises ``NotAllowed`` without the right there, ``DomainError`` at ``weight_…`` or ``minimum``.
    """
    refusal = _("Only the leaders and the task force of the sub-district set its measures.")
    user = demand_setter(by, subdistrict, refusal)
    if subdistrict.kind != AreaKind.SUBDISTRICT:
        raise DomainError(_("Measures belong to a sub-district."))
    if faults := settings_faults(settings):
        raise DomainError(_("Please correct the marked fields."), fields=faults)
    with everywhere(EverywhereReason.STRUCTURE):
        Area.objects.select_for_update(of=("self",)).get(pk=subdistrict.pk)
        before = settings_of(subdistrict)
        if settings == DEFAULT_SETTINGS:
            MeasureSettings.objects.filter(area=subdistrict).delete()
        else:
            MeasureSettings.objects.update_or_create(area=subdistrict, defaults=_as_data(settings))
    if before != settings:
        audit.record(
            subdistrict,
            action="measures.set",
            by=user,
            now=now,
            before=_as_data(before),
            after=_as_data(settings),
        )


def _as_data(settings: Settings) -> dict[str, object]:
    weights = {column: settings.weights[name] for name, column in WEIGHT_FIELDS.items()}
    return {**weights, "minimum": settings.minimum}


def settings_faults(settings: Settings) -> dict[str, object]:
    """What is wrong with settings, by the name of the field."""
    faults: dict[str, object] = {}
    if sum(settings.weights.values()) != WHOLE or min(settings.weights.values()) < 0:
        sentence = _("The three weights make 100 together; now they make %(sum)s.") % {
            "sum": sum(settings.weights.values())
        }
        faults |= dict.fromkeys(WEIGHT_FIELDS.values(), sentence)
    if not 1 <= settings.minimum <= MINIMUM_AT_MOST:
        faults["minimum"] = _("From 1 to %(most)s.") % {"most": MINIMUM_AT_MOST}
    return faults
