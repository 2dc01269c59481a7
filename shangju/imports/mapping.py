"""What the columns of a foreign table mean: read from a YAML file, never guessed from the contents (docs/import.md)."""

import re
from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from django.utils.translation import gettext as _

from shangju.cases.workflow import Channel, RequestType
from shangju.core.cells import header_key
from shangju.core.errors import DomainError

MAPPINGS = Path(__file__).parent / "mappings"
KNOWN_COLUMNS = (
    "id",
    "text",
    "title",
    "received_at",
    "category",
    "request_type",
    "address",
    "area",
    "phone",
    "name",
)
NEEDED_COLUMNS = ("id", "text")
ANSWER_COLUMNS = (
    "case_number",
    "status",
    "handler",
    "first_contact_at",
    "answer",
    "resolved_at",
    "solved",
    "satisfaction",
)
"""What a source is told back of its order; a table that has such columns already gets them filled in."""
CLOCK_STARTS = ("import", "received")
SOURCE_SHAPE = re.compile(r"[A-Za-z0-9._-]{1,30}")
UNKNOWN_DIRECTIVE = re.compile(r"%(?![aAbBcdfHIjmMpSTyYzZ%])")


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which header holds what, what is constant, and how values are turned into ours.

    ``clocks_start``: "import" takes old concerns over as new work, "received" counts from when they were raised.
    ``answers`` are the source's headers for what it is told back, ``private`` those of columns that are masked whole
    whenever a row leaves the house.
    """

    source: str
    columns: Lookup[str, Sequence[str]]
    recognised_by: Sequence[str] = ()
    channel: str = Channel.IMPORT
    request_type: str = RequestType.COMPLAINT
    area: str = ""
    areas: Lookup[str, str] = field(default_factory=dict)
    categories: Lookup[str, str] = field(default_factory=dict)
    request_types: Lookup[str, str] = field(default_factory=dict)
    time_formats: Sequence[str] = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d")
    time_zone: str = "Asia/Shanghai"
    clocks_start: str = "import"
    answers: Lookup[str, Sequence[str]] = field(default_factory=dict)
    private: Sequence[str] = ()

    def positions(self, headers: Sequence[str]) -> dict[str, list[int]]:
        """Where each known column stands, in the order in which the mapping names its headers."""
        places: dict[str, list[int]] = {}
        for index, header in enumerate(headers):
            places.setdefault(header_key(header), []).append(index)
        found = {
            name: [index for word in synonyms for index in places.get(header_key(word), ())]
            for name, synonyms in self.columns.items()
        }
        return {name: indexes for name, indexes in found.items() if indexes}

    def fits(self, headers: Sequence[str]) -> bool:
        """Whether a table with these headers is of this kind."""
        present = {header_key(header) for header in headers} | set(self.positions(headers))
        return bool(self.recognised_by) and all(header_key(word) in present for word in self.recognised_by)


@cache
def builtin_mapping(name: str) -> Mapping:
    """A mapping that comes with the system; read once, for a table asks for it at every row."""
    return read_mapping(MAPPINGS / f"{name}.yaml")


def read_mapping(path: Path) -> Mapping:
    """Read one mapping file; a name without a folder may be that of a built-in one.

    Raises ``DomainError`` for a file that cannot be used, naming the key and what is allowed there.
    """
    builtin = MAPPINGS / f"{path.name}.yaml"
    if not path.exists() and path.name == str(path) and builtin.exists():
        path = builtin
    try:
        told = yaml.safe_load(path.read_text("utf-8-sig"))
    except OSError as error:
        raise _unusable(path, _("it cannot be opened")) from error
    except ValueError as error:
        raise _unusable(path, _("it is not UTF-8 text")) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise _unusable(path, _("line %(line)s is not valid YAML") % {"line": line}) from error
    try:
        return _mapping_of(told)
    except ValueError as reason:
        raise _unusable(path, str(reason)) from reason


def _unusable(path: Path, why: str) -> DomainError:
    return DomainError(_("The mapping %(file)s cannot be used: %(why)s.") % {"file": path.name, "why": why})


def _mapping_of(told: Any) -> Mapping:
    keys = [each.name for each in fields(Mapping)]
    if not isinstance(told, dict):
        raise ValueError(_("it must consist of keys and values"))  # noqa: TRY004 - becomes a sentence above
    for key in told:
        _one_of("", key, keys)
    for key in ("source", "columns"):
        if not told.get(key):
            raise ValueError(_("the key “%(key)s” is missing") % {"key": key})
    told = {key: _shaped(key, value) for key, value in told.items() if value is not None}
    mapping = Mapping(**told)
    _check_values(mapping)
    return mapping


def _shaped(key: str, value: Any) -> Any:
    if key in {"columns", "answers"}:
        return {name: _texts(f"{key}: {name}", words) for name, words in _pairs(key, value).items()}
    if key in {"recognised_by", "time_formats", "private"}:
        return _texts(key, value)
    if key in {"areas", "categories", "request_types"}:
        return {_text(key, name): _text(f"{key}: {name}", word) for name, word in _pairs(key, value).items()}
    return _text(key, value)


def _pairs(key: str, value: Any) -> dict[Any, Any]:
    if not isinstance(value, dict):
        raise ValueError(_("“%(key)s” must be a table of names and values") % {"key": key})  # noqa: TRY004
    return value


def _texts(key: str, value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [_text(key, each) for each in values]


def _text(key: str, value: Any) -> str:
    if isinstance(value, bool | dict | list) or value is None:
        raise ValueError(_("“%(key)s” must be a text") % {"key": key})
    return str(value).strip()


def _one_of(key: str, value: Any, allowed: Sequence[str]) -> None:
    if value in allowed:
        return
    words = {"key": key, "value": str(value)[:40], "allowed": ", ".join(allowed)}
    if not key:
        raise ValueError(_("the key “%(value)s” is unknown; there are %(allowed)s") % words)
    raise ValueError(_("“%(value)s” is not allowed in “%(key)s”; there are %(allowed)s") % words)


def _check_values(mapping: Mapping) -> None:
    for name in mapping.columns:
        _one_of("columns", name, KNOWN_COLUMNS)
    for name in mapping.answers:
        _one_of("answers", name, ANSWER_COLUMNS)
    for name in NEEDED_COLUMNS:
        if not mapping.columns.get(name):
            raise ValueError(_("“columns” must name the header of “%(column)s”") % {"column": name})
    _one_of("channel", mapping.channel, Channel.values)
    _one_of("request_type", mapping.request_type, RequestType.values)
    _one_of("clocks_start", mapping.clocks_start, CLOCK_STARTS)
    for word in mapping.request_types.values():
        _one_of("request_types", word, RequestType.values)
    if not SOURCE_SHAPE.fullmatch(mapping.source):
        raise ValueError(_("“source” may have up to 30 letters a–z, digits, points, hyphens and underscores"))
    if not mapping.time_formats or any(UNKNOWN_DIRECTIVE.search(each) for each in mapping.time_formats):
        raise ValueError(_("“time_formats” must be patterns such as %(pattern)s") % {"pattern": "%Y-%m-%d"})
    try:
        ZoneInfo(mapping.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        words = {"value": mapping.time_zone[:40]}
        raise ValueError(
            _("“%(value)s” in “time_zone” is no time zone such as Asia/Shanghai") % words
        ) from error


def builtin_mappings() -> list[Mapping]:
    """The mappings that come with the system, the particular ones before the general one."""
    return [read_mapping(path) for path in sorted(MAPPINGS.glob("*.yaml"), reverse=True)]


def mapping_for(headers: Sequence[str]) -> Mapping:
    """The built-in mapping that fits these headers. Raises ``DomainError`` where none does."""
    mapping = next((each for each in builtin_mappings() if each.fits(headers)), None)
    if mapping is None:
        raise DomainError(_("No built-in mapping fits the headers of this file; name one with --mapping."))
    return mapping
