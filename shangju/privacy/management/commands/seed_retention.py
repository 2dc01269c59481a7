"""``shangju seed-retention``: load the built-in retention rules."""

from typing import Any

from django.core.management.base import BaseCommand

from shangju.privacy.services import seed_retention


class Command(BaseCommand):
    """Adds what is missing; a second run changes nothing."""

    help = "Load the built-in retention rules; what is there stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        """Seed and say what was added."""
        self.stdout.write(f"retention rules added: {', '.join(seed_retention()) or 'none'}")
