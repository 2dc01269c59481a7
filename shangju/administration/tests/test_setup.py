"""``shangju setup``: a sub-district from one file."""

from collections.abc import Iterator
from datetime import time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q
from django.utils import translation

from shangju.accounts.models import Administrator, Person, User
from shangju.areas.models import AddressEntry, Area
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.models import NightRest, WorkHours
from shangju.measures.models import MeasureSettings
from shangju.notices.models import SendingTimes
from shangju.parties.models import Delegation, Party
from shangju.posts.models import Appointment, Post
from shangju.supervision.models import LadderRule, SupervisionLimits

pytestmark = pytest.mark.django_db

DASHIKOU = Path(__file__).parents[2] / "demo" / "data" / "dashikou.yaml"

FILE = """\
version: 1
datum: gcj02
people:
  - {sign_in: head-one, name: 楼栋长 1号, name_en: Building head 1}
  - {sign_in: home-one, name: 居民 1号, resident: true}
  - {sign_in: system-one, name: 系统管理员 1号, administrator: system}
subdistrict:
  code: "900"
  name: 试点街道
  name_en: Pilot Sub-district
  party_body: 试点街道党工委
  number_prefix: PLT
  work_hours:
    - {spans: ["09:00-12:00", "14:00-17:30"], season: 06-01..09-30}
  night_hours: 22:00-06:00
  posts:
    - {kind: unit, name: 综合执法队, rung: enforcement, holders: [{sign_in: unit-one, name: 执法员 1号, from: 2025-01-01}]}
  communities:
    - code: "1"
      name: 试点社区
      invented: true
      addresses: [试点社区]
      outline: [[119.45, 32.21], [119.46, 32.21], [119.46, 32.22], [119.45, 32.22]]
      grids:
        - code: G1
          name: 试点一网格
          posts:
            - kind: grid_worker
              name: 网格员
              holders:
                - {sign_in: old-one, name: 网格员 1号, from: 2024-01-01, to: 2024-12-31}
                - {sign_in: new-one, name: 网格员 2号, from: 2025-01-01}
          micro_grids:
            - code: W1
              name: 试点一微网格
              buildings:
                - {from: 1, to: 3, households: 26, name: "试点里{n}幢", along: [[119.451, 32.211], [119.453, 32.211]]}
                - {from: 2, to: 6, step: 2, code: L, households: 2, name: "试点巷{n}号",
                   addresses: ["试点巷{n}号", "老试点巷{n}号"]}
                - number: 9
                  name: 试点里{n}幢
                  households: 10
                  party_body: 试点里9幢党小组
                  posts: [{kind: building_head, name: 楼栋长, holders: [head-one]}]
                  hub_households: [{code: H1, name: 中心户}]
parties:
  - {area: 1G1, name: 老街面馆（示范）, trade: 餐饮, at: [119.452, 32.212], joined: 2023-03-01,
     delegates: [{sign_in: shop-one, name: 商户 1号, from: 2025-01-01, voting: true}]}
"""


@pytest.fixture(autouse=True)
def _english_and_scope() -> Iterator[None]:
    with everywhere(EverywhereReason.SETUP), translation.override("en"):
        yield


def setup(path: Path, text: str | None = None, **options: Any) -> str:
    if text is not None:
        path = path / "setup.yaml"
        path.write_text(text, encoding="utf-8")
    out, err = StringIO(), StringIO()
    try:
        call_command("setup", path, stdout=out, stderr=err, **options)
    except CommandError as error:
        error.told = err.getvalue()  # type: ignore[attr-defined]
        raise
    return out.getvalue()


def everything_stored() -> dict[str, int]:
    models = (
        WorkHours,
        NightRest,
        Area,
        AddressEntry,
        User,
        Administrator,
        Person,
        Post,
        Appointment,
        Party,
        Delegation,
        AuditEvent,
    )
    return {model.__name__: model.objects.count() for model in models}


def test_a_file_becomes_a_sub_district(tmp_path: Path) -> None:
    said = setup(tmp_path, FILE)
    assert "Areas: 12 added" in said
    assert said.rstrip().endswith("Done.")
    micro = Area.objects.get(code="9001G1W1")
    assert micro.households == 3 * 26 + 3 * 2 + 10
    assert Area.objects.get(code="9001G1W1B02").name == "试点里2幢"
    assert sorted(micro.children.values_list("code", flat=True)) == [
        f"9001G1W1{own}" for own in ("B01", "B02", "B03", "B09", "L02", "L04", "L06")
    ]
    assert Area.objects.get(code="9001G1W1B09").party_body == "试点里9幢党小组"
    assert Area.objects.get(code="9001G1W1B09H1").kind == "hub_household"
    assert set(AddressEntry.objects.filter(area__code="9001G1W1L04").values_list("shown_as", flat=True)) == {
        "试点巷4号",
        "老试点巷4号",
    }
    entry = AddressEntry.objects.get(shown_as="试点里2幢")
    assert entry.longitude is not None
    assert 119.445 < entry.longitude < 119.449
    community = Area.objects.get(code="9001")
    assert community.outline["coordinates"][0][0][0] < 119.447
    assert community.outline_datum == "gcj02"
    hours = WorkHours.objects.get(area__code="900")
    assert hours.spans == [["09:00", "12:00"], ["14:00", "17:30"]]
    assert (hours.season_from, hours.season_until) == ("06-01", "09-30")
    assert NightRest.objects.get(area__code="900").begins.hour == 22
    assert Administrator.objects.get().user.username == "system-one"
    assert Person.objects.get().user.username == "home-one"
    assert Appointment.objects.get(user__username="head-one").post.area.code == "9001G1W1B09"
    assert Delegation.objects.get().party.trade == "餐饮"
    assert AuditEvent.objects.filter(actor__isnull=False).count() == 0
    assert not User.objects.get(username="new-one").has_usable_password()


def test_twice_changes_nothing(tmp_path: Path) -> None:
    setup(tmp_path, FILE)
    before = everything_stored()
    said = setup(tmp_path, FILE)
    assert "Everything is as the file says already." in said
    assert everything_stored() == before


def test_a_dry_run_changes_nothing(tmp_path: Path) -> None:
    before = everything_stored()
    said = setup(tmp_path, FILE, dry_run=True)
    assert "Areas: 12 added" in said
    assert "Dry run: nothing was changed." in said
    assert everything_stored() == before


def test_a_changed_file_changes_only_what_differs(tmp_path: Path) -> None:
    setup(tmp_path, FILE)
    events = AuditEvent.objects.count()
    changed = (
        FILE.replace("name: 试点一网格", "name: 试点壹网格")
        .replace("trade: 餐饮", "trade: 小吃")
        .replace(
            "{sign_in: new-one, name: 网格员 2号, from: 2025-01-01}",
            "{sign_in: new-one, name: 网格员 2号, from: 2025-01-01, to: 2027-12-31}",
        )
    )
    said = setup(tmp_path, changed)
    assert "line 25: changed 9001G1 name: 试点一网格 → 试点壹网格" in said
    assert Area.objects.get(code="9001G1").name == "试点壹网格"
    assert Party.objects.get().trade == "小吃"
    assert str(Appointment.objects.get(user__username="new-one").ends_on) == "2027-12-31"
    assert AuditEvent.objects.count() == events + 3


def test_changed_working_time_replaces_the_old_one(tmp_path: Path) -> None:
    setup(tmp_path, FILE)
    said = setup(tmp_path, FILE.replace("14:00-17:30", "14:30-18:00"))
    assert "Working time: 1 changed" in said
    assert WorkHours.objects.get(area__code="900").spans[1] == ["14:30", "18:00"]


BROKEN = [
    ("version: 1", "version: 2", 1, "“version” must be a whole number from 1 to 1."),
    ("name: 试点街道\n", "nam: 试点街道\n", 9, "“nam” is not known here"),
    ("  name: 试点街道\n", "", 8, "“name” is missing."),
    ('code: "1"', "code: [1]", 19, "“code” must be a single value."),
    ("kind: grid_worker", "kind: grid_walker", 28, "“kind” is “grid_walker”; allowed are:"),
    ("rung: enforcement", "rung: enforcer", 17, "“rung” is “enforcer”; allowed are:"),
    ("datum: gcj02", "datum: mars", 2, "“datum” is “mars”; allowed are: wgs84, gcj02, bd09."),
    ("to: 2024-12-31", "to: 31.12.2024", 31, "“to” must be a date such as 2026-01-31."),
    ("to: 2024-12-31", "to: 2023-12-31", 31, "The term must not end before it begins."),
    ("holders: [head-one]", "holders: [head-two]", 44, "Nobody has the sign-in name head-two"),
    ("holders: [head-one]", "holders: [system-one]", 44, "system-one is an administrator"),
    ("from: 1, to: 3", "from: 3, to: 1", 37, "“to” must not be before “from”"),
    ("from: 1, to: 3", "to: 3", 37, "“from” is missing."),
    ("households: 26", "households: many", 37, "“households” must be a whole number"),
    ("number: 9", "number: 3", 40, "The code 9001G1W1B03 stands in line 37 already."),
    ("area: 1G1", "area: 1G7", 47, "No area of this file has the code 9001G7."),
    (
        "[119.46, 32.22], [119.45, 32.22]]",
        "[119.45, 32.22], [119.46, 32.22]]",
        19,
        "The outline crosses or touches itself",
    ),
    ("outline: [[119.45, 32.21],", "outline: [[119.45],", 23, "“outline” must be a list of points"),
    ("night_hours: 22:00-06:00", "night_hours: 22:00-05:00", 15, "The night has eight hours"),
    ('"14:00-17:30"', '"11:00-17:30"', 14, "Working hours need spans in order that do not overlap."),
    ("resident: true", "resident: perhaps", 5, "“resident” must be true or false."),
    ("administrator: system", "administrator: boss", 6, "“administrator” is “boss”"),
    ("sign_in: head-one", "sign_in: Head One", 4, "A sign-in name has 2 to 59"),
    ("name: 商户 1号, from", "name: 商户 1号, phone: 123, from", 48, "A mobile number has 11 digits"),
    ("  - {area: 1G1", "  - {area: 1G1, name: 双", 47, "“name” is given twice."),
    ("parties:\n", "parties: none\nrest:\n", 46, "“parties” must be a list."),
    ("communities:", "communities: [", 19, "This is not YAML"),
]


@pytest.mark.parametrize(("good", "bad", "line", "sentence"), BROKEN, ids=[str(row[3]) for row in BROKEN])
def test_a_broken_file_is_refused_whole_with_line_and_reason(
    tmp_path: Path, good: str, bad: str, line: int, sentence: str
) -> None:
    assert good in FILE
    before = everything_stored()
    with pytest.raises(CommandError) as refusal:
        setup(tmp_path, FILE.replace(good, bad, 1))
    told = refusal.value.told  # type: ignore[attr-defined]
    assert f"refused: line {line}: " in told
    assert sentence in told
    assert everything_stored() == before


@pytest.mark.parametrize("text", ["", "- a\n", "42", "a: [b\n", "a: *nowhere\n", "\tx: 1"])
def test_what_is_no_set_up_file_at_all_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(CommandError):
        setup(tmp_path, text)


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        setup(tmp_path / "missing.yaml")
    (tmp_path / "gbk.yaml").write_bytes("name: 街道".encode("gb18030"))
    with pytest.raises(CommandError, match="not UTF-8"):
        setup(tmp_path / "gbk.yaml")


def test_what_was_moved_or_retired_since_is_refused_not_undone(tmp_path: Path) -> None:
    setup(tmp_path, FILE)
    Area.objects.filter(code="9001G1W1B09H1").update(retired_on="2026-01-01")
    with pytest.raises(CommandError) as refusal:
        setup(tmp_path, FILE)
    assert "9001G1W1B09H1 was retired on 2026-01-01" in refusal.value.told  # type: ignore[attr-defined]


def test_the_dashikou_file_goes_in_whole_and_twice(tmp_path: Path) -> None:
    setup(DASHIKOU)
    kinds = {kind: Area.objects.filter(kind=kind).count() for kind in ("community", "grid", "micro_grid")}
    assert kinds == {"community": 8, "grid": 60, "micro_grid": 302}
    assert not Area.objects.filter(Q(households__lt=50) | Q(households__gt=100), kind="micro_grid").exists()
    assert Party.objects.filter(kind="merchant").count() == 200
    assert set(Area.objects.filter(kind="community", is_invented=False).values_list("name", flat=True)) == {
        "宋官营社区"
    }
    signed_in = {
        "resident", "merchant", "joint-chair", "volunteer", "grid-worker", "building-head", "community-desk",
        "community-secretary", "task-force", "subdistrict-leader", "duty-desk",
        "system-admin", "security-admin", "audit-admin",
    }  # fmt: skip
    assert set(User.objects.filter(username__in=signed_in).values_list("username", flat=True)) == signed_in
    before = everything_stored()
    assert "Everything is as the file says already." in setup(DASHIKOU)
    assert everything_stored() == before


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
