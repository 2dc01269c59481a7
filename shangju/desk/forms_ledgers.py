"""Forms of the ledgers: which rows, which columns in which order, under which name, and as which file."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.areas.models import Area, AreaKind
from shangju.cases.workflow import Channel, State
from shangju.categories.queries import category_tree
from shangju.core.forms import LongSelect
from shangju.ledgers.columns import Column
from shangju.ledgers.filters import BY_ACT, BY_RECEIPT
from shangju.ledgers.services import NAME_AT_MOST
from shangju.ledgers.workflow import FileForm

PERIODS = [(BY_RECEIPT, _("Day received")), (BY_ACT, _("Day it was done"))]
DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
INDENT = {AreaKind.COMMUNITY: "　", AreaKind.GRID: "　　"}


class LedgerFilterForm(forms.Form):
    """Which rows; sent with GET, so that a narrowed ledger has an address."""

    by = forms.ChoiceField(label=_("Period by"), required=False, choices=PERIODS)
    first = forms.DateField(label=pgettext_lazy("period", "From"), required=False, widget=DAY)
    last = forms.DateField(label=pgettext_lazy("period", "To"), required=False, widget=DAY)
    area = forms.ChoiceField(label=_("Area"), required=False, widget=LongSelect)
    category = forms.ChoiceField(label=_("Category"), required=False, widget=LongSelect)
    state = forms.ChoiceField(label=_("State"), required=False, widget=LongSelect)
    channel = forms.ChoiceField(label=_("Channel"), required=False, widget=LongSelect)

    def __init__(self, *args: Any, areas: Sequence[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots = [(branch.root.code, str(branch.root)) for branch in category_tree().branches]
        places = [(area.code, f"{INDENT.get(AreaKind(area.kind), '')}{area}") for area in areas]
        choices: dict[str, list[Any]] = {
            "area": [("", _("Everywhere")), *places],
            "category": [("", _("Any category")), *roots],
            "state": [("", _("Any state")), *State.choices],
            "channel": [("", _("Any channel")), *Channel.choices],
        }
        for name, those in choices.items():
            self.fields[name].choices = those  # type: ignore[attr-defined]


class ColumnsForm(forms.Form):
    """A number for each column that is to be shown; the smallest stands first."""

    def __init__(self, *args: Any, columns: Sequence[Column], chosen: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = {key: place for place, key in enumerate(chosen, start=1)}
        self.keys = [column.key for column in columns]
        for column in sorted(columns, key=lambda each: places.get(each.key, len(columns) + 1)):
            self.fields[f"place_{column.key}"] = forms.IntegerField(
                label=column.label,
                required=False,
                min_value=1,
                max_value=999,
                initial=places.get(column.key),
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    def chosen(self) -> list[str]:
        """The keys in the order of their numbers; with equal numbers as the columns stand in the ledger."""
        self.is_valid()
        given = {key: self.cleaned_data.get(f"place_{key}") for key in self.keys}
        return sorted((key for key in self.keys if given[key]), key=lambda key: given[key] or 0)


class KeepForm(forms.Form):
    """A name for the ledger as it is arranged."""

    name = forms.CharField(
        label=_("Name"),
        max_length=NAME_AT_MOST,
        help_text=_("A name that you have used before is changed to what you see now."),
    )
    is_shared = forms.BooleanField(label=_("For everybody in the sub-district"), required=False)

    def __init__(self, *args: Any, may_share: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_share:
            del self.fields["is_shared"]


FILES = [(FileForm.XLSX, _("Excel table (XLSX)")), (FileForm.CSV, _("Plain table (CSV)"))]


class ExportForm(forms.Form):
    """As which file, and, with contacts in plain, for what."""

    form = forms.ChoiceField(label=_("File"), choices=FILES, initial=FileForm.XLSX, widget=forms.RadioSelect)
    is_full = forms.BooleanField(
        label=_("With contacts in plain"),
        required=False,
        help_text=_("Somebody else has to allow it; each contact is written into the log of looks."),
    )
    reason = forms.CharField(
        label=_("For what it is needed"),
        required=False,
        max_length=200,
        help_text=_("Has to be said for contacts in plain; else it may stay empty."),
    )

    def __init__(self, *args: Any, may_ask_full: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_ask_full:
            del self.fields["is_full"]


class DecisionForm(forms.Form):
    """Yes or no to contacts in plain; a no says why."""

    note = forms.CharField(label=_("Note"), required=False, max_length=200)
