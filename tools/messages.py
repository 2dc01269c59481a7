"""Translation texts: extract, merge, compile. ``python tools/messages.py update|compile``.

Templates go through Django's own ``templatize`` and Babel's Python extractor, so no gettext of the system is needed.
``update`` keeps every translation, takes new ones from ``locale/parts/*.po`` and drops what no source says any more.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from shangju.core.translations import compile_stale
from tools.sources import ROOT, is_test, shown, tracked

LOCALE = ROOT / "locale"
LANGUAGE = "zh_Hans"
CATALOGUE = LOCALE / LANGUAGE / "LC_MESSAGES" / "django.po"
PARTS = LOCALE / "parts"
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
"""A date that does not change, so that a catalogue differs only where its texts do."""

KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def pseudo_python(template: str) -> str:
    """A template as calls of gettext among blanks. Lines lose their indentation, which Python would object to."""
    if not settings.configured:
        settings.configure()
    return "\n".join(line.strip() for line in templatize(template).split("\n"))


def _sources() -> Iterator[tuple[Path, str]]:
    for path in tracked("shangju/*.py", "shangju/*.html", "shangju/*.txt"):
        if is_test(path):
            continue
        text = path.read_text(encoding="utf-8")
        yield path, text if path.suffix == ".py" else pseudo_python(text)


def extracted() -> Catalog:
    """Everything that the sources want translated."""
    catalogue = _empty()
    for path, text in _sources():
        found = extract(
            "python",
            BytesIO(text.encode()),
            keywords=KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        )
        for line, message, comments, context in found:
            if message and message != ("", ""):
                catalogue.add(
                    message, locations=[(shown(path), line)], auto_comments=comments, context=context
                )
    return catalogue


def _empty() -> Catalog:
    return Catalog(
        locale=LANGUAGE,
        domain="django",
        project="Shangju",
        version="1",
        msgid_bugs_address="",
        last_translator="the Shangju contributors",
        language_team="zh_Hans",
        copyright_holder="the Shangju contributors",
        header_comment="# Shangju: texts for people. Written by `make messages`; translate msgstr only.",
        creation_date=BEGINNING,
        revision_date=BEGINNING,
        charset="utf-8",
        fuzzy=False,
    )


def read(path: Path) -> Catalog:
    """A stored catalogue, or an empty one."""
    if not path.exists():
        return _empty()
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="django")


def is_translated(message: Message | None) -> bool:
    """Whether every form of the message has a text and nobody doubted it."""
    if message is None or message.fuzzy:
        return False
    texts = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
    return bool(texts) and all(texts)


def update() -> None:
    """Write the catalogue anew: texts from the sources, translations from the parts and, after them, the old catalogue."""
    stored = [*(read(path) for path in sorted(PARTS.glob("*.po"))), read(CATALOGUE)]
    catalogue = extracted()
    missing = 0
    for message in catalogue:
        if not message.id:
            continue
        known = (source.get(message.id, context=message.context) for source in stored)
        translation = next((found for found in known if is_translated(found)), None)
        if translation is None:
            missing += 1
        else:
            message.string = translation.string
            message.user_comments = translation.user_comments
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    print(f"{shown(CATALOGUE)}: {len(catalogue)} texts, {missing} without a translation")


def main() -> int:
    """Do what the first argument says."""
    commands = {"update": update, "compile": lambda: compile_stale(LOCALE)}
    command = commands.get(sys.argv[1] if len(sys.argv) > 1 else "")
    if command is None:
        print(__doc__)
        return 2
    command()
    return 0


if __name__ == "__main__":
    sys.exit(main())
