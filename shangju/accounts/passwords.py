"""The password rule that Django lacks: kinds of characters (GB/T 22239-2019, as assessors apply it)."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

_KINDS = (
    str.islower,
    str.isupper,
    str.isdigit,
    lambda character: not (character.islower() or character.isupper() or character.isdigit()),
)


def kinds_of_characters(password: str) -> int:
    """How many of the four kinds occur: lower case, upper case, digits, anything else."""
    return sum(any(is_of_kind(character) for character in password) for is_of_kind in _KINDS)


class KindsOfCharactersValidator:
    """Asks for at least ``kinds`` of the four kinds of characters."""

    def __init__(self, kinds: int = 3) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: object = None) -> None:
        """Raise ``ValidationError`` with what is missing."""
        missing = self.kinds - kinds_of_characters(password)
        if missing > 0:
            raise ValidationError(
                ngettext(
                    "Add %(missing)d more kind of characters: "
                    "small letters, capital letters, digits or signs.",
                    "Add %(missing)d more kinds of characters: "
                    "small letters, capital letters, digits or signs.",
                    missing,
                )
                % {"missing": missing},
                code="password_too_few_kinds",
            )

    def get_help_text(self) -> str:
        """The rule in one sentence, shown before anything is typed."""
        return _("Use at least %(kinds)d of these four: small letters, capital letters, digits, signs.") % {
            "kinds": self.kinds
        }
