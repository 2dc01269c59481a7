"""Every text for people has a Chinese translation, nobody doubts it, and it keeps its placeholders."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from babel.messages.catalog import Catalog

from tools.messages import CATALOGUE, extracted, is_translated, read
from tools.sources import report, shown

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}")


def placeholders(text: str) -> list[str]:
    """The placeholders of a text, sorted: each must stand in the translation as often as in the text."""
    return sorted(PLACEHOLDER.findall(text.replace("%%", "")))


def _forms(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def differences(wanted: Catalog, stored: Catalog) -> list[str]:
    """A sentence for each text that is missing, empty, fuzzy, or has lost or invented a placeholder."""
    found = []
    for message in wanted:
        if not message.id:
            continue
        texts = _forms(message.id)
        translation = stored.get(message.id, context=message.context)
        where = message.locations[0][0] if message.locations else "?"
        if not is_translated(translation):
            found.append(f"{where}: no translation of “{texts[0]}”")
            continue
        # A Chinese sentence has one form; it answers to the plural, which always carries the number.
        if any(placeholders(form) != placeholders(texts[-1]) for form in _forms(translation.string)):
            found.append(f"{where}: the translation of “{texts[0]}” has other placeholders")
    return found


def main() -> int:
    """Compare the sources with the stored catalogue."""
    findings = differences(extracted(), read(CATALOGUE))
    if findings:
        print(f"{shown(CATALOGUE)} is not complete; run `make messages`, then translate:")
    return report(findings)


if __name__ == "__main__":
    sys.exit(main())
