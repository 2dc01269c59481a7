"""Forms of the board: the filters of the public page, the sentence of a proposal, the reason of a refusal."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.board.queries import BoardFilters, communities
from shangju.board.services import RESULT_AT_MOST
from shangju.categories.queries import category_tree
from shangju.core.forms import LongSelect

PERIODS = [("", _("At any time")), ("this_month", _("This month"))]


class BoardFilterForm(forms.Form):
    """What narrows the public page; sent with GET, so that a filtered page has an address."""

    community = forms.ChoiceField(label=_("Community"), required=False, widget=LongSelect)
    category = forms.ChoiceField(label=_("What it was about"), required=False, widget=LongSelect)
    period = forms.ChoiceField(label=_("With a result"), required=False, choices=PERIODS, widget=LongSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots = [(branch.root.code, branch.root.name) for branch in category_tree().branches]
        areas = [(area.code, str(area)) for area in communities()]
        self.fields["community"].choices = [("", _("Everywhere")), *areas]  # type: ignore[attr-defined]
        self.fields["category"].choices = [("", _("Anything")), *roots]  # type: ignore[attr-defined]

    def filters(self) -> BoardFilters:
        """The filters; an unknown value of a hand-made address narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        return BoardFilters(
            given.get("community", ""), given.get("category", ""), given.get("period", "") == "this_month"
        )


class ProposalForm(forms.Form):
    """The sentence that everybody may read."""

    result = forms.CharField(
        label=_("What was done, for everybody to read"),
        max_length=RESULT_AT_MOST,
        help_text=_("One or two sentences. No name, no house number, no shop, nothing of who reported it."),
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say in a sentence what was done.")},
    )


class ReasonForm(forms.Form):
    """Why it is not, or no longer, for everybody."""

    reason = forms.CharField(
        label=_("Why?"), max_length=120, error_messages={"required": _("Say in a few words why.")}
    )
