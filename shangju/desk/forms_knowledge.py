"""Forms of the knowledge base's staff pages."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area
from shangju.categories.queries import category_by_code, category_tree
from shangju.core.forms import LongSelect
from shangju.knowledge.models import (
    ANSWER_LIMIT,
    QUESTION_LIMIT,
    TEXT_LIMIT,
    Article,
    ArticleVersion,
    Audience,
    Language,
)
from shangju.knowledge.queries import ArticleFilters
from shangju.knowledge.services import Content
from shangju.knowledge.workflow import ArticleState

EVERYWHERE = "everywhere"
DAY = {"type": "date"}
A_YEAR = timedelta(days=365)


class ArticleFilterForm(forms.Form):
    """What narrows the list of articles; sent with GET."""

    q = forms.CharField(label=_("Words"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All")), *ArticleState.choices], widget=LongSelect
    )
    category = forms.ChoiceField(label=_("Category"), required=False, widget=LongSelect)
    due = forms.BooleanField(label=_("Only those to be looked through again"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roots = [(branch.root.code, str(branch.root)) for branch in category_tree().branches]
        self.fields["category"].choices = [("", _("Any category")), *roots]  # type: ignore[attr-defined]

    def filters(self) -> ArticleFilters:
        """The filters; an unknown value of a hand-made address narrows nothing."""
        self.is_valid()
        given = self.cleaned_data
        return ArticleFilters(
            words=given.get("q", "").strip(),
            state=given.get("state", ""),
            category=given.get("category", ""),
            due=given.get("due", False),
        )


class ArticleForm(forms.Form):
    """What an article says. ``seen`` is the version that it was written on."""

    question = forms.CharField(
        label=_("Question"),
        max_length=QUESTION_LIMIT,
        help_text=_("As a resident would ask it."),
        error_messages={"required": _("Write the question as a resident would ask it.")},
    )
    short_answer = forms.CharField(
        label=_("Short answer"),
        max_length=ANSWER_LIMIT,
        help_text=_("Up to 500 characters, ready to be sent as it is."),
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write an answer that can be sent as it is.")},
    )
    text = forms.CharField(
        label=_("Full text"),
        max_length=TEXT_LIMIT,
        required=False,
        help_text=_("A line is a paragraph. “## ” at its beginning makes a heading, “- ” an item of a list."),
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    keywords = forms.CharField(
        label=_("Keywords"),
        required=False,
        max_length=500,
        help_text=_("Words that people use for it, separated by commas: they decide to whom it is offered."),
    )
    category = forms.ChoiceField(label=_("Category"), required=False, widget=LongSelect)
    audience = forms.ChoiceField(
        label=_("For whom"), choices=Audience, initial=Audience.PUBLIC, widget=forms.RadioSelect
    )
    source = forms.CharField(
        label=_("Source or legal basis"),
        max_length=300,
        required=False,
        help_text=_("Law with article, notice with number, or who said so."),
    )
    review_by = forms.DateField(
        label=_("Look through again by"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    valid_until = forms.DateField(
        label=_("Valid until"),
        required=False,
        help_text=_(
            "Leave it empty if it holds until further notice. After that day residents no longer see it."
        ),
        widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d"),
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0, max_value=10**6)

    def __init__(self, *args: Any, version: ArticleVersion | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = _initial(version)
        groups = [
            (str(branch.root), [(leaf.code, str(leaf)) for leaf in branch.leaves])
            for branch in category_tree().branches
        ]
        self.fields["category"].choices = [("", _("None")), *groups]  # type: ignore[attr-defined]

    def content(self) -> Content:
        """What the service takes. Call it after ``is_valid``."""
        given = self.cleaned_data
        words = given["keywords"].replace("，", ",").replace("、", ",").split(",")
        return Content(
            question=given["question"],
            short_answer=given["short_answer"],
            text=given["text"],
            keywords=words,
            category=category_by_code(given["category"]) if given["category"] else None,
            audience=given["audience"],
            source=given["source"],
            review_by=given["review_by"],
            valid_until=given["valid_until"],
        )


def _initial(version: ArticleVersion | None) -> dict[str, Any]:
    if version is None:
        return {"review_by": timezone.localdate() + A_YEAR}
    return {
        "question": version.question, "short_answer": version.short_answer, "text": version.text,
        "keywords": ", ".join(version.keyword_list), "audience": version.audience, "source": version.source,
        "category": version.category.code if version.category else "", "review_by": version.review_by,
        "valid_until": version.valid_until, "seen": version.number,
    }  # fmt: skip


class NewArticleForm(ArticleForm):
    """The same, with where it holds and in which language it is."""

    area = forms.ChoiceField(label=_("Holds for"), widget=LongSelect)
    language = forms.ChoiceField(label=_("Language"), choices=Language, initial=Language.CHINESE)

    field_order = ("question", "short_answer", "text", "keywords", "area", "language", "category", "audience", "source",
                   "review_by", "valid_until")  # fmt: skip

    def __init__(
        self, *args: Any, areas: list[Area | None], translates: Article | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, version=translates.latest if translates else None, **kwargs)
        self.areas = {str(area.pk) if area else EVERYWHERE: area for area in areas}
        names = [
            (key, str(area) if area else _("The whole installation")) for key, area in self.areas.items()
        ]
        self.fields["area"].choices = names  # type: ignore[attr-defined]
        if translates is not None:
            other = Language.ENGLISH if translates.language == Language.CHINESE else Language.CHINESE
            self.initial = {
                **self.initial,
                "language": other,
                "area": str(translates.area_id or EVERYWHERE),
            }

    def chosen_area(self) -> Area | None:
        """The area that was chosen; nothing for the whole installation."""
        return self.areas[self.cleaned_data["area"]]


class RevisionForm(ArticleForm):
    """The same, with why it was changed."""

    reason = forms.CharField(
        label=_("Why do you change it?"),
        max_length=200,
        help_text=_("It stands beside the version, for colleagues."),
        error_messages={"required": _("Say in a few words why.")},
    )


class RetireForm(forms.Form):
    """Why an article is no longer needed."""

    reason = forms.CharField(label=_("Why is it no longer needed?"), max_length=200)


class ConfirmArticleForm(forms.Form):
    """Until when an article that was looked through holds."""

    review_by = forms.DateField(
        label=_("Look through again by"), widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
