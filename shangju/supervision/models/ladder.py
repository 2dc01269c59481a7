"""What each sub-district sets for its ladder. Empty tables mean the defaults of :mod:`shangju.supervision.ladder`."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.rungs import Rung, RungAction
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.supervision.ladder import AFTER_AT_MOST


class OfSubdistrictManager(ScopedManager[models.Model]):
    """Rows of sub-districts in scope."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(path="area__path")


class LadderRule(models.Model):
    """What a sub-district does on one rung instead of the default; ``receivers`` are values of ``Receiver``."""

    area = models.ForeignKey(
        Area, models.PROTECT, related_name="ladder_rules", verbose_name=_("Sub-district"), db_index=False
    )
    rung = models.CharField(_("When"), max_length=10, choices=Rung)
    action = models.CharField(_("What is done"), max_length=10, choices=RungAction)
    after_working_days = models.PositiveSmallIntegerField(_("Working days later"), default=0)
    receivers = models.JSONField(_("Who hears of it"), default=list)

    objects = OfSubdistrictManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(fields=["area", "rung"], name="one_rule_per_rung"),
            models.CheckConstraint(condition=Q(rung__in=Rung.values), name="ladder_rung_known"),
            models.CheckConstraint(condition=Q(action__in=RungAction.values), name="ladder_action_known"),
            models.CheckConstraint(
                condition=Q(after_working_days__lte=AFTER_AT_MOST), name="ladder_within_thirty_days"
            ),
        ]


class SupervisionLimits(models.Model):
    """From when on the desk of a sub-district shows a case; the fields of :class:`shangju.supervision.ladder.Limits`."""

    area = models.OneToOneField(
        Area, models.PROTECT, related_name="supervision_limits", verbose_name=_("Sub-district")
    )
    dormant_days = models.PositiveSmallIntegerField(_("Dormant after days without progress"))
    long_pause_days = models.PositiveSmallIntegerField(_("A pause is long after days"))
    closes_unreachable = models.BooleanField(
        _("End a case by itself seven days after its result when nobody could be reached")
    )

    objects = OfSubdistrictManager()

    class Meta:
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(
                condition=Q(dormant_days__gte=1, long_pause_days__gte=1),
                name="limits_are_limits",
            )
        ]
