"""``shangju restore SOURCE``: from a backup to a whole installation, onto an empty one only."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from shangju.backups.errors import BackupError
from shangju.backups.manifest import About, Manifest
from shangju.backups.reading import found_backup, verify
from shangju.backups.restoring import restore_backup
from shangju.core.operators import OperatorCommand


class Command(OperatorCommand):
    """Restore, or only look; exit 1 when nothing was restored, or when what was restored is not as promised."""

    help = (
        "Restore the backup SOURCE (a file, or a folder whose newest is taken) into the empty database that DATABASE_URL "
        "names and the empty folder for photos. Refuses to overwrite anything. --verify only reads and compares."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``SOURCE``, ``--verify``, ``--with-other-keys``."""
        parser.add_argument("source", type=Path, help="a backup, or the folder that backups are kept in")
        parser.add_argument("--verify", action="store_true", help="read and compare only; write nothing")
        parser.add_argument(
            "--with-other-keys",
            action="store_true",
            help="restore although the keys are lost: contact data stays unreadable, codes and phones are not found",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what the backup is, restore it, say what is not as it should be."""
        phrase = settings.BACKUP_PASSPHRASE
        try:
            path = found_backup(options["source"])
            if options["verify"]:
                self._tell(path, *verify(path, passphrase=phrase))
                self.stdout.write(_("It is whole."))
                return
            restored = restore_backup(path, passphrase=phrase, with_other_keys=options["with_other_keys"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        self._tell(path, restored.about, restored.manifest)
        for fault in restored.faults:
            self.stderr.write(fault)
        if restored.faults:
            raise CommandError(
                _("Everything was restored as it was; see above for what is not as it should be.")
            )
        self.stdout.write(_("Restored: every count, every file and every history is as it was."))

    def _tell(self, path: Path, about: About, manifest: Manifest) -> None:
        facts = {
            "path": path,
            "version": about.version,
            "time": about.made_at,
            "vendor": about.vendor,
            "cases": manifest.cases,
            "files": sum(name.startswith("media/") for name in manifest.files),
        }
        self.stdout.write(
            _(
                "%(path)s: Shangju %(version)s on %(vendor)s, %(time)s, %(cases)s cases, %(files)s files of photos."
            )
            % facts
        )
