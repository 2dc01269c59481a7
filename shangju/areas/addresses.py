"""From the way people write an address to the area it lies in.

Entries are the place's own gazetteer (domain-china §6): estate names with building numbers, lanes, road
numbers. The longest entry that an address contains wins; a person confirms, so several answers are
better than a wrong one.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import IntegerField, Value
from django.db.models.functions import StrIndex
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import AddressEntry, Area, AreaKind

LONGEST_ADDRESS = 200
"""Characters of a text that are looked at; an address is at its start."""

MOST_SUGGESTIONS = 6

_DIGITS = {numeral: value for value, numeral in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERALS = "零〇一二两三四五六七八九十百"
# Only before these words a Chinese numeral is a number: 三幢 is building 3, but 八叉巷 and 五条街 are names.
_COUNTED = "号楼|号|弄|幢|栋|座|单元|室|房|楼|层|区|村|期|组"
_NUMBER = re.compile(f"第?([{_NUMERALS}]+)(?=(?:{_COUNTED}))")
_ORDINAL = re.compile(r"第(?=\d)")
_BUILDING = re.compile(r"(\d+)(?:号楼|#楼?|栋|座)")
_ROOM = re.compile(r"(?<=\d)(?:室|房)(?!屋|产)")
_BUILDING_UNIT_ROOM = re.compile(r"(?<![\d路街巷弄])(\d+)-(\d{1,2})-(\d{3,4})(?![\d号])")
_BUILDING_ROOM = re.compile(r"(?<![\d路街巷弄-])(\d+)-(\d{3,4})(?![\d号-])")
_NOISE = re.compile(r"[\s,.;:,。、;:·•()()【】\[\]\"'“”‘’]+")
_DASHES = re.compile(r"[‐‑‒–—―−~～]+")


def normalise(text: str) -> str:
    """One spelling for the many: ``八叉巷 ３栋二单元201室`` and ``八叉巷3号楼2单元201`` become
    ``八叉巷3幢2单元201``.

    Full-width characters, spaces and punctuation go; 号楼, 栋, 座 and # become 幢; Chinese numerals
    before a counting word become digits; ``3-2-201`` becomes building, unit, room. Doing it twice
    changes nothing.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    plain = _NOISE.sub("", _DASHES.sub("-", plain))
    # One rule may make room for another (3室# → 3# → 3幢). Each consumes what it looks for, so this
    # comes to an end.
    while (simpler := _simplified(plain)) != plain:
        plain = simpler
    return plain


def _simplified(plain: str) -> str:
    plain = _NUMBER.sub(lambda found: str(_number(found[1])), plain)
    plain = _ORDINAL.sub("", plain)
    plain = _BUILDING_UNIT_ROOM.sub(r"\1幢\2单元\3", plain)
    plain = _BUILDING_ROOM.sub(r"\1幢\2", plain)
    plain = _BUILDING.sub(r"\1幢", plain)
    return _ROOM.sub("", plain)


def _number(numerals: str) -> int | str:
    """``二十一`` → 21, ``二〇三`` → 203, ``一百零二`` → 102."""
    if not set(numerals) & set("十百"):
        return "".join(str(_DIGITS[numeral]) for numeral in numerals)
    total, current = 0, 0
    for numeral in numerals:
        if numeral in "十百":
            total += (current or 1) * (10 if numeral == "十" else 100)
            current = 0
        else:
            current = _DIGITS[numeral]
    return total + current


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An area that an address may mean, with the words that led there and a sentence saying why."""

    area: Area
    matched_text: str
    reason: object


def find_area_by_address(text: str, *, within: Area | None = None) -> list[Suggestion]:
    """The areas in scope that ``text`` may mean, best first; empty when no entry and no area name is
    found in it.

    An area gives way to one below it that is named too (people write the sub-district before the lane);
    of what is left the longest entry wins, and entries of the same length that mean different places
    are all returned. Without any entry the deepest area whose name stands in the text is suggested.
    """
    wanted = normalise(text)[:LONGEST_ADDRESS]
    if not wanted:
        return []
    entries = (
        AddressEntry.objects.filter(area__retired_on__isnull=True)
        .annotate(position=StrIndex(Value(wanted), "text", output_field=IntegerField()))
        .filter(position__gt=0)
        .select_related("area")
    )
    if within is not None:
        entries = entries.filter(area__path__startswith=within.path)
    found = [entry for entry in entries if _stands_alone(entry.text, wanted)]
    if not found:
        return _by_name(text, within)
    deepest = _without_ancestors({entry.area for entry in found})
    best = {entry.area_id: entry for entry in sorted(found, key=lambda entry: len(entry.text))}
    longest = max(len(best[area.pk].text) for area in deepest)
    deepest = [area for area in deepest if len(best[area.pk].text) == longest]
    return [
        Suggestion(
            area,
            best[area.pk].shown_as,
            _("The address contains “%(text)s”.") % {"text": best[area.pk].shown_as},
        )
        for area in deepest[:MOST_SUGGESTIONS]
    ]


def _stands_alone(entry: str, wanted: str) -> bool:
    """Whether the entry occurs with no digit running on: ``路1号`` is not in ``路11号``, nor ``路1`` in
    ``路12``.
    """
    pattern = (
        ("(?<![0-9])" if entry[0].isdigit() else "")
        + re.escape(entry)
        + ("(?![0-9])" if entry[-1].isdigit() else "")
    )
    return re.search(pattern, wanted) is not None


def _without_ancestors(areas: Iterable[Area]) -> list[Area]:
    ordered = sorted(areas, key=lambda area: area.path)
    return [
        area
        for area in ordered
        if not any(other.path != area.path and other.path.startswith(area.path) for other in ordered)
    ]


_NAMED_KINDS = (AreaKind.SUBDISTRICT, AreaKind.COMMUNITY, AreaKind.GRID)


def _by_name(text: str, within: Area | None) -> list[Suggestion]:
    areas = (
        Area.objects.filter(kind__in=_NAMED_KINDS, retired_on__isnull=True)
        .annotate(position=StrIndex(Value(unicodedata.normalize("NFKC", text)[:LONGEST_ADDRESS]), "name"))
        .filter(position__gt=0)
    )
    if within is not None:
        areas = areas.filter(path__startswith=within.path)
    return [
        Suggestion(area, area.name, _("The address names “%(text)s”.") % {"text": area.name})
        for area in _without_ancestors(areas)[:MOST_SUGGESTIONS]
    ]
