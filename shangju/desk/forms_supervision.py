"""Forms of the supervision desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.cases.rungs import Receiver, Rung, RungAction
from shangju.supervision.ladder import AFTER_AT_MOST, Limits, RungRule
from shangju.supervision.models import TaskForce
from shangju.supervision.reasons import REASONS


class SupervisionFilterForm(forms.Form):
    """What the list of the desk is narrowed to."""

    reason = forms.CharField(required=False, widget=forms.HiddenInput)
    area = forms.ChoiceField(label=_("Area"), required=False)
    force = forms.ChoiceField(label=_("Task force"), required=False)

    def __init__(
        self, *args: Any, areas: Sequence[Area], task_forces: Sequence[TaskForce] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._task_forces = {str(each.pk): each for each in task_forces}
        forces: Any = self.fields["force"]
        forces.choices = [("", _("With and without a task force")), *self._task_forces.items()]
        field: Any = self.fields["area"]
        field.choices = [("", _("All areas")), *((area.code, str(area)) for area in areas)]

    @property
    def chosen_force(self) -> TaskForce | None:
        """The task force whose desk this is, or none."""
        return self._task_forces.get(str(self.data.get("force", "")))

    @property
    def chosen_area(self) -> str:
        """The code of an area of the list, or none for all of them."""
        code, field = str(self.data.get("area", "")), self.fields["area"]
        return code if code in dict(field.choices) else ""  # type: ignore[attr-defined]

    @property
    def chosen_reason(self) -> str:
        """A reason of the list, or none for all of them."""
        reason = str(self.data.get("reason", ""))
        return reason if reason in REASONS else ""

    @property
    def is_narrowed(self) -> bool:
        """Whether the list shows less than everything of a reason."""
        return bool(self.chosen_area or self.chosen_force)


class OrderFilterForm(forms.Form):
    """What the list of supervision orders is narrowed to."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    area = forms.ChoiceField(label=_("Area"), required=False)
    cases = forms.ChoiceField(
        label=_("Cases"),
        choices=[("", _("Open and ended cases")), ("open", _("Open cases only"))],
        required=False,
    )

    def __init__(self, *args: Any, areas: Sequence[Area], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["area"]
        field.choices = [("", _("All areas")), *((area.code, str(area)) for area in areas)]

    @property
    def given(self) -> dict[str, str]:
        """By what the list is narrowed; an unknown value of a hand-made address narrows nothing."""
        self.is_valid()
        return {name: value for name in ("area", "cases") if (value := self.cleaned_data.get(name))}


class UrgeSeveralForm(forms.Form):
    """One word to whoever has the chosen cases."""

    words = forms.CharField(
        label=_("What is to be done now?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


class LadderForm(forms.Form):
    """Three fields for each rung, and the limits."""

    dormant_days = forms.IntegerField(
        label=_("Dormant after days without progress"), min_value=1, max_value=90
    )
    long_pause_days = forms.IntegerField(label=_("A pause is long after days"), min_value=1, max_value=365)
    closes_unreachable = forms.BooleanField(
        label=_("End a case by itself seven days after its result when nobody could be reached"),
        required=False,
    )

    def __init__(self, *args: Any, ladder: Sequence[RungRule], limits: Limits, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {name: getattr(limits, name) for name in Limits.__slots__})
        super().__init__(*args, **kwargs)
        for rule in ladder:
            self._add_rung(rule)

    def _add_rung(self, rule: RungRule) -> None:
        key = rule.rung.value
        self.fields[f"{key}-action"] = forms.ChoiceField(
            label=_("What is done"), choices=RungAction.choices, initial=rule.action
        )
        self.fields[f"{key}-after"] = forms.IntegerField(
            label=_("Working days later"),
            min_value=0,
            max_value=AFTER_AT_MOST,
            initial=rule.after_working_days,
        )
        self.fields[f"{key}-receivers"] = forms.MultipleChoiceField(
            label=_("Who hears of it"),
            choices=Receiver.choices,
            widget=forms.CheckboxSelectMultiple,
            initial=list(rule.receivers),
        )

    @property
    def rungs(self) -> list[tuple[Rung, list[Any]]]:
        """The rungs in order, each with its fields."""
        return [
            (rung, [self[f"{rung.value}-{part}"] for part in ("action", "after", "receivers")])
            for rung in Rung
        ]

    @property
    def limit_fields(self) -> list[Any]:
        """The fields of the limits."""
        return [self[name] for name in Limits.__slots__]

    def ladder(self) -> list[RungRule]:
        """What was chosen; call it after ``is_valid``."""
        given = self.cleaned_data
        return [
            RungRule(
                rung,
                RungAction(given[f"{rung.value}-action"]),
                given[f"{rung.value}-after"],
                tuple(given[f"{rung.value}-receivers"]),
            )
            for rung in Rung
        ]

    def limits(self) -> Limits:
        """What was chosen; call it after ``is_valid``."""
        return Limits(**{name: self.cleaned_data[name] for name in Limits.__slots__})
