"""The tree of categories: reference data, the same for every area.

Only :mod:`shangju.categories.services` writes it.
"""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shangju.categories.table import DEADLINE_CLASSES, NIGHT_CLASS


class Category(models.Model):
    """One sort of concern: how long it may take, who leads, on what basis.

    A root (``01``) only groups; a leaf (``0103``) is what a case carries. ``ladder`` is a list of steps, each
    a list of :data:`shangju.categories.table.RUNGS`, the first of which leads. ``alternatives`` names other
    classes and when a dispatcher chooses them. ``keywords`` feed the suggestion.
    """

    code = models.CharField(_("Code"), max_length=4, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name=_("Belongs to")
    )
    name_zh = models.CharField(_("Chinese name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=80)
    deadline_class = models.CharField(_("Deadline class"), max_length=2, blank=True)
    night_class = models.CharField(_("Class at night"), max_length=2, blank=True)
    alternatives = models.JSONField(_("Other classes"), default=list)
    ladder = models.JSONField(_("Ladder"), default=list)
    legal_basis = models.CharField(_("Legal basis"), max_length=200, blank=True)
    legal_basis_en = models.CharField(_("Legal basis, in English"), max_length=300, blank=True)
    filing_condition = models.CharField(_("Filed when"), max_length=120, blank=True)
    closing_condition = models.CharField(_("Closed when"), max_length=120, blank=True)
    needs_proof = models.BooleanField(_("A photo proves the result"), default=False)
    self_fix_hours = models.PositiveSmallIntegerField(_("Hours for the merchant's own remedy"), null=True)
    privacy_wall = models.BooleanField(_("Helped persons' data are walled"), default=False)
    concerns_minors = models.BooleanField(
        _("About minors: each look at a contact is allowed first"), default=False
    )
    sealed = models.BooleanField(_("Sealed: for discipline inspection alone"), default=False)
    community_may_lead = models.BooleanField(_("The community may lead"), default=False)
    keywords = models.JSONField(_("Words of the suggestion"), default=list)
    position = models.PositiveSmallIntegerField(_("Position"))
    is_active = models.BooleanField(_("In use"), default=True)
    is_edited = models.BooleanField(_("Edited here"), default=False)
    edition = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(_("Changed at"))

    class Meta:
        ordering = ("position", "code")
        constraints = [
            models.CheckConstraint(
                condition=Q(parent__isnull=True, deadline_class="")
                | Q(parent__isnull=False, deadline_class__in=DEADLINE_CLASSES),
                name="category_leaf_has_class",
            ),
            models.CheckConstraint(
                condition=Q(night_class__in=["", NIGHT_CLASS]), name="category_night_class_known"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="category_not_its_own_parent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_en if get_language() == "en" else self.name_zh

    @property
    def basis(self) -> str:
        """The legal basis in the reader's language."""
        return self.legal_basis_en if get_language() == "en" else self.legal_basis

    @property
    def is_leaf(self) -> bool:
        """Whether a case may carry it."""
        return self.parent_id is not None

    @property
    def supervising_rungs(self) -> list[str]:
        """The last step of the ladder: who answers for the matter if everybody before fails (监管主体)."""
        return list(self.ladder[-1]) if self.ladder else []
