"""The form of a coordination: who met about the case, what was agreed, who does what by when."""

from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shangju.cases import moves
from shangju.cases.forms.move_form import DAY, MOMENT, MoveForm, long_text
from shangju.cases.workflow import MoveName
from shangju.posts.models import Post
from shangju.posts.queries import dispatch_choices

TASKS = 4
"""Lines of a note; more than four tasks want a case each."""


class ConveneForm(MoveForm):
    """A note that can be printed and signed."""

    move = MoveName.CONVENE
    scanned: ClassVar[tuple[str, ...]] = ("account", "agreed")
    held_at = forms.DateTimeField(label=_("When (empty: now)"), required=False, widget=MOMENT)
    place_note = forms.CharField(label=_("Where"), max_length=80, required=False)
    posts = forms.MultipleChoiceField(
        label=_("Units that were there"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("They assist with the case from then on."),
    )
    others = forms.CharField(
        label=_("Others who were there"),
        max_length=120,
        required=False,
        help_text=_("Bodies and roles without a post here, with 、 between them."),
    )
    account = long_text(_("What was said"))
    agreed = long_text(_("What was agreed"), limit=1000, rows=2)

    def prepare(self) -> None:
        """The posts that reach the place, and the lines of the tasks."""
        reaching = dispatch_choices(self.case.area, on=timezone.localdate(self.now))
        choices = [(str(post.pk), f"{post} · {post.area}") for post in reaching]
        self.choice_field("posts").choices = choices
        for number in range(1, TASKS + 1):
            self._add_task(number, choices)

    def _add_task(self, number: int, choices: list[tuple[str, str]]) -> None:
        names = {"number": number}
        self.fields[f"unit_{number}"] = forms.ChoiceField(
            label=gettext("Task %(number)s: who") % names, choices=[("", "—"), *choices], required=False
        )
        self.fields[f"task_{number}"] = forms.CharField(
            label=gettext("Task %(number)s: what") % names, max_length=200, required=False
        )
        self.fields[f"due_{number}"] = forms.DateField(
            label=gettext("Task %(number)s: by when") % names, widget=DAY, required=False
        )

    def clean(self) -> dict[str, Any]:
        """A task has somebody who does it and words."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        for number in range(1, TASKS + 1):
            unit, task = given.get(f"unit_{number}"), given.get(f"task_{number}")
            if bool(unit) != bool(task):
                missing = f"task_{number}" if unit else f"unit_{number}"
                self.add_error(missing, gettext("Please fill this in."))
        return given

    def payload(self) -> moves.Convene:
        """The move."""
        given = self.cleaned_data
        lines = [number for number in range(1, TASKS + 1) if given.get(f"unit_{number}")]
        wanted = {*given["posts"], *(given[f"unit_{number}"] for number in lines)}
        posts = {str(post.pk): post for post in Post.objects.filter(pk__in=wanted).select_related("area")}
        tasks = [
            moves.CoordinationTask(
                posts[given[f"unit_{number}"]], given[f"task_{number}"], given[f"due_{number}"]
            )
            for number in lines
        ]
        return moves.Convene(
            posts=[posts[pk] for pk in given["posts"]],
            others=given["others"],
            held_at=given["held_at"],
            place_note=given["place_note"],
            account=given["account"],
            agreed=given["agreed"],
            tasks=tasks,
        )
