"""Cards to units and the cases that they rest on. What can be kept by the database is a constraint here."""

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.models.work import WorkRecord
from shangju.core.scoping import ScopeColumns, ScopedManager
from shangju.parties.models import Party
from shangju.supervision.workflow import CLOSED_WITH_A_REASON, IN_FORCE_ONCE, CardState, Colour, Fault


class CardManager(ScopedManager["Card"]):
    """Cards of sub-districts in scope, and those to one's own organisation or community."""

    columns: ClassVar[ScopeColumns] = ScopeColumns(
        path="area__path", levels={"community": "community_id"}, parties=("party_id",)
    )


class Card(models.Model):
    """黄牌 or 红牌 to one unit, by the rules of :mod:`shangju.supervision.workflow`.

    ``first_case`` and ``second_case`` are two of the cases that it rests on, kept here so that the database itself
    refuses a card on the strength of one; all of them are its ``grounds_in``. ``heard_until`` is the last day on which
    the unit may state its view; nobody signs before it has answered or that day is over. ``closed_*`` say by whom and
    why it was refused, withdrawn or lifted.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="cards", verbose_name=_("Sub-district"))
    party = models.ForeignKey(Party, models.PROTECT, null=True, related_name="cards")
    community = models.ForeignKey(Area, models.PROTECT, null=True, related_name="+")
    colour = models.CharField(_("Which card"), max_length=10, choices=Colour)
    state = models.CharField(_("State"), max_length=10, choices=CardState, default=CardState.PROPOSED)
    number = models.CharField(_("Number"), max_length=24, null=True, unique=True)  # noqa: DJ001 - given when signed
    grounds = models.TextField(_("Grounds"), max_length=2000)
    first_case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    second_case = models.ForeignKey(Case, models.PROTECT, related_name="+", db_index=False)
    earlier = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="followed_by", verbose_name=_("Earlier yellow card")
    )
    exception_reason = models.TextField(_("Why red without a yellow one"), max_length=500, blank=True)

    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_post = models.CharField(_("Proposed by"), max_length=60)
    proposed_at = models.DateTimeField(_("Proposed"))
    proposed_on = models.DateField()
    heard_until = models.DateField(_("View of the unit until"))
    answer = models.TextField(_("View of the unit"), max_length=2000, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(_("Answered"), null=True)
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    signed_post = models.CharField(_("Signed by"), max_length=60, blank=True)
    signed_at = models.DateTimeField(_("Signed"), null=True)
    signed_on = models.DateField(null=True)
    ends_on = models.DateField(_("Ends on"), null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_post = models.CharField(max_length=60, blank=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.TextField(_("Reason"), max_length=1000, blank=True)

    objects = CardManager()

    class Meta:
        base_manager_name = "objects"
        ordering = ("-proposed_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=Q(party__isnull=False, community__isnull=True)
                | Q(party__isnull=True, community__isnull=False),
                name="card_to_one_unit",
            ),
            models.CheckConstraint(condition=Q(colour__in=Colour.values), name="card_colour_known"),
            models.CheckConstraint(condition=Q(state__in=CardState.values), name="card_state_known"),
            models.CheckConstraint(condition=~Q(first_case=F("second_case")), name="card_on_two_cases"),
            models.CheckConstraint(condition=~Q(grounds=""), name="card_has_grounds"),
            models.CheckConstraint(
                condition=Q(
                    state__in=IN_FORCE_ONCE,
                    number__isnull=False,
                    signed_by__isnull=False,
                    signed_at__isnull=False,
                    signed_on__isnull=False,
                    ends_on__gt=F("signed_on"),
                )
                | (
                    ~Q(state__in=IN_FORCE_ONCE)
                    & Q(
                        number__isnull=True,
                        signed_by__isnull=True,
                        signed_at__isnull=True,
                        signed_on__isnull=True,
                    )
                ),
                name="card_in_force_is_signed",
            ),
            models.CheckConstraint(
                condition=Q(signed_by__isnull=True) | ~Q(signed_by=F("proposed_by")),
                name="card_signed_by_somebody_else",
            ),
            models.CheckConstraint(
                condition=Q(signed_at__isnull=True)
                | Q(answered_at__isnull=False, answered_at__lte=F("signed_at"))
                | Q(signed_on__gt=F("heard_until")),
                name="card_signed_after_the_hearing",
            ),
            models.CheckConstraint(
                condition=Q(heard_until__gt=F("proposed_on")), name="card_leaves_time_to_answer"
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="card_answered_in_writing",
            ),
            models.CheckConstraint(
                condition=Q(colour=Colour.YELLOW) | Q(earlier__isnull=False) | ~Q(exception_reason=""),
                name="red_card_after_yellow_or_with_reason",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state__in=CLOSED_WITH_A_REASON, closed_at__isnull=False, closed_by__isnull=False)
                    & ~Q(close_reason="")
                )
                | Q(closed_at__isnull=True, closed_by__isnull=True, close_reason="")
                & ~Q(state__in=CLOSED_WITH_A_REASON),
                name="card_closed_with_a_reason",
            ),
            *(
                models.UniqueConstraint(
                    fields=[unit, "colour"],
                    condition=Q(state=CardState.PROPOSED),
                    name=f"one_proposal_per_{unit}_and_colour",
                )
                for unit in ("party", "community")
            ),
        ]
        indexes = [models.Index(fields=["area", "state", "-proposed_at"], name="cards_of_subdistrict")]

    def __str__(self) -> str:
        return self.number or str(self.get_colour_display())

    @property
    def unit(self) -> Party | Area:
        """The organisation or the community."""
        return self.party or self.community  # type: ignore[return-value] # the database demands one of them

    def holds_on(self, day: date) -> bool:
        """Whether it is in force on ``day``: signed, not lifted, not ended by its date."""
        return self.state == CardState.SIGNED and self.ends_on is not None and day <= self.ends_on


class CardGround(WorkRecord):
    """One case that a card rests on, with the stored fault; ``event`` is the row by which it was cited.

    ``is_live`` until the card is refused or withdrawn: so long the case serves no other card of its colour.
    """

    card = models.ForeignKey(Card, models.PROTECT, related_name="grounds_in")
    colour = models.CharField(max_length=10, choices=Colour)
    fault = models.CharField(_("Fault"), max_length=20, choices=Fault)
    happened_at = models.DateTimeField(_("When"))
    is_live = models.BooleanField(default=True)

    class Meta(WorkRecord.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["case", "colour"], condition=Q(is_live=True), name="case_cited_once_per_colour"
            ),
            models.UniqueConstraint(fields=["card", "case"], name="case_once_per_card"),
            models.CheckConstraint(condition=Q(fault__in=Fault.values), name="ground_fault_known"),
            models.CheckConstraint(condition=Q(colour__in=Colour.values), name="ground_colour_known"),
        ]
