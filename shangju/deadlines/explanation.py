"""The explanation of a due instant in sentences, in Chinese and English (cases.md §4: every due date
explains itself).
"""

from collections.abc import Iterable
from contextlib import nullcontext

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext

from shangju.deadlines.engine import Clock, Line
from shangju.deadlines.steps import Step

SENTENCES = {
    "class": _("Class %(code)s (%(name)s), step: %(step)s."),
    "on_site": _(
        "Class N has no closing limit of its own: this is the limit for being on site; "
        "the cure follows the day class."
    ),
    "start": _("Counted from %(at)s."),
    "start_day": _("The day of start, %(date)s, does not count."),
    "hours": _("Working time on the first day: %(spans)s."),
    "opens": _("The start lies outside working time; counting begins at %(at)s."),
    "holiday": _("%(from)s to %(to)s does not count: %(name)s, days off."),
    "holiday_day": _("%(from)s does not count: %(name)s, day off."),
    "weekend": _("%(from)s to %(to)s does not count: weekend."),
    "weekend_day": _("%(from)s does not count: weekend."),
    "closed": _("%(from)s to %(to)s does not count: no working hours."),
    "closed_day": _("%(from)s does not count: no working hours."),
    "make_up": _("%(date)s counts: make-up workday for %(name)s."),
    "paused": _("Paused from %(from)s to %(to)s; this time does not count."),
    "paused_still": _("Paused since %(from)s; the clock stands still."),
    "moved": _("The last day, %(from)s, is not a full working day; it moves to %(to)s."),
    "reason": _("Reason of the extension: %(reason)s."),
    "provisional": _(
        "Provisional: the holiday notice for %(year)s has not been published; "
        "Monday to Friday without the statutory days was assumed."
    ),
    "standing": _("If the pause ended now, it would be due at %(at)s."),
    "due": _("Due at %(at)s."),
}

LIMITS = {
    (Clock.CONTINUOUS, "minutes"): ngettext_lazy(
        "Limit: %(amount)d minute, day and night.", "Limit: %(amount)d minutes, day and night.", "amount"
    ),
    (Clock.CONTINUOUS, "hours"): ngettext_lazy(
        "Limit: %(amount)d hour, day and night.", "Limit: %(amount)d hours, day and night.", "amount"
    ),
    (Clock.WORKING_HOURS, "minutes"): ngettext_lazy(
        "Limit: %(amount)d minute of working time.", "Limit: %(amount)d minutes of working time.", "amount"
    ),
    (Clock.WORKING_HOURS, "hours"): ngettext_lazy(
        "Limit: %(amount)d hour of working time.", "Limit: %(amount)d hours of working time.", "amount"
    ),
    (Clock.WORKING_DAYS, "days"): ngettext_lazy(
        "Limit: %(amount)d working day, to the close of business.",
        "Limit: %(amount)d working days, to the close of business.",
        "amount",
    ),
    (Clock.CALENDAR_DAYS, "days"): ngettext_lazy(
        "Limit: %(amount)d calendar day, to the close of business.",
        "Limit: %(amount)d calendar days, to the close of business.",
        "amount",
    ),
}

EXTENSIONS = {
    (Clock.CONTINUOUS, "minutes"): ngettext_lazy(
        "Extended from %(from)s by %(amount)d minute, day and night.",
        "Extended from %(from)s by %(amount)d minutes, day and night.",
        "amount",
    ),
    (Clock.CONTINUOUS, "hours"): ngettext_lazy(
        "Extended from %(from)s by %(amount)d hour, day and night.",
        "Extended from %(from)s by %(amount)d hours, day and night.",
        "amount",
    ),
    (Clock.WORKING_HOURS, "minutes"): ngettext_lazy(
        "Extended from %(from)s by %(amount)d minute of working time.",
        "Extended from %(from)s by %(amount)d minutes of working time.",
        "amount",
    ),
    (Clock.WORKING_HOURS, "hours"): ngettext_lazy(
        "Extended from %(from)s by %(amount)d hour of working time.",
        "Extended from %(from)s by %(amount)d hours of working time.",
        "amount",
    ),
    (Clock.WORKING_DAYS, "days"): ngettext_lazy(
        "Extended from %(from)s by %(amount)d working day.",
        "Extended from %(from)s by %(amount)d working days.",
        "amount",
    ),
    (Clock.CALENDAR_DAYS, "days"): ngettext_lazy(
        "Extended from %(from)s by %(amount)d calendar day.",
        "Extended from %(from)s by %(amount)d calendar days.",
        "amount",
    ),
}

INSTANTS = {
    "start": ("at",),
    "opens": ("at",),
    "due": ("at",),
    "standing": ("at",),
    "extension": ("from",),
    "paused": ("from", "to"),
    "paused_still": ("from",),
}
"""Which values of a line are instants, shown as date and minute; other dates stay as they are."""


def class_line(code: str, *, name_zh: str, name_en: str, step: str) -> Line:
    """The line that names class and step; whoever knows them puts it in front of the engine's lines."""
    return Line("class", {"code": code, "zh": name_zh, "en": name_en, "step": step})


def explain(lines: Iterable[Line], language: str | None = None) -> list[str]:
    """One sentence per line, in ``language`` (``zh-hans`` or ``en``), or in the reader's."""
    with translation.override(language) if language else nullcontext():
        return [_sentence(line) for line in lines]


def _sentence(line: Line) -> str:
    values = dict(line.params)
    for name in INSTANTS.get(line.code, ()):
        values[name] = str(values[name])[:16].replace("T", " ")
    if "zh" in values:
        values["name"] = values["en"] if translation.get_language() == "en" else values["zh"]
    if line.code == "hours":
        values["spans"] = str(values["spans"]).replace(", ", pgettext("between opening spans", ", "))
    if line.code == "class":
        values["step"] = str(Step(str(values["step"])).label)
    if line.code in {"limit", "extension"}:
        clock, amount = Clock(str(values["clock"])), int(values["amount"])
        unit: str = clock.unit
        if unit == "minutes" and amount % 60 == 0:
            unit, values["amount"] = "hours", amount // 60
        return str((LIMITS if line.code == "limit" else EXTENSIONS)[clock, unit] % values)
    single = f"{line.code}_day"
    if single in SENTENCES and line.code != "start" and values["from"] == values["to"]:
        return str(SENTENCES[single] % values)
    return str(SENTENCES[line.code] % values)
