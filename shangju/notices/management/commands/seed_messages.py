"""``shangju seed-messages``: bring the delivered texts of messages into the database."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from shangju.gateways.services import seed_templates
from shangju.notices.seeds import DELIVERED


class Command(BaseCommand):
    """Seed the templates; repeatable, and what was changed stays."""

    help = "Bring the delivered texts of messages into the database. Repeatable; changed ones are left alone."

    def handle(self, **_options: object) -> None:
        """Seed and say how many."""
        self.stdout.write(f"messages: added {seed_templates(DELIVERED, now=timezone.now())}")
