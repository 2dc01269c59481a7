"""``shangju reseal``: put every sealed value under the newest field key."""

from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shangju.core.operators import OperatorCommand
from shangju.core.resealing import Count, SealedColumn, reseal_column, sealed_columns


class Command(OperatorCommand):
    """Reseal all columns; may be stopped and run again at any time, also while the system is running."""

    help = "Encrypt every sealed value with the first key of SHANGJU_FIELD_KEYS. Safe to stop and to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        """Go through the columns; refuse with a sentence if a value opens with no key."""
        columns = sealed_columns()
        counts = [self._one(number, len(columns), column) for number, column in enumerate(columns, start=1)]
        unsealable = sum(count.unsealable for count in counts)
        if unsealable:
            raise CommandError(
                ngettext(
                    "%(count)s value opens with none of the keys: keep the old key in SHANGJU_FIELD_KEYS and try again.",
                    "%(count)s values open with none of the keys: keep the old key in SHANGJU_FIELD_KEYS and try again.",
                    unsealable,
                )
                % {"count": unsealable}
            )
        self.stdout.write(
            _("Resealed %(count)s values; everything is under the newest key.")
            % {"count": sum(c.resealed for c in counts)}
        )

    def _one(self, number: int, total: int, column: SealedColumn) -> Count:
        count = Count()
        for count in reseal_column(column):
            if count.rows and count.rows % 10_000 == 0:
                self.stdout.write(f"  {column}: {count.rows}")
        self.stdout.write(f"[{number}/{total}] {column}: {count.rows}, {count.resealed} ↻")
        return count
