"""``shangju deadline``: a due instant with its explanation, for checking a calendar."""

import json
import re
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.engine import Clock, Deadline, Extension, Limit, Line, Pause, compute_deadline
from shangju.deadlines.explanation import class_line, explain
from shangju.deadlines.queries import calendar_for, class_names, limit_for
from shangju.deadlines.rules import YEARS
from shangju.deadlines.steps import Step
from shangju.deadlines.work_calendar import ZONE

UNITS = {
    "min": (Clock.CONTINUOUS, 1),
    "h": (Clock.CONTINUOUS, 60),
    "wmin": (Clock.WORKING_HOURS, 1),
    "wh": (Clock.WORKING_HOURS, 60),
    "wd": (Clock.WORKING_DAYS, 1),
    "d": (Clock.CALENDAR_DAYS, 1),
}


def instant(text: str) -> datetime:
    """An ISO instant; without an offset it is Beijing time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” is not an instant such as 2026-02-13T16:30+08:00") from None
    if moment.year not in YEARS:
        raise ArgumentTypeError(f"“{text}” lies outside the years {YEARS[0]} to {YEARS[-1]}")
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)


def pause(text: str) -> Pause:
    """``FROM..TO``, or ``FROM..`` for a pause that still lasts."""
    begin, dots, end = text.partition("..")
    if not dots:
        raise ArgumentTypeError(f"“{text}” is not FROM..TO, two instants with two dots between them")
    try:
        return Pause(instant(begin), instant(end) if end else None)
    except ValueError:
        raise ArgumentTypeError(f"“{text}” ends before it begins") from None


def extension(text: str) -> Extension:
    """``15wd`` and the like."""
    match = re.fullmatch(r"(\d{1,7})([a-z]+)", text)
    if match is None or match[2] not in UNITS:
        raise ArgumentTypeError(
            f"“{text}” is not an amount with one of the units {', '.join(UNITS)}, such as 15wd"
        )
    clock, factor = UNITS[match[2]]
    try:
        return Extension(Limit(int(match[1]) * factor, clock))
    except ValueError as error:
        raise ArgumentTypeError(f"“{text}” is out of range: {error}") from None


class Command(BaseCommand):
    """Exit 0 with the answer, 1 where class, limit or sub-district is unknown, 2 for misuse."""

    help = "Compute a due instant and say how it came about."

    def add_arguments(self, parser: CommandParser) -> None:
        """Options as fixed in the project's interfaces."""
        parser.add_argument("--class", dest="class_code", required=True, help="A1 … N, or a pair such as C/N")
        parser.add_argument("--step", required=True, choices=Step.values)
        parser.add_argument("--from", dest="start", required=True, type=instant, help="ISO instant")
        parser.add_argument("--pause", action="append", default=[], type=pause, metavar="FROM..TO")
        parser.add_argument(
            "--extend",
            action="append",
            default=[],
            type=extension,
            metavar="AMOUNTunit",
            help="min, h: day and night; wmin, wh: working time; wd: working days; d: calendar days",
        )
        parser.add_argument("--subdistrict", metavar="CODE")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")

    def handle(self, *args: Any, **options: Any) -> None:
        """Compute, explain, print."""
        limit, heading = _limit(options["class_code"], options["step"])
        deadline = compute_deadline(
            options["start"],
            limit,
            calendar=calendar_for(_subdistrict(options["subdistrict"])),
            pauses=options["pause"],
            extensions=options["extend"],
            now=timezone.now(),
        )
        sentences = explain([*heading, *deadline.explanation], options["language"])
        self.stdout.write(
            _json(deadline, sentences) if options["json"] else "\n".join(_text(deadline, sentences))
        )


def _limit(class_code: str, step: str) -> tuple[Limit, list[Line]]:
    """The limit, and the lines that say which it is."""
    try:
        name_zh, name_en = class_names(class_code)
        limit = limit_for(class_code, step)
        on_site = limit is None and step == Step.CLOSE
        limit = limit_for(class_code, Step.MADE_SAFE) if on_site else limit
    except KeyError as error:
        raise CommandError(f"--class: there is no deadline class “{error.args[0]}”.") from None
    if limit is None:
        raise CommandError(f"--step: class {class_code} has no limit for the step {step}.")
    heading = [class_line(class_code, name_zh=name_zh, name_en=name_en, step=step)]
    return limit, [*heading, Line("on_site", {})] if on_site else heading


def _subdistrict(code: str | None) -> int | None:
    if code is None:
        return None
    with everywhere(EverywhereReason.VERIFICATION):
        found = Area.objects.filter(code=code, kind=AreaKind.SUBDISTRICT).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(f"--subdistrict: there is no sub-district with the code “{code}”.")
    return found


def _json(deadline: Deadline, sentences: list[str]) -> str:
    answer = {"due": deadline.due.isoformat(), "provisional": deadline.provisional, "explanation": sentences}
    return json.dumps(answer, ensure_ascii=False, indent=2)


def _text(deadline: Deadline, sentences: list[str]) -> Iterator[str]:
    yield deadline.due.isoformat()
    yield from (f"  {sentence}" for sentence in sentences)
