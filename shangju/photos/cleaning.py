"""From uploaded bytes to a picture that holds nothing but its pixels. Pure: no database, no files.

Nothing of the upload is copied into the result: the pixels are decoded, drawn on a fresh image and encoded
again. So a file that is two things at once (a picture that is also a page or an archive) leaves as a picture
only.
"""

import hashlib
import io
import struct
import threading
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from PIL import ExifTags, Image

from shangju.photos.rules import (
    JPEG_QUALITY,
    LONGEST_SIDE,
    PIXELS_AT_MOST,
    THUMBNAIL_SIDE,
    PhotoRefused,
    Refusal,
)

# What Pillow's readers raise on bytes that are not what they claim to be; the content is in memory, so an
# OSError here never is the disk.
_UNREADABLE = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    EOFError,
    OverflowError,
    struct.error,
)
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)

_FORMATS = ("JPEG", "PNG", "WEBP")
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}

# A progressive JPEG is drawn in about ten passes. Each pass costs time by the pixel and almost no bytes, so
# thousands of them would keep a processor busy for hours.
_JPEG_SCANS_AT_MOST = 200
_START_OF_SCAN = b"\xff\xda"

# Above this many pixels one picture at a time is decoded in a process: 50 million of them may take 400 MB.
_LARGE = 16_000_000
_one_large_picture = threading.Lock()

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@dataclass(frozen=True, slots=True)
class CleanPicture:
    """Two JPEGs without metadata. ``sha256`` is the hex hash of the upload; sizes are pixels of ``image``."""

    sha256: str
    width: int
    height: int
    image: bytes
    thumbnail: bytes


def clean_picture(content: bytes, *, name: str) -> CleanPicture:
    """Decode ``content`` and draw it anew: upright, at most 2560 pixels a side, JPEG; and a thumbnail of 480.

    The type is what the bytes are, whatever ``name`` ends in (it is used in sentences only). Raises
    :class:`PhotoRefused`.
    """
    image = _opened(content, name)
    with _turn(image):
        try:
            drawn = _upright(_drawn(image), image)
        except _UNREADABLE as error:
            raise PhotoRefused(Refusal.DAMAGED, name=name) from error
    encoded = _encoded(drawn)
    width, height = drawn.size
    drawn.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    return CleanPicture(hashlib.sha256(content).hexdigest(), width, height, encoded, _encoded(drawn))


def _opened(content: bytes, name: str) -> Image.Image:
    """The picture with its header read and its pixels not yet; whatever can be refused before decoding is."""
    try:
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
    except _BOMB as error:
        raise PhotoRefused(Refusal.TOO_MANY_PIXELS, name=name) from error
    except _UNREADABLE as error:
        raise PhotoRefused(_refusal_of(content), name=name) from error
    if image.width * image.height > PIXELS_AT_MOST:
        raise PhotoRefused(Refusal.TOO_MANY_PIXELS, name=name)
    # Phones put several pictures into one JPEG (MPO); that is no animation, its first picture is the photo.
    is_jpeg = image.format in {"JPEG", "MPO"}
    if not is_jpeg and getattr(image, "is_animated", False):
        raise PhotoRefused(Refusal.ANIMATED, name=name)
    if is_jpeg and content.count(_START_OF_SCAN) > _JPEG_SCANS_AT_MOST:
        raise PhotoRefused(Refusal.DAMAGED, name=name)
    return image


def _refusal_of(content: bytes) -> Refusal:
    """The most helpful reason for bytes that no reader takes."""
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return Refusal.HEIC
    if content.startswith((b"GIF87a", b"GIF89a")):
        return Refusal.ANIMATED
    is_webp = content.startswith(b"RIFF") and content[8:12] == b"WEBP"
    if is_webp or content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return Refusal.DAMAGED
    return Refusal.NOT_A_PHOTO


def _turn(image: Image.Image) -> AbstractContextManager[object]:
    """Large pictures wait for each other, so that several at once do not fill the memory."""
    return _one_large_picture if image.width * image.height > _LARGE else nullcontext()


def _drawn(image: Image.Image) -> Image.Image:
    """The pixels, bounded, on a fresh white RGB image that has none of the original's metadata."""
    scale = LONGEST_SIDE / max(image.size)
    if scale < 1:
        # A JPEG can be decoded at a half, a quarter or an eighth of its size, for a fraction of the memory.
        image.draft(None, (max(1, round(image.width * scale)), max(1, round(image.height * scale))))
    image.load()
    pixels = _resizable(image)
    pixels.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = Image.new("RGB", pixels.size, "white")
    if pixels.mode in {"LA", "RGBA"}:
        pixels = pixels.convert("RGBA")
        drawn.paste(pixels, mask=pixels.getchannel("A"))
    else:
        drawn.paste(pixels.convert("RGB"))
    return drawn


def _resizable(image: Image.Image) -> Image.Image:
    """A copy in a mode that can be resized smoothly: no palette, no 16-bit grey."""
    if image.mode in {"P", "PA"}:
        return image.convert("RGBA" if image.has_transparency_data else "RGB")
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I"):
        return image.point(lambda level: level * (1 / 256) + 0).convert("L")
    return image


def _upright(drawn: Image.Image, original: Image.Image) -> Image.Image:
    """``drawn`` turned as the camera noted in ``original``; an unreadable note counts as none."""
    try:
        orientation = original.getexif().get(ExifTags.Base.Orientation, 1)
    except _UNREADABLE:
        return drawn
    method = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return drawn if method is None else drawn.transpose(method)


def _encoded(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return file.getvalue()
