"""The measures on the desk: every number leads to its rows, nobody sees another's, settings hold at once."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.desk.views.measures import Compared
from shangju.measures.definitions import Figure, MeasureName
from shangju.measures.keeping import keep_figures
from shangju.measures.models import MeasureSettings
from shangju.measures.queries import settings_of
from tests.permission_forms import MEASURES
from tests.street import Street

pytestmark = pytest.mark.django_db

ADDRESS = "/supervision/measures/"
HREF = re.compile(r'<td[^>]*><a href="(/supervision/measures/rows/[^"]+)">(\d+)</a>')


def signed_in(street: Street, name: str) -> Client:
    client = Client()
    client.force_login(street.users[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


@pytest.fixture
def handled(street: Street) -> list[Case]:
    """Two cases with a good end, an open one past its deadline and one that is not due yet."""
    then = timezone.now() - timedelta(days=30)
    cases = [case_in(state, street, now=then) for state in (State.CLOSED, State.CLOSED, State.IN_PROGRESS)]
    cases.append(case_in(State.IN_PROGRESS, street, now=timezone.now()))
    keep_figures(timezone.now())
    return cases


def span(days: int = 60) -> str:
    today = timezone.localdate()
    return f"span=own&first={today - timedelta(days=days)}&last={today + timedelta(days=days)}"


def test_every_number_of_the_table_leads_to_as_many_rows(street: Street, handled: list[Case]) -> None:
    client = signed_in(street, "task_force")
    page = client.get(f"{ADDRESS}?{span()}&by=category").content.decode()
    numbers = HREF.findall(page)
    assert len(numbers) == 4 * 7 + 2
    for address, number in numbers:
        rows = client.get(unescape(address)).content.decode()
        assert rows.count("<tr>") - 1 == int(number) if int(number) else "<tbody>" not in rows, address
    for part, expected in (("due", 3), ("overdue", 1), ("waiting", 1)):
        rows = client.get(f"{ADDRESS}rows/?{span()}&part={part}").content.decode()
        assert rows.count("<tr>") - 1 == expected, part


def test_rows_that_one_may_not_open_are_counted_and_not_listed(street: Street, handled: list[Case]) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        secret = Case.objects.get(pk=handled[0].pk)
        secret.concerns_minor = True
        secret.save()
    client = signed_in(street, "leader")
    rows = client.get(f"{ADDRESS}rows/?{span()}&part=due").content.decode()
    assert secret.number not in rows
    assert handled[1].number in rows


def test_an_area_out_of_reach_cannot_be_asked_for(street: Street, handled: list[Case]) -> None:
    code = street.areas["far:subdistrict"].code
    answer = signed_in(street, "task_force").get(f"{ADDRESS}?area={code}")
    assert answer.status_code == 422
    with everywhere(EverywhereReason.VERIFICATION):
        name = Area.objects.get(code=code).name
    assert name not in answer.content.decode()


def test_a_span_is_asked_for_with_both_its_days_in_their_order(street: Street) -> None:
    client = signed_in(street, "leader")
    for query in ("span=own", "span=own&first=2026-02-02", "span=own&first=2026-02-02&last=2026-02-01"):
        assert client.get(f"{ADDRESS}?{query}").status_code == 422, query
    assert client.get(f"{ADDRESS}?first=2026-02-02&last=2026-02-01").status_code == 200


@pytest.mark.parametrize(
    "query",
    [
        "span=own&first=0001-01-01&last=0001-01-31",
        "span=own&first=9999-12-01&last=9999-12-31",
        "first=0001-01-01",
        "span=own&first=2026-02-30&last=x",
        "span=x&by=x&area=x&category=x&handler=x",
        "handler=post:99999999999999999999&channel=web&by=handler",
        "handler=post:&by=category&category=01&deadline_class=D",
        "handler=party:-1&by=area&span=this_week",
        "span=this_year&by=class&handler=" + "9" * 40,
    ],
)
def test_whatever_the_address_says_there_is_a_page(street: Street, query: str) -> None:
    client = signed_in(street, "leader")
    assert client.get(f"{ADDRESS}?{query}").status_code in {200, 422}
    rows = client.get(f"{ADDRESS}rows/?{query}&measure=closed&part=missed&cursor=x")
    assert rows.status_code in {200, 302}


@pytest.mark.parametrize(
    ("now", "then", "change", "tone"),
    [
        ((18, 20), (30, 40), "15.0", "good"),
        ((15, 20), (40, 40), "-25.0", "warn"),
        ((18, 20), (36, 40), "0.0", "plain"),
        ((18, 20), (9, 9), None, "plain"),  # too few before
        ((9, 9), (18, 20), None, "plain"),  # too few now
        ((18, 20), (0, 0), None, "plain"),
    ],
)
def test_what_is_small_on_either_side_is_not_compared(
    now: tuple[int, int], then: tuple[int, int], change: str | None, tone: str
) -> None:
    figure, before = (Figure(MeasureName.CLOSED, yes, of, 0) for yes, of in (now, then))
    compared = Compared(figure, before, before, minimum=10)
    expected = None if change is None else Decimal(change)
    assert (compared.change, compared.change_in_a_year, compared.tone) == (expected, expected, tone)


def test_settings_hold_at_once_and_are_in_the_trail(street: Street, handled: list[Case]) -> None:
    client, area = signed_in(street, "leader"), street.areas["subdistrict"]
    wrong = client.post(f"{ADDRESS}settings/", {**MEASURES, "weight_solved": "41"})
    assert wrong.status_code == 422
    assert "100" in wrong.content.decode()
    assert client.post(f"{ADDRESS}settings/", MEASURES).status_code == 302
    assert settings_of(area).minimum == 5
    assert AuditEvent.objects.filter(action="measures.set").count() == 1
    defaults = {"weight_contacted": "30", "weight_solved": "35", "weight_satisfied": "35", "minimum": "10"}
    assert client.post(f"{ADDRESS}settings/", defaults).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        assert not MeasureSettings.objects.exists(), "the default keeps no row"
