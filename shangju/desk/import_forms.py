"""Forms of an import: the file, what its columns mean, and when rows are let in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.areas.models import Area
from shangju.core.forms import LongSelect
from shangju.imports.columns import COLUMN_LABELS, Positions, meanings, positions_from

EXAMPLE_LENGTH = 40


class FileForm(forms.Form):
    """The table, and where its orders belong; the area is asked where there is a choice."""

    file = forms.FileField(
        label=_("Table of orders"),
        help_text=_("XLSX or CSV as the hotline exports it, up to 20,000 rows and 10 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt,.tsv"}),
        error_messages={"required": _("Choose the file first."), "empty": _("The file is empty.")},
    )
    area = forms.ChoiceField(
        label=_("Area of the orders"),
        help_text=_("An order for a place outside is refused."),
        widget=LongSelect,
    )

    def __init__(self, *args: Any, areas: Sequence[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.areas = {area.code: area for area in areas}
        self.fields["area"].choices = [(area.code, str(area)) for area in areas]  # type: ignore[attr-defined]
        if len(self.areas) == 1:
            self.fields["area"].widget = forms.HiddenInput()
            self.fields["area"].initial = next(iter(self.areas))

    @property
    def chosen_area(self) -> Area:
        """The area that was chosen."""
        return self.areas[self.cleaned_data["area"]]


class ColumnsForm(forms.Form):
    """What each column of the table means."""

    def __init__(
        self, *args: Any, headers: Sequence[str], positions: Positions, examples: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.headers = headers
        unused = pgettext_lazy("column of an import", "Not used")
        choices = [("", unused), *COLUMN_LABELS.items()]
        known = meanings(positions, len(headers))
        for place, header in enumerate(headers):
            example = examples[place] if place < len(examples) else ""
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=header or _("Column %(number)s, without a header") % {"number": place + 1},
                choices=choices,
                required=False,
                initial=known[place],
                help_text=Truncator(" ".join(example.split())).chars(EXAMPLE_LENGTH),
                widget=LongSelect,
            )
        self.fields["remember_as"] = forms.CharField(
            label=_("Remember these columns as"),
            required=False,
            max_length=40,
            help_text=_("With a name, the next table with these headers is read in the same way."),
        )

    @property
    def positions(self) -> Positions:
        """Where our columns stand, as it was chosen."""
        chosen = [self.cleaned_data.get(f"column_{place}", "") for place in range(len(self.headers))]
        return positions_from(chosen, self.headers)
