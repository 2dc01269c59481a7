"""Uploads made on the spot: good pictures, and files that only pretend to be one."""

import io
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

RED, BLUE = (220, 30, 30), (30, 30, 220)


def picture(size: tuple[int, int] = (60, 40), *, mode: str = "RGB") -> Image.Image:
    """Left half red, right half blue (in a mode that has colours)."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def upload(content: bytes, name: str = "wall.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def animation(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


def png_of(width: int, height: int) -> bytes:
    """A PNG whose header promises ``width`` × ``height`` pixels and whose body holds next to nothing."""
    honest = bytearray(encoded(Image.new("1", (1, 1)), "PNG"))
    header = b"IHDR" + width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes(honest[24:29])
    return bytes(honest[:12]) + header + zlib.crc32(header).to_bytes(4, "big") + bytes(honest[33:])
