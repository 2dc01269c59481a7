"""The form of a webhook."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.administration.forms import AreaChoice
from shangju.areas.models import Area
from shangju.cases.workflow import REGISTER, MoveName

KINDS = [(REGISTER, _("Register")), *MoveName.choices]


class WebhookForm(forms.Form):
    """Which program is told what of which area; the rules are the service's."""

    name = forms.CharField(label=_("Name"), max_length=60, help_text=_("Of the program that is told."))
    area = AreaChoice(label=_("Area"), queryset=None, empty_label=_("Choose one"))
    address = forms.CharField(
        label=_("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text=_("Begins with https://. Calls never go into closed networks that were not opened for it."),
    )
    kinds = forms.MultipleChoiceField(
        label=_("Told of"),
        choices=KINDS,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: everything."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        area = self.fields["area"]
        assert isinstance(area, forms.ModelChoiceField)
        tiers = ("district", "subdistrict", "community", "grid")
        area.queryset = Area.objects.filter(kind__in=tiers, retired_on__isnull=True).order_by("path")
