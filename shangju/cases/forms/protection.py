"""Forms of what protects reporter and work."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.cases import moves
from shangju.cases.forms.move_form import MoveForm, long_text
from shangju.cases.workflow import MoveName
from shangju.posts.models import StakeReason


class RecuseForm(MoveForm):
    """Why one must keep out."""

    move = MoveName.RECUSE
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=StakeReason,
        help_text=_(
            "You cannot open the case any more. If nobody else holds the post, it goes back to the dispatcher."
        ),
    )
    note = long_text(_("Note"), limit=200, required=False, rows=2)

    def payload(self) -> moves.Recuse:
        """The move."""
        return moves.Recuse(**self.cleaned_data)


class ProtectForm(MoveForm):
    """Who may see it from now on."""

    move = MoveName.PROTECT
    is_confidential = forms.BooleanField(
        label=_("Confidential"),
        required=False,
        help_text=_(
            "Then only those who handle, dispatch or supervise it can open it; it is never shown on the public board."
        ),
    )
    concerns_minor = forms.ChoiceField(
        label=_("Is it about somebody under 18, or raised by them?"),
        choices=[("no", pgettext_lazy("answer", "No")), ("yes", pgettext_lazy("answer", "Yes"))],
        required=False,
        help_text=_(
            "Then somebody else must allow each look at the contact first, and strangers see nothing of it."
        ),
    )
    reason = long_text(_("Reason"), limit=200, required=False, rows=2)

    def prepare(self) -> None:
        """The marks as they are."""
        self.fields["is_confidential"].initial = self.case.is_confidential
        self.fields["concerns_minor"].initial = "yes" if self.case.concerns_minor else "no"

    def payload(self) -> moves.Protect:
        """The move; what was not answered stays as it is."""
        given = self.cleaned_data
        minor = {"yes": True, "no": False}.get(given["concerns_minor"])
        return moves.Protect(
            is_confidential=given["is_confidential"], concerns_minor=minor, reason=given["reason"]
        )
