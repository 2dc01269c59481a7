"""Forms of the handler's moves."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.cases import moves
from shangju.cases.forms.move_form import DAY, MOMENT, MoveForm, long_text
from shangju.cases.places import subdistrict_path
from shangju.cases.workflow import (
    MediationResult,
    MoveName,
    Outcome,
    VisitPlace,
)
from shangju.parties.models import Party, PartyStatus

CONTACT_WAYS = [("phone", _("By phone")), ("in_person", _("In person")), ("message", _("By message"))]


class SignForm(MoveForm):
    """One tap."""

    move = MoveName.SIGN
    note = long_text(_("Note"), required=False, rows=2)

    def payload(self) -> moves.Sign:
        """The move."""
        return moves.Sign(**self.cleaned_data)


class ContactForm(MoveForm):
    """A talk with the reporter."""

    move = MoveName.CONTACT
    way = forms.ChoiceField(label=_("How"), choices=CONTACT_WAYS)
    reached = forms.BooleanField(label=_("Reached"), required=False, initial=True)
    note = long_text(_("What was said"), required=False)

    def payload(self) -> moves.RecordContact:
        """The move."""
        return moves.RecordContact(**self.cleaned_data)


class VisitForm(MoveForm):
    """Somebody went and looked."""

    move = MoveName.VISIT
    takes_photos = True
    place = forms.ChoiceField(label=_("Where"), choices=VisitPlace)
    place_note = forms.CharField(label=_("Which place"), max_length=80, required=False)
    people_met = forms.CharField(
        label=_("People met"),
        max_length=120,
        required=False,
        help_text=_("In role words, no names: the shopkeeper, the neighbour upstairs."),
    )
    finding = long_text(_("What was found"))
    made_safe = forms.BooleanField(
        label=_("The danger is over or the disturbance has stopped"), required=False
    )
    visited_at = forms.DateTimeField(label=_("When (empty: now)"), required=False, widget=MOMENT)

    def payload(self) -> moves.RecordVisit:
        """The move."""
        given = {name: self.cleaned_data[name] for name in self.fields if name not in {"photos", "photo_ids"}}
        return moves.RecordVisit(**given, photo_ids=self.photo_list)


class FindCauseForm(MoveForm):
    """The root cause, and whose doing it is."""

    move = MoveName.FIND_CAUSE
    root_cause = long_text(_("Root cause"), limit=1000)
    party: Any = forms.ModelChoiceField(
        label=_("Party concerned"), queryset=None, required=False, empty_label=_("No member is concerned")
    )
    party_summary = long_text(
        _("Description for the party concerned"),
        limit=1000,
        required=False,
        hint=_("What the shop is told: the problem, never who raised it."),
    )

    def prepare(self) -> None:
        """The members of the sub-district that are in reach, merchants first."""
        active = Party.objects.filter(
            area__path__startswith=subdistrict_path(self.case), status=PartyStatus.ACTIVE
        )
        near = active.filter(area__path__startswith=self.case.area_path) if self.case.grid_id else active
        self.choice_field("party").queryset = near.order_by("kind", "name")
        self.fields["party"].initial = self.case.concerned_party_id or self.case.place_party_id
        self.fields["party_summary"].initial = self.case.party_summary

    def payload(self) -> moves.FindCause:
        """The move."""
        return moves.FindCause(**self.cleaned_data)


class MediateForm(MoveForm):
    """劝阻调解记录."""

    move = MoveName.MEDIATE
    with_whom = forms.CharField(label=_("With whom (in role words)"), max_length=120)
    place_note = forms.CharField(label=_("Where"), max_length=80, required=False)
    account = long_text(_("What was said"))
    result = forms.ChoiceField(label=_("Result"), choices=MediationResult)
    agreed = long_text(_("What was agreed"), limit=1000, required=False)
    follow_up_on = forms.DateField(label=_("Follow up on"), required=False, widget=DAY)
    mediated_at = forms.DateTimeField(label=_("When (empty: now)"), required=False, widget=MOMENT)

    def payload(self) -> moves.Mediate:
        """The move."""
        return moves.Mediate(**self.cleaned_data)


class ResolveForm(MoveForm):
    """The result, and the answer to the reporter."""

    move = MoveName.RESOLVE
    takes_photos = True
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome)
    answer = long_text(_("Answer to the reporter"))
    plan = long_text(_("Plan (when it cannot be done now)"), limit=1000, required=False, rows=2)
    planned_on = forms.DateField(label=_("Planned for"), required=False, widget=DAY)

    def payload(self) -> moves.Resolve:
        """The move."""
        given = {name: self.cleaned_data[name] for name in self.fields if name not in {"photos", "photo_ids"}}
        return moves.Resolve(**given, photo_ids=self.photo_list)
