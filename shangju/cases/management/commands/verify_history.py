"""``shangju verify-history``: every case's history against its chain of hashes."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shangju.cases.chain import Break, first_break
from shangju.cases.models import Case, CaseEvent
from shangju.core.scoping import EverywhereReason, everywhere

PROGRESS_EVERY = 5000


class Command(BaseCommand):
    """Names the first break of each case whose history is not what was written."""

    help = "Verify the hash chains of all case histories; exit 1 if one is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Stream cases and their rows side by side, so that memory stays flat whatever their number."""
        with everywhere(EverywhereReason.VERIFICATION):
            checked, breaks = self._verify()
        for found in breaks:
            row = f"row {found.row}" if found.row is not None else "no row"
            self.stdout.write(f"{found.number}: step {found.sequence}, {row}: {found.fault}")
        if breaks:
            raise CommandError(f"{checked} histories checked, {len(breaks)} broken")
        self.stdout.write(f"{checked} histories checked, none broken")

    def _verify(self) -> tuple[int, list[Break]]:
        rows = CaseEvent.objects.order_by("case_id", "sequence").iterator(chunk_size=2000)
        histories = groupby(rows, key=attrgetter("case_id"))
        history = next(histories, None)
        breaks: list[Break] = []
        checked = 0
        for case in Case.objects.order_by("pk").iterator(chunk_size=1000):
            events: list[CaseEvent] = []
            if history is not None and history[0] == case.pk:
                events = list(history[1])
                history = next(histories, None)
            found = first_break(case, events)
            if found:
                breaks.append(found)
            checked += 1
            if checked % PROGRESS_EVERY == 0:
                self.stderr.write(f"{checked} …")
        return checked, breaks
