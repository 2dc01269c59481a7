"""``shangju seed-articles``: bring the articles that come with the installation into the database."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from shangju.knowledge.seeding import seed_articles


class Command(BaseCommand):
    """Seed the articles; repeatable, and those that a person worked on are left alone."""

    help = "Bring the articles that come along into the database. Repeatable; edited ones are left alone."

    def handle(self, **_options: object) -> None:
        """Seed and say what happened."""
        result = seed_articles(now=timezone.now())
        self.stdout.write(
            f"articles: created {result.created}, updated {result.updated}, left as edited {result.kept}"
        )
