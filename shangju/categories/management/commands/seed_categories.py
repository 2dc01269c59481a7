"""``shangju seed-categories``: bring the default tree of categories into the database."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from shangju.categories.services import seed_categories


class Command(BaseCommand):
    """Seed the categories; repeatable, and edited ones are left alone."""

    help = "Bring the default tree of categories into the database. Repeatable; edited ones are left alone."

    def handle(self, **_options: object) -> None:
        """Seed and say what happened."""
        result = seed_categories(now=timezone.now())
        self.stdout.write(
            f"categories: created {result.created}, updated {result.updated}, left as edited {result.kept}"
        )
