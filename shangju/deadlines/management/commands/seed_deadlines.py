"""``shangju seed-deadlines``: load the built-in calendar, deadline classes and hours."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from shangju.deadlines.services import seed_calendar


class Command(BaseCommand):
    """Adds what is missing; a second run changes nothing."""

    help = "Load the built-in work calendar, deadline classes and hours; what is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and say what was added."""
        seeded = seed_calendar(now=timezone.now())
        years = ", ".join(map(str, seeded.years)) or "none"
        classes = ", ".join(seeded.classes) or "none"
        self.stdout.write(f"years added: {years}; classes added: {classes}")
