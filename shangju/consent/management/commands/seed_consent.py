"""``shangju seed-consent``: bring the privacy notices into the database."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from shangju.consent.services import seed_consent_notices


class Command(BaseCommand):
    """Add the versions of the privacy notice that are missing."""

    help = "Add the versions of the privacy notice that are missing. Repeatable; no version is ever changed."

    def handle(self, **_options: object) -> None:
        """Seed and say how many were new."""
        self.stdout.write(f"privacy notices: added {seed_consent_notices(now=timezone.now())}")
