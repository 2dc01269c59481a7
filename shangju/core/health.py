"""What ``shangju doctor`` asks. Every app may add questions of its own in a module ``health``.

A check is a function from the present moment to one :class:`Finding`; it raises nothing that it can foresee.
"""

import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shangju.core.models import Heartbeat, SetAside
from shangju.core.resealing import opens_newest_and_oldest, sealed_columns
from shangju.core.scanning import ScannerAway, scanner_version
from shangju.core.static_files import are_current
from shangju.core.views import WORKER_SILENCE

LEAST_FREE_BYTES = 1024**3


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question: is it well, and a sentence that says what is so or what to do."""

    subject: str
    well: bool
    sentence: str


def well(subject: str, sentence: str) -> Finding:
    """Nothing to do."""
    return Finding(subject, well=True, sentence=sentence)


def wrong(subject: str, sentence: str) -> Finding:
    """Something to do, and the sentence says what."""
    return Finding(subject, well=False, sentence=sentence)


Check = Callable[[datetime], Finding]
_checks: list[tuple[int, str, Check]] = []


def health_check(*, order: int) -> Callable[[Check], Check]:
    """Register a check; lower ``order`` is asked first."""

    def register(check: Check) -> Check:
        _checks.append((order, check.__qualname__, check))
        return check

    return register


def examine(now: datetime) -> list[Finding]:
    """Ask everything. A check that the database refuses is a finding, not an end."""
    autodiscover_modules("health")
    findings = []
    for _order, name, check in sorted(_checks, key=lambda entry: entry[:2]):
        try:
            findings.append(check(now))
        except DatabaseError as error:
            findings.append(
                wrong(
                    name.replace("_", " ").capitalize(),
                    _("The database did not answer: %(error)s") % {"error": type(error).__name__},
                )
            )
    return findings


@health_check(order=10)
def python_version(now: datetime) -> Finding:
    """Python is new enough."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    new_enough = sys.version_info >= (3, 11)
    return (well if new_enough else wrong)(
        "Python",
        _("Version %(version)s; 3.11 or newer is needed.") % {"version": version},
    )


@health_check(order=20)
def data_folder(now: datetime) -> Finding:
    """The data folder can be written and has room."""
    folder = Path(settings.ENVIRONMENT.data)
    probe = folder / ".doctor"
    try:
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError as error:
        reason = {"folder": folder, "reason": error.strerror}
        return wrong(_("Data folder"), _("%(folder)s cannot be written: %(reason)s.") % reason)
    free = shutil.disk_usage(folder).free
    room = {"folder": folder, "gigabytes": f"{free / 1024**3:.1f}"}
    if free < LEAST_FREE_BYTES:
        return wrong(_("Data folder"), _("%(folder)s has only %(gigabytes)s GB left; make room.") % room)
    return well(_("Data folder"), _("%(folder)s can be written; %(gigabytes)s GB are free.") % room)


@health_check(order=30)
def database(now: datetime) -> Finding:
    """The database answers, is migrated, and SQLite runs in WAL mode."""
    subject = _("Database")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        return wrong(
            subject, _("%(count)s migrations are waiting; run “shangju migrate”.") % {"count": waiting}
        )
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA journal_mode")
            mode = cursor.fetchone()[0]
        if mode not in {"wal", "memory"}:
            return wrong(
                subject,
                _("SQLite runs in mode %(mode)s instead of WAL; restart Shangju.") % {"mode": mode},
            )
    return well(subject, _("%(vendor)s answers and is migrated.") % {"vendor": connection.display_name})


@health_check(order=40)
def field_keys(now: datetime) -> Finding:
    """The configured keys open what is stored: the first and the last value of every sealed column."""
    shut = [str(column) for column in sealed_columns() if not opens_newest_and_oldest(column)]
    if shut:
        names = {"columns": ", ".join(shut)}
        return wrong(
            _("Field keys"),
            _("No configured key opens %(columns)s; add the missing key to SHANGJU_FIELD_KEYS.") % names,
        )
    return well(
        _("Field keys"),
        _("%(count)s keys; they open what is stored.") % {"count": len(settings.FIELD_KEYS)},
    )


@health_check(order=60)
def worker(now: datetime) -> Finding:
    """The worker gave a sign of life lately."""
    beat = Heartbeat.objects.filter(name="worker").first()
    if beat is None:
        return wrong(
            _("Worker"), _("It has never run; “shangju up” starts it, “shangju worker” runs it alone.")
        )
    silent = int((now - beat.at).total_seconds())
    alive = now - beat.at < WORKER_SILENCE
    sentence = (
        _("Last sign of life %(seconds)s seconds ago.")
        if alive
        else _("Silent for %(seconds)s seconds; start it with “shangju up”.")
    )
    return (well if alive else wrong)(_("Worker"), sentence % {"seconds": silent})


@health_check(order=65)
def set_aside(now: datetime) -> Finding:
    """Nothing that the worker failed at is waiting."""
    waiting = list(SetAside.objects.order_by("due_at")[:3])
    if not waiting:
        return well(_("Failed work"), _("Nothing is set aside."))
    facts = "; ".join(
        _("%(step)s, row %(row)s: %(attempts)s tries, next at %(time)s, %(error)s")
        % {
            "step": each.step,
            "row": each.row or "—",
            "attempts": each.attempts,
            "time": each.due_at.astimezone(ZoneInfo(settings.TIME_ZONE)).strftime("%Y-%m-%d %H:%M"),
            "error": each.error,
        }
        for each in waiting
    )
    return wrong(
        _("Failed work"),
        _("%(count)s pieces of work are set aside and tried again later. First: %(facts)s.")
        % {"count": SetAside.objects.count(), "facts": facts},
    )


@health_check(order=70)
def static_files(now: datetime) -> Finding:
    """What browsers are given is what the sources say."""
    current = are_current()
    sentence = (
        _("Collected.")
        if current
        else _("Not collected, or older than the sources; “shangju up” collects them.")
    )
    return (well if current else wrong)(_("Static files"), sentence)


@health_check(order=77)
def malware_scanner(now: datetime) -> Finding:
    """Where one is set up it answers; without one that is said plainly."""
    subject = _("Malware scanner")
    if not settings.MALWARE_SCANNER:
        return well(
            subject, _("None is set up; photos are drawn anew all the same. SHANGJU_CLAMD_URL names one.")
        )
    try:
        version = scanner_version()
    except ScannerAway as error:
        facts = {"address": settings.MALWARE_SCANNER, "reason": error}
        return wrong(subject, _("%(address)s does not answer (%(reason)s); start clamd there.") % facts)
    return well(subject, _("%(version)s answers.") % {"version": version})


@health_check(order=80)
def clock(now: datetime) -> Finding:
    """The time zone data is there, and China has one offset."""
    local = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    facts = {"time": local.strftime("%Y-%m-%d %H:%M"), "zone": settings.TIME_ZONE}
    return well(
        pgettext("of the machine", "Clock"),
        _("It is %(time)s in %(zone)s; compare with a clock you trust.") % facts,
    )


@health_check(order=90)
def mode(now: datetime) -> Finding:
    """Which mode, and whether production is reached over https."""
    if settings.DEMO:
        return well(
            _("Mode"),
            _("Demonstration: sign-ins are public. Set SHANGJU_MODE=production before real use."),
        )
    if not settings.SECURE_PUBLIC:
        return wrong(_("Mode"), _("Production without https; set SHANGJU_PUBLIC_URL to an https address."))
    return well(_("Mode"), _("Production at %(address)s.") % {"address": settings.PUBLIC_URL})
