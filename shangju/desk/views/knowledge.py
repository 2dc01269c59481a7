"""The knowledge base for staff: find, write, look through, publish."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.core.numbers import small_number
from shangju.desk.access import needs_right
from shangju.desk.forms_knowledge import (
    A_YEAR,
    ArticleFilterForm,
    ConfirmArticleForm,
    NewArticleForm,
    RetireForm,
    RevisionForm,
)
from shangju.knowledge import queries, services
from shangju.knowledge.models import Article
from shangju.knowledge.rules import may_make, may_view, open_moves
from shangju.knowledge.workflow import ArticleMove
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

READER = needs_right(Right.VIEW_AREA)
KEEPER = needs_right(Right.KEEP_KNOWLEDGE)


def find_article(request: HttpRequest, pk: int) -> Article:
    """The article, if the reader may see it; 404 for one of another area, and for a draft that is not theirs to write."""
    try:
        found = queries.article_for(pk)
    except Article.DoesNotExist as error:
        raise Http404 from error
    if not may_view(standing_in(request), found):
        raise Http404
    return found


@require_GET
@READER
def listing(request: HttpRequest) -> HttpResponse:
    """One page of the articles that the reader may see."""
    standing, today = standing_in(request), timezone.localdate()
    form = ArticleFilterForm(request.GET)
    page = queries.read_for_staff(standing, form.filters(), cursor=request.GET.get("cursor", ""), on=today)
    rows = [(article, _shown(article), _is_due(article)) for article in page.items]
    context = {
        "form": form, "rows": rows, "next": page.next_cursor, "due": queries.count_due(standing, on=today),
        "waiting": queries.count_waiting(standing), "may_write": standing.holds_anywhere(Right.KEEP_KNOWLEDGE),
    }  # fmt: skip
    return render(request, "desk/knowledge_list.html", context)


def _shown(article: Article) -> Any:
    return article.latest or article.published


def _is_due(article: Article) -> bool:
    return article.published is not None and article.published.is_due(timezone.localdate())


def show(request: HttpRequest, found: Article, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page of an article with the moves that are open, forms with faults in place of fresh ones."""
    standing, today = standing_in(request), timezone.localdate()
    moves = open_moves(standing, found)
    context = {
        "article": found, "says": found.latest, "moves": {str(move): True for move in moves},
        "versions": queries.versions_of(found), "figures": queries.opinion_figures(found),
        "words": queries.words_on(found), "is_due": _is_due(found), "counterpart": queries.counterpart_in_scope(found),
        "retire_form": RetireForm(), "confirm_form": ConfirmArticleForm(initial={"review_by": today + A_YEAR}),
    } | bound  # fmt: skip
    return render(request, "desk/knowledge_article.html", context, status=status)


@require_GET
@READER
def article(request: HttpRequest, pk: int) -> HttpResponse:
    """One article: what it says, where it stands, what readers said."""
    return show(request, find_article(request, pk))


@require_GET
@READER
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One version as it was written; drafts are shown to those who may write."""
    found = find_article(request, pk)
    versions = queries.versions_of(found)
    one = next((item for item in versions if item.number == number), None)
    if one is None:
        raise Http404
    context = {"article": found, "says": one, "versions": versions}
    return render(request, "desk/knowledge_version.html", context)


@require_http_methods(["GET", "POST"])
@KEEPER
def write(request: HttpRequest) -> HttpResponse:
    """Begin an article, or with ``?translates=`` its counterpart in the other language."""
    translates = _translated(request)
    areas = queries.areas_to_write_for(standing_in(request))
    form = NewArticleForm(request.POST or None, areas=areas, translates=translates)
    if form.is_valid():
        try:
            made = services.write_article(
                form.content(),
                area=form.chosen_area(),
                language=form.cleaned_data["language"],
                translation_of=translates,
                by=request.user,  # type: ignore[arg-type] # the decorator asks for sign-in
                now=timezone.now(),
            )
        except DomainError as refusal:
            add_refusal(form, refusal)
        else:
            messages.success(request, _("Kept as a draft. Nobody else reads it before it is published."))
            return redirect("knowledge:article", pk=made.pk)
    context = {"form": form, "translates": translates}
    return render(request, "desk/knowledge_write.html", context, status=422 if form.is_bound else 200)


def _translated(request: HttpRequest) -> Article | None:
    pk = small_number(request.GET.get("translates", ""))
    return find_article(request, pk) if pk else None


@require_http_methods(["GET", "POST"])
@KEEPER
def revise(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the next version; what others read stays until it is published."""
    found = find_article(request, pk)
    if not may_make(standing_in(request), found, ArticleMove.REVISE):
        raise PermissionDenied
    form = RevisionForm(request.POST or None, version=found.latest)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            services.revise_article(
                found,
                form.content(),
                seen=form.cleaned_data["seen"] or 0,
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type] # the decorator asks for sign-in
                now=timezone.now(),
            )
        except DomainError as refusal:
            status = refusal.status
            add_refusal(form, refusal)
        else:
            messages.success(request, _("The new version is kept. Others read it once it is published."))
            return redirect("knowledge:article", pk=pk)
    return render(request, "desk/knowledge_write.html", {"form": form, "article": found}, status=status)


@require_POST
@KEEPER
def make_move(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Publish, confirm, retire or take up again; a refusal shows the page with what is wrong."""
    found = find_article(request, pk)
    if move not in DONE:
        raise Http404
    if not may_make(standing_in(request), found, ArticleMove(move)):
        raise PermissionDenied
    forms = {ArticleMove.RETIRE: RetireForm, ArticleMove.CONFIRM: ConfirmArticleForm}
    form = forms[ArticleMove(move)](request.POST) if move in forms else None
    if form is not None and not form.is_valid():
        return show(request, found, status=422, **{f"{move}_form": form})
    try:
        _make(request, found, ArticleMove(move), form.cleaned_data if form else {}, now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return show(request, find_article(request, pk), status=refusal.status)
    messages.success(request, str(DONE[ArticleMove(move)]()))
    return redirect("knowledge:article", pk=pk)


DONE = {
    ArticleMove.PUBLISH: lambda: _("Published. It can be read and sent now."),
    ArticleMove.CONFIRM: lambda: _("Confirmed. It comes up again on the day that you chose."),
    ArticleMove.RETIRE: lambda: _("Retired. Only colleagues who write still see it."),
    ArticleMove.RESUME: lambda: _("It is a draft again."),
}
"""The moves of the article's page, with what is said after each."""


def _make(
    request: HttpRequest, found: Article, move: ArticleMove, given: dict[str, Any], *, now: datetime
) -> None:
    by: Any = request.user
    seen = small_number(request.POST.get("seen", "")) or 0
    if move == ArticleMove.PUBLISH:
        services.publish_article(found, seen=seen, by=by, now=now)
    elif move == ArticleMove.CONFIRM:
        services.confirm_article(found, review_by=given["review_by"], seen=seen, by=by, now=now)
    elif move == ArticleMove.RETIRE:
        services.retire_article(found, reason=given["reason"], by=by, now=now)
    else:
        services.resume_article(found, by=by, now=now)
