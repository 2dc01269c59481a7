"""``shangju retention``: show what has reached its time, and, asked to, remove it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.accounts.actors import COMMAND_LINE
from shangju.core.errors import DomainError
from shangju.core.operators import OperatorCommand
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.privacy.carrying_out import carry_out_completely
from shangju.privacy.models import RetentionRun
from shangju.privacy.services import confirm_run, prepare_run
from shangju.privacy.workflow import RunState


class Command(OperatorCommand):
    """A dry run unless told otherwise. May be stopped and run again at any time."""

    help = "Show what has reached the end of its time; with --apply remove it. Safe to stop and to repeat."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Dry by default."""
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--dry-run", action="store_true", help="only show (this is the default)")
        how.add_argument("--apply", action="store_true", help="remove what is shown")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare a run, tell its counts, and carry it out where asked to."""
        now = timezone.now()
        try:
            run = self._unfinished() if options["apply"] else None
            if run is None:
                run = prepare_run(by=COMMAND_LINE, now=now)
            self._tell(run)
            if not options["apply"]:
                self.stdout.write(_("Nothing was removed. To remove it: shangju retention --apply"))
                return
            if run.state == RunState.PREPARED:
                run = confirm_run(run, by=COMMAND_LINE, now=now)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        done = carry_out_completely(run, now=now)
        self._tell(done)
        if done.state != RunState.DONE:
            raise CommandError(_("Some of it failed and is tried again by the worker: see shangju doctor."))
        self.stdout.write(_("Carried out."))

    @staticmethod
    def _unfinished() -> RetentionRun | None:
        return RetentionRun.objects.filter(state=RunState.CONFIRMED).first()

    def _tell(self, run: RetentionRun) -> None:
        with everywhere(EverywhereReason.VERIFICATION):
            for count in run.counts.select_related("subdistrict"):
                place = f" · {count.subdistrict}" if count.subdistrict else ""
                samples = f" ({', '.join(count.samples)})" if count.samples else ""
                self.stdout.write(
                    f"{count.get_kind_display()}{place}: {count.removed} / {count.found}{samples}"
                )
