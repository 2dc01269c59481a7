"""``shangju export-ledger KIND|VIEW --area CODE --out FILE`` (docs/ledgers.md)."""

from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.core.errors import DomainError
from shangju.ledgers.filters import BY_ACT, BY_RECEIPT
from shangju.ledgers.operator import Order, write_for_operator
from shangju.ledgers.workflow import LedgerKind

LINES_EVERY = 10_000
"""Rows between two lines of progress where nobody watches."""


class Command(BaseCommand):
    """Contacts are always masked here: nobody at a command line has a second person beside them."""

    help = """Write a ledger of an area to a file: XLSX or CSV, by the ending of its name.

The ledger is a kind (case, visit, mediation, approval, supervision, look, minor) or the name of a saved one that is shared
in the sub-district. Contacts are masked. Progress goes to the error stream, the number of rows is the last line.

Exit status: 0 written; 1 refused with the reason; 2 misuse."""

    requires_system_checks: list[str] = []
    """They would load every page and the whole interface into a process that serves neither: 25 MB."""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the paragraphs of the help text."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which ledger, of which area and period, with which columns, to which file."""
        parser.add_argument("ledger", help=f"{', '.join(LedgerKind.values)}, or the name of a shared ledger")
        parser.add_argument("--area", required=True, help="code of the area")
        parser.add_argument("--from", dest="first", type=date.fromisoformat, help="first day (2026-11-01)")
        parser.add_argument("--to", dest="last", type=date.fromisoformat, help="last day")
        parser.add_argument("--by", choices=(BY_RECEIPT, BY_ACT), default="", help="which day counts")
        parser.add_argument(
            "--columns", default="", help="keys of columns in their order, with commas between"
        )
        parser.add_argument("--out", type=Path, required=True, help="the file to write: .xlsx or .csv")

    def handle(self, *, ledger: str, area: str, out: Path, columns: str, **options: Any) -> None:
        """Do it."""
        order = Order(
            ledger,
            area,
            out,
            tuple(key.strip() for key in columns.split(",") if key.strip()),
            by=options["by"],
            first=options["first"],
            last=options["last"],
        )
        try:
            rows = write_for_operator(order, progress=self._progress(), now=timezone.now())
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as fault:
            raise CommandError(
                _("%(file)s could not be written: %(why)s") % {"file": out, "why": fault.strerror}
            ) from fault
        self.stdout.write(f"rows {rows}")

    def _progress(self) -> Callable[[int, int], None]:
        """One line that changes where somebody watches, else a line every some thousand rows."""
        watched, told = self.stderr.isatty(), 0

        def tell(done: int, total: int) -> None:
            nonlocal told
            if watched or done - told >= LINES_EVERY or done == total:
                told = done
                sentence = _("%(done)s of %(total)s rows") % {"done": done, "total": total}
                self.stderr.write(f"\r{sentence}" if watched else sentence, ending="" if watched else "\n")

        return tell
