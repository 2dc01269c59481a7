"""``shangju sweep [--now ISO]``: one pass of all timed work."""

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shangju.core.queue import worker_steps


class Command(BaseCommand):
    """Runs every step once, for a given instant; repeating it does nothing twice."""

    help = "One pass of all timed work, for now or for a given instant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--now``."""
        parser.add_argument(
            "--now", help="the instant to act for, ISO 8601 with a zone; the present by default"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps and say how many rows each dealt with."""
        now = self._instant(options["now"])
        for step in worker_steps():
            self.stdout.write(f"{step.name}: {step.run(now)}")

    def _instant(self, text: str | None) -> datetime:
        if not text:
            return timezone.now()
        try:
            instant = datetime.fromisoformat(text)
        except ValueError as error:
            raise CommandError(
                f"--now is “{text}”, expected ISO 8601 such as 2026-02-13T16:30+08:00.", returncode=2
            ) from error
        if instant.tzinfo is None:
            raise CommandError(f"--now is “{text}”, which names no zone; add +08:00.", returncode=2)
        return instant
