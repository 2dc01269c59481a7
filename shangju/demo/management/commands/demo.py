"""``shangju demo``: the Dashikou demonstration, once."""

import time
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shangju.accounts.models import User
from shangju.core.errors import DomainError
from shangju.core.operators import OperatorCommand
from shangju.demo.loading import give_password, is_loaded, load_cases

BLUEPRINT = Path(__file__).resolve().parents[2] / "data" / "dashikou.yaml"


class Command(OperatorCommand):
    """Sets the sub-district up and lives a year of cases through; a second run changes nothing."""

    help = "Load the Dashikou demonstration (demo mode only; idempotent)."

    def handle(self, *args: Any, **options: Any) -> None:
        """Reference data, areas and people, cases."""
        if not settings.DEMO:
            raise CommandError(_("The demonstration is refused in production mode; leave --demo away."))
        if is_loaded():
            self.stdout.write(_("The demonstration is there already."))
            return
        began = time.monotonic()
        call_command("seed_deadlines", verbosity=0, stdout=StringIO())
        call_command("seed_categories", verbosity=0, stdout=StringIO())
        call_command("seed_articles", verbosity=0, stdout=StringIO())
        call_command("seed_consent", verbosity=0, stdout=StringIO())
        if not User.objects.filter(username="grid-worker").exists():
            call_command("setup", str(BLUEPRINT), stdout=self.stderr)
        give_password()
        try:
            with translation.override(settings.LANGUAGE_CODE):
                loaded = load_cases(now=timezone.now(), tell=self._tell)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            _("%(count)s cases in %(seconds)s s; the founding case is %(number)s.")
            % {
                "count": loaded.cases,
                "seconds": f"{time.monotonic() - began:.1f}",
                "number": loaded.founding_number,
            }
        )

    def _tell(self, progress: str) -> None:
        self.stderr.write(_("Cases: %(progress)s") % {"progress": progress})
