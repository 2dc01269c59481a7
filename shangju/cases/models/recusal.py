"""Who stepped aside from one case."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from shangju.cases.models.work import WorkRecord
from shangju.posts.models import StakeReason


class Recusal(WorkRecord):
    """A user has a stake in this one case: it is walled off from them for good, whatever post they hold.

    ``event`` is the history row of the move; others read there that somebody stepped aside, in the office's name.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(_("Reason"), max_length=20, choices=StakeReason)

    class Meta(WorkRecord.Meta):
        constraints = [
            models.UniqueConstraint(fields=["user", "case"], name="recused_once_per_case"),
            models.CheckConstraint(condition=Q(reason__in=StakeReason.values), name="recusal_reason_known"),
        ]
