"""``shangju find-topics FILE``: the hottest topics of any table of concerns (docs/topics.md)."""

import sys
from argparse import ArgumentParser, ArgumentTypeError, RawDescriptionHelpFormatter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.core.errors import DomainError
from shangju.topics.grouping import COMPARING, GroupingRules, group
from shangju.topics.heat import heat_of, heat_shares
from shangju.topics.table import (
    COLUMNS,
    PLACED,
    UNPLACED,
    RankedGroup,
    ReadTable,
    membership_rows,
    read_concerns,
    topic_rows,
    usual_rules,
    write_table,
)

FAULTS_TOLD = 20
SHOWN_IDS = 12
DAYS_AT_MOST, METRES_AT_MOST, ROWS_AT_MOST = 36_500, 100_000, 1_000_000


def _between(least: float, most: float) -> Callable[[str], float]:
    """A number from the one to the other; misuse is told by the parser."""

    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise ArgumentTypeError(f"{text!r} is no number from {least:g} to {most:g}")
        return value

    return number


def _column(text: str) -> tuple[str, str]:
    name, equals, header = text.partition("=")
    if not equals or not header.strip() or name not in COLUMNS:
        raise ArgumentTypeError(f"{text!r} is not NAME=HEADER with NAME one of {', '.join(COLUMNS)}")
    return name, header


class Command(BaseCommand):
    """The hottest topics go to the output, progress and notes to the error stream."""

    help = """Find the topics in a table of concerns: many rows that are one matter, the hottest first.

The table: CSV (also .gz; UTF-8, GB18030, UTF-16; comma, semicolon, tab) or XLSX. Columns are known by their headers;
--column says what guessing misses. Nothing is stored: two tables are written, STEM-topics.csv (rank, heat, from, to,
place, description, number of rows, their ids) and STEM-rows.csv (id, rank of its topic or nothing).

Exit status: 0 done; 1 refused with a reason; 2 misuse."""

    requires_system_checks: list[str] = []

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Keep the paragraphs of the help text."""
        return super().create_parser(
            prog_name, subcommand, formatter_class=RawDescriptionHelpFormatter, **kwargs
        )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, its columns, the rules, where to write."""
        parser.add_argument("file", type=Path, help="the table (.csv, .csv.gz, .xlsx)")
        parser.add_argument(
            "--column", type=_column, action="append", default=[], metavar="NAME=HEADER",
            help=f"what a column is: {', '.join(COLUMNS)}",
        )  # fmt: skip
        parser.add_argument(
            "--days", type=_between(0, DAYS_AT_MOST),
            help=f"concerns further apart are not alike; 0: the whole table is one window "
            f"(where most rows have coordinates {PLACED.window.days if PLACED.window else 0}, else 0)",
        )  # fmt: skip
        parser.add_argument(
            "--threshold",
            type=_between(0.001, 1),
            default=UNPLACED.threshold,
            help="how alike, 0 to 1 (%(default)s)",
        )
        parser.add_argument(
            "--radius",
            type=_between(1, METRES_AT_MOST),
            default=PLACED.radius,
            help="metres between points (%(default)s)",
        )
        parser.add_argument(
            "--least", type=_between(2, ROWS_AT_MOST), default=2.0, help="rows that make a topic (2)"
        )
        parser.add_argument(
            "--top",
            type=_between(0, ROWS_AT_MOST),
            default=10.0,
            help="topics in the table of topics; 0 for all (10)",
        )
        parser.add_argument("--topics", type=Path, help="where the table of topics goes (STEM-topics.csv)")
        parser.add_argument("--rows", type=Path, help="where the rows with their topics go (STEM-rows.csv)")

    def handle(self, *, file: Path, **options: Any) -> None:
        """Read, group, rank, write, tell."""
        stem = Path(file.name.split(".")[0] or "table")
        top = int(options["top"])
        try:
            table = read_concerns(file, named=dict(options["column"]), zone=timezone.get_current_timezone())
            self._tell_table(table)
            ranked = self._ranked(table, _rules_of(options, table))
            shown = ranked[:top] if top else ranked
            topics = options["topics"] or stem.with_name(f"{stem.name}-topics.csv")
            rows = options["rows"] or stem.with_name(f"{stem.name}-rows.csv")
            write_table(topics, topic_rows(shown))
            write_table(rows, membership_rows(table.concerns, ranked))
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        for each in shown:
            self._tell_topic(each)
        words = {"topics": len(ranked), "file": topics, "rows": rows}
        self.stdout.write(_("%(topics)s topics; written: %(file)s, %(rows)s") % words)

    def _ranked(self, table: ReadTable, rules: GroupingRules) -> list[RankedGroup]:
        found = group(table.concerns, rules, progress=self._progress())
        if sys.stderr.isatty():
            self.stderr.write("")
        now = max((concern.at for concern in table.concerns if concern.at), default=None)
        heated = [(tuple(heat_shares(each.members, now=now, likeness=each.likeness)), each) for each in found]
        heated.sort(key=lambda pair: (-heat_of(pair[0]), -len(pair[1].members), pair[1].members[0].key))
        return [RankedGroup(rank, each, shares) for rank, (shares, each) in enumerate(heated, start=1)]

    def _tell_table(self, table: ReadTable) -> None:
        columns = ", ".join(f"{name} = {header}" for name, header in table.columns.items())
        self._note(
            _("%(count)s rows; columns: %(columns)s") % {"count": len(table.concerns), "columns": columns}
        )
        for each in table.left_out[:FAULTS_TOLD]:
            self._note(_("left out: line %(line)s: %(why)s") % {"line": each.line, "why": each.why})
        if len(table.left_out) > FAULTS_TOLD:
            self._note(_("… left out in all: %(count)s") % {"count": len(table.left_out)})

    def _tell_topic(self, each: RankedGroup) -> None:
        found, (first, last) = each.group, each.span
        ids = " ".join(member.key for member in found.members[:SHOWN_IDS])
        rows = ngettext("%(count)s row", "%(count)s rows", len(found.members)) % {"count": len(found.members)}
        parts = [
            f"{each.rank:>3}",
            str(each.heat),
            f"{first}–{last}" if first else "",
            found.place,
            found.centre.title,
            rows,
        ]
        more = " …" if len(found.members) > SHOWN_IDS else ""
        self.stdout.write(" | ".join(part for part in parts if part) + f" | {ids}{more}")

    def _progress(self) -> Callable[[str, int, int], None]:
        """One line that is written over where somebody watches, else a line now and then."""
        words = {COMPARING: _("… compared %(done)s of %(total)s")}
        watched, last = self.stderr.isatty(), [0]

        def show(stage: str, done: int, total: int) -> None:
            if stage not in words or (done - last[0] < max(1, total // 10) and done != total):
                return
            last[0] = done
            line = words[stage] % {"done": done, "total": total}
            if watched:
                self.stderr.write(f"\r{line}", lambda text: text, ending="")
            else:
                self._note(line)

        return show

    def _note(self, sentence: str) -> None:
        self.stderr.write(sentence, self.style.NOTICE)


def _rules_of(options: dict[str, Any], table: ReadTable) -> GroupingRules:
    rules = usual_rules(table.concerns)
    days = options["days"]
    window = rules.window if days is None else timedelta(days=days) if days else None
    return replace(
        rules, window=window, threshold=options["threshold"], radius=options["radius"], least=int(options["least"])
    )  # fmt: skip
