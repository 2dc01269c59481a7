"""``shangju setup FILE.yaml [--dry-run]``: a sub-district from one file (``docs/setup-file.md``)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shangju.accounts.actors import COMMAND_LINE
from shangju.administration.installation import set_up
from shangju.administration.plan import SECTIONS, VERBS, Comparison
from shangju.core.operators import OperatorCommand


class Command(OperatorCommand):
    """Read, compare, print the plan, carry it out in one transaction.

    Exit status: 0 done (or nothing to do), 1 refused with lines and reasons, 2 misuse.
    """

    help = "Set up a sub-district from one file; twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The file, and whether only to look."""
        parser.add_argument("file", type=Path, help="the set-up file (YAML, UTF-8)")
        parser.add_argument("--dry-run", action="store_true", help="print the plan and change nothing")

    def handle(self, *, file: Path, dry_run: bool, verbosity: int, **options: Any) -> None:
        """Do it."""
        try:
            text = file.read_text(encoding="utf-8-sig")
        except OSError as error:
            raise CommandError(
                _("%(file)s cannot be read: %(why)s.") % {"file": file, "why": error.strerror}
            ) from error
        except UnicodeDecodeError as error:
            raise CommandError(_("%(file)s is not UTF-8 text.") % {"file": file}) from error
        comparison = set_up(
            text,
            by=COMMAND_LINE,
            now=timezone.now(),
            dry_run=dry_run,
            progress=self._progress(dry_run=dry_run),
        )
        self._print_plan(comparison, all_steps=verbosity > 1)
        if comparison.refusals:
            for refusal in comparison.refusals:
                words = {"line": refusal.line, "reason": refusal.reason}
                self.stderr.write(_("refused: line %(line)s: %(reason)s") % words)
            count = {"count": len(comparison.refusals)}
            raise CommandError(_("Nothing was changed; refused: %(count)s.") % count)
        if comparison.changes_nothing:
            self.stdout.write(_("Everything is as the file says already."))
        else:
            self.stdout.write(_("Dry run: nothing was changed.") if dry_run else _("Done."))

    def _progress(self, *, dry_run: bool) -> Any:
        def tell(section: str, count: int) -> None:
            if count and not dry_run and self.stderr.isatty():
                self.stderr.write(f"… {SECTIONS[section]}: {count}")

        return tell

    def _print_plan(self, comparison: Comparison, *, all_steps: bool) -> None:
        for section, label in SECTIONS.items():
            counts = {verb: comparison.count(section, verb) for verb in VERBS}
            if any(counts.values()):
                parts = [
                    _("%(count)s %(verb)s") % {"count": count, "verb": VERBS[verb]}
                    for verb, count in counts.items()
                    if count
                ]
                told = pgettext("between counts", ", ").join(parts)
                self.stdout.write(_("%(section)s: %(counts)s") % {"section": label, "counts": told})
        for step in comparison.steps:
            if step.verb == "changed" or (all_steps and step.verb == "added"):
                words = {
                    "line": step.line,
                    "verb": VERBS[step.verb],
                    "what": step.what,
                    "detail": step.detail,
                }
                self.stdout.write(_("line %(line)s: %(verb)s %(what)s %(detail)s") % words)
