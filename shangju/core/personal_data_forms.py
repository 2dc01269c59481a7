"""Forms that ask about personal data in free text before they take it: masked, or as it is?

The question is a round of the form, not a script: it comes back with the places marked and two buttons.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db.models import TextChoices
from django.http import QueryDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from shangju.core.personal_data import Found, find_personal_data, kinds_in, mask_personal_data


class PersonalDataChoice(TextChoices):
    """What is to become of what was found; the two buttons of the question."""

    MASK = "mask", pgettext_lazy("personal data", "Mask it")
    KEEP = "keep", pgettext_lazy("personal data", "Keep it as it is")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; ``kind`` says what personal data it is, empty for the text between."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class Question:
    """One field whose text holds personal data, cut at what was found."""

    name: str
    label: str
    pieces: tuple[Piece, ...]


class _Unseen(forms.HiddenInput):
    """Written by the question's buttons; in the page of a fresh form there is nothing to choose."""

    def render(self, *_args: Any, **_options: Any) -> SafeString:
        """Nothing."""
        return SafeString("")


class AsksAboutPersonalData(forms.Form):
    """A base of forms with free text: the fields named in ``scanned`` are asked about.

    After a refused round :attr:`questions` holds what ``{% personal_data form %}`` shows. With the answer "mask" the
    cleaned texts, and those of a form that comes back for another reason, are masked.
    """

    scanned: ClassVar[tuple[str, ...]] = ()
    personal_data = forms.ChoiceField(
        label=gettext_lazy("Personal data in the text"),
        choices=PersonalDataChoice,
        required=False,
        widget=_Unseen,
    )

    questions: tuple[Question, ...] = ()
    chosen: str = ""
    """What was chosen in this round; a page that shows the form once more carries it on."""

    def clean(self) -> dict[str, Any]:
        """Ask, or do what was answered; the answer itself is no value of the form's."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        texts = {name: cleaned[name] for name in self.scanned if cleaned.get(name)}
        found = {name: spans for name, text in texts.items() if (spans := find_personal_data(text))}
        choice = self.chosen = cleaned.pop("personal_data", "")
        self.fields.pop("personal_data", None)
        if choice == PersonalDataChoice.MASK:
            self._mask({name: mask_personal_data(texts[name]) for name in found})
        elif choice != PersonalDataChoice.KEEP:
            self._ask({name: (texts[name], spans) for name, spans in found.items()})
        return self.cleaned_data

    def drop_questions(self) -> None:
        """Ask nothing yet: the form was not sent to be taken."""
        self.questions = ()

    def _mask(self, texts: Mapping[str, str]) -> None:
        self.cleaned_data.update(texts)
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        for name, text in texts.items():
            data[self.add_prefix(name)] = text
        self.data = data

    def _ask(self, found: Mapping[str, tuple[str, list[Found]]]) -> None:
        self.questions = tuple(
            Question(name, str(self.fields[name].label), _cut(text, spans))
            for name, (text, spans) in found.items()
        )
        for name, (_text, spans) in found.items():
            sentence = _("This may hold personal data (%(kinds)s). Choose: mask it, or keep it as it is.")
            self.add_error(name, sentence % {"kinds": kinds_in(spans)})


def _cut(text: str, spans: list[Found]) -> tuple[Piece, ...]:
    pieces, reached = [], 0
    for each in spans:
        pieces += [
            Piece(text[reached : each.start], ""),
            Piece(text[each.start : each.end], str(each.kind.label)),
        ]
        reached = each.end
    return tuple(piece for piece in (*pieces, Piece(text[reached:], "")) if piece.text)
