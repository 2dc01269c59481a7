"""Forms of yellow and red cards."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.cases.forms.move_form import DAY
from shangju.supervision.forms import CardAnswerForm
from shangju.supervision.workflow import CardStep, Colour


class ProposeCardForm(forms.Form):
    """What is proposed to which unit, on what grounds."""

    unit = forms.CharField(widget=forms.HiddenInput)
    colour = forms.ChoiceField(
        label=_("Which card"), choices=Colour, initial=Colour.YELLOW, widget=forms.RadioSelect
    )
    grounds = forms.CharField(
        label=_("Grounds"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What was not done in these cases, in plain words. The unit reads it; name nobody."),
    )
    exception_reason = forms.CharField(
        label=_("Why red without a yellow one before"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Only for a red card where no yellow one was signed in the last twelve months."),
    )
    heard_until = forms.DateField(
        label=_("The unit may state its view until"),
        required=False,
        widget=DAY,
        help_text=_("Empty: the third working day from today, which is the shortest term."),
    )
    # Ticked in the table above the form; a refusal about the cases has its place at this field.
    cases = forms.CharField(required=False, widget=forms.HiddenInput)


class CardReasonForm(forms.Form):
    """Why a card is not signed, withdrawn or lifted."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class CardSignatureForm(forms.Form):
    """The signature; nothing is to be filled in."""


FORM_OF_STEP: dict[CardStep, type[forms.Form]] = {
    CardStep.ANSWER: CardAnswerForm,
    CardStep.SIGN: CardSignatureForm,
    CardStep.REFUSE: CardReasonForm,
    CardStep.WITHDRAW: CardReasonForm,
    CardStep.LIFT: CardReasonForm,
}


def unit_key(unit: Any) -> str:
    """How a form and an address name a unit: ``party-3`` or ``area-7``."""
    return f"{'party' if unit._meta.model_name == 'party' else 'area'}-{unit.pk}"
