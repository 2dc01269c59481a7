"""``shangju sweep [--now ISO]``: one pass of all timed work."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from shangju.core.queue import worker_steps
from shangju.notices.instants import add_instant, read_instant


class Command(BaseCommand):
    """Runs every step once, for a given instant; repeating it does nothing twice."""

    help = "One pass of all timed work, for now or for a given instant."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--now``."""
        add_instant(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps and say how many rows each dealt with."""
        now = read_instant(options["now"])
        for step in worker_steps():
            self.stdout.write(f"{step.name}: {step.run(now)}")
