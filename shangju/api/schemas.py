"""What goes in and out. Lengths are checked here and again by the services; texts must be storable."""

from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, Field


def storable(text: str) -> str:
    """Refuse what no database takes: NUL and halves of surrogate pairs."""
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise ValueError(_("The text holds characters that cannot be stored."))
    return text


def text_of(limit: int) -> Any:
    """A storable text of at most ``limit`` characters."""
    return Annotated[str, Field(max_length=limit), AfterValidator(storable)]


class PlaceIn(Schema):
    """Where: the first of area, point and address that is given decides."""

    area_code: text_of(30) | None = None  # type: ignore[valid-type]
    address: text_of(200) | None = None  # type: ignore[valid-type]
    lon: Annotated[float, Field(ge=-180, le=180)] | None = None
    lat: Annotated[float, Field(ge=-90, le=90)] | None = None


class ContactIn(Schema):
    """All optional."""

    name: text_of(60) | None = None  # type: ignore[valid-type]
    phone: text_of(30) | None = None  # type: ignore[valid-type]


class ConcernIn(Schema):
    """A concern."""

    text: text_of(4000)  # type: ignore[valid-type]
    category: text_of(10) | None = None  # type: ignore[valid-type]
    place: PlaceIn | None = None
    contact: ContactIn | None = None
    happening_now: bool = False
    photos: Annotated[list[UUID], Field(max_length=9)] = []
    channel: text_of(20) | None = None  # type: ignore[valid-type]


class ConfirmationIn(Schema):
    """The reporter's word on the result."""

    solved: text_of(10)  # type: ignore[valid-type]
    satisfaction: text_of(20)  # type: ignore[valid-type]
    words: text_of(1000) = ""  # type: ignore[valid-type]


class TokenIn(Schema):
    """Sign-in for a program; ``code`` is the second factor where one is set up."""

    username: text_of(150)  # type: ignore[valid-type]
    password: text_of(200)  # type: ignore[valid-type]
    name: text_of(60)  # type: ignore[valid-type]
    code: text_of(12) = ""  # type: ignore[valid-type]
