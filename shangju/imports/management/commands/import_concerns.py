"""``shangju import-concerns FILE [--mapping FILE.yaml] [--dry-run]``: concerns of another system."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.core.errors import DomainError
from shangju.imports.mapping import read_mapping
from shangju.imports.services import import_concerns


class Command(BaseCommand):
    """Exit status: 0 done, also when rows were refused; 1 the file cannot be used; 2 misuse."""

    help = "Import concerns from a table (CSV, CSV.gz, XLSX); twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, what its columns mean, and whether only to look."""
        parser.add_argument("file", type=Path, help="the table (.csv, .csv.gz, .xlsx)")
        parser.add_argument(
            "--mapping", type=Path, help="what the columns mean (YAML); known headers need none"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and store nothing")

    def handle(self, *, file: Path, mapping: Path | None, dry_run: bool, **_options: Any) -> None:
        """Do it."""
        try:
            result = import_concerns(
                file,
                mapping=read_mapping(mapping) if mapping else None,
                now=timezone.now(),
                dry_run=dry_run,
                progress=lambda done: self.stderr.write(_("… %(count)s rows") % {"count": done}),
            )
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        for line, reason in result.refusals:
            self.stderr.write(_("refused: line %(line)s: %(reason)s") % {"line": line, "reason": reason})
        self.stdout.write(result.summary)
