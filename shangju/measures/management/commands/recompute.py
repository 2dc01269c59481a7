"""``shangju recompute [--check]``: the figures anew from the history, or compared with it."""

from argparse import ArgumentParser
from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from shangju.measures.keeping import keep_figures
from shangju.measures.recomputing import differences, recompute

SHOWN = 100
"""Differences that are named; more of them say nothing more."""


class Command(BaseCommand):
    """Makes all figures anew, or only compares: nothing is written then but what the worker was about to."""

    help = "Compute all figures anew from the history; with --check compare only, and exit 1 if one differs."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--check``."""
        parser.add_argument("--check", action="store_true", help="compare what is shown with the history")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, with the number of cases read so far on the error output."""
        if options["check"]:
            self._check()
            return
        done = recompute(now=timezone.now(), progress=self._say)
        self.stdout.write(f"{done} cases read, all figures computed anew")

    def _check(self) -> None:
        keep_figures(timezone.now())
        found = list(islice(differences(progress=self._say), SHOWN + 1))
        for each in found[:SHOWN]:
            self.stdout.write(f"{each.where}: shown {each.shown}, by the history {each.found}")
        if found:
            more = "at least " if len(found) > SHOWN else ""
            raise CommandError(
                f"{more}{min(len(found), SHOWN)} figures differ; shangju recompute sets them right"
            )
        self.stdout.write("all figures are what the history says")

    def _say(self, done: int) -> None:
        self.stderr.write(f"{done} …")
