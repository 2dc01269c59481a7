"""Forms about when and how much goes out."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.gateways.models import LimitScope, LimitWindow


def _time_field(label: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))


class SendingTimesForm(forms.Form):
    """The quiet hours of a sub-district."""

    begins = _time_field(_("Quiet from"))
    ends = _time_field(_("Quiet until"))
    on_days_off = forms.BooleanField(label=_("Quiet on days off"), required=False)
    lists_when_empty = forms.BooleanField(
        label=_("Send the daily list when there is nothing on it"), required=False
    )


LABELS: dict[str, dict[str, Any]] = {
    LimitScope.GATEWAY: {
        LimitWindow.MINUTE: pgettext_lazy("limit", "All together, a minute"),
        LimitWindow.HOUR: pgettext_lazy("limit", "All together, an hour"),
        LimitWindow.DAY: pgettext_lazy("limit", "All together, a day"),
    },
    LimitScope.RECEIVER: {
        LimitWindow.MINUTE: pgettext_lazy("limit", "To one receiver, a minute"),
        LimitWindow.HOUR: pgettext_lazy("limit", "To one receiver, an hour"),
        LimitWindow.DAY: pgettext_lazy("limit", "To one receiver, a day"),
    },
}


class GatewayLimitsForm(forms.Form):
    """At most so many, of a gateway and to one receiver."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for scope, windows in LABELS.items():
            for window, label in windows.items():
                self.fields[f"{scope}_{window}"] = forms.IntegerField(
                    label=label, min_value=1, max_value=10_000_000, required=False
                )
