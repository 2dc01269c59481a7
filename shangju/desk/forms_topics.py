"""Forms of the pages about topics."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shangju.cases.models import Case
from shangju.core.forms import LongSelect
from shangju.posts.models import Post
from shangju.posts.rights import Standing
from shangju.supervision.models import TaskForce
from shangju.supervision.queries import task_forces_of
from shangju.topics.models import OUTCOME_LIMIT, REASON_LIMIT, TITLE_LIMIT, Topic
from shangju.topics.queries import cases_to_give, lead_posts
from shangju.topics.workflow import TopicMove


class ConfirmTopicForm(forms.Form):
    """What the matter is called."""

    title = forms.CharField(
        label=_("Title"),
        max_length=TITLE_LIMIT,
        help_text=_("What is the matter, and where; no person's name."),
        error_messages={"required": _("Give the topic a title.")},
    )


class CaseNumberForm(forms.Form):
    """One case."""

    number = forms.CharField(
        label=_("Case number"), max_length=20, error_messages={"required": _("Enter the number of a case.")}
    )


class LeadForm(forms.Form):
    """Which post leads."""

    post = forms.ChoiceField(
        label=_("Leads"), widget=LongSelect, error_messages={"required": _("Choose who leads.")}
    )

    def __init__(self, *args: Any, posts: list[Post], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.posts = {str(post.pk): post for post in posts}
        field: Any = self.fields["post"]
        field.choices = [
            ("", _("Choose who leads")),
            *((pk, f"{post} · {post.area}") for pk, post in self.posts.items()),
        ]


class GatherForm(forms.Form):
    """Cases that are one matter: into a new topic, or into one that is open."""

    case = forms.MultipleChoiceField(label=_("Cases"), required=False, widget=forms.CheckboxSelectMultiple)
    more = forms.CharField(
        label=_("Further case numbers"),
        required=False,
        max_length=400,
        help_text=_("With blanks or commas between them."),
    )
    into = forms.ChoiceField(label=_("Into"), required=False, widget=LongSelect)
    title = forms.CharField(
        label=_("Title of a new topic"),
        required=False,
        max_length=TITLE_LIMIT,
        help_text=_("What is the matter, and where; no person's name."),
    )
    post = forms.ChoiceField(label=_("Leads a new topic"), required=False, widget=LongSelect)

    def __init__(
        self, *args: Any, cases: Sequence[Case], topics: Sequence[Topic], posts: Sequence[Post], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._topics = {str(topic.pk): topic for topic in topics}
        self.posts = {str(post.pk): post for post in posts}
        fields: Any = self.fields
        fields["case"].choices = [(case.number, _told(case, "")) for case in cases]
        fields["case"].initial = [case.number for case in cases]
        fields["into"].choices = [
            ("", _("A new topic")),
            *((key, str(each)) for key, each in self._topics.items()),
        ]
        fields["post"].choices = [
            ("", _("Choose who leads")),
            *((key, f"{post} · {post.area}") for key, post in self.posts.items()),
        ]

    @property
    def topic(self) -> Topic | None:
        """The open topic that was chosen, or none for a new one; call it after ``is_valid``."""
        return self._topics.get(self.cleaned_data["into"])

    @property
    def numbers(self) -> list[str]:
        """The numbers of the cases; call it after ``is_valid``."""
        typed = re.split(r"[\s,，、;；]+", self.cleaned_data["more"])
        return [*self.cleaned_data["case"], *filter(None, typed)]

    def clean(self) -> dict[str, Any]:
        """A new topic has its title and its lead, any at least one case."""
        given = super().clean() or {}
        if not given.get("case") and not given.get("more"):
            self.add_error("case", _("Tick a case, or enter the number of one."))
        if not given.get("into"):
            if not given.get("title"):
                self.add_error("title", _("Give the topic a title."))
            if not given.get("post"):
                self.add_error("post", _("Choose who leads."))
        return given


class SettleForm(forms.Form):
    """What came of it."""

    outcome = forms.CharField(
        label=_("Outcome"),
        max_length=OUTCOME_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say what came of it.")},
    )


class DismissForm(forms.Form):
    """Why these cases are not one matter."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why these cases are not one matter.")},
    )


class GiveTopicForm(forms.Form):
    """Which task force is given the topic, why, and which of its open cases are given along: all that none has yet."""

    task_force = forms.ChoiceField(label=_("Task force"))
    reason = forms.CharField(
        label=_("Why is it given to the task force?"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why the task force is to have it.")},
    )
    case = forms.MultipleChoiceField(
        label=_("Open cases that are given along"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The posts of the task force assist in them, where their area reaches the place."),
    )

    def __init__(
        self, *args: Any, task_forces: Sequence[TaskForce], cases: Sequence[tuple[Case, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._task_forces = {str(each.pk): each for each in task_forces}
        self._cases = {case.number: case for case, _held_by in cases}
        choices: Any = self.fields["task_force"]
        choices.choices = [(key, str(each)) for key, each in self._task_forces.items()]
        ticked: Any = self.fields["case"]
        ticked.choices = [(case.number, _told(case, held_by)) for case, held_by in cases]
        ticked.initial = [case.number for case, held_by in cases if not held_by]
        if not cases:
            del self.fields["case"]

    @property
    def has_choice(self) -> bool:
        """Whether a task force is at work that the topic could be given to."""
        return bool(self._task_forces)

    @property
    def chosen(self) -> TaskForce:
        """The one that was chosen; call it after ``is_valid``."""
        return self._task_forces[self.cleaned_data["task_force"]]

    @property
    def chosen_cases(self) -> list[Case]:
        """The cases that were ticked; call it after ``is_valid``."""
        return [self._cases[number] for number in self.cleaned_data.get("case", [])]


def _told(case: Case, held_by: str) -> str:
    values = {"title": case.title_in_lists, "number": case.number, "task_force": held_by}
    if held_by:
        return gettext("%(title)s · %(number)s · “%(task_force)s” has it already") % values
    return gettext("%(title)s · %(number)s") % values


class TakeTopicBackForm(forms.Form):
    """Why the task force has the topic no longer."""

    reason = forms.CharField(
        label=_("Why is it taken back?"),
        max_length=REASON_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The cases that it was given stay with it until they are taken back or closed."),
        error_messages={"required": _("Say why it is taken back.")},
    )


class TopicFilterForm(forms.Form):
    """What the list of topics is narrowed to."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    force = forms.ChoiceField(label=_("Task force"), required=False)

    def __init__(self, *args: Any, task_forces: Sequence[TaskForce], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._task_forces = {str(each.pk): each for each in task_forces}
        field: Any = self.fields["force"]
        field.choices = [("", _("With and without a task force")), *self._task_forces.items()]

    @property
    def chosen_force(self) -> TaskForce | None:
        """The task force whose topics are listed, or none."""
        return self._task_forces.get(str(self.data.get("force", "")))


SIMPLE: dict[TopicMove, type[forms.Form]] = {
    TopicMove.TAKE_IN: CaseNumberForm,
    TopicMove.TAKE_OUT: CaseNumberForm,
    TopicMove.TAKE_BACK: TakeTopicBackForm,
    TopicMove.SETTLE: SettleForm,
    TopicMove.DISMISS: DismissForm,
}


def form_for(move: TopicMove, topic: Topic, data: Any = None, *, standing: Standing) -> forms.Form:
    """The form of one move, filled with ``data`` where it was sent; several stand on one page, so their ids differ."""
    ids = f"{move}-%s"
    if move == TopicMove.NAME_LEAD:
        chosen = {"post": str(topic.lead_post_id or "")}
        return LeadForm(data, posts=list(lead_posts(topic.area)), initial=chosen, auto_id=ids)
    if move == TopicMove.CONFIRM:
        return ConfirmTopicForm(data, initial={"title": topic.title}, auto_id=ids)
    if move == TopicMove.GIVE:
        day = timezone.localdate()
        forces = [force for force in task_forces_of(topic.area, on=day) if force.takes_cases_on(day)]
        return GiveTopicForm(data, task_forces=forces, cases=cases_to_give(standing, topic), auto_id=ids)
    return SIMPLE[move](data, auto_id=ids)
