"""``shangju up``: from whatever state the data folder is in to a running system."""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext as _

from shangju.core.demo_sign_ins import DEMO_SIGN_INS
from shangju.core.operators import OperatorCommand
from shangju.core.processes import port_is_free
from shangju.core.static_files import collect_if_stale
from shangju.core.translations import compile_stale


class Command(OperatorCommand):
    """Prepare and start everything."""

    help = "Migrate, seed, collect static files, then run the web server and the worker until Ctrl-C."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """``--demo``, ``--workers`` and ``--prepare``."""
        parser.add_argument(
            "--demo", action="store_true", help="load the Dashikou demonstration first (keeps what is there)"
        )
        parser.add_argument(
            "--prepare", action="store_true", help="only bring everything to this version; start nothing"
        )
        parser.add_argument("--workers", type=int, default=2, help="web server processes (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare here, then become the small program that watches the children."""
        environment = settings.ENVIRONMENT
        if options["demo"] and not settings.DEMO:
            raise CommandError(_("The demonstration is refused in production mode; leave --demo away."))
        if not options["prepare"] and not port_is_free(environment.host, environment.port):
            raise CommandError(
                _(
                    "Port %(port)s on %(host)s is taken; stop what uses it, or choose another one with SHANGJU_PORT."
                )
                % {"port": environment.port, "host": environment.host}
            )
        self._prepare(with_demo=options["demo"])
        if not options["prepare"]:
            self._become_watcher(options["workers"], with_demo=options["demo"])

    def _prepare(self, *, with_demo: bool) -> None:
        self._step(_("Translations"), lambda: compile_stale(Path(settings.LOCALE_PATHS[0])))
        self._step(_("Database"), lambda: call_command("migrate", interactive=False, verbosity=0))
        self._step(_("Static files"), collect_if_stale)
        self._step(
            _("Calendars and deadline classes"), lambda: call_command("seed_deadlines", stdout=StringIO())
        )
        self._step(_("Retention rules"), lambda: call_command("seed_retention", stdout=StringIO()))
        self._step(_("Categories"), lambda: call_command("seed_categories", stdout=StringIO()))
        self._step(_("Messages"), lambda: call_command("seed_messages", stdout=StringIO()))
        self._step(_("Articles"), lambda: call_command("seed_articles", stdout=StringIO()))
        self._step(_("Privacy notices"), lambda: call_command("seed_consent", stdout=StringIO()))
        if with_demo:
            self._step(_("Demonstration"), lambda: call_command("demo"))

    def _step(self, name: str, work: Callable[[], object]) -> None:
        began = time.monotonic()
        # What a command stores or logs is not for this terminal: it keeps the installation's own language.
        with translation.override(settings.LANGUAGE_CODE):
            work()
        took = {"step": name, "seconds": f"{time.monotonic() - began:.1f}"}
        self.stdout.write("  " + _("%(step)s: %(seconds)s s") % took)
        self.stdout.flush()

    def _become_watcher(self, workers: int, *, with_demo: bool) -> None:
        environment = settings.ENVIRONMENT
        arguments = [
            *(
                sys.executable,
                "-m",
                "shangju.core.processes",
                "--host",
                environment.host,
                "--port",
                str(environment.port),
            ),
            *("--workers", str(max(1, workers)), f"--greeting={self._greeting(with_demo=with_demo)}"),
        ]
        connections.close_all()
        for stream in (self.stdout, sys.stdout, sys.stderr):
            stream.flush()
        os.environ.setdefault("PYTHONPATH", str(settings.BASE))
        os.execv(sys.executable, arguments)  # noqa: S606 - our own interpreter

    def _greeting(self, *, with_demo: bool) -> str:
        environment = settings.ENVIRONMENT
        address = f"http://{environment.host}:{environment.port}"
        lines = ["", _("Shangju is running: %(address)s   (Ctrl-C stops it)") % {"address": address}]
        if with_demo:
            lines += [
                "",
                _("Demonstration. Password of every sign-in: %(password)s")
                % {"password": environment.demo_password},
                *_columns(DEMO_SIGN_INS),
                "",
                _("Three things to try:"),
                "  1. "
                + _("Report a concern as a resident, without an account: %(address)s/report/")
                % {"address": address},
                "  2. "
                + _("Sign in as community-desk and give it to somebody: %(address)s/desk/")
                % {"address": address},
                "  3. "
                + _(
                    "Follow it with the code you were shown, and say whether it was solved: %(address)s/track/"
                )
                % {"address": address},
                "",
            ]
        return "\n".join(lines)


def _columns(names: Sequence[str], per_line: int = 4) -> list[str]:
    return [
        "  " + "".join(f"{name:<22}" for name in names[at : at + per_line]).rstrip()
        for at in range(0, len(names), per_line)
    ]
