"""``shangju export-ledger``: always masked, of one area, into the log."""

from datetime import datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone, translation

from shangju.cases.tests.stories import MARKERS, raised
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.ledgers.filters import LedgerFilters
from shangju.ledgers.models import Export
from shangju.ledgers.services import keep_view
from shangju.ledgers.tables import LEDGERS
from shangju.ledgers.tests.reading import rows_in
from shangju.ledgers.workflow import LedgerKind
from tests.street import Street

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    with translation.override("en"):
        call_command("export_ledger", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_ledger_of_one_area_and_period(street: Street, now: datetime, tmp_path: Path, form: str) -> None:
    case = raised(street, now=now, area="grid")
    raised(street, now=now, area="other_grid")
    out, day = tmp_path / f"ledger.{form}", timezone.localdate(now).isoformat()
    columns = "reporter_phone,number"
    told = run("case", "--area", "A1", "--from", day, "--to", day, "--columns", columns, "--out", str(out))
    assert told == ("rows 1\n", "1 of 1 rows\n")
    headers, row, mark = rows_in(out.read_bytes(), form)
    assert headers == ["Row", "Phone", "Number"]
    assert row == ["1", "138****5678", case.number]
    assert mark[0].startswith("# Taken out by command line · ")
    assert [path.name for path in tmp_path.iterdir()] == [out.name]
    with everywhere(EverywhereReason.VERIFICATION):
        kept = Export.objects.get()
    assert (kept.asked_by, kept.is_full, kept.row_count, kept.state) == (None, False, 1, "done")


def test_a_shared_ledger_by_its_name(street: Street, now: datetime, tmp_path: Path) -> None:
    case, desk = raised(street, now=now), street.staff("duty_desk")
    with street.seen_by("duty_desk"):
        keep_view(
            LEDGERS[LedgerKind.CASE], name="本月", columns=["number", "text"], filters=LedgerFilters(state="registered"),
            subdistrict=street.areas["subdistrict"], is_shared=True, by=desk, now=now,
        )  # fmt: skip
    out = tmp_path / "month.csv"
    assert run("本月", "--area", "A", "--out", str(out))[0] == "rows 1\n"
    content = out.read_text(encoding="utf-8-sig")
    assert case.number in content
    assert not [piece for piece in MARKERS.values() if piece in content]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("case", "--area", "nowhere", "--out", "{}.csv"), "nowhere"),
        (("nothing", "--area", "A", "--out", "{}.csv"), "nothing"),
        (("case", "--area", "A", "--out", "{}.pdf"), ".xlsx"),
        (("case", "--area", "A", "--columns", "phone", "--out", "{}.csv"), "reporter_phone"),
        (("case", "--area", "A", "--out", "{}/no/such/folder.csv"), "No such file"),
    ],
)
def test_what_is_refused_says_what_to_do_and_leaves_nothing(
    street: Street, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(CommandError, match=said.replace(".", r"\.")):
        run(*(argument.format(tmp_path / "ledger") for argument in arguments))
    assert list(tmp_path.iterdir()) == []
    with everywhere(EverywhereReason.VERIFICATION):
        assert not Export.objects.exists()


def test_no_file_is_there_that_the_log_does_not_know(
    street: Street, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed at the very moment in which the file gets its name."""

    def killed(*_arguments: object) -> None:
        raise SystemExit

    raised(street, now=now)
    monkeypatch.setattr(Path, "rename", killed)
    with pytest.raises(SystemExit):
        run("case", "--area", "A", "--out", str(tmp_path / "ledger.csv"))
    with everywhere(EverywhereReason.VERIFICATION):
        assert Export.objects.get().state == "done"
