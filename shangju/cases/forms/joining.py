"""Forms of joining and parting cases."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from shangju.cases import moves
from shangju.cases.forms.move_form import MoveForm, long_text
from shangju.cases.models import Case
from shangju.cases.nearby import twins_of
from shangju.cases.rules import visible_to
from shangju.cases.workflow import PARTS_AT_MOST, MoveName


class MergeForm(MoveForm):
    """Into which case, and what the reporter is told."""

    move = MoveName.MERGE
    twin = forms.ChoiceField(label=_("Alike and nearby"), required=False, widget=forms.RadioSelect)
    into = forms.CharField(
        label=_("Number of the case that goes on"),
        max_length=20,
        required=False,
        help_text=_("The same matter, reported before or by others. It can be undone."),
    )
    explanation = long_text(
        _("What the reporter is told"), limit=1000, hint=_("Nothing that tells who the other reporter is.")
    )

    def prepare(self) -> None:
        """Propose open cases nearby that say the same; any other is named by its number."""
        twins = twins_of(self.case, self.actor.standing, now=self.now)
        if not twins:
            del self.fields["twin"]
            self.fields["into"].required = True
            return
        named = [
            (twin.case.number, f"{twin.case.number} · {twin.case.title_in_lists} · {twin.place}")
            for twin in twins
        ]
        self.choice_field("twin").choices = [*named, ("", _("Another one:"))]

    def clean_into(self) -> Case:
        """The other case, if the actor may see it: the one that was chosen, or the one whose number was written."""
        number = self.cleaned_data["into"].strip() or self.cleaned_data.pop("twin", "")
        if not number:
            raise ValidationError(_("Choose a case, or write its number."))
        found = Case.objects.filter(visible_to(self.actor.standing), number__iexact=number).first()
        if found is None:
            raise ValidationError(_("There is no such case that is yours to dispatch. Check the number."))
        return found

    def payload(self) -> moves.Merge:
        """The move."""
        return moves.Merge(into=self.cleaned_data["into"], explanation=self.cleaned_data["explanation"])


class UnmergeForm(MoveForm):
    """Not the same after all."""

    move = MoveName.UNMERGE
    reason = long_text(_("Reason"), limit=1000)

    def payload(self) -> moves.Unmerge:
        """The move."""
        return moves.Unmerge(**self.cleaned_data)


class SplitForm(MoveForm):
    """One matter a paragraph."""

    move = MoveName.SPLIT
    parts = long_text(
        _("The parts, one a paragraph"),
        limit=8000,
        rows=6,
        hint=_("Leave an empty line between them. Each becomes a case of its own; this one ends after them."),
    )

    def clean_parts(self) -> list[str]:
        """The paragraphs; lines where there is only one paragraph."""
        text: str = self.cleaned_data["parts"].replace("\r\n", "\n")
        paragraphs = [part.strip() for part in re.split(r"\n\s*\n", text) if part.strip()]
        if len(paragraphs) == 1:
            paragraphs = [line.strip() for line in text.split("\n") if line.strip()]
        if len(paragraphs) > PARTS_AT_MOST:
            raise ValidationError(_("At most %(most)s parts."), params={"most": PARTS_AT_MOST})
        return paragraphs

    def payload(self) -> moves.Split:
        """The move."""
        parts: Any = self.cleaned_data["parts"]
        return moves.Split(parts=parts)
