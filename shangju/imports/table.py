"""From a row of a foreign table to a submission, or to the sentence that says why not."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from shangju.areas.models import Area, AreaKind
from shangju.cases.intake import ContactDetails, Submission
from shangju.cases.places import Place, locate
from shangju.cases.reporter import normalise_phone
from shangju.categories.models import Category
from shangju.core.errors import DomainError
from shangju.core.spreadsheets import FORMULA_SIGNS
from shangju.imports.encodings import UNREADABLE
from shangju.imports.mapping import NEEDED_COLUMNS, Mapping

Told = TypeVar("Told")

SOURCE_KEY_LIMIT = 80
PLACES_KEPT = 20_000
"""Places found so far that are remembered: hotline orders name the same streets again and again."""

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
CLOCKS_DIFFER = timedelta(hours=1)
"""By so much the clock of the other system may be fast."""

SPREADSHEET_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall clock; its zone is the mapping's
SERIAL_DAYS = range(20_000, 80_000)
"""Days since the epoch that a bare number may mean as a time: 1954 to 2119."""

QUOTED_FORMULA = re.compile(r'="([^"]*)"')
SPREADSHEET_FAULTS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!"}
)
LOST_DIGITS = re.compile(r"\d(\.\d+)?E\+?\d+", re.IGNORECASE)
CONTROL_SIGNS = re.compile("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufeff\ufffe\uffff]")


@dataclass(slots=True)
class Table:
    """A mapping with what it refers to, looked up once; made by :func:`table_of`."""

    mapping: Mapping
    headers: Sequence[str]
    positions: dict[str, list[int]]
    zone: ZoneInfo
    areas: dict[str, list[Area]]
    categories: dict[str, Category]
    within: Area | None = None
    """Where all rows belong; a word that is no area of ours is then no refusal, the dispatcher finds the place."""
    _places: dict[tuple[int | None, str], Place] = field(default_factory=dict)

    def cells(self, cells: Sequence[str], name: str) -> list[str]:
        """The filled cells of a column, in the order of the mapping. Raises ``DomainError`` for unreadable ones."""
        told = (cells[position] for position in self.positions.get(name, ()) if position < len(cells))
        return [clean for cell in told if (clean := clean_cell(cell))]

    def cell(self, cells: Sequence[str], name: str) -> str:
        """The first filled cell of a column, or the empty text."""
        return next(iter(self.cells(cells, name)), "")

    @property
    def unused_headers(self) -> list[str]:
        """Headers from which nothing is taken."""
        used = {position for positions in self.positions.values() for position in positions}
        return [header.strip() for index, header in enumerate(self.headers) if index not in used and header]

    def key_of(self, cells: Sequence[str]) -> str:
        """Under what the concern of a row is known to us. Raises ``DomainError`` where the row has no usable number."""
        try:
            return self._key(self.cell(cells, "id"))
        except DomainError as refusal:
            raise DomainError(str(refusal), fields={"id": str(refusal)}) from refusal

    def _key(self, number: str) -> str:
        if not number:
            raise DomainError(_("The row has no number."))
        if LOST_DIGITS.fullmatch(number):
            sentence = _("The spreadsheet has rounded the number %(number)s; store that column as text.")
            raise DomainError(sentence % {"number": number})
        key = f"{self.mapping.source}:{number}"
        if len(key) > SOURCE_KEY_LIMIT:
            raise DomainError(_("The number of the row is too long to be one."))
        return key

    def submission(
        self, cells: Sequence[str], key: str, *, now: datetime, place: Place | None = None
    ) -> Submission:
        """What the row says, at ``place`` where that was found before.

        Raises ``DomainError`` with a sentence for every column that cannot be taken.
        """
        mapping, refusals = self.mapping, _Refusals()
        text = refusals.heed("text", lambda: self._text(cells), "")
        received = refusals.heed(
            "received_at", lambda: self._instant(self.cell(cells, "received_at"), now=now), None
        )
        told_type = refusals.heed("request_type", lambda: self.cell(cells, "request_type"), "")
        title = refusals.heed("title", lambda: " ".join(self.cell(cells, "title").split()), "")
        place = place or refusals.heed("area", lambda: self._place(cells), None)
        category = refusals.heed("category", lambda: self._category(cells), None)
        name = refusals.heed("name", lambda: self.cell(cells, "name"), "")
        phone = refusals.heed("phone", lambda: _phone(self.cell(cells, "phone")), "")
        if refusals.sentences or place is None:
            raise DomainError(next(iter(refusals.sentences.values())), fields=refusals.sentences)
        return Submission(
            text=text,
            title=title,
            place=place,
            channel=mapping.channel,
            request_type=mapping.request_types.get(told_type, mapping.request_type),
            category=category,
            contact=ContactDetails(name=name, phone=phone),
            received_at=received,
            clocks_start_at=now if mapping.clocks_start == "import" else received,
            source_key=key,
        )

    def _text(self, cells: Sequence[str]) -> str:
        text = self.cell(cells, "text")
        if not text:
            raise DomainError(_("The row has no text."))
        return text

    def _category(self, cells: Sequence[str]) -> Category | None:
        known = (self.categories.get(word) for word in self.cells(cells, "category"))
        return next((category for category in known if category), None)

    def _place(self, cells: Sequence[str]) -> Place:
        area = self._area_within(self.cells(cells, "area") or [self.mapping.area])
        address = self.cell(cells, "address")
        key = (area.pk if area else None, address)
        if key not in self._places:
            if len(self._places) >= PLACES_KEPT:
                self._places.clear()
            self._places[key] = locate(area=area, address=address)
        return self._places[key]

    def _area_within(self, words: Sequence[str]) -> Area | None:
        """The area that a row names, inside the one in which all rows belong."""
        area = self._area(words)
        if self.within is None:
            return area
        if area is None or self.within.path.startswith(area.path):
            return self.within
        if not area.path.startswith(self.within.path):
            sentence = _("“%(name)s” lies outside %(area)s.")
            raise DomainError(sentence % {"name": area.name, "area": self.within.name})
        return area

    def _area(self, words: Sequence[str]) -> Area | None:
        """The area that a row names, by one word or by several of different tiers, the finest first."""
        words = [word for word in words if word]
        if not words:
            return None
        told = [found for word in words if (found := self.areas.get(word))]
        if not told:
            if self.within is not None:
                return None
            sentence = _(
                "“%(name)s” is no area of ours; if it is one by another name, say so in the mapping."
            )
            raise DomainError(sentence % {"name": words[0][:40]})
        finest, *wider = [[area for area in found if area.retired_on is None] for found in told]
        if not finest:
            area = told[0][0]
            words_of = {"name": area.name, "day": area.retired_on}
            raise DomainError(_("The area “%(name)s” was closed on %(day)s.") % words_of)
        for around in wider:
            finest = [area for area in finest if any(area.path.startswith(each.path) for each in around)]
        finest = _without_inner(finest)
        if len(finest) != 1:
            sentence = _(
                "“%(name)s” does not name one area clearly; give its code, or the community with it."
            )
            raise DomainError(sentence % {"name": words[0][:40]})
        return finest[0]

    def _instant(self, text: str, *, now: datetime) -> datetime | None:
        """The instant that a cell tells; ``None`` for an empty one. Raises ``DomainError`` for what is no time."""
        if not text:
            return None
        told = self._wall_clock(text)
        if told is None:
            sentence = _("“%(text)s” is not a time in a form that the mapping names.")
            raise DomainError(sentence % {"text": text[:40]})
        moment = told if told.tzinfo else told.replace(tzinfo=self.zone)
        # Compared as wall clocks at the edges of the calendar: there a shift of zone would overflow.
        if told.year < EARLIEST.year or moment < EARLIEST:
            raise DomainError(_("The time “%(text)s” lies before 1970.") % {"text": text[:40]})
        if told.year > now.year + 1 or moment > now + CLOCKS_DIFFER:
            raise DomainError(_("The time “%(text)s” lies in the future.") % {"text": text[:40]})
        return moment

    def _wall_clock(self, text: str) -> datetime | None:
        for pattern in self.mapping.time_formats:
            try:
                return datetime.strptime(text, pattern)  # noqa: DTZ007 - the caller adds the zone
            except ValueError:
                continue
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return _serial_time(text)


@dataclass(slots=True)
class _Refusals:
    """What is wrong with a row, by column: all of it is told at once."""

    sentences: dict[str, str] = field(default_factory=dict)

    def heed(self, column: str, read: Callable[[], Told], otherwise: Told) -> Told:
        """What ``read`` gives, or ``otherwise`` with its refusal noted."""
        try:
            return read()
        except DomainError as refusal:
            self.sentences[column] = str(refusal)
            return otherwise


def _serial_time(text: str) -> datetime | None:
    """The time that a spreadsheet keeps as days since its epoch."""
    try:
        days = float(text)
    except ValueError:
        return None
    if not days < SERIAL_DAYS.stop or int(days) not in SERIAL_DAYS:
        return None
    return SPREADSHEET_EPOCH + timedelta(seconds=round(days * 86_400))


def clean_cell(cell: str) -> str:
    """A cell without what only the file needed. Raises ``DomainError`` where it holds what cannot be kept."""
    if "\x00" in cell:
        raise DomainError(_("The row holds characters that cannot be stored."))
    if UNREADABLE.search(cell):
        raise DomainError(
            _("The row holds signs that are damaged: bytes that mean nothing in this encoding.")
        )
    plain = CONTROL_SIGNS.sub("", cell).strip()
    if plain[:1] == "'" and plain[1:2] in FORMULA_SIGNS:
        plain = plain[1:]  # the mark with which answers and refused rows leave our house
    if quoted := QUOTED_FORMULA.fullmatch(plain):
        plain = quoted[1].strip()
    if plain in SPREADSHEET_FAULTS:
        raise DomainError(_("A cell holds the spreadsheet's fault “%(fault)s”.") % {"fault": plain})
    return plain


def _phone(text: str) -> str:
    """A phone number that can be called; one that the other system masked, or no number at all, is left out."""
    return text if "*" not in text and 7 <= len(normalise_phone(text)) <= 13 else ""


def _without_inner(areas: Sequence[Area]) -> list[Area]:
    """Of areas within each other that bear one name, the outer ones."""
    return [
        area
        for area in areas
        if not any(other.pk != area.pk and area.path.startswith(other.path) for other in areas)
    ]


def table_of(
    mapping: Mapping,
    headers: Sequence[str],
    *,
    positions: dict[str, list[int]] | None = None,
    within: Area | None = None,
) -> Table:
    """What the mapping makes of these headers, or of the ``positions`` that somebody chose.

    Raises ``DomainError`` where it cannot be used here.
    """
    found = mapping.positions(headers) if positions is None else positions
    missing = [name for name in NEEDED_COLUMNS if not found.get(name)]
    if missing:
        words = ", ".join("/".join(mapping.columns[name]) for name in missing)
        raise DomainError(_("The file lacks these columns: %(columns)s.") % {"columns": words})
    areas = _areas_by_word(Area.objects.defer("outline"))
    if not any(area.kind == AreaKind.SUBDISTRICT for named in areas.values() for area in named):
        raise DomainError(_("There is no sub-district yet; set one up first: shangju setup FILE.yaml"))
    for key, code in {"area": mapping.area, **mapping.areas}.items():
        if code and code not in areas:
            raise _unknown_word("areas" if key != "area" else "area", code, _("areas by code or name"))
    for code in mapping.areas.values():
        areas.setdefault(code, [])
    areas = {word: areas[code] for word, code in mapping.areas.items()} | areas
    zone, categories = ZoneInfo(mapping.time_zone), _categories(mapping)
    return Table(mapping, headers, found, zone, areas, categories, within)


def _areas_by_word(areas: Iterable[Area]) -> dict[str, list[Area]]:
    found: dict[str, list[Area]] = {}
    for area in areas:
        for word in {area.name, area.code}:
            found.setdefault(word, []).append(area)
    return found


def _categories(mapping: Mapping) -> dict[str, Category]:
    by_code = {category.code: category for category in Category.objects.all()}
    by_name = {category.name: category for category in by_code.values()}
    for code in mapping.categories.values():
        if code not in by_code:
            raise _unknown_word("categories", code, _("the codes of the category tree, such as 0101"))
    told = {text: by_code[code] for text, code in mapping.categories.items()}
    return by_name | by_code | told


def _unknown_word(key: str, word: str, allowed: str) -> DomainError:
    words = {"key": key, "value": word[:40], "allowed": allowed}
    return DomainError(_("The mapping names “%(value)s” in “%(key)s”; known there are %(allowed)s.") % words)
