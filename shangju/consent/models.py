"""The privacy notice, version by version."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with its lines, in the reader's language."""

    title: str
    lines: tuple[str, ...]


class ConsentNotice(models.Model):
    """What people are told from ``valid_from`` on. Append-only: a changed text is a new version.

    Texts are held in both languages, ``{"zh": …, "en": …}``; ``sections`` is a list of ``{"title": text, "lines":
    [text, …]}``. A contact stores the version that its reporter was shown.
    """

    version = models.CharField(_("Version"), max_length=20, unique=True)
    valid_from = models.DateField(_("In force from"))
    short = models.JSONField(_("In short"))
    changes = models.JSONField(_("What has changed"))
    sections = models.JSONField(_("Sections"))
    added_at = models.DateTimeField(_("Added"))

    class Meta:
        ordering = ("-valid_from", "-version")
        constraints = [models.CheckConstraint(condition=~Q(version=""), name="consent_notice_has_a_version")]

    def __str__(self) -> str:
        return self.version

    @property
    def short_text(self) -> str:
        """The notice in two sentences."""
        return spoken(self.short)

    @property
    def change_text(self) -> str:
        """What is new in this version."""
        return spoken(self.changes)

    @property
    def spoken_sections(self) -> list[Section]:
        """The whole notice."""
        return [
            Section(spoken(section["title"]), tuple(spoken(line) for line in section["lines"]))
            for section in self.sections
        ]


def spoken(text: dict[str, str]) -> str:
    """A text in the reader's language; Chinese where there is no other."""
    return text.get("en" if get_language() == "en" else "zh") or text["zh"]
