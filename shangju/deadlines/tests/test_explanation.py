"""Sentences of the explanation in both languages."""

import re
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.conf import settings

from shangju.deadlines import explanation
from shangju.deadlines.engine import Extension, HoursRule, Line, Pause, compute_deadline
from shangju.deadlines.tests.calendars import CALENDAR, at, limit, with_hours

ROOT = Path(settings.BASE) / "locale"
FRAGMENT = ROOT / "parts" / "deadlines.po"
CATALOGUE = FRAGMENT if FRAGMENT.exists() else ROOT / "zh_Hans" / "LC_MESSAGES" / "django.po"


@pytest.fixture
def chinese(tmp_path, settings):
    folder = tmp_path / "zh_Hans" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with CATALOGUE.open("rb") as source, (folder / "django.mo").open("wb") as target:
        write_mo(target, read_po(source, locale="zh_Hans"))
    settings.LOCALE_PATHS = [tmp_path]


def festival():
    extensions = [Extension(limit("1wd"), "等待配件")]
    pauses = [Pause(at("02-25 09:00"), at("02-25 12:00"))]
    return compute_deadline(
        at("02-13 16:30"), limit("2wd"), calendar=CALENDAR, pauses=pauses, extensions=extensions
    ).explanation


def test_in_chinese(chinese):
    assert explanation.explain(festival(), "zh-hans") == [
        "自 2026-02-13 16:30 起算。",
        "时限：2 个工作日，至当日下班时止。",
        "起算当日 2026-02-13 不计入。",
        "2026-02-14 计入：春节调休上班。",
        "2026-02-15 至 2026-02-23 不计入：春节放假。",
        "自 2026-02-24 18:00 起延期 1 个工作日。",
        "延期理由：等待配件。",
        "2026-02-25 09:00 至 2026-02-25 12:00 暂停计时，不计入。",
        "到期时间：2026-02-26 18:00。",
    ]


def test_in_english():
    assert explanation.explain(festival(), "en") == [
        "Counted from 2026-02-13 16:30.",
        "Limit: 2 working days, to the close of business.",
        "The day of start, 2026-02-13, does not count.",
        "2026-02-14 counts: make-up workday for Spring Festival.",
        "2026-02-15 to 2026-02-23 does not count: Spring Festival, days off.",
        "Extended from 2026-02-24 18:00 by 1 working day.",
        "Reason of the extension: 等待配件.",
        "Paused from 2026-02-25 09:00 to 2026-02-25 12:00; this time does not count.",
        "Due at 2026-02-26 18:00.",
    ]


def test_provisional_year_and_weekend(chinese):
    lines = compute_deadline(at("12-31 10:00"), limit("1wd"), calendar=CALENDAR).explanation
    told = explanation.explain(lines, "zh-hans")
    assert told[3:5] == ["2027-01-01 不计入：元旦放假。", "2027-01-02 至 2027-01-03 不计入：周末。"]
    assert "暂估" in told[5]
    assert "2027" in told[5]


def test_spans_are_joined_the_chinese_way(chinese):
    lines = compute_deadline(at("03-02 12:30"), limit("1wh"), calendar=CALENDAR).explanation
    assert explanation.explain(lines, "zh-hans")[2] == "首日工作时间：09:00–12:00、14:00–18:00。"


def test_start_at_lunch_and_a_moved_last_day():
    lines = compute_deadline(at("03-02 12:30"), limit("1wh"), calendar=CALENDAR).explanation
    assert explanation.explain(lines, "en")[1:4] == [
        "Limit: 1 hour of working time.",
        "Working time on the first day: 09:00–12:00, 14:00–18:00.",
        "The start lies outside working time; counting begins at 2026-03-02 14:00.",
    ]
    lines = compute_deadline(at("03-02 10:00"), limit("5d"), calendar=CALENDAR).explanation
    assert explanation.explain(lines, "en")[3:5] == [
        "2026-03-07 to 2026-03-08 does not count: weekend.",
        "The last day, 2026-03-07, is not a full working day; it moves to 2026-03-09.",
    ]


def test_a_closed_weekday_is_called_closed():
    closed = with_hours(HoursRule((), weekdays=frozenset({2})))
    lines = compute_deadline(at("03-03 10:00"), limit("1wd"), calendar=closed).explanation
    assert "2026-03-04 does not count: no working hours." in explanation.explain(lines, "en")


def test_lines_survive_json():
    assert [Line.from_json(line.as_json()) for line in festival()] == list(festival())


def test_every_sentence_is_translated_with_the_same_values():
    with CATALOGUE.open("rb") as source:
        catalogue = read_po(source, locale="zh_Hans")
    told = [*explanation.SENTENCES.values(), *explanation.LIMITS.values(), *explanation.EXTENSIONS.values()]
    for sentence in told:
        msgid = sentence._kw["singular"] if hasattr(sentence, "_kw") and sentence._kw else sentence._args[0]
        message = catalogue.get(msgid)
        assert message is not None, msgid
        translated = message.string if isinstance(message.string, str) else message.string[0]
        assert set(re.findall(r"%\(\w+\)", translated)) == set(re.findall(r"%\(\w+\)", msgid)), msgid


@pytest.mark.parametrize("clock", list(explanation.LIMITS))
def test_every_clock_has_words(clock):
    line = Line("limit", {"clock": clock[0].value, "amount": 60 if clock[1] == "hours" else 7})
    assert explanation.explain([line], "en")[0].startswith("Limit: ")
