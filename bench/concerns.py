"""What people tell in generated cases, out of the demonstration's corpus."""

import random
from dataclasses import dataclass
from functools import lru_cache

from shangju.categories.models import Category
from shangju.core.text_search import fold, gram_numbers, search_grams
from shangju.demo.corpus import Place, choose_category, concern_for

DISTINCT_TEXTS = 20_000


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said, with the pieces of two signs that the search index gets from it."""

    category: int
    deadline_class: str
    title: str
    text: str
    grams: tuple[str, ...]
    numbers: tuple[int, ...]
    first_sign: str
    last_sign: str


@lru_cache(maxsize=1)
def texts(seed: int) -> list[Told]:
    """Concerns as people tell them; made before the processes part, so that each finds them made."""
    rng = random.Random(seed)
    categories = {category.code: category for category in Category.objects.all()}
    told = []
    for number in range(DISTINCT_TEXTS):
        category = categories[code := choose_category(rng)]
        place = Place(f"社区{number % 8 + 1}", f"{number % 30 + 1}号巷", f"{number % 40 + 1}幢")
        concern = concern_for(rng, code, place)
        title = concern.title[:60]
        folded, grams = fold(title + concern.text), tuple(search_grams(title + concern.text))
        told.append(
            Told(
                category.pk,
                category.deadline_class,
                title,
                concern.text,
                grams,
                tuple(gram_numbers(grams)),
                folded[:1],
                folded[-1:],
            )
        )
    return told
