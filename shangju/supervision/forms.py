"""Forms that more than one door shows."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CardAnswerForm(forms.Form):
    """The view of a unit for which a card is proposed."""

    words = forms.CharField(
        label=_("Your view"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("It can be written once. Whoever signs has to read it first, and it stays on the card."),
    )
