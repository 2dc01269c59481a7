"""Public knowledge: the tree of areas and the tree of categories."""

from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from shangju.api.answers import AreaOut, CategoryGroup
from shangju.api.submitted import AreasQuery
from shangju.api.views import REFUSALS
from shangju.areas.models import Area
from shangju.categories.queries import category_tree
from shangju.core.scoping import EverywhereReason, everywhere

router = Router(tags=["reference"])


@router.get("/areas", response={200: list[AreaOut], **REFUSALS})
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


@router.get("/categories", response={200: list[CategoryGroup], **REFUSALS})
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
