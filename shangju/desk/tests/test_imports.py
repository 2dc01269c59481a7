"""The import of orders as a clerk meets it: without JavaScript, step by step, each page saying what to do next."""

from datetime import datetime

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shangju.cases.models import Case
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.models import ColumnPlan, ImportRun
from shangju.imports.tests.giving import ORDERS, again, imported, outcomes, work
from shangju.imports.tests.taking import many_rows_of
from tests.street import Street

pytestmark = pytest.mark.django_db


def signed_in(street: Street, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(street.users[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def give(client: Client, content: str | bytes, *, area: str = "A", name: str = "orders.csv") -> str:
    """Give a file by the form; where that leads."""
    data = content if isinstance(content, bytes) else content.encode()
    answer = client.post(reverse("imports:give"), {"file": SimpleUploadedFile(name, data), "area": area})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def page_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def the_run() -> ImportRun:
    with everywhere(EverywhereReason.VERIFICATION):
        return ImportRun.objects.get()


def cases() -> int:
    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.count()


def test_from_the_file_to_the_answers(street: Street, now: datetime) -> None:
    client = signed_in(street, "duty_desk")
    address = give(client, ORDERS)
    page = page_of(client, address)
    assert "The rows are looked through." in page
    assert "0 of 4 rows" in page
    assert "Look again" in page
    work(now)
    page = page_of(client, address)
    assert "Take 2 orders in" in page
    assert "东里1幢" in page
    assert "203室" not in page  # as in every list: to the building
    assert "139****5678" in page
    assert "13912345678" not in page
    assert "is not a time in a form that the mapping names" in page
    assert cases() == 0
    assert client.post(reverse("imports:start", args=[the_run().pk])).status_code == 302
    assert "The orders are taken in." in page_of(client, address)
    work(now)
    page = page_of(client, f"{address}?show=imported")
    assert cases() == 2
    with everywhere(EverywhereReason.VERIFICATION):
        for case in Case.objects.all():
            assert f'href="{reverse("desk:case", args=[case.number])}"' in page
    answers = client.get(reverse("imports:answers", args=[the_run().pk]))
    assert answers["Content-Type"] == "text/csv; charset=utf-8"
    assert answers["Content-Disposition"].startswith("attachment; filename")
    assert answers.content.decode("utf-8-sig").count("\r\n") == 5
    book = client.get(reverse("imports:refused", args=[the_run().pk]), {"kind": "xlsx"})
    assert book.content.startswith(b"PK")
    assert "orders.csv" in page_of(client, reverse("imports:list"))


def test_columns_named_on_the_page_are_remembered(street: Street, now: datetime) -> None:
    client = signed_in(street, "duty_desk")
    address = give(client, "号码,说了什么\nE1,油烟扰民\n")
    assert "Say which columns they are." in page_of(client, address)
    columns = reverse("imports:name_columns", args=[the_run().pk])
    wrong = client.post(columns, {"column_0": "id", "column_1": "", "remember_as": "热线新版"})
    assert wrong.status_code == 422
    page = wrong.content.decode()
    assert "Say which column holds the order number" in page
    assert 'value="热线新版"' in page
    assert '<option value="id" selected>' in page
    assert client.post(columns, {"column_0": "nonsense"}).status_code == 422
    right = {"column_0": "id", "column_1": "text", "remember_as": "热线新版"}
    assert client.post(columns, right).status_code == 302
    work(now)
    assert "Take 1 order in" in page_of(client, address)
    with everywhere(EverywhereReason.VERIFICATION):
        assert ColumnPlan.objects.get().columns == {"id": ["号码"], "text": ["说了什么"]}


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, "Choose the file first."),
        ({"file": SimpleUploadedFile("t.csv", b"")}, "The file is empty."),
        ({"file": SimpleUploadedFile("t.pdf", b"%PDF-1.7")}, "PDF"),
    ],
)
def test_what_is_no_table_is_refused_at_the_field(
    street: Street, files: dict[str, object], says: str
) -> None:
    for each in files.values():
        each.seek(0)  # type: ignore[attr-defined]
    answer = signed_in(street, "duty_desk").post(reverse("imports:give"), {**files, "area": "A"})
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_an_area_out_of_reach_is_no_choice(street: Street) -> None:
    client = signed_in(street, "officer")
    for area in ("A", "A2", "B", ""):
        answer = client.post(
            reverse("imports:give"), {"file": SimpleUploadedFile("t.csv", ORDERS.encode()), "area": area}
        )
        assert answer.status_code == 422, area
    with everywhere(EverywhereReason.VERIFICATION):
        assert not ImportRun.objects.exists()


def test_whoever_was_second_is_told_so(street: Street, now: datetime) -> None:
    client = signed_in(street, "duty_desk")
    address = give(client, ORDERS)
    work(now)
    assert client.post(f"{address}start/").status_code == 302
    second = client.post(f"{address}discard/")
    assert second.status_code == 409
    assert "Somebody was first" in second.content.decode()
    assert again(the_run()).stage == "importing"


def test_a_discarded_table_says_so(street: Street, now: datetime) -> None:
    client = signed_in(street, "duty_desk")
    address = give(client, ORDERS)
    work(now)
    assert client.post(f"{address}discard/").status_code == 302
    assert "Discarded" in page_of(client, address)
    assert outcomes(the_run()) == {}


def test_pages_cost_the_same_for_few_rows_and_for_many(street: Street, now: datetime) -> None:
    client = signed_in(street, "duty_desk")

    def statements(count: int, first: str) -> list[int]:
        rows = many_rows_of(count).replace("W", first)
        run = imported(street, rows, now=now)
        fresh = give(client, many_rows_of(count).replace("W", f"{first}N"))
        work(now)
        found = []
        for path in (reverse("imports:run", args=[run.pk]), fresh, reverse("imports:list")):
            with CaptureQueriesContext(connection) as caught:
                page_of(client, path)
            found.append(len(caught))
        return found

    statements(1, "C")  # what a process reads once, as the tree of categories, is read
    few, many = statements(3, "A"), statements(60, "B")
    assert few == many
    assert max(many) <= 15, many
