"""``shangju setup``: a sub-district from one file."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db.models import Q

from shangju.accounts.models import Administrator, Person, User
from shangju.administration.tests.setting_up import FILE, setup
from shangju.areas.models import AddressEntry, Area
from shangju.core.models import AuditEvent
from shangju.deadlines.models import NightRest, WorkHours
from shangju.parties.models import Delegation, Party
from shangju.posts.models import Appointment, Post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("set_up_in_english")]

DASHIKOU = Path(__file__).parents[2] / "demo" / "data" / "dashikou.yaml"


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
