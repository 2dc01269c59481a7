"""What a backup says about itself: at its beginning whence it comes, at its end what must be in it."""

import json
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from shangju.backups.errors import BackupError

FORMAT = 1

Part = TypeVar("Part", "About", "Manifest")


@dataclass(slots=True)
class About:
    """The first entry: enough to refuse before anything is written.

    ``key_probes`` are a text sealed with the field keys and a digest keyed by the secret key: whoever restores learns at
    once whether theirs are the right ones. Neither tells anything about a key.
    """

    format: int
    version: str
    vendor: str
    made_at: str
    migrations: list[list[str]]
    key_probes: dict[str, str]


@dataclass(slots=True)
class Manifest:
    """The last entry: SHA-256 of every entry before it, rows of every table, and the end of every case's history.

    ``heads`` is one digest over number, length and last hash of all cases in the order of their ids. ``removed`` are
    files that a row named at the moment of the backup and that were rightly removed before they could be copied;
    ``missing`` are files that were gone although their row is still there.
    """

    files: dict[str, str] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    cases: int = 0
    heads: str = ""
    removed: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def written(part: About | Manifest) -> bytes:
    """As JSON."""
    return json.dumps(asdict(part), ensure_ascii=False, indent=1, sort_keys=True).encode()


def read(kind: type[Part], content: bytes) -> Part:
    """From JSON. Raises :class:`BackupError` for anything that this version did not write."""
    try:
        values: dict[str, Any] = json.loads(content)
        if kind is About and values.get("format") != FORMAT:
            raise BackupError(
                _("This backup has format %(format)s; this version of Shangju reads format %(known)s.")
                % {"format": values.get("format"), "known": FORMAT}
            )
        return kind(**values)
    except (ValueError, TypeError, AttributeError) as error:
        raise BackupError(_("The backup does not say what is in it; it is damaged.")) from error
