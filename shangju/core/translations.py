"""Compiles the translation catalogues with Babel, so that no gettext of the system is needed."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation.reloader import translation_file_changed


def compile_stale(folder: Path) -> list[Path]:
    """Write the ``.mo`` beside every ``.po`` of ``folder`` that has none or a newer text; give those written.

    The file is put in place in one step: a process that is starting reads the old or the new one, never half of one.
    This process forgets the catalogues that it read before: the demonstration of a first start would be English otherwise.
    """
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        unfinished = target.with_suffix(".mo.part")
        with unfinished.open("wb") as file:
            write_mo(file, catalogue)
        unfinished.replace(target)
        translation_file_changed(None, target)
        written.append(target)
    return written
