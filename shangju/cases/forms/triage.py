"""Forms of the dispatcher's moves."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area, AreaKind
from shangju.cases import moves
from shangju.cases.effects import classes_of
from shangju.cases.forms.move_form import MoveForm, long_text
from shangju.cases.models import Case
from shangju.cases.places import subdistrict_path
from shangju.cases.workflow import (
    DeclineReason,
    MoveName,
    RequestType,
)
from shangju.categories.queries import category_by_code, category_tree
from shangju.categories.suggest import suggest_categories
from shangju.deadlines.queries import class_names
from shangju.knowledge.queries import quick_answers
from shangju.parties.models import Party, PartyStatus
from shangju.posts.models import Post
from shangju.posts.queries import dispatch_choices, posts_for_ladder_rung


class AcceptForm(MoveForm):
    """Category, type and class; the suggestion says why, a person confirms."""

    move = MoveName.ACCEPT
    category = forms.ChoiceField(label=_("Category"))
    request_type = forms.ChoiceField(label=_("Type"), choices=RequestType)
    deadline_class = forms.ChoiceField(
        label=_("Class"), required=False, help_text=_("Leave it empty for the class of the category.")
    )
    area: Any = forms.ModelChoiceField(
        label=_("Area"), queryset=None, required=False, empty_label=_("Leave it as it is")
    )
    title = forms.CharField(label=_("Title"), max_length=60, required=False)
    note = long_text(_("Note for colleagues"), required=False, rows=2)

    def prepare(self) -> None:
        """Preselect the category that the reporter or the words suggest."""
        tree = category_tree()
        groups = [
            (str(branch.root), [(leaf.code, str(leaf)) for leaf in branch.leaves]) for branch in tree.branches
        ]
        suggestions = [] if self.case.category_id else suggest_categories(self.case.text, limit=1)
        code = (
            self.case.category.code
            if self.case.category
            else next((s.category_code for s in suggestions), "")
        )
        category, classes = self.choice_field("category"), self.choice_field("deadline_class")
        category.choices = [("", _("Choose one")), *groups]
        category.initial = code
        category.help_text = suggestions[0].reason if suggestions else ""
        codes = dict.fromkeys(c for leaf in tree.leaves for c in classes_of(leaf))
        classes.choices = [("", _("As the category says")), *((c, f"{c} {class_names(c)[0]}") for c in codes)]
        below = Area.objects.filter(path__startswith=self.case.area_path, retired_on__isnull=True)
        kinds = (AreaKind.COMMUNITY, AreaKind.GRID)
        self.choice_field("area").queryset = below.filter(kind__in=kinds).exclude(pk=self.case.area_id)
        self.fields["request_type"].initial = self.case.request_type
        self.fields["title"].initial = self.case.title

    def payload(self) -> moves.Accept:
        """Category by its code, the class of the category where none was chosen."""
        given = self.cleaned_data
        category = category_by_code(given["category"])
        assert category is not None, "the choices hold known codes only"
        return moves.Accept(
            category=category,
            request_type=given["request_type"],
            deadline_class=given["deadline_class"] or category.deadline_class,
            area=given["area"],
            title=given["title"],
            note=given["note"],
        )


class DeclineForm(MoveForm):
    """Why not, in a code and in a sentence."""

    move = MoveName.DECLINE
    reason = forms.ChoiceField(label=_("Reason"), choices=DeclineReason)
    explanation = long_text(_("What the reporter is told"), limit=1000)

    def payload(self) -> moves.Decline:
        """The move."""
        return moves.Decline(**self.cleaned_data)


class ReferForm(MoveForm):
    """Which channel the law provides."""

    move = MoveName.REFER
    legal_channel = forms.CharField(label=_("Legal channel"), max_length=80)
    explanation = long_text(_("What the reporter is told"), limit=1000)

    def payload(self) -> moves.Refer:
        """The move."""
        return moves.Refer(**self.cleaned_data)


class AnswerDirectlyForm(MoveForm):
    """An answer without sending anybody: a quick answer of the knowledge base, or words of one's own."""

    move = MoveName.ANSWER_DIRECTLY
    article = forms.ChoiceField(label=_("Quick answers that fit"), required=False, widget=forms.RadioSelect)
    answer = long_text(
        _("Answer to the reporter"),
        required=False,
        hint=_(
            "Leave it empty to send the chosen quick answer as it is. What you write here is sent instead."
        ),
    )

    def prepare(self) -> None:
        """Offer the quick answers that fit the words of the concern; no field where there is none."""
        found = quick_answers(self.case.text, area_path=self.case.area_path, on=timezone.localdate(self.now))
        self.versions = {
            str(article.published.pk): article.published for article in found if article.published
        }
        if not self.versions:
            del self.fields["article"]
            self.fields["answer"].required, self.fields["answer"].help_text = True, ""
            return
        named = [(key, f"{version} — {version.short_answer}") for key, version in self.versions.items()]
        self.choice_field("article").choices = [*named, ("", _("None of these"))]

    def clean(self) -> dict[str, Any]:
        """The words of the quick answer where none were written; neither is a fault at the field of the answer."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        version = self.versions.get(given.get("article", ""))
        if not given.get("answer") and version is not None:
            given["answer"] = version.short_answer
        elif not given.get("answer") and "answer" not in self.errors:
            self.add_error("answer", _("Choose a quick answer, or write one."))
        return given

    def payload(self) -> moves.AnswerDirectly:
        """The move, with the version that was sent."""
        given = self.cleaned_data
        version = self.versions.get(given.get("article", ""))
        return moves.AnswerDirectly(answer=given["answer"], article=version)


class DispatchForm(MoveForm):
    """One lead handler, a post or a member party; the ladder of the category stands first."""

    move = MoveName.DISPATCH
    handler = forms.ChoiceField(label=_("Lead handler"))
    assistants = forms.MultipleChoiceField(label=_("Assisting"), required=False)
    party_summary = long_text(
        _("Description for the member"),
        limit=1000,
        required=False,
        hint=_("Only when a member handles it: the problem in words that do not show who raised it."),
    )
    words_shareable = forms.BooleanField(
        label=_("The reporter agrees that the member reads their words"), required=False
    )
    note = long_text(_("Note for the handler"), required=False, rows=2)

    def prepare(self) -> None:
        """Posts by the ladder first, then all posts of the area, then the members of the community."""
        today = timezone.localdate(self.now)
        posts = {f"post-{post.pk}": _post_label(post) for post in posts_in_reach(self.case, today)}
        proposed = {f"post-{post.pk}": _post_label(post) for post in self._proposed()}
        parties = {f"party-{party.pk}": str(party) for party in self._parties()}
        place = self.case.place_party
        if place is not None:
            proposed = {f"party-{place.pk}": str(place), **proposed}
        groups = [
            (_("Proposed by the ladder of the category"), list(proposed.items())),
            (_("Posts"), [(key, label) for key, label in posts.items() if key not in proposed]),
            (_("Members"), [(key, label) for key, label in parties.items() if key not in proposed]),
        ]
        self.choice_field("handler").choices = [group for group in groups if group[1]]
        self.choice_field("assistants").choices = [
            (key.removeprefix("post-"), label) for key, label in posts.items()
        ]

    def _proposed(self) -> list[Post]:
        ladder = self.case.category.ladder if self.case.category else []
        rungs = [rung for step in ladder for rung in step]
        found = [post for rung in rungs for post in posts_for_ladder_rung(self.case.area, rung=rung)]
        return list({post.pk: post for post in found}.values())

    def _parties(self) -> list[Party]:
        within = Q(area__path__startswith=self.case.community.path) if self.case.community else Q()
        active = Party.objects.filter(
            within, area__path__startswith=subdistrict_path(self.case), status=PartyStatus.ACTIVE
        )
        return list(active.order_by("kind", "name")[:100])

    def payload(self) -> moves.Dispatch:
        """The move, with rows in place of keys."""
        given = self.cleaned_data
        kind, _dash, pk = given["handler"].partition("-")
        return moves.Dispatch(
            post=Post.objects.get(pk=pk) if kind == "post" else None,
            party=Party.objects.get(pk=pk) if kind == "party" else None,
            assistants=list(Post.objects.filter(pk__in=given["assistants"])),
            party_summary=given["party_summary"],
            words_shareable=given["words_shareable"],
            note=given["note"],
        )


class ChangeAssistantsForm(MoveForm):
    """Who assists from now on."""

    move = MoveName.CHANGE_ASSISTANTS
    assistants = forms.MultipleChoiceField(
        label=_("Assisting"), required=False, help_text=_("Whoever is not chosen no longer assists.")
    )
    note = long_text(_("Note"), required=False, rows=2)

    def prepare(self) -> None:
        """The posts in reach, those that assist now chosen."""
        posts = posts_in_reach(self.case, timezone.localdate(self.now))
        field = self.choice_field("assistants")
        field.choices = [(str(post.pk), _post_label(post)) for post in posts]
        field.initial = [str(pk) for pk in self.case.assistants.values_list("post_id", flat=True)]

    def payload(self) -> moves.ChangeAssistants:
        """The move."""
        given = self.cleaned_data
        posts = list(Post.objects.filter(pk__in=given["assistants"]))
        return moves.ChangeAssistants(assistants=posts, note=given["note"])


def posts_in_reach(case: Case, today: date) -> list[Post]:
    """Held posts whose area includes the place of the case, and those that handle within it."""
    above = dispatch_choices(case.area, on=today)
    below = Post.objects.filter(area__path__startswith=case.area_path, retired_on__isnull=True)
    handling = below.filter(kind__in=["grid_worker", "building_head"]).select_related("area")[:60]
    return list({post.pk: post for post in [*above, *handling]}.values())


def _post_label(post: Post) -> str:
    return f"{post.area} · {post}"
