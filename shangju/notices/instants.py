"""``--now`` of the commands that do timed work."""

from argparse import ArgumentParser
from datetime import datetime

from django.core.management.base import CommandError
from django.utils import timezone


def add_instant(parser: ArgumentParser) -> None:
    """The option itself."""
    parser.add_argument("--now", help="the instant to act for, ISO 8601 with a zone; the present by default")


YEARS = range(2000, 2101)
"""In which timed work can still reckon some years back and on."""


def read_instant(text: str | None) -> datetime:
    """The instant that was given, or the present; refuses with status 2 what is none, has no zone or no year of ours."""
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
    if instant.year not in YEARS:
        years = f"{YEARS[0]} to {YEARS[-1]}"
        raise CommandError(f"--now is “{text}”, expected an instant of the years {years}.", returncode=2)
    return instant
