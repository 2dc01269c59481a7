"""Public knowledge: the tree of areas, the tree of categories, and the articles that residents may read."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router

from shangju.api.answers import AreaOut, ArticleOut, ArticlePageOut, CategoryGroup, article_row, whole_article
from shangju.api.authentication import ALSO_WITHOUT_SIGN_IN, SIGNED_IN_OR_NOT
from shangju.api.refusals import nothing_here
from shangju.api.submitted import AreasQuery, ArticlesQuery
from shangju.api.views import REFUSALS
from shangju.areas.models import Area
from shangju.categories.queries import category_tree
from shangju.core.numbers import small_number
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.knowledge.models import Article
from shangju.knowledge.queries import public_article, read_for_residents

router = Router(tags=["reference"])

TO_EVERYBODY: dict[str, Any] = {"auth": SIGNED_IN_OR_NOT, "openapi_extra": ALSO_WITHOUT_SIGN_IN}


@router.get("/areas", response={200: list[AreaOut], **REFUSALS}, **TO_EVERYBODY)
def areas(request: HttpRequest, query: Query[AreasQuery]) -> list[dict[str, Any]]:
    """Areas in force, from the top down."""
    with everywhere(EverywhereReason.STRUCTURE):
        found = Area.objects.filter(retired_on__isnull=True).select_related("parent").defer("outline")
        if query.kind:
            found = found.filter(kind=query.kind)
        if query.parent:
            found = found.filter(parent__code=query.parent)
        return [
            {
                "code": area.code,
                "name": str(area),
                "kind": area.kind,
                "parent": area.parent.code if area.parent else None,
            }
            for area in found.order_by("path")
        ]


@router.get("/categories", response={200: list[CategoryGroup], **REFUSALS}, **TO_EVERYBODY)
def categories(request: HttpRequest) -> list[dict[str, Any]]:
    """Categories in use, under their roots."""
    return [
        {
            "code": branch.root.code,
            "name": branch.root.name,
            "children": [
                {
                    "code": leaf.code,
                    "name": leaf.name,
                    "deadline_class": leaf.deadline_class,
                    "legal_basis": leaf.basis,
                }
                for leaf in branch.leaves
            ],
        }
        for branch in category_tree().branches
    ]


@router.get("/articles", response={200: ArticlePageOut, **REFUSALS}, **TO_EVERYBODY)
def articles(request: HttpRequest, query: Query[ArticlesQuery]) -> dict[str, Any]:
    """Published articles in the language of Accept-Language where they have it, the newest first."""
    page = read_for_residents(
        words=query.q,
        category=query.category,
        cursor=query.cursor,
        on=timezone.localdate(),
        limit=query.limit,
    )
    return {
        "items": [article_row(article) for article in page.items],
        "next_cursor": page.next_cursor or None,
    }


@router.get("/articles/{pk}", response={200: ArticleOut, **REFUSALS}, **TO_EVERYBODY)
def article(request: HttpRequest, pk: str) -> dict[str, Any]:
    """One published article; drafts, internal ones and those that are no longer valid are not there."""
    try:
        return whole_article(public_article(small_number(pk) or 0, on=timezone.localdate()))
    except Article.DoesNotExist as error:
        raise nothing_here() from error
