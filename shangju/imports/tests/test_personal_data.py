"""Personal data in the texts of a table: found, shown masked, masked or kept as chosen; and files with malware."""

import socket
from datetime import datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from shangju.cases.models import Case, CaseEvent
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.models import ImportRun
from shangju.imports.queries import counts_of, previewed
from shangju.imports.runs import start_import
from shangju.imports.tests.giving import ORDERS, again, examined, given, outcomes, work
from shangju.photos.tests.clamd import EICAR, clamd
from tests.street import Street
from tests.test_permissions import BACKEND

pytestmark = pytest.mark.django_db

NUMBER, MASKED = "13812345678", "138****5678"
TABLE = f"""工单编号,来电时间,诉求内容,诉求类型,所属社区
20260301001,2026-03-01 08:00:00,店主电话{NUMBER}，半夜还在响,投诉,A1
20260301002,2026-03-02 09:30,夜里施工太吵,求助,A2
"""


def texts() -> list[str]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(Case.objects.order_by("source_key").values_list("text", flat=True))


def started(street: Street, run: ImportRun, *, now: datetime, masks: bool | None) -> ImportRun:
    with street.seen_by("duty_desk"):
        start_import(run, by=street.staff("duty_desk"), now=now, masks=masks)
    work(now)
    return again(run)


@pytest.mark.parametrize(("masks", "kept"), [(True, MASKED), (False, NUMBER)])
def test_texts_go_in_as_chosen_and_the_same_table_again_says_the_same(
    street: Street, now: datetime, masks: bool, kept: str
) -> None:
    run = examined(street, TABLE, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        assert counts_of([run])[run.pk].with_personal_data == 1
    with pytest.raises(DomainError) as refusal:
        started(street, run, now=now, masks=None)
    assert "personal_data" in refusal.value.fields
    assert texts() == []
    assert started(street, run, now=now, masks=masks).is_masked is masks
    assert texts()[0] == f"店主电话{kept}，半夜还在响"
    with everywhere(EverywhereReason.VERIFICATION):
        notes = "".join(CaseEvent.objects.values_list("note", flat=True))
        assert (NUMBER in notes) == (not masks), "the history says what the case says"
    second = examined(street, TABLE, now=now)
    assert set(outcomes(second).values()) == {"present"}


def test_without_personal_data_nothing_is_asked(street: Street, now: datetime) -> None:
    run = started(street, examined(street, ORDERS, now=now), now=now, masks=None)
    assert (run.stage, run.is_masked) == ("done", False)


def test_a_stopped_import_keeps_what_was_said(street: Street, now: datetime) -> None:
    run = examined(street, TABLE, now=now)
    with street.seen_by("duty_desk"):
        start_import(run, by=street.staff("duty_desk"), now=now, masks=True)
    with everywhere(EverywhereReason.VERIFICATION):
        ImportRun.objects.filter(pk=run.pk).update(stage="stopped", stopped_because="right_gone")
    assert started(street, run, now=now, masks=None).is_masked is True
    assert MASKED in texts()[0]


def test_the_page_counts_shows_masked_and_offers_both(street: Street, now: datetime) -> None:
    run = examined(street, TABLE, now=now)
    client = Client(headers={"accept-language": "en"})
    client.force_login(street.users["duty_desk"], backend=BACKEND)
    page = client.get(reverse("imports:run", args=[run.pk]), {"show": "personal"}).content.decode()
    assert "The text of 1 new order holds personal data" in page
    assert MASKED in page
    assert page.count('name="personal_data"') == 2
    answer = client.post(reverse("imports:start", args=[run.pk]))
    assert answer.status_code == 422
    assert "Choose: mask it, or keep it as it is." in answer.content.decode()
    assert client.post(reverse("imports:start", args=[run.pk]), {"personal_data": "mask"}).status_code == 302
    work(now)
    assert MASKED in texts()[0]


@pytest.mark.parametrize(("options", "kept"), [(["--mask-personal-data"], MASKED), ([], NUMBER)])
def test_the_command_says_what_it_found_and_masks_where_told(
    street: Street, tmp_path: Path, options: list[str], kept: str
) -> None:
    path, out, err = tmp_path / "orders.csv", StringIO(), StringIO()
    path.write_text(TABLE, encoding="utf-8")
    call_command("import_concerns", str(path), *options, stdout=out, stderr=err)
    assert out.getvalue().strip().splitlines()[-1] == "imported 2, already present 0, refused 0"
    assert "personal data" in err.getvalue().lower() or "个人信息" in err.getvalue()
    assert kept in texts()[0]


def test_a_file_with_malware_and_one_that_cannot_be_checked_are_not_taken(
    street: Street, now: datetime, settings: Any
) -> None:
    with clamd() as server:
        settings.MALWARE_SCANNER = server.url
        with pytest.raises(DomainError) as refusal:
            given(street, TABLE.encode() + EICAR, now=now)
        assert "malware" in str(refusal.value.fields["file"])
        assert given(street, TABLE, now=now).row_count == 2
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        settings.MALWARE_SCANNER = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(DomainError) as refusal:
        given(street, TABLE, now=now)
    assert "malware" in str(refusal.value.fields["file"])
    with everywhere(EverywhereReason.VERIFICATION):
        assert ImportRun.objects.count() == 1


def test_the_preview_shows_no_personal_data(street: Street, now: datetime) -> None:
    run = examined(street, TABLE, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        first = previewed(run, now=now)[0]
    assert (NUMBER in first.text, NUMBER in first.title, MASKED in first.text) == (False, False, True)
