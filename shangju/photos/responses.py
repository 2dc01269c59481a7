"""The answer that carries a picture. Whether it may be carried is the view's question."""

import logging
from typing import Literal

from django.http import FileResponse, Http404

from shangju.photos.models import Photo

logger = logging.getLogger(__name__)

Size = Literal["full", "thumbnail"]


def photo_response(photo: Photo, size: Size) -> FileResponse:
    """``photo`` as ``image/jpeg``, to be shown in place, kept by this reader's browser only, for an hour.

    The view checks first that the reader may see the case the photo belongs to. The file's name tells
    nothing. Raises ``Http404`` while a malware check is open or has failed, and when the file is gone from the
    storage, which it logs.
    """
    if not photo.is_shown:
        raise Http404
    file = photo.thumbnail if size == "thumbnail" else photo.image
    try:
        opened = file.open("rb")
    except FileNotFoundError as error:
        logger.error("file of photo %s is missing (%s)", photo.pk, size)  # noqa: TRY400 - the id says all
        raise Http404 from error
    response = FileResponse(opened, content_type="image/jpeg", as_attachment=False, filename="photo.jpg")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
