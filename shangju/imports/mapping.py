"""What the columns of a foreign table mean: read from a YAML file, never guessed from the contents."""

from collections.abc import Mapping as Lookup
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from django.utils.translation import gettext as _

from shangju.cases.workflow import Channel, RequestType
from shangju.core.errors import DomainError

MAPPINGS = Path(__file__).parent / "mappings"
KNOWN_COLUMNS = frozenset(
    {"id", "text", "title", "received_at", "category", "request_type", "address", "area", "phone", "name"}
)
CLOCK_STARTS = frozenset({"import", "received"})


@dataclass(frozen=True, slots=True)
class Mapping:
    """Which header holds what, what is constant, and how values are turned into ours.

    ``clocks_start``: "import" takes old concerns over as new work, "received" counts from when they were raised.
    """

    source: str
    columns: Lookup[str, Sequence[str]]
    recognised_by: Sequence[str] = ()
    channel: str = Channel.IMPORT
    request_type: str = RequestType.COMPLAINT
    area: str = ""
    categories: Lookup[str, str] = field(default_factory=dict)
    request_types: Lookup[str, str] = field(default_factory=dict)
    time_formats: Sequence[str] = ("%Y-%m-%d %H:%M:%S",)
    time_zone: str = "Asia/Shanghai"
    clocks_start: str = "import"

    def positions(self, headers: Sequence[str]) -> dict[str, int]:
        """Where each known column stands; the first synonym that is there wins."""
        places = {header.strip().lower(): index for index, header in reversed(list(enumerate(headers)))}
        found = {}
        for name, synonyms in self.columns.items():
            position = next((places[word.lower()] for word in synonyms if word.lower() in places), None)
            if position is not None:
                found[name] = position
        return found

    def fits(self, headers: Sequence[str]) -> bool:
        """Whether a table with these headers is of this kind."""
        present = {header.strip().lower() for header in headers} | set(self.positions(headers))
        return bool(self.recognised_by) and all(word.lower() in present for word in self.recognised_by)


def read_mapping(path: Path) -> Mapping:
    """Read one mapping file. Raises ``DomainError`` for a file that cannot be used, with the reason."""
    try:
        told = yaml.safe_load(path.read_text("utf-8-sig"))
        mapping = Mapping(**told)
        ZoneInfo(mapping.time_zone)
    except (
        OSError,
        UnicodeDecodeError,
        yaml.YAMLError,
        TypeError,
        ValueError,
        ZoneInfoNotFoundError,
    ) as error:
        raise _unusable(path, str(error)) from error
    unknown = set(mapping.columns) - KNOWN_COLUMNS
    if unknown:
        raise _unusable(path, ", ".join(sorted(unknown)))
    if mapping.clocks_start not in CLOCK_STARTS:
        raise _unusable(path, f"clocks_start: {mapping.clocks_start}")
    if mapping.channel not in Channel.values or mapping.request_type not in RequestType.values:
        raise _unusable(path, f"{mapping.channel}, {mapping.request_type}")
    return mapping


def _unusable(path: Path, why: str) -> DomainError:
    return DomainError(_("The mapping %(file)s cannot be used: %(why)s.") % {"file": path.name, "why": why})


def mapping_for(headers: Sequence[str]) -> Mapping:
    """The built-in mapping that fits these headers. Raises ``DomainError`` where none does."""
    for path in sorted(MAPPINGS.glob("*.yaml"), reverse=True):
        mapping = read_mapping(path)
        if mapping.fits(headers):
            return mapping
    raise DomainError(_("No built-in mapping fits the headers of this file; name one with --mapping."))
