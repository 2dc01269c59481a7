"""``shangju export-setup CODE``: what a sub-district has set, as a set-up file (``docs/setup-file.md``)."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from shangju.administration.setup_file import written_settings
from shangju.areas.models import Area, AreaKind
from shangju.core.operators import OperatorCommand
from shangju.core.scoping import EverywhereReason, everywhere


class Command(OperatorCommand):
    """Print it. Exit status: 0 printed, 1 no such sub-district, 2 misuse."""

    help = "Print what a sub-district has set (working time, quiet times, ladder, measures) as a set-up file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which sub-district."""
        parser.add_argument("code", help="code of the sub-district")

    def handle(self, *, code: str, **options: Any) -> None:
        """Do it."""
        with everywhere(EverywhereReason.SETUP):
            found = Area.objects.filter(code=code, kind=AreaKind.SUBDISTRICT).select_related("parent").first()
            if found is None:
                raise CommandError(_("No sub-district has the code %(code)s.") % {"code": code})
            self.stdout.write(written_settings(found), ending="")
