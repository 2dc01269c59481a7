"""``shangju backup TARGET``: everything at one moment in one file, while the system runs."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.backups.errors import BackupError
from shangju.backups.reading import verify
from shangju.backups.writing import make_backup
from shangju.core.operators import OperatorCommand


class Command(OperatorCommand):
    """Write a backup; exit 1 when there is none afterwards, or when photos were missing already."""

    help = (
        "Write database and photos as of this moment into one file in the folder TARGET; may run while people work. "
        "Locked where SHANGJU_BACKUP_PASSPHRASE is set. The field keys and the secret key are NOT in it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``TARGET``, ``--keep``, ``--verify``."""
        parser.add_argument("target", type=Path, help="the folder that backups are kept in")
        parser.add_argument("--keep", type=int, default=0, help="keep the newest N backups there (0: all)")
        parser.add_argument("--verify", action="store_true", help="read it again afterwards and compare")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it, say what is in it."""
        if options["keep"] < 0:
            raise CommandError(_("--keep is a number of backups, 0 for all."))
        phrase = settings.BACKUP_PASSPHRASE
        try:
            path, manifest = make_backup(
                options["target"], now=timezone.now(), passphrase=phrase, keep=options["keep"]
            )
            if options["verify"]:
                verify(path, passphrase=phrase)
        except BackupError as error:
            raise CommandError(str(error)) from error
        facts = {
            "path": path,
            "cases": manifest.cases,
            "files": sum(name.startswith("media/") for name in manifest.files),
            "megabytes": f"{path.stat().st_size / 1024**2:.1f}",
        }
        self.stdout.write(
            _("%(path)s: %(cases)s cases, %(files)s files of photos, %(megabytes)s MB.") % facts
        )
        if not phrase:
            self.stdout.write(
                _("It is not locked: set SHANGJU_BACKUP_PASSPHRASE before it leaves this machine.")
            )
        self.stdout.write(
            _(
                "SHANGJU_FIELD_KEYS and SHANGJU_SECRET_KEY are not in it. Without them it cannot be used: keep them apart."
            )
        )
        if manifest.missing:
            raise CommandError(
                ngettext(
                    "The backup is made, but %(count)s file of a photo was missing already: %(first)s.",
                    "The backup is made, but %(count)s files of photos were missing already, first %(first)s.",
                    len(manifest.missing),
                )
                % {"count": len(manifest.missing), "first": manifest.missing[0]}
            )
