"""Forms of the measures: what is asked for, and what a sub-district sets."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.workflow import Channel
from shangju.categories.queries import category_tree
from shangju.categories.table import DEADLINE_CLASSES
from shangju.core.forms import DAYS_KNOWN
from shangju.measures.definitions import Settings
from shangju.measures.models import WEIGHT_FIELDS, Dimension
from shangju.measures.periods import DAY, Period, day_of, month_of, quarter_of, week_of, year_of
from shangju.measures.queries import Asked
from shangju.measures.services import MINIMUM_AT_MOST

SPANS: dict[str, Any] = {
    "this_month": _("This month"),
    "last_month": _("Last month"),
    "this_week": _("This week"),
    "last_week": _("Last week"),
    "this_quarter": _("This quarter"),
    "this_year": _("This year"),
    "last_year": _("Last year"),
    "own": _("From … to …"),
}
DAYS_AT_MOST = 3660
"""Ten years: a longer span is a slip of the keyboard."""


def _span(name: str, today: date) -> Period:
    month = month_of(today)
    return {
        "this_month": month,
        "last_month": month.before(),
        "this_week": week_of(today),
        "last_week": week_of(today).before(),
        "this_quarter": quarter_of(today),
        "this_year": year_of(today),
        "last_year": year_of(today).before(),
    }.get(name, month)


class MeasuresForm(forms.Form):
    """Of which area and period, by what, and narrowed to what; sent with GET, so that every figure has an address."""

    area = forms.ChoiceField(label=_("Area"), required=False)
    span = forms.ChoiceField(label=_("Period"), choices=list(SPANS.items()), required=False)
    first = forms.DateField(
        label=_("First day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=DAYS_KNOWN,
    )
    last = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        validators=DAYS_KNOWN,
    )
    by = forms.ChoiceField(label=_("Part it by"), choices=Dimension.choices, required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    channel = forms.ChoiceField(
        label=_("Channel"), choices=[("", _("All channels")), *Channel.choices], required=False
    )
    deadline_class = forms.ChoiceField(
        label=_("Deadline class"),
        choices=[("", _("All classes")), *((name, name) for name in DEADLINE_CLASSES)],
        required=False,
    )
    handler = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)

    def __init__(self, *args: Any, areas: Sequence[Area], now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.areas, self.now = {area.code: area for area in areas}, now
        area: Any = self.fields["area"]
        area.choices = [(each.code, str(each)) for each in areas]
        categories = category_tree().by_code.values()
        self.categories = list(categories)
        category: Any = self.fields["category"]
        category.choices = [("", _("All categories")), *((each.code, str(each)) for each in categories)]

    def clean(self) -> dict[str, Any]:
        """An own span has both its days, in their order."""
        given = super().clean() or {}
        first, last = given.get("first"), given.get("last")
        if given.get("span") == "own" and not {"first", "last"} & self.errors.keys():
            if first is None:
                self.add_error("first", _("Say from which day."))
            elif last is None:
                self.add_error("last", _("Say until which day."))
            elif last < first:
                self.add_error("last", _("This is before the first day."))
            elif last - first > DAY * DAYS_AT_MOST:
                self.add_error("last", _("Ten years at most."))
        return given

    def asked(self) -> Asked:
        """What is asked for; call it after ``is_valid``. Without a choice: the first area, this month."""
        given = self.cleaned_data
        area = self.areas.get(given["area"]) or next(iter(self.areas.values()))
        own = given["span"] == "own"
        period = Period(given["first"], given["last"]) if own else _span(given["span"], day_of(self.now))
        return Asked(
            area,
            period,
            self.now,
            categories=self._leaves(given["category"]),
            channel=given["channel"],
            deadline_class=given["deadline_class"],
            handler=given["handler"],
        )

    def _leaves(self, code: str) -> tuple[int, ...]:
        """A leaf, or all leaves of a root; without a code no narrowing."""
        return tuple(
            each.pk
            for each in self.categories
            if code and each.parent is not None and code in {each.code, each.parent.code}
        )

    def codes_of(self, dimension: str) -> dict[str, str] | None:
        """What a key of the dimension is called in an address; ``None`` where it is the key itself."""
        if dimension == Dimension.AREA:
            return {str(area.pk): code for code, area in self.areas.items()}
        if dimension == Dimension.CATEGORY:
            return {str(each.pk): each.code for each in self.categories}
        return None

    def address(self, **changed: str) -> str:
        """The query of what is asked for, with some of it changed."""
        given = {name: self.data.get(name, "") for name in self.fields} | changed
        return urlencode({name: value for name, value in given.items() if value})


class MeasureSettingsForm(forms.Form):
    """The weights of the score and the least number that is compared."""

    weight_contacted = forms.IntegerField(label=_("Weight of the response"), min_value=0, max_value=100)
    weight_solved = forms.IntegerField(label=_("Weight of what was solved"), min_value=0, max_value=100)
    weight_satisfied = forms.IntegerField(label=_("Weight of the satisfaction"), min_value=0, max_value=100)
    minimum = forms.IntegerField(
        label=_("Fewest cases that are compared"), min_value=1, max_value=MINIMUM_AT_MOST
    )

    def settings(self) -> Settings:
        """What was given; call it after ``is_valid``."""
        given = self.cleaned_data
        return Settings({name: given[column] for name, column in WEIGHT_FIELDS.items()}, given["minimum"])

    @staticmethod
    def initial_of(settings: Settings) -> dict[str, int]:
        """What is shown before anything was changed."""
        weights = {column: settings.weights[name] for name, column in WEIGHT_FIELDS.items()}
        return {**weights, "minimum": settings.minimum}
