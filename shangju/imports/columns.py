"""Which column of a table means what: found by its header, corrected by a person, remembered under a name."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import pgettext_lazy

from shangju.core.cells import header_key
from shangju.imports.mapping import KNOWN_COLUMNS, NEEDED_COLUMNS, Mapping, builtin_mapping
from shangju.imports.models import ColumnPlan

ORDERS = "hotline_12345"
"""The built-in mapping whose synonyms, types, times and clocks hold for tables that staff give."""

COLUMN_LABELS: dict[str, Any] = {
    "id": pgettext_lazy("column of an import", "Order number"),
    "text": pgettext_lazy("column of an import", "What was said"),
    "title": pgettext_lazy("column of an import", "Title"),
    "received_at": pgettext_lazy("column of an import", "Time of the call"),
    "category": pgettext_lazy("column of an import", "Category"),
    "request_type": pgettext_lazy("column of an import", "Type"),
    "address": pgettext_lazy("column of an import", "Address"),
    "area": pgettext_lazy("column of an import", "Area"),
    "phone": pgettext_lazy("column of an import", "Phone"),
    "name": pgettext_lazy("column of an import", "Name of the caller"),
}
"""Our columns in words, in the order in which a person looks for them."""

Positions = dict[str, list[int]]


def orders_mapping() -> Mapping:
    """The mapping for orders of the hotline."""
    return builtin_mapping(ORDERS)


def find_columns(headers: Sequence[str], plans: Iterable[ColumnPlan]) -> tuple[Positions, ColumnPlan | None]:
    """Where our columns stand, and by which remembered plan; by the synonyms where no plan fits these headers."""
    keys = {header_key(header) for header in headers}
    for plan in plans:
        named = {header_key(word) for words in plan.columns.values() for word in words}
        if named and named <= keys:
            return Mapping(source=ORDERS, columns=plan.columns).positions(headers), plan
    return orders_mapping().positions(headers), None


def are_enough(positions: Positions) -> bool:
    """Whether a table with these columns can be taken at all."""
    return all(positions.get(name) for name in NEEDED_COLUMNS)


def meanings(positions: Positions, count: int) -> list[str]:
    """The name of our column by place in the table; empty for columns that are not used."""
    found = [""] * count
    for name, places in positions.items():
        for place in places:
            if place < count:
                found[place] = name
    return found


def positions_from(chosen: Sequence[str], headers: Sequence[str]) -> Positions:
    """The places of our columns from the meaning chosen for each header.

    Of several with one meaning the first filled one counts: those whose header no synonym knows stand first, since
    somebody chose them by hand; the others in the order of the synonyms, the finest first.
    """
    order = orders_mapping().columns
    found: Positions = {}
    for name in KNOWN_COLUMNS:
        ranks = {header_key(word): rank for rank, word in enumerate(order.get(name, ()))}
        places = [place for place, meaning in enumerate(chosen) if meaning == name]
        places.sort(key=lambda place: (ranks.get(header_key(headers[place]), -1), place))
        if places:
            found[name] = places
    return found


def headers_by_name(positions: Positions, headers: Sequence[str]) -> dict[str, list[str]]:
    """What a plan remembers: headers instead of places."""
    return {name: [headers[place] for place in places] for name, places in positions.items()}
