"""``shangju setup`` and ``shangju export_setup``: quiet hours, the ladder, the weights of the measures."""

from datetime import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from shangju.administration.tests.setting_up import FILE, setup
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.models import MeasureSettings
from shangju.notices.models import SendingTimes
from shangju.supervision.models import LadderRule, SupervisionLimits

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_up_in_english")]


QUIET = "  night_hours: 22:00-06:00\n  quiet_hours: 20:30-07:30\n  quiet_on_days_off: false\n  lists_when_empty: true\n"


def test_quiet_hours_come_from_the_file_and_stay_where_it_says_nothing(tmp_path: Path) -> None:
    setup(tmp_path, FILE.replace("  night_hours: 22:00-06:00\n", QUIET))
    columns = ("area__code", "begins", "ends", "on_days_off", "lists_when_empty")
    with everywhere(EverywhereReason.VERIFICATION):
        [stored] = SendingTimes.objects.values_list(*columns)
    assert stored == ("900", time(20, 30), time(7, 30), False, True)
    setup(tmp_path, FILE)
    setup(tmp_path, FILE.replace("  night_hours: 22:00-06:00\n", "  quiet_hours: 21:00-08:00\n"))
    with everywhere(EverywhereReason.VERIFICATION):
        assert list(SendingTimes.objects.values_list(*columns)) == [("900", time(21), time(8), False, True)]
    with pytest.raises(CommandError) as refusal:
        setup(tmp_path, FILE.replace("  night_hours: 22:00-06:00\n", "  quiet_hours: 08:00-07:30\n"))
    assert "leave at least two hours" in refusal.value.told  # type: ignore[attr-defined]


SUPERVISION = """\
  supervision:
    ladder:
      - {rung: red, action: urge, after: 1, receivers: [responsible, leader]}
      - {rung: third, action: nothing}
    long_pause_days: 14
  measures:
    weights: {contacted: 20, solved: 40, satisfied: 40}
    minimum: 5
"""
WITH_SUPERVISION = FILE.replace("  night_hours: 22:00-06:00\n", "  night_hours: 22:00-06:00\n" + SUPERVISION)


def supervised(code: str) -> dict[str, object]:
    """Every row that says how a sub-district supervises."""
    return {
        "ladder": sorted(
            LadderRule.objects.filter(area__code=code).values_list(
                "rung", "action", "after_working_days", "receivers"
            )
        ),
        "limits": list(
            SupervisionLimits.objects.filter(area__code=code).values_list(
                "dormant_days", "long_pause_days", "closes_unreachable"
            )
        ),
        "measures": list(
            MeasureSettings.objects.filter(area__code=code).values_list(
                "weight_contacted", "weight_solved", "weight_satisfied", "minimum"
            )
        ),
    }


OWN_SUPERVISION = {
    "ladder": [("red", "urge", 1, ["responsible", "leader"]), ("third", "nothing", 0, ["responsible"])],
    "limits": [(3, 14, True)],
    "measures": [(20, 40, 40, 5)],
}


def test_ladder_and_measures_come_from_the_file_and_stay_where_it_says_nothing(tmp_path: Path) -> None:
    assert "Ladder and measures: 1 added" in setup(tmp_path, WITH_SUPERVISION)
    assert supervised("900") == OWN_SUPERVISION
    events = AuditEvent.objects.count()
    assert "Everything is as the file says already." in setup(tmp_path, WITH_SUPERVISION)
    setup(tmp_path, FILE)
    assert supervised("900") == OWN_SUPERVISION
    assert AuditEvent.objects.count() == events
    setup(
        tmp_path,
        WITH_SUPERVISION.replace("minimum: 5", "minimum: 6").replace("    long_pause_days: 14\n", ""),
    )
    assert supervised("900") == OWN_SUPERVISION | {"measures": [(20, 40, 40, 6)]}


@pytest.mark.parametrize(
    ("good", "bad", "line", "sentence"),
    [
        ("rung: red", "rung: pink", 18, "“rung” is “pink”; allowed are: orange,"),
        ("action: nothing", "action: punish", 19, "“action” is “punish”; allowed are:"),
        ("rung: third", "rung: red", 19, "“red” is given twice."),
        ("after: 1", "after: 31", 18, "“after” must be a whole number from 0 to 30."),
        ("responsible, leader", "mayor", 18, "“receivers” is “mayor”; allowed are:"),
        ("[responsible, leader]", "[]", 16, "red-receivers: Choose who hears of it."),
        ("action: nothing", "action: escalate", 16, "third-after: Give whoever got it at least one"),
        ("long_pause_days: 14", "long_pause_days: 0", 20, "“long_pause_days” must be a whole number from 1"),
        ("solved: 40", "solved: 41", 16, "weight_solved: The three weights make 100 together; now they make 101."),
        ("solved: 40, ", "", 22, "“solved” is missing."),
        ("minimum: 5", "minimum: 0", 23, "“minimum” must be a whole number from 1 to 1000."),
        ("minimum: 5", "minimal: 5", 23, "“minimal” is not known here"),
    ],
)  # fmt: skip
def test_a_ladder_that_is_none_is_refused_before_anything_is_done(
    tmp_path: Path, good: str, bad: str, line: int, sentence: str
) -> None:
    assert good in WITH_SUPERVISION
    with pytest.raises(CommandError) as refusal:
        setup(tmp_path, WITH_SUPERVISION.replace(good, bad, 1), dry_run=True)
    told = refusal.value.told  # type: ignore[attr-defined]
    assert f"refused: line {line}: " in told
    assert sentence in told


def exported(code: str) -> str:
    out = StringIO()
    call_command("export_setup", code, stdout=out)
    return out.getvalue()


def test_what_was_exported_goes_in_again_and_begins_another_sub_district(tmp_path: Path) -> None:
    setup(tmp_path, WITH_SUPERVISION.replace("  night_hours: 22:00-06:00\n", QUIET))
    text = exported("900")
    assert "Everything is as the file says already." in setup(tmp_path, text)
    with pytest.raises(CommandError):
        exported("9001")
    other = text.replace("'900'", "'901'").replace("PLT", "PLU")
    setup(tmp_path, other)
    assert supervised("901") == OWN_SUPERVISION
    assert exported("901") == other
    LadderRule.objects.filter(area__code="901").delete()
    SupervisionLimits.objects.filter(area__code="901").delete()
    MeasureSettings.objects.filter(area__code="901").delete()
    defaults = exported("901")
    assert "Ladder and measures: 1 changed" in setup(tmp_path, other)
    assert supervised("901") == OWN_SUPERVISION
    setup(tmp_path, defaults)
    assert supervised("901") == {"ladder": [], "limits": [], "measures": []}
