"""``shangju sweep-photos``: what the worker does by itself once a day, at once or only counted."""

from argparse import ArgumentParser
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.core.operators import OperatorCommand
from shangju.photos.services import remove_stray_files


class Command(OperatorCommand):
    """Remove photo files that belong to no photo."""

    help = "Remove photo files without a row, older than a day; --dry-run only counts them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--dry-run``."""
        parser.add_argument("--dry-run", action="store_true", help="count, remove nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line with the number."""
        found = remove_stray_files(now=timezone.now(), is_dry_run=options["dry_run"])
        sentence = (
            _("%(count)s files belong to no photo; nothing was removed.")
            if options["dry_run"]
            else _("%(count)s files that belonged to no photo were removed.")
        )
        self.stdout.write(sentence % {"count": found})
