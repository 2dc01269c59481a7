"""``shangju make-key``: a new field key, to be put in front of ``SHANGJU_FIELD_KEYS``."""

from typing import Any

from cryptography.fernet import Fernet

from shangju.core.operators import OperatorCommand


class Command(OperatorCommand):
    """Print one key and nothing else, so that it can be piped into a secret store."""

    help = "Print a new field key. Put it first in SHANGJU_FIELD_KEYS, run “shangju reseal”, then drop the old key."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> str:
        """The key."""
        return Fernet.generate_key().decode()
