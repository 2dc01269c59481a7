"""Forms of the help pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.categories.queries import category_tree
from shangju.core.forms import LongSelect
from shangju.core.personal_data_forms import AsksAboutPersonalData
from shangju.knowledge.models import WORDS_LIMIT


class HelpSearchForm(forms.Form):
    """What narrows the list; sent with GET, so that a search has an address."""

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"enterkeyhint": "search", "type": "search"}),
    )
    category = forms.ChoiceField(label=_("About"), required=False, widget=LongSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots = [(branch.root.code, branch.root.name) for branch in category_tree().branches]
        self.fields["category"].choices = [("", _("Everything")), *roots]  # type: ignore[attr-defined]

    def entered(self) -> tuple[str, str]:
        """Words and category; what a hand-made address makes up narrows nothing."""
        self.is_valid()
        return self.cleaned_data.get("q", "").strip(), self.cleaned_data.get("category", "")


class OpinionForm(AsksAboutPersonalData):
    """Did it help, and what is missing."""

    scanned = ("words",)

    was_helpful = forms.ChoiceField(
        label=_("Was this helpful?"),
        choices=[("yes", _("Yes")), ("no", _("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    words = forms.CharField(
        label=_("What is missing or unclear?"),
        max_length=WORDS_LIMIT,
        required=False,
        help_text=_("If you like. Please write no names and phone numbers."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def opinion(self) -> dict[str, Any]:
        """What the service takes."""
        return {
            "was_helpful": self.cleaned_data["was_helpful"] == "yes",
            "words": self.cleaned_data["words"],
        }
