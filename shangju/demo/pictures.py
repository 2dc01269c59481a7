"""Small drawn pictures that stand for photos: no place, no person, nothing taken from anywhere."""

from datetime import datetime
from io import BytesIO
from random import Random
from uuid import UUID

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from shangju.photos.services import store_photo


def proof_picture(rng: Random, *, now: datetime) -> UUID:
    """A street corner in flat colours, uploaded like any photo; returns its id."""
    picture = Image.new(
        "RGB", (320, 240), (rng.randint(170, 230), rng.randint(190, 230), rng.randint(200, 240))
    )
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 180, 320, 240), fill=(120, 120, 116))
    for left in range(10, 300, 75):
        shade = rng.randint(110, 200)
        pen.rectangle((left, rng.randint(50, 100), left + 60, 180), fill=(shade, shade - 20, shade - 30))
        pen.rectangle((left + 20, 140, left + 40, 180), fill=(90, 70, 50))
    content = BytesIO()
    picture.save(content, "JPEG", quality=80)
    upload = SimpleUploadedFile("result.jpg", content.getvalue(), content_type="image/jpeg")
    return store_photo(upload, by=None, now=now).pk
