"""The ``shangju`` command: every sub-command is a Django management command, spelled with hyphens."""

import os
import sys


def main() -> None:
    """Run ``shangju COMMAND …``.

    Exit status: 0 done, 1 refused with reasons (``CommandError``), 2 misuse (unknown option or command).
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shangju.config.settings")
    from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - settings must be named first
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - as above

    arguments = sys.argv[1:] or ["help"]
    command = arguments[0] if arguments[0].startswith("-") else arguments[0].replace("-", "_")
    try:
        execute_from_command_line(["shangju", command, *arguments[1:]])
    except ImproperlyConfigured as wrong:
        sys.stderr.write(f"{wrong}\n")
        sys.exit(2)
