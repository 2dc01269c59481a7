"""Forms of what a handler asks for, and of what somebody else decides."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shangju.cases import moves
from shangju.cases.forms.move_form import DAY, MoveForm, long_text
from shangju.cases.models import Approval, RevealCode, RevealedField
from shangju.cases.reporter import REASON_AT_LEAST, wanted_in_words
from shangju.cases.rules import may_decide
from shangju.cases.workflow import ApprovalKind, ApprovalState, MoveName, PauseReason
from shangju.deadlines.queries import caps_of, limit_for
from shangju.deadlines.steps import Step

MINUTES_OF_AN_HOUR = 60


def amount_in_words(amount: int, *, unit: str) -> str:
    """``3 working days``, ``4 hours``: an amount in the unit of the closing limit."""
    if unit == "minutes":
        return gettext("%(hours)s hours") % {"hours": amount // MINUTES_OF_AN_HOUR}
    return gettext("%(days)s days") % {"days": amount}


def closing_unit(deadline_class: str) -> str:
    """What the closing limit of a class counts: ``days`` or ``minutes``."""
    limit = limit_for(deadline_class, Step.CLOSE)
    return limit.clock.unit if limit else "days"


def asked_for(approval: Approval, *, deadline_class: str) -> str:
    """What is asked, in one sentence for whoever decides."""
    if approval.kind == ApprovalKind.PAUSE and approval.until:
        until = timezone.localtime(approval.until) - timedelta(seconds=1)
        return gettext("Pause until %(day)s: %(reason)s. %(words)s") % {
            "day": date_format(until, "Y-m-d"),
            "reason": approval.get_pause_reason_display(),
            "words": approval.reason,
        }
    if approval.kind == ApprovalKind.EXTENSION:
        amount = amount_in_words(approval.amount or 0, unit=closing_unit(deadline_class))
        return gettext("%(amount)s longer: %(words)s") % {"amount": amount, "words": approval.reason}
    if approval.kind == ApprovalKind.REVEAL:
        return gettext("%(fields)s. %(code)s: %(words)s") % {
            "fields": wanted_in_words(approval),
            "code": approval.get_code_display(),
            "words": approval.reason,
        }
    return approval.reason


class AskReturnForm(MoveForm):
    """Not ours: why, and whose it is."""

    move = MoveName.ASK_RETURN
    reason = long_text(
        _("Why is it not yours, and whose is it?"),
        limit=1000,
        hint=_(
            "The dispatcher decides. A case is returned twice at most; the third time the task force takes it."
        ),
    )

    def payload(self) -> moves.AskReturn:
        """The move."""
        return moves.AskReturn(**self.cleaned_data)


class AskPauseForm(MoveForm):
    """What must happen first, and until when."""

    move = MoveName.ASK_PAUSE
    reason = forms.ChoiceField(label=_("What must happen first?"), choices=PauseReason)
    until = forms.DateField(label=_("Until (this day included)"), widget=DAY)
    explanation = long_text(_("Explanation"), limit=1000)

    def prepare(self) -> None:
        """Say how much the class allows."""
        days = caps_of(self.case.deadline_class).pause_days
        self.fields["until"].help_text = gettext(
            "In class %(name)s all pauses together are %(days)s days at most. The dispatcher decides."
        ) % {"name": self.case.deadline_class, "days": days}

    def payload(self) -> moves.AskPause:
        """The move; the pause lasts to the end of the day that was chosen."""
        given = self.cleaned_data
        until = timezone.make_aware(datetime.combine(given["until"] + timedelta(days=1), time.min))
        return moves.AskPause(reason=given["reason"], explanation=given["explanation"], until=until)


class AskExtensionForm(MoveForm):
    """How much longer, and why."""

    move = MoveName.ASK_EXTENSION
    amount = forms.IntegerField(label=_("How many days more?"), min_value=1, max_value=1000)
    reason = long_text(_("Why is it needed?"), limit=1000)

    def prepare(self) -> None:
        """Ask in hours where the class counts hours, and say how much it allows."""
        self.factor = MINUTES_OF_AN_HOUR if closing_unit(self.case.deadline_class) == "minutes" else 1
        most = caps_of(self.case.deadline_class).extension // self.factor
        amount = self.fields["amount"]
        if self.factor != 1:
            amount.label = _("How many working hours more?")
        amount.help_text = gettext(
            "At most %(most)s. The dispatcher grants the first extension, the task force any further one."
        ) % {"most": most}

    def payload(self) -> moves.AskExtension:
        """The move, in the unit of the closing limit."""
        given = self.cleaned_data
        return moves.AskExtension(amount=given["amount"] * self.factor, reason=given["reason"])


class DecisionForm(MoveForm):
    """A decision on what was asked; shows it. ``waiting`` are the case's requests, where they are known already."""

    kind: ClassVar[ApprovalKind | None] = None

    def __init__(self, *args: Any, waiting: Sequence[Approval] | None = None, **kwargs: Any) -> None:
        self.given_waiting = waiting
        super().__init__(*args, **kwargs)

    def decided_here(self) -> list[Approval]:
        """The requests that wait and that the actor decides."""
        waiting = self.given_waiting
        if waiting is None:
            waiting = list(self.case.approvals.filter(state=ApprovalState.ASKED).select_related("event"))
        return [each for each in waiting if may_decide(self.actor, each, self.case)]

    def prepare(self) -> None:
        """Say what is decided."""
        asked = [each for each in self.decided_here() if self.kind in {None, each.kind}]
        self.summary = "\n".join(asked_for(each, deadline_class=self.case.deadline_class) for each in asked)


class GrantReturnForm(DecisionForm):
    """It comes back."""

    move = MoveName.GRANT_RETURN
    kind = ApprovalKind.RETURN
    note = long_text(_("Note"), required=False, rows=2)

    def payload(self) -> moves.GrantReturn:
        """The move."""
        return moves.GrantReturn(**self.cleaned_data)


class GrantPauseForm(DecisionForm):
    """The clock stands still."""

    move = MoveName.GRANT_PAUSE
    kind = ApprovalKind.PAUSE
    note = long_text(_("Note"), required=False, rows=2)

    def payload(self) -> moves.GrantPause:
        """The move."""
        return moves.GrantPause(**self.cleaned_data)


class GrantExtensionForm(DecisionForm):
    """The later date, with a sentence for the reporter."""

    move = MoveName.GRANT_EXTENSION
    kind = ApprovalKind.EXTENSION
    explanation = long_text(_("What the reporter is told"), limit=1000, rows=2)
    note = long_text(_("Note"), required=False, rows=2)

    def payload(self) -> moves.GrantExtension:
        """The move."""
        return moves.GrantExtension(**self.cleaned_data)


class AskRevealForm(MoveForm):
    """Which pieces of a minor's contact, for what, and why."""

    move = MoveName.ASK_REVEAL
    fields_needed = forms.MultipleChoiceField(
        label=_("What do you need?"), choices=RevealedField, widget=forms.CheckboxSelectMultiple
    )
    code = forms.ChoiceField(label=_("For what?"), choices=RevealCode)
    reason = forms.CharField(
        label=_("Why do you need it?"),
        min_length=REASON_AT_LEAST,
        max_length=120,
        help_text=_(
            "The case is about a minor: somebody else decides, and then you may look once within a day."
        ),
    )

    def payload(self) -> moves.AskReveal:
        """The move."""
        given = self.cleaned_data
        return moves.AskReveal(fields=given["fields_needed"], code=given["code"], reason=given["reason"])


class LookDecisionForm(DecisionForm):
    """A decision that may be about a look: of several that wait, the first that the actor decides."""

    asked_in = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**31 - 1)

    def prepare(self) -> None:
        """Say whose request it is about."""
        super().prepare()
        looks = [each for each in self.decided_here() if each.kind == ApprovalKind.REVEAL]
        self.fields["asked_in"].initial = looks[0].event.sequence if looks else None


class GrantRevealForm(LookDecisionForm):
    """One look, within a day."""

    move = MoveName.GRANT_REVEAL
    kind = ApprovalKind.REVEAL
    note = long_text(_("Note"), required=False, rows=2)

    def prepare(self) -> None:
        """Only the first of several: each is decided by itself."""
        super().prepare()
        looks = [each for each in self.decided_here() if each.kind == ApprovalKind.REVEAL]
        self.summary = asked_for(looks[0], deadline_class=self.case.deadline_class) if looks else ""

    def payload(self) -> moves.GrantReveal:
        """The move."""
        return moves.GrantReveal(**self.cleaned_data)


class RefuseForm(LookDecisionForm):
    """No, and why."""

    move = MoveName.REFUSE
    what = forms.ChoiceField(label=_("What is refused?"), choices=ApprovalKind)
    explanation = long_text(_("Why not, and what should be done instead?"), limit=1000, rows=2)

    def prepare(self) -> None:
        """Only what waits can be refused."""
        super().prepare()
        kinds = list(dict.fromkeys(ApprovalKind(each.kind) for each in self.decided_here()))
        field = self.choice_field("what")
        field.choices = [(kind.value, kind.label) for kind in kinds or ApprovalKind]
        field.initial = kinds[0].value if kinds else None

    def payload(self) -> moves.Refuse:
        """The move."""
        given = self.cleaned_data
        return moves.Refuse(kind=given["what"], explanation=given["explanation"], asked_in=given["asked_in"])


class ResumeForm(MoveForm):
    """What was waited for is there."""

    move = MoveName.RESUME
    note = long_text(_("Note"), required=False, rows=2)

    def payload(self) -> moves.Resume:
        """The move."""
        return moves.Resume(**self.cleaned_data)
