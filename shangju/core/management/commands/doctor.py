"""``shangju doctor``: configuration and health in plain words."""

from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.core.health import examine
from shangju.core.operators import OperatorCommand


class Command(OperatorCommand):
    """Examine everything and say how it is."""

    help = (
        "Say in plain words whether configuration, database, keys, worker and files are well; exit 1 if not."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        """One line per question; the exit status tells whether all is well."""
        findings = examine(timezone.now())
        for finding in findings:
            mark = self.style.SUCCESS("✓") if finding.well else self.style.ERROR("✗")
            words = {"subject": finding.subject, "sentence": finding.sentence}
            self.stdout.write(f"{mark} " + _("%(subject)s: %(sentence)s") % words)
        wrong = sum(not finding.well for finding in findings)
        if wrong:
            raise CommandError(
                ngettext("%(count)s thing is wrong.", "%(count)s things are wrong.", wrong) % {"count": wrong}
            )
        self.stdout.write(_("All is well."))
