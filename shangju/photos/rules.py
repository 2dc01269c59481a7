"""What may be uploaded as a photo, and the sentence for each thing that may not."""

from pathlib import PurePath

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shangju.core.errors import DomainError

PHOTOS_AT_MOST = 9
BYTES_AT_MOST = 15 * 1024 * 1024
PIXELS_AT_MOST = 50_000_000
LONGEST_SIDE = 2560
THUMBNAIL_SIDE = 480
JPEG_QUALITY = 85

_SHOWN_NAME_LENGTH = 40


class Refusal(TextChoices):
    """Why a photo is not taken: the word for machines, and the sentence for the person who sent it."""

    EMPTY = "photo_empty", _("“%(name)s” is empty. Please take or choose the photo again.")
    TOO_HEAVY = (
        "photo_too_heavy",
        _("“%(name)s” is larger than %(megabytes)s MB. Please send it in a smaller size."),
    )
    TOO_MANY_PIXELS = (
        "photo_too_many_pixels",
        _("“%(name)s” has more than %(megapixels)s million pixels. Please send it in a smaller size."),
    )
    HEIC = (
        "photo_heic",
        _(
            "“%(name)s” is a HEIC photo, which cannot be read here. Please set the camera to “most "
            "compatible” (JPEG), or send a screenshot of the photo."
        ),
    )
    ANIMATED = "photo_animated", _("“%(name)s” is an animation. Please send a still photo.")
    NOT_A_PHOTO = (
        "photo_unknown_type",
        _("“%(name)s” is not a photo. Please send a JPEG, PNG or WebP picture."),
    )
    DAMAGED = (
        "photo_damaged",
        _(
            "“%(name)s” is damaged or was cut off on the way. Please send it again, or take a "
            "screenshot of it."
        ),
    )
    INFECTED = (
        "photo_infected",
        _("“%(name)s” carries malicious software. Please check your device and send another photo."),
    )
    NOT_SCANNED = (
        "photo_not_scanned",
        _(
            "“%(name)s” cannot be checked for malicious software at the moment. You can send the form "
            "without it and add it later."
        ),
    )
    NOT_STORED = (
        "photo_not_stored",
        _(
            "“%(name)s” could not be kept, because our storage takes no files at the moment. "
            "You can send the form without it and add it later."
        ),
    )


class PhotoRefused(DomainError):  # noqa: N818 - named for what the person is told, as its parent
    """One photo is not taken: ``code`` is a :class:`Refusal`, the sentence stands at the field ``photos``."""

    def __init__(self, refusal: Refusal, *, name: str) -> None:
        sentence = refusal.label % {
            "name": shown_name(name),
            "megabytes": BYTES_AT_MOST // (1024 * 1024),
            "megapixels": PIXELS_AT_MOST // 1_000_000,
        }
        super().__init__(sentence, fields={"photos": sentence}, code=refusal.value)


def shown_name(name: str) -> str:
    """The file's own name, short enough for a sentence: the middle of a long one is left out."""
    own = PurePath(name).name
    if len(own) <= _SHOWN_NAME_LENGTH:
        return own
    half = _SHOWN_NAME_LENGTH // 2
    return f"{own[:half]}…{own[-half:]}"


def too_many_photos(limit: int) -> str:
    """The sentence for more than ``limit`` photos."""
    return gettext("At most %(limit)s photos can be added. Please leave some out.") % {"limit": limit}
