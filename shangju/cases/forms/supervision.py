"""Forms of supervision on one case."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shangju.cases import moves
from shangju.cases.effects.supervision import next_tier
from shangju.cases.forms.move_form import DAY, MoveForm, long_text
from shangju.cases.workflow import MoveName


class UrgeForm(MoveForm):
    """A word to whoever has it."""

    move = MoveName.URGE
    words = long_text(_("What is to be done now?"), limit=1000, rows=2)

    def payload(self) -> moves.Urge:
        """The move."""
        return moves.Urge(**self.cleaned_data)


class SuperviseForm(MoveForm):
    """What is demanded, and by when the reply is due."""

    move = MoveName.SUPERVISE
    demand = long_text(_("What is demanded"), limit=1000)
    reply_by = forms.DateField(label=_("Written reply by"), widget=DAY)

    def payload(self) -> moves.Supervise:
        """The move."""
        return moves.Supervise(**self.cleaned_data)


class ReplyForm(MoveForm):
    """The reply to the order that has waited longest; shows its demand."""

    move = MoveName.REPLY
    reply = long_text(_("Reply"))

    def prepare(self) -> None:
        """Show the demand."""
        waiting = self.case.supervisionorders.filter(replied_at__isnull=True)
        order = waiting.order_by("event__sequence").first()
        if order is not None:
            self.summary = gettext("Demanded, with a reply by %(day)s: %(demand)s") % {
                "day": order.reply_by.isoformat(),
                "demand": order.demand,
            }

    def payload(self) -> moves.Reply:
        """The move."""
        return moves.Reply(**self.cleaned_data)


class EscalateForm(MoveForm):
    """Why it must go up; shows to whom it goes."""

    move = MoveName.ESCALATE
    reason = long_text(_("Reason"), limit=1000)

    def prepare(self) -> None:
        """Say who becomes responsible."""
        above = next_tier(self.case)
        self.summary = (
            gettext("Responsible from then on: %(post)s (%(tier)s). Whoever had it stays informed.")
            % {"post": above[1], "tier": above[0].label}
            if above
            else gettext("It is at the highest tier already.")
        )

    def payload(self) -> moves.Escalate:
        """The move."""
        return moves.Escalate(**self.cleaned_data)
