"""Pictures of a case: read only through the case, with the right asked each time."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponseBase

from shangju.api.refusals import nothing_here
from shangju.cases.models import CasePhoto
from shangju.photos.responses import photo_response

PICTURE: dict[str, Any] = {
    "responses": {
        "200": {
            "description": "The picture",
            "content": {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
"""For the description."""


def picture_of(links: QuerySet[CasePhoto], photo_id: str, size: str) -> HttpResponseBase:
    """The picture with this id among ``links``; 404 for any other, and for what is no id or size."""
    try:
        link = links.select_related("photo").filter(photo_id=UUID(photo_id)).first()
    except ValueError as error:
        raise nothing_here() from error
    if link is None or size not in {"full", "thumbnail"}:
        raise nothing_here()
    return photo_response(link.photo, "full" if size == "full" else "thumbnail")
