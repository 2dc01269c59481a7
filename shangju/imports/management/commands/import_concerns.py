"""``shangju import-concerns FILE [--mapping M.yaml] [--mask-personal-data] [--dry-run]`` (docs/import.md)."""

import sys
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import OperationalError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.cases.models import Case
from shangju.core.errors import DomainError
from shangju.imports.mapping import read_mapping
from shangju.imports.services import ImportResult, Listener, import_concerns

LINES_EVERY = 1_000
"""Rows between two lines of progress where nobody watches; a terminal sees each batch, in one place."""


class Command(BaseCommand):
    """The last line is always the count; refusals, progress and notes go to the error stream."""

    help = """Import concerns from a table: CSV (also .gz; UTF-8, GB18030, UTF-16; comma, semicolon, tab) or XLSX.

A row that cannot be taken is refused with its line and the reason; the others go in. The same file again changes
nothing, and an import that was interrupted is completed by giving the file again.

Exit status: 0 every row is in; 1 a row, or the whole file, was refused with reasons (the other rows are in);
2 misuse. The last line is always: imported N, already present N, refused N"""

    _line_is_open = False

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the paragraphs of the help text."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, what its columns mean, and whether only to look."""
        parser.add_argument("file", type=Path, help="the table (.csv, .csv.gz, .xlsx)")
        parser.add_argument(
            "--mapping", type=Path, help="what the columns mean (YAML); known headers need none"
        )
        parser.add_argument(
            "--mask-personal-data",
            action="store_true",
            help="star phones, plates, identity numbers in the texts on the way in",
        )
        parser.add_argument("--dry-run", action="store_true", help="count and report, and store nothing")

    def handle(
        self, *, file: Path, mapping: Path | None, dry_run: bool, mask_personal_data: bool, **_options: Any
    ) -> None:
        """Do it."""
        result, failed = ImportResult(), False
        watched = self.stderr.isatty()
        listener = Listener(self._tell_refusal, self._progress(watched=watched), self._tell)
        try:
            self._require_database()
            known = read_mapping(mapping) if mapping else None
            import_concerns(
                file,
                mapping=known,
                now=timezone.now(),
                result=result,
                dry_run=dry_run,
                masks=mask_personal_data,
                listener=listener,
            )
        except DomainError as refusal:
            failed = True
            self._tell(str(refusal))
        except OperationalError as fault:
            failed = True
            self._tell(_("The database gave up: %(why)s. Give the file again to go on.") % {"why": fault})
        self._tell_personal_data(result, masks=mask_personal_data)
        if dry_run:
            self._tell(_("Dry run: nothing was changed."))
        self._end_line()
        self.stderr.flush()
        self.stdout.write(result.summary)
        if failed or result.refused:
            sys.exit(1)

    def _require_database(self) -> None:
        if Case._meta.db_table not in connection.introspection.table_names():
            raise DomainError(_("The database is not prepared yet; run: shangju migrate"))

    def _tell(self, sentence: str) -> None:
        self._end_line()
        self.stderr.write(sentence, self.style.NOTICE)

    def _end_line(self) -> None:
        if self._line_is_open:
            self._line_is_open = False
            self.stderr.write("")

    def _tell_personal_data(self, result: ImportResult, *, masks: bool) -> None:
        """How many texts hold personal data, and what became of it."""
        if not result.with_personal_data:
            return
        count = {"count": result.with_personal_data}
        if masks:
            self._tell(_("Personal data was masked in the text of %(count)s new rows.") % count)
        else:
            self._tell(
                _(
                    "The text of %(count)s new rows holds personal data such as phone numbers. "
                    "Lists and notices mask it; --mask-personal-data masks it in the cases themselves."
                )
                % count
            )

    def _tell_refusal(self, line: int, reason: str) -> None:
        self._tell(_("refused: line %(line)s: %(reason)s") % {"line": line, "reason": reason})

    def _progress(self, *, watched: bool) -> Any:
        last = 0

        def show(done: int) -> None:
            nonlocal last
            words = _("… %(count)s rows") % {"count": done}
            if watched:
                self.stderr.write(f"\r{words}", lambda text: text, ending="")
                self._line_is_open = True
            elif done - last >= LINES_EVERY:
                last = done
                self.stderr.write(words, self.style.NOTICE)

        return show
