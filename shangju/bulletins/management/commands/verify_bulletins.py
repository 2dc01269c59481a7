"""``shangju verify-bulletins``: every bulletin against its hash, and its history against the chain."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from shangju.bulletins.freezing import fault_of
from shangju.bulletins.models import Bulletin
from shangju.core.scoping import EverywhereReason, everywhere


class Command(BaseCommand):
    """Names each bulletin whose text, figures or history is not what was written."""

    help = "Verify the hashes of all issued bulletins and their histories; exit 1 if one is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        """A bulletin at a time, so that memory stays flat."""
        checked = broken = 0
        with everywhere(EverywhereReason.VERIFICATION):
            rows = Bulletin.objects.select_related("area").prefetch_related("sections", "events")
            for bulletin in rows.order_by("pk").iterator(chunk_size=100):
                checked += 1
                fault = fault_of(
                    bulletin, bulletin.sections.all(), bulletin.events.all(), area_code=bulletin.area.code
                )
                if fault:
                    broken += 1
                    name = f"{bulletin.area.code} {bulletin.kind} {bulletin.first} {bulletin.number}".strip()
                    self.stdout.write(f"{name}: {fault}")
        if broken:
            raise CommandError(f"{checked} bulletins checked, {broken} broken")
        self.stdout.write(f"{checked} bulletins checked, none broken")
