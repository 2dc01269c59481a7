"""Texts that a person has edited: figures taken anew, sentences that no longer fit, and the short form. Pure."""

import re
from collections.abc import Iterable, Sequence

from shangju.bulletins.text.sentences import Paragraph, Sentence

SHORT_AT_MOST = 500
"""Signs of the text for chat groups."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_ENDS = re.compile(r"(?<=[。！？])|(?<=[.!?])\s+")


def split_sentences(text: str) -> list[str]:
    """The sentences of a text in their order, without the blanks around them."""
    parts = (part.strip() for line in text.split("\n") for part in _ENDS.split(line))
    return [part for part in parts if part]


def revised(text: str, old: Sequence[Paragraph], new: Sequence[Paragraph], *, as_text: str) -> str:
    """``text`` with every sentence that nobody changed as the new figures tell it; ``as_text`` is ``new`` as a text.

    A sentence that a person wrote or changed stays. One that the figures no longer tell goes, and one that they tell
    for the first time is added only where the whole section is as it was made: elsewhere a person has decided what
    the section says.
    """
    if is_untouched(text, old):
        return as_text
    told = {sentence.key: sentence.text for sentence in _all(new)}
    for key, was in _all(old):
        if was in text:
            text = text.replace(was, told.get(key, ""), 1)
    return "\n".join(line.strip() for line in text.split("\n") if line.strip())


def is_untouched(text: str, generated: Sequence[Paragraph]) -> bool:
    """Whether the text says what was made, and nothing else."""
    return split_sentences(text) == [
        part for sentence in _all(generated) for part in split_sentences(sentence.text)
    ]


def disagreeing(text: str, generated: Sequence[Paragraph]) -> list[str]:
    """The sentences of ``text`` with a number that the figures of this section do not give."""
    made = [sentence.text for sentence in _all(generated)]
    known = {number for sentence in made for number in _NUMBER.findall(sentence)}
    untouched = {part for sentence in made for part in split_sentences(sentence)}
    return [
        sentence
        for sentence in split_sentences(text)
        if sentence not in untouched and set(_NUMBER.findall(sentence)) - known
    ]


def left_out(text: str, generated: Sequence[Paragraph]) -> list[str]:
    """What the figures tell and ``text`` does not say in these words: a person changed the sentence or took it out."""
    return [sentence.text for sentence in _all(generated) if sentence.text not in text]


def shortened(head: str, sections: Iterable[str], *, blank: str) -> str:
    """Whole sentences of the sections after ``head``, in their order, as far as the short form allows.

    The first sentences of all sections are taken before the second ones, so that no section takes all the room; a
    section ends where its next sentence finds none.
    """
    rest = [split_sentences(section) for section in sections]
    taken = [0] * len(rest)
    growing = set(range(len(rest)))
    while growing:
        for section in sorted(growing):
            more = [*taken[:section], taken[section] + 1, *taken[section + 1 :]]
            if (
                taken[section] < len(rest[section])
                and len(_written(head, rest, more, blank)) <= SHORT_AT_MOST
            ):
                taken = more
            else:
                growing.discard(section)
    return _written(head, rest, taken, blank)


def _written(head: str, sections: list[list[str]], taken: list[int], blank: str) -> str:
    lines = [
        blank.join(sentences[:number]) for sentences, number in zip(sections, taken, strict=True) if number
    ]
    return "\n".join([head, *lines])


def as_rows(paragraphs: Sequence[Paragraph]) -> list[list[list[str]]]:
    """The paragraphs as JSON can hold them."""
    return [[list(sentence) for sentence in paragraph] for paragraph in paragraphs]


def from_rows(rows: Sequence[Sequence[Sequence[str]]]) -> list[Paragraph]:
    """The paragraphs that :func:`as_rows` wrote down."""
    return [[Sentence(key, text) for key, text in paragraph] for paragraph in rows]


def _all(paragraphs: Sequence[Paragraph]) -> list[Sentence]:
    return [sentence for paragraph in paragraphs for sentence in paragraph]
