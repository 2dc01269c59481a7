"""Which parts of a published total are withheld, so that no small number is shown or can be reckoned. Pure."""

from collections.abc import Collection, Mapping

FEWEST_WITHHELD = 2
"""One withheld part would be the total less all others."""


def withheld(parts: Mapping[str, int], *, minimum: int, always: Collection[str] = ()) -> frozenset[str]:
    """The keys of the parts that may not be shown beside their total; a part of zero tells of nobody and is shown.

    Withheld are the parts named in ``always`` and those below ``minimum``, and then, the smallest first, as many others
    as it takes until the withheld are at least two, no fewer than ``minimum`` together and not all of them ones: then
    the total less what is shown tells of no single one.
    """
    some = {key: number for key, number in parts.items() if number > 0}
    kept = {key for key, number in some.items() if key in always or number < minimum}
    others = sorted(some.keys() - kept, key=lambda key: (some[key], key))
    while kept and others and not _tells_nothing([some[key] for key in kept], minimum):
        kept.add(others.pop(0))
    return frozenset(kept)


def _tells_nothing(numbers: list[int], minimum: int) -> bool:
    together = sum(numbers)
    return len(numbers) >= FEWEST_WITHHELD and together >= minimum and together > len(numbers)
