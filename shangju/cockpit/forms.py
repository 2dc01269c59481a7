"""What the address of a figure's rows says."""

from typing import Any

from django import forms

from shangju.areas.models import Area
from shangju.cockpit.rows import ROUNDS, AskedRows, Shown
from shangju.core.forms import DAYS_KNOWN

DAYS_AT_MOST = 92


class RowsForm(forms.Form):
    """One figure of the wall; nobody types it, so that what is wrong needs no sentence."""

    figure = forms.ChoiceField(choices=Shown)
    first = forms.DateField(validators=DAYS_KNOWN)
    last = forms.DateField(validators=DAYS_KNOWN)
    weekday = forms.IntegerField(required=False, min_value=0, max_value=6)
    hour = forms.IntegerField(required=False, min_value=0, max_value=23)
    key = forms.CharField(required=False, max_length=120)

    def clean(self) -> dict[str, Any]:
        """Some days in their order, no more than the wall shows; only rounds are narrowed to an hour."""
        given = super().clean() or {}
        if self.errors:
            return given
        if not 0 <= (given["last"] - given["first"]).days < DAYS_AT_MOST:
            self.add_error("last", "")
        is_narrowed = given["weekday"] is not None or given["hour"] is not None
        if is_narrowed and given["figure"] not in ROUNDS:
            self.add_error("hour", "")
        return given

    def asked(self, area: Area) -> AskedRows:
        """What is asked for of ``area``; call it after ``is_valid``."""
        return AskedRows(area, **{**self.cleaned_data, "figure": Shown(self.cleaned_data["figure"])})
