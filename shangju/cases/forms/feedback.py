"""Forms of what follows a result, and of the party's answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.cases import moves
from shangju.cases.forms.move_form import MoveForm, long_text
from shangju.cases.workflow import (
    MoveName,
    Satisfaction,
    Solved,
)


class ConfirmForm(MoveForm):
    """What the reporter said when called back, or that nobody was reached."""

    move = MoveName.CONFIRM
    reached = forms.BooleanField(label=_("Reached"), required=False, initial=True)
    solved = forms.ChoiceField(label=_("Is it solved?"), choices=[("", "—"), *Solved.choices], required=False)
    satisfaction = forms.ChoiceField(
        label=_("Satisfaction"), choices=[("", "—"), *Satisfaction.choices], required=False
    )
    words = long_text(_("In the reporter's words"), limit=1000, required=False)

    def payload(self) -> moves.Confirm:
        """The move."""
        return moves.Confirm(**self.cleaned_data)


class ReopenForm(MoveForm):
    """Why it must be taken up again."""

    move = MoveName.REOPEN
    reason = long_text(_("Reason"), limit=1000)

    def payload(self) -> moves.Reopen:
        """The move."""
        return moves.Reopen(**self.cleaned_data)


class CloseUnreachableForm(MoveForm):
    """After three tries or seven days."""

    move = MoveName.CLOSE_UNREACHABLE
    note = long_text(_("Note"), required=False, rows=2)

    def payload(self) -> moves.CloseUnreachable:
        """The move."""
        return moves.CloseUnreachable(**self.cleaned_data)


class AnswerAsPartyForm(MoveForm):
    """The party's side of it."""

    move = MoveName.ANSWER_AS_PARTY
    takes_photos = True
    scanned = ("words",)
    words = long_text(_("Your answer"))

    def payload(self) -> moves.AnswerAsParty:
        """The move."""
        return moves.AnswerAsParty(words=self.cleaned_data["words"], photo_ids=self.photo_list)
