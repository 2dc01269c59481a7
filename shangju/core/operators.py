"""What the commands for operators share: the language of the console."""

import os
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import translation


def console_language() -> str:
    """Chinese where the terminal's locale says so, English otherwise, as every Unix program does it."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "zh-hans" if locale.lower().startswith("zh") else "en"


class OperatorCommand(BaseCommand):
    """A command that speaks to whoever typed it in the language of their terminal."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        """Run under the console's language."""
        with translation.override(console_language()):
            return super().execute(*args, **options)
