"""What a text says, as numbers: its pieces with their weights. Pure: no database.

A piece is two neighbouring Chinese signs, or a word of letters and digits. It weighs the more, the more often the text
says it (damped) and the fewer of all texts say it (TF-IDF). No dictionary is needed, and a new street is no problem.
"""

import heapq
import math
import re
import unicodedata
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shangju.cases.likeness import EMPTY_PIECES

RUNS = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]+")
CHINESE = re.compile(r"[\u3400-\u9fff]")
MOST_COUNTED = 255
"""How often one text is taken to say a piece at most: it fits into a byte."""


@dataclass(frozen=True, slots=True)
class Vector:
    """The weightiest pieces of a text with their weights; the whole text's weights have the length 1."""

    pieces: "array[int]"
    weights: "array[float]"

    def as_dict(self) -> dict[int, float]:
        """To look pieces up in."""
        return dict(zip(self.pieces, self.weights, strict=True))


def folded(text: str) -> str:
    """One spelling: widths and cases are alike."""
    return unicodedata.normalize("NFKC", text).lower()


def pieces_of(text: str) -> Iterator[str]:
    """Every piece of a folded text, as often as it stands there; what every complaint says is left out."""
    for run in RUNS.findall(text):
        for piece in [run] if run.isascii() else (run[at : at + 2] for at in range(len(run) - 1)):
            if piece not in EMPTY_PIECES:
                yield piece


def rarity(count: int, texts: int) -> float:
    """The weight of what ``count`` of ``texts`` say; never zero, so that texts which all say the same stay alike."""
    return math.log((texts + 1) / count)


FEWEST_TEXTS = 200
"""Of fewer texts nobody can tell what is rare: three like complaints among ten would make their own words common."""


class Vocabulary:
    """The pieces of many texts, read once: first every text is added, then each is weighed against all."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._texts_with = array("I")
        self._counted: list[tuple[array[int], bytes]] = []

    def add(self, title: str, body: str, *, title_weight: int) -> None:
        """Count the pieces of one text; a piece in the title counts as ``title_weight`` in the body."""
        counted = Counter(pieces_of(body))
        for piece in pieces_of(title):
            counted[piece] += title_weight
        numbers = array("I", [self._number(piece) for piece in counted])
        for number in numbers:
            self._texts_with[number] += 1
        self._counted.append((numbers, bytes(min(times, MOST_COUNTED) for times in counted.values())))

    def _number(self, piece: str) -> int:
        number = self._numbers.setdefault(piece, len(self._numbers))
        if number == len(self._texts_with):
            self._texts_with.append(0)
        return number

    def texts_with(self, piece: int) -> int:
        """How many texts say a piece."""
        return self._texts_with[piece]

    @cached_property
    def words(self) -> list[str]:
        """The pieces by their numbers; asked for when every text is in."""
        return list(self._numbers)

    def vectors(self, *, most_pieces: int) -> Iterator[Vector]:
        """Each text weighed. What only one text says makes it unlike all others, and need not be kept for that."""
        texts = len(self._counted)
        rarities = [rarity(count, max(texts, FEWEST_TEXTS)) for count in self._texts_with]
        damped = [0.0, *(1 + math.log(times) for times in range(1, MOST_COUNTED + 1))]
        for numbers, times in self._counted:
            weighed = [
                (damped[count] * rarities[number], number)
                for number, count in zip(numbers, times, strict=True)
            ]
            alone = sum(weight * weight for weight, number in weighed if self._texts_with[number] == 1)
            shared = [(weight, number) for weight, number in weighed if self._texts_with[number] > 1]
            kept = heapq.nlargest(most_pieces, shared)
            length = math.sqrt(sum(weight * weight for weight, _number in kept) + alone) or 1.0
            yield Vector(
                array("I", [number for _weight, number in kept]),
                array("f", [weight / length for weight, _number in kept]),
            )


def likeness(one: Mapping[int, float], other: Vector) -> float:
    """How alike two texts are by their weighted pieces, 0 to 1 (the cosine)."""
    total = 0.0
    for piece, weight in zip(other.pieces, other.weights, strict=True):
        if piece in one:
            total += weight * one[piece]
    return total


def own_words(texts: Sequence[str]) -> list[float]:
    """How much of what each text says is its own: 1 for what nobody else says word for word, towards 0 for a form.

    Thousands of rows that say “Street light outage” are as many lamps: their words tell the kind of matter, and only
    place and time tell which are one. A letter that a dozen people send keeps most of its weight.
    """
    counted = Counter(texts)
    among = max(len(texts), FEWEST_TEXTS)
    return [rarity(counted[text], among) / rarity(1, among) for text in texts]


def shared_pieces(vectors: Sequence[Vector], words: Sequence[str], *, most: int) -> list[str]:
    """The weightiest pieces that at least half of some texts say, or simply the weightiest where there are none."""
    total: dict[int, float] = defaultdict(float)
    said_by: Counter[int] = Counter()
    for vector in vectors:
        said_by.update(vector.pieces)
        for piece, weight in zip(vector.pieces, vector.weights, strict=True):
            total[piece] += weight
    common = [piece for piece in total if 2 * said_by[piece] >= len(vectors)] or list(total)
    return [words[piece] for piece in sorted(common, key=lambda piece: (-total[piece], words[piece]))[:most]]


def shared_phrases(texts: Sequence[str], pieces: Iterable[str], *, most: int) -> list[str]:
    """What the texts say in common, grown out of some pieces to both sides: 搅拌 becomes 搅拌站."""
    phrases: list[str] = []
    for piece in pieces:
        if len(phrases) == most:
            break
        if not any(piece in phrase for phrase in phrases):
            phrases.append(grown(grown(piece, texts, side=1), texts, side=-1))
    return [
        phrase
        for phrase in dict.fromkeys(phrases)
        if not any(phrase in other and phrase != other for other in phrases)
    ]


GROWS_IF = 0.7
"""The part of the texts with a phrase that must go on with the same sign."""

LONGEST_PHRASE = 10


def grown(phrase: str, texts: Sequence[str], *, side: int) -> str:
    """A phrase made longer at its end (``side`` 1) or its beginning (-1) as long as most texts go on alike."""
    if phrase.isascii():
        return phrase
    while len(phrase) < LONGEST_PHRASE:
        holding = [(text, text.index(phrase)) for text in texts if phrase in text]
        signs = Counter(
            text[at : at + 1]
            for text, begin in holding
            for at in [begin + len(phrase) if side > 0 else begin - 1]
            if at >= 0 and CHINESE.match(text[at : at + 1])
        )
        sign, count = max(signs.items(), key=lambda each: (each[1], each[0]), default=("", 0))
        if count < GROWS_IF * len(holding) or count < SHARED_BY:
            break
        phrase = phrase + sign if side > 0 else sign + phrase
    return phrase


SHARED_BY = 2
"""Texts that must say the same for it to be something in common."""
