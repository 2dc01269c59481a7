"""Forms of the pages about topics."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shangju.core.forms import LongSelect
from shangju.posts.models import Post
from shangju.topics.models import OUTCOME_LIMIT, REASON_LIMIT, TITLE_LIMIT, Topic
from shangju.topics.queries import lead_posts
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


def form_for(move: TopicMove, topic: Topic, data: Any = None) -> forms.Form:
    """The form of one move, filled with ``data`` where it was sent."""
    if move == TopicMove.NAME_LEAD:
        chosen = {"post": str(topic.lead_post_id or "")}
        return LeadForm(data, posts=list(lead_posts(topic)), initial=chosen)
    if move == TopicMove.CONFIRM:
        return ConfirmTopicForm(data, initial={"title": topic.title})
    return {TopicMove.SETTLE: SettleForm, TopicMove.DISMISS: DismissForm}.get(move, CaseNumberForm)(data)
