"""Forms of task forces: what they are, who belongs to them, and the cases that they are given."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.cases.forms.move_form import DAY
from shangju.core.forms import LongSelect
from shangju.parties.models import Party
from shangju.posts.models import Post
from shangju.supervision.models import TaskForce
from shangju.supervision.task_forces import TaskForcePlan


def _of_post(post: Post) -> tuple[str, str]:
    return f"post-{post.pk}", f"{post} · {post.area}"


class TaskForceForm(forms.Form):
    """What a task force is."""

    name = forms.CharField(label=_("Name"), max_length=60)
    mandate = forms.CharField(
        label=_("Mandate"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What it is there for, and until what is reached. Everybody on the desk can read it."),
    )
    lead = forms.ChoiceField(label=_("Leading post"), widget=LongSelect)
    starts_on = forms.DateField(label=_("From"), widget=DAY)
    ends_on = forms.DateField(label=_("Last day (empty: open)"), widget=DAY, required=False)

    def __init__(self, *args: Any, posts: Sequence[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._posts = {f"post-{post.pk}": post for post in posts}
        field: Any = self.fields["lead"]
        field.choices = [("", "—"), *map(_of_post, posts)]

    @staticmethod
    def values_of(task_force: TaskForce) -> dict[str, object]:
        """What stands in the form of one that is there."""
        return {
            "name": task_force.name,
            "mandate": task_force.mandate,
            "lead": f"post-{task_force.lead_post_id}",
            "starts_on": task_force.starts_on,
            "ends_on": task_force.ends_on,
        }

    def plan(self) -> TaskForcePlan:
        """What was given; call it after ``is_valid``."""
        given = self.cleaned_data
        return TaskForcePlan(
            name=given["name"],
            mandate=given["mandate"],
            lead=self._posts[given["lead"]],
            starts_on=given["starts_on"],
            ends_on=given["ends_on"],
        )


class TaskForceMemberForm(forms.Form):
    """A post or a member organisation, and what it does in the task force."""

    body = forms.ChoiceField(label=_("Post or member"), widget=LongSelect)
    role_word = forms.CharField(label=_("Part in it"), max_length=40)

    def __init__(self, *args: Any, posts: Sequence[Post], parties: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        parties = list(parties)
        self._bodies: dict[str, Post | Party] = {f"post-{post.pk}": post for post in posts}
        self._bodies |= {f"party-{party.pk}": party for party in parties}
        field: Any = self.fields["body"]
        field.choices = [
            ("", "—"),
            (_("Posts"), [_of_post(post) for post in posts]),
            (_("Members of the alliance"), [(f"party-{party.pk}", str(party)) for party in parties]),
        ]

    @property
    def chosen(self) -> Post | Party:
        """What was chosen; call it after ``is_valid``."""
        return self._bodies[self.cleaned_data["body"]]


class EntrustForm(forms.Form):
    """Which task force is given the ticked cases, and why."""

    task_force = forms.ChoiceField(label=_("Task force"))
    reason = forms.CharField(
        label=_("Why is it given to the task force?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, task_forces: Sequence[TaskForce], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._task_forces = {str(each.pk): each for each in task_forces}
        field: Any = self.fields["task_force"]
        field.choices = [(key, str(each)) for key, each in self._task_forces.items()]

    @property
    def chosen(self) -> TaskForce:
        """The one that was chosen; call it after ``is_valid``."""
        return self._task_forces[self.cleaned_data["task_force"]]


class ReleaseForm(forms.Form):
    """Why a case is taken back."""

    reason = forms.CharField(
        label=_("Why is it taken back?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
    )


EARLIEST = date(2020, 1, 1)


def past_day(text: str, *, today: date) -> date:
    """A day from an address, or today where none can be read or it has not come."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return today
    return day if EARLIEST <= day <= today else today
