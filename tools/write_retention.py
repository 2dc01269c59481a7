"""``make retention``: writes the table in ``docs/privacy.md`` from the built-in retention rules.

With ``--check`` it writes nothing and says by its exit status whether the document is current.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

DOCUMENT = ROOT / "docs" / "privacy.md"
BEGIN, END = "<!-- retention: begin -->\n", "<!-- retention: end -->"


def table() -> str:
    """The rules as a table, in English."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shangju.config.settings")
    import django

    django.setup()
    from django.utils import translation

    from shangju.privacy.workflow import RETENTION

    with translation.override("en"):
        rows = [
            f"| {kind.label} | {term.days} | {term.at_least}–{term.at_most} | {term.reason.label} |"
            for kind, term in RETENTION.items()
        ]
    return "\n".join(["| what | days | bounds | legal reason |", "|---|---|---|---|", *rows]) + "\n"


def with_table(text: str) -> str:
    """The document with the table of today between its marks."""
    before, rest = text.split(BEGIN)
    return before + BEGIN + table() + END + rest.split(END)[1]


if __name__ == "__main__":
    current = DOCUMENT.read_text(encoding="utf-8")
    wanted = with_table(current)
    if "--check" in sys.argv:
        sys.exit(0 if wanted == current else 1)
    DOCUMENT.write_text(wanted, encoding="utf-8")
