"""Kinds of text that may come in: nothing that the database or an encoding would choke on."""

from typing import Annotated

from pydantic import AfterValidator, StringConstraints
from pydantic_core import PydanticCustomError


def is_storable(text: str) -> bool:
    """Whether both databases and UTF-8 can hold ``text``: no NUL and no half of a surrogate pair."""
    return "\x00" not in text and not any("\ud800" <= sign <= "\udfff" for sign in text)


def storable(text: str) -> str:
    """The text, or pydantic's error where it cannot be kept."""
    if not is_storable(text):
        raise PydanticCustomError("unstorable", "holds signs that cannot be stored")
    return text


Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(storable)]
"""A short text."""

Words = Annotated[str, StringConstraints(max_length=4000), AfterValidator(storable)]
"""A text of several sentences."""

Code = Annotated[str, StringConstraints(max_length=30), AfterValidator(storable)]
"""The code of an area, a category and the like."""

IdempotencyKey = Annotated[str, StringConstraints(pattern=r"^[\x21-\x7e]{1,90}$")]
"""A key that the client chose: visible ASCII signs, no spaces."""
