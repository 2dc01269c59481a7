"""Forms of the bulletins."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shangju.bulletins.kinds import BulletinKind, Span
from shangju.bulletins.models import Bulletin, BulletinSection, BulletinSetting
from shangju.bulletins.services import REASON_AT_MOST, TEXT_AT_MOST, TITLE_AT_MOST
from shangju.bulletins.text.parts import Part
from shangju.core.forms import LongSelect
from shangju.measures.periods import Period


class NewBulletinForm(forms.Form):
    """The week or month to tell of; those that have a bulletin are not offered."""

    first = forms.ChoiceField(label=_("Week or month"), widget=LongSelect)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES, widget=forms.RadioSelect)

    def __init__(self, *args: Any, spans: Mapping[BulletinKind, Sequence[Span]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["first"]
        field.choices = [
            (
                kind.label,
                [(f"{kind}:{first.isoformat()}", Period(first, last).label) for first, last in known],
            )
            for kind, known in spans.items()
            if known
        ]
        self.has_choices = bool(field.choices)
        self.fields["language"].initial = settings.LANGUAGE_CODE

    def kind_and_first(self) -> tuple[str, date]:
        """What was chosen; call it after ``is_valid``."""
        kind, _colon, first = self.cleaned_data["first"].partition(":")
        return kind, date.fromisoformat(first)


def _section(part: Part, rows: int) -> forms.CharField:
    return forms.CharField(
        label=part.label, max_length=TEXT_AT_MOST, widget=forms.Textarea(attrs={"rows": rows})
    )


class BulletinForm(forms.Form):
    """Title and sections of a draft. ``seen`` is the edition that the writer has before them."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=TITLE_AT_MOST)
    overall = _section(Part.OVERALL, 5)
    matters = _section(Part.MATTERS, 5)
    quality = _section(Part.QUALITY, 10)
    problems = _section(Part.PROBLEMS, 4)
    topics = _section(Part.TOPICS, 6)
    examples = _section(Part.EXAMPLES, 5)
    demands = _section(Part.DEMANDS, 6)

    def __init__(
        self, *args: Any, bulletin: Bulletin, sections: Sequence[BulletinSection], **kwargs: Any
    ) -> None:
        """With what the draft says now, in its language."""
        said = {section.part: section.text for section in sections}
        kwargs.setdefault("initial", {"seen": bulletin.edition, "title": bulletin.title, **said})
        super().__init__(*args, **kwargs)
        self.parts = [part.value for part in Part if part.value in said]  # drafts of old have fewer
        for part in set(Part.values).difference(self.parts):
            del self.fields[part]
        for field in self.fields.values():
            field.widget.attrs["lang"] = bulletin.language

    def texts(self) -> dict[str, str]:
        """The sections by their part; call it after ``is_valid``."""
        return {part: self.cleaned_data[part] for part in self.parts}


class IssueForm(forms.Form):
    """That the draft was read as it is now."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    is_read = forms.BooleanField(
        label=_("I have read text and tables, and they may go out."),
        error_messages={"required": _("Read the paper, then tick this.")},
    )


class WithdrawBulletinForm(forms.Form):
    """What was wrong with it."""

    reason = forms.CharField(
        label=_("What was wrong with it?"),
        max_length=REASON_AT_MOST,
        help_text=_("Stands on the paper from now on."),
    )


class AutomaticDraftsForm(forms.Form):
    """Which drafts the system makes by itself."""

    drafts_weeks = forms.BooleanField(label=_("Draft last week's bulletin every Monday"), required=False)
    drafts_months = forms.BooleanField(label=_("Draft last month's bulletin on the first"), required=False)

    @classmethod
    def of(cls, setting: BulletinSetting) -> "AutomaticDraftsForm":
        """The form with what the sub-district has set."""
        return cls(initial={name: getattr(setting, name) for name in cls.base_fields})
