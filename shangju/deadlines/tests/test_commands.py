"""``shangju deadline`` and ``shangju seed-deadlines``: output and exit status."""

import json

import pytest
from django.core.management import CommandError, call_command
from django.core.management.base import CommandParser

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.management.commands.deadline import Command
from shangju.deadlines.models import WorkHours, WorkYear

pytestmark = pytest.mark.django_db
START = ["--from", "2026-02-13T16:30+08:00"]


def answer(capsys, *arguments):
    call_command("deadline", *arguments, "--json", "--language", "en")
    return json.loads(capsys.readouterr().out)


def test_on_a_database_without_seeds(capsys):
    told = answer(capsys, "--class", "D", "--step", "close", *START)
    assert (told["due"], told["provisional"]) == ("2026-02-27T18:00:00+08:00", False)
    assert "2026-02-15 to 2026-02-23 does not count: Spring Festival, days off." in told["explanation"]
    assert set(told) == {"due", "provisional", "explanation"}
    assert not WorkYear.objects.exists()


def test_with_pause_and_extension(capsys):
    options = ["--pause", "2026-02-24T09:00..2026-02-25T09:00", "--extend", "15wd"]
    told = answer(capsys, "--class", "E", "--step", "close", *START, *options)
    assert told["due"] == "2026-04-03T18:00:00+08:00"


@pytest.mark.parametrize(
    ("code", "step", "due"),
    [
        ("N", "close", "2026-02-13T18:30:00+08:00"),
        ("N", "first_contact", "2026-02-13T17:00:00+08:00"),
        ("C/N", "made_safe", "2026-02-13T18:30:00+08:00"),
        ("C/N", "close", "2026-02-24T18:00:00+08:00"),
        ("B", "close", "2026-02-14T11:30:00+08:00"),
        ("A1", "close", "2026-02-14T16:30:00+08:00"),
        ("K", "call_back", "2026-02-14T18:00:00+08:00"),
    ],
)
def test_classes_and_steps(capsys, code, step, due):
    told = answer(capsys, "--class", code, "--step", step, *START)
    assert told["due"] == due
    assert any("no closing limit" in line for line in told["explanation"]) is ((code, step) == ("N", "close"))


def test_hours_of_a_subdistrict(capsys):
    with everywhere(EverywhereReason.SETUP):
        area = Area.objects.create(kind=AreaKind.SUBDISTRICT, path="/1/", code="321102004", name="某街道")
    call_command("seed_deadlines")
    assert "2026" in capsys.readouterr().out
    WorkHours.objects.create(area=area, spans=[["08:00", "12:00"]])
    start = ["--from", "2026-03-02T08:00+08:00"]
    told = answer(capsys, "--class", "B", "--step", "close", *start, "--subdistrict", area.code)
    assert told["due"] == "2026-03-02T12:00:00+08:00"
    assert answer(capsys, "--class", "B", "--step", "close", *start)["due"] == "2026-03-02T15:00:00+08:00"


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--class", "Z", "--step", "close", *START], "--class"),
        (["--class", "D", "--step", "made_safe", *START], "--step"),
        (["--class", "D", "--step", "close", *START, "--subdistrict", "nowhere"], "--subdistrict"),
    ],
)
def test_refusals_name_the_option(options, named):
    with pytest.raises(CommandError, match=named) as refused:
        call_command("deadline", *options)
    assert refused.value.returncode == 1


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (["--class", "D", "--step", "never", *START], "--step"),
        (["--class", "D", "--step", "close"], "--from"),
        (["--class", "D", "--step", "close", "--from", "yesterday"], "--from"),
        (["--class", "D", "--step", "close", "--from", "9999-12-31T00:00"], "--from"),
        (["--class", "D", "--step", "close", *START, "--pause", "2026-02-24T09:00"], "--pause"),
        (
            ["--class", "D", "--step", "close", *START, "--pause", "2026-02-24T09:00..2026-02-23T09:00"],
            "--pause",
        ),
        (["--class", "D", "--step", "close", *START, "--extend", "15"], "--extend"),
        (["--class", "D", "--step", "close", *START, "--extend", "0wd"], "--extend"),
    ],
)
def test_misuse_names_the_option_and_exits_2(options, named, capsys):
    parser = CommandParser(called_from_command_line=True)
    Command().add_arguments(parser)
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(options)
    assert ended.value.code == 2
    assert named in capsys.readouterr().err
