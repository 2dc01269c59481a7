"""What comes out of an upload: the pixels, upright and bounded, and nothing else; or a sentence."""

import hashlib
import io
import zipfile

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image

from shangju.photos import cleaning
from shangju.photos.cleaning import clean_picture
from shangju.photos.rules import PhotoRefused, shown_name
from shangju.photos.tests.pictures import BLUE, RED, animation, encoded, picture, png_of


def kept(content: bytes) -> Image.Image:
    """The kept picture, as a reader of the stored file sees it."""
    image = Image.open(io.BytesIO(clean_picture(content, name="wall.jpg").image))
    image.load()
    return image


def near(pixel: object, colour: tuple[int, int, int]) -> bool:
    assert isinstance(pixel, tuple)
    return all(abs(have - want) < 40 for have, want in zip(pixel, colour, strict=True))


def zip_file() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("page.html", "<script>alert(1)</script>")
    return file.getvalue()


def many_scans() -> bytes:
    """A progressive JPEG whose last pass is repeated: few bytes, much work."""
    whole = encoded(picture((64, 64)), progressive=True)
    last = whole.rindex(b"\xff\xda")
    return whole[:last] + whole[last:-2] * 300 + whole[-2:]


BAD = [
    pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "photo_unknown_type", id="svg"),
    pytest.param(b"<!doctype html><script>alert(1)</script>", "photo_unknown_type", id="html"),
    pytest.param(b"%PDF-1.7\n", "photo_unknown_type", id="pdf"),
    pytest.param(zip_file(), "photo_unknown_type", id="zip"),
    pytest.param(zip_file() + encoded(picture()), "photo_unknown_type", id="zip-before-jpeg"),
    pytest.param(encoded(picture(), "BMP"), "photo_unknown_type", id="bmp"),
    pytest.param(encoded(picture(), "TIFF"), "photo_unknown_type", id="tiff"),
    pytest.param(encoded(picture(), "GIF"), "photo_animated", id="gif-of-one-frame"),
    pytest.param(animation("GIF"), "photo_animated", id="gif"),
    pytest.param(animation("PNG"), "photo_animated", id="animated-png"),
    pytest.param(animation("WEBP"), "photo_animated", id="animated-webp"),
    pytest.param(b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "photo_heic", id="heic"),
    pytest.param(encoded(picture((400, 300)))[:-900], "photo_damaged", id="truncated-jpeg"),
    pytest.param(encoded(picture((400, 300)), "PNG")[:-100], "photo_damaged", id="truncated-png"),
    pytest.param(encoded(picture((400, 300)), "WEBP")[:-50], "photo_damaged", id="truncated-webp"),
    pytest.param(b"\xff\xd8\xff\xe0", "photo_damaged", id="jpeg-beginning-only"),
    pytest.param(b"\x89PNG\r\n\x1a\n", "photo_damaged", id="png-beginning-only"),
    pytest.param(many_scans(), "photo_damaged", id="jpeg-of-many-passes"),
    pytest.param(png_of(7072, 7072), "photo_too_many_pixels", id="just-above-50-million-pixels"),
    pytest.param(png_of(10_000, 10_000), "photo_too_many_pixels", id="pixel-bomb-pillow-warns-of"),
    pytest.param(png_of(60_000, 60_000), "photo_too_many_pixels", id="pixel-bomb-pillow-refuses"),
    pytest.param(png_of(7071, 7071), "photo_damaged", id="promises-50-million-pixels-and-has-none"),
]


@pytest.mark.parametrize(("content", "code"), BAD)
def test_bad_uploads_get_a_sentence_that_names_the_file(content: bytes, code: str) -> None:
    with translation.override("en"), pytest.raises(PhotoRefused) as refused:
        clean_picture(content, name="back wall.jpg")
    assert refused.value.code == code
    assert "“back wall.jpg”" in str(refused.value)
    assert refused.value.fields == {"photos": str(refused.value)}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "L", "P", "RGBA", "LA", "1", "CMYK", "I;16"])
def test_each_kind_and_mode_becomes_a_jpeg_in_rgb(kind: str, mode: str) -> None:
    if (kind == "JPEG" and mode in {"P", "RGBA", "LA", "I;16"}) or (kind == "PNG" and mode == "CMYK"):
        return  # no such files
    if kind == "WEBP" and mode not in {"RGB", "RGBA"}:
        return  # no such files
    image = picture(mode="L").convert("I;16") if mode == "I;16" else picture(mode=mode)
    result = kept(encoded(image, kind))
    assert (result.format, result.mode, result.size) == ("JPEG", "RGB", (60, 40))


def test_sixteen_bit_grey_keeps_its_levels() -> None:
    middle = kept(encoded(Image.new("I;16", (8, 8), 0x8000), "PNG")).getpixel((4, 4))
    assert near(middle, (128, 128, 128))


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_transparent_becomes_white(mode: str) -> None:
    empty = Image.new(mode, (8, 8), 0)
    assert near(kept(encoded(empty, "PNG")).getpixel((4, 4)), (255, 255, 255))


def test_transparent_palette_becomes_white() -> None:
    image = Image.new("P", (8, 8), 0)
    assert near(kept(encoded(image, "PNG", transparency=0)).getpixel((4, 4)), (255, 255, 255))


def test_place_time_and_device_are_gone() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "SECRET-MAKER"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (31.0, 14.0, 22.0)
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSDateStamp] = "2026:01:02"
    original = (
        encoded(
            picture(),
            exif=exif,
            comment=b"<script>alert(1)</script>",
            xmp=b"<x:xmpmeta>SECRET-XMP</x:xmpmeta>",
            icc_profile=b"SECRET-ICC",
            dpi=(72, 72),
        )
        + b"PK\x03\x04SECRET-TAIL"
    )
    assert Image.open(io.BytesIO(original)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
    cleaned = clean_picture(original, name="wall.jpg")
    own = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    for content in (cleaned.image, cleaned.thumbnail):
        image = Image.open(io.BytesIO(content))
        assert not image.getexif()
        assert set(image.info) <= own
        for secret in (b"SECRET", b"<script", b"Exif", b"2026:01:02", b"PK\x03\x04"):
            assert secret in original
            assert secret not in content


def test_png_text_is_gone() -> None:
    from PIL.PngImagePlugin import PngInfo  # noqa: PLC0415 - a writer of one test

    text = PngInfo()
    text.add_text("Location", "SECRET-PLACE")
    assert b"SECRET" not in clean_picture(encoded(picture(), "PNG", pnginfo=text), name="a.png").image


# Where the red half is after the camera's note is followed, for a picture stored with red at the left.
RED_SIDE = {1: "left", 2: "right", 3: "right", 4: "left", 5: "top", 6: "top", 7: "bottom", 8: "bottom"}


@pytest.mark.parametrize(("orientation", "side"), RED_SIDE.items())
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_stand_upright(orientation: int, side: str, kind: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    result = kept(encoded(picture((64, 32)), kind, exif=exif))
    wide = side in {"left", "right"}
    assert result.size == ((64, 32) if wide else (32, 64))
    first, last = result.getpixel((3, 3)), result.getpixel((result.width - 4, result.height - 4))
    assert (near(first, RED), near(last, BLUE)) == ((side in {"left", "top"},) * 2)


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of what it skips
@pytest.mark.parametrize("exif", [b"Exif\x00\x00", b"Exif\x00\x00II*\x00\xff\xff\xff\xff", b"Exif\x00\x00MM"])
def test_an_unreadable_camera_note_does_not_cost_the_photo(exif: bytes) -> None:
    assert kept(encoded(picture(), exif=exif)).size == (60, 40)


@pytest.mark.parametrize(
    ("size", "kept_size"),
    [
        ((1, 1), (1, 1)),
        ((2560, 10), (2560, 10)),
        ((2561, 1281), (2560, 1280)),
        ((8000, 6000), (2560, 1920)),
        ((3000, 6000), (1280, 2560)),
        ((20_000, 2), (2560, 1)),
    ],
)
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_longest_side_is_bounded(size: tuple[int, int], kept_size: tuple[int, int], kind: str) -> None:
    cleaned = clean_picture(encoded(Image.new("L", size, 90), kind), name="wall.jpg")
    assert (cleaned.width, cleaned.height) == kept_size
    assert Image.open(io.BytesIO(cleaned.image)).size == kept_size
    assert max(Image.open(io.BytesIO(cleaned.thumbnail)).size) == min(480, *[max(kept_size)])


def test_a_large_jpeg_is_decoded_reduced(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[tuple[int, int]] = []
    whole = cleaning._resizable

    def remember(image: Image.Image) -> Image.Image:
        decoded.append(image.size)
        return whole(image)

    monkeypatch.setattr(cleaning, "_resizable", remember)
    clean_picture(encoded(Image.new("L", (6000, 6000), 90)), name="wall.jpg")
    assert decoded == [(3000, 3000)]


def test_several_pictures_in_one_jpeg_are_a_photo() -> None:
    phone = encoded(picture((64, 32)), "MPO", save_all=True, append_images=[picture((16, 8))])
    assert Image.open(io.BytesIO(phone)).format == "MPO"
    assert kept(phone).size == (64, 32)


def test_the_hash_is_of_the_upload() -> None:
    content = encoded(picture())
    assert clean_picture(content, name="a.jpg").sha256 == hashlib.sha256(content).hexdigest()


WHOLE = [encoded(picture((33, 21)), kind) for kind in ("JPEG", "PNG", "WEBP")]


@pytest.mark.filterwarnings("ignore::UserWarning")  # Pillow warns of what it skips
@settings(deadline=None, max_examples=150)
@given(
    whole=st.sampled_from(WHOLE),
    changes=st.lists(
        st.tuples(st.integers(0, 2000), st.binary(min_size=1, max_size=6)), min_size=1, max_size=4
    ),
    length=st.integers(0, 2000),
)
def test_any_damage_ends_in_a_picture_or_in_a_sentence(
    whole: bytes, changes: list[tuple[int, bytes]], length: int
) -> None:
    content = bytearray(whole)
    for place, words in changes:
        start = place % len(content)
        content[start : start + len(words)] = words
    damaged = bytes(content[: length or None])
    try:
        cleaned = clean_picture(damaged, name="wall.jpg")
    except PhotoRefused:
        return  # any other exception fails the test
    assert Image.open(io.BytesIO(cleaned.image)).format == "JPEG"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("a.jpg", "a.jpg"), ("x/y/a.jpg", "a.jpg"), ("a" * 60 + ".jpg", "a" * 20 + "…" + "a" * 16 + ".jpg")],
)
def test_long_names_are_shortened(name: str, shown: str) -> None:
    assert shown_name(name) == shown
