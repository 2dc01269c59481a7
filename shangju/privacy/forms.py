"""Forms about one's own data, about the answers, and about the rules of retention."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.privacy.queries import RuleInForce
from shangju.privacy.requests import ANSWER_AT_MOST, WORDS_AT_MOST, Answering, Asking
from shangju.privacy.workflow import LegalReason, RefusalReason, RequestKind, RequestMove


def _words_field(label: Any, *, limit: int, help_text: Any = "") -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, max_length=limit, required=False, widget=area, help_text=help_text)


class CorrectionForm(forms.Form):
    """What is wrong with the contact, and what would be right."""

    new_name = forms.CharField(
        label=pgettext_lazy("of a person", "Right name"), max_length=60, required=False
    )
    new_phone = forms.CharField(
        label=_("Right phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    words = _words_field(_("What is wrong"), limit=WORDS_AT_MOST)

    def asking(self) -> Asking:
        """What the service takes."""
        return Asking(RequestKind.CORRECTION, **self.cleaned_data)


class DeletionForm(forms.Form):
    """A wish that a person decides on."""

    words = _words_field(_("Why, if you like to say"), limit=WORDS_AT_MOST)

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind

    def asking(self) -> Asking:
        """What the service takes."""
        return Asking(self.kind, **self.cleaned_data)


class AnswerForm(forms.Form):
    """Staff's answer: for a refusal a reason of the law and a sentence, for the rest a sentence if one helps."""

    refusal = forms.ChoiceField(label=_("Legal reason"), choices=[("", _("Choose")), *RefusalReason.choices])
    answer = _words_field(
        _("Sentence to the person"), limit=ANSWER_AT_MOST, help_text=_("The person reads it as you write it.")
    )

    def __init__(self, data: Any = None, *, move: RequestMove) -> None:
        super().__init__(data, auto_id=f"{move}-%s")
        self.move = move
        if move is not RequestMove.REFUSE:
            del self.fields["refusal"]
        if move is RequestMove.TAKE:
            del self.fields["answer"]

    def answering(self) -> Answering:
        """What the service takes."""
        return Answering(self.move, **self.cleaned_data)


class RuleForm(forms.Form):
    """How long a kind is kept; the bounds stand at the field."""

    days = forms.IntegerField(label=_("Days"), min_value=0)
    reason = forms.ChoiceField(label=_("Legal reason"), choices=LegalReason)

    def __init__(self, data: Any = None, *, rule: RuleInForce) -> None:
        super().__init__(data, initial={"days": rule.days, "reason": rule.reason})
        self.fields["days"].help_text = _(
            "Between %(least)s and %(most)s days: these bounds follow from the law."
        ) % {
            "least": rule.bounds.at_least,
            "most": rule.bounds.at_most,
        }
