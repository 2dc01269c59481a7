"""A number on the wall is a list: as many rows are behind it, and none that the reader may not open is shown."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from shangju.areas.models import AddressEntry
from shangju.cases.models import Case
from shangju.cases.rules import staff
from shangju.cases.tests.stories import case_in, go, raised
from shangju.cases.workflow import MoveName, State
from shangju.cockpit.links import links_for
from shangju.cockpit.models import ReceivedDay
from shangju.cockpit.panels_of_days import rates_in
from shangju.cockpit.queries import area_with_children
from shangju.cockpit.rows import AskedRows, Shown, cases_behind
from shangju.cockpit.screen import screen_of
from shangju.cockpit.services import count_days
from shangju.core.scoping import EverywhereReason, area_scope, everywhere
from shangju.measures.keeping import keep_figures
from tests.street import Street

pytestmark = pytest.mark.django_db

FOLLOWED = ("/cockpit/", "/desk/", "/supervision/orders/", "/supervision/")
"""Lists whose rows are counted here; rates and lights have tests of their own."""


def browser(street: Street, name: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(street.users[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def shown_to(street: Street, name: str, area: str, *, now: datetime) -> str:
    """The wall of an area as a reader sees it at ``now``."""
    standing = staff(street.users[name]).standing
    with area_scope(standing.scope):
        found = area_with_children(code=street.areas[area].code)
        assert found is not None
        screen = screen_of(*found, now=now, links=links_for(standing, found[0]))
        return render_to_string("cockpit/figures.html", screen)


def linked_numbers(page: str) -> Iterator[tuple[int, str]]:
    """Every number that leads to a list; rows are headed by names, which are no numbers."""
    page = re.sub(r'<th scope="row">.*?</th>', "", page, flags=re.DOTALL)
    for written, inside in re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(.*?)</a>', page, flags=re.DOTALL):
        href = written.replace("&amp;", "&")
        numbers = re.findall(r"\d+", strip_tags(inside))
        if numbers and href.startswith(FOLLOWED) and "measure" not in href and "light=" not in href:
            yield int(numbers[-1]), href


def rows_at(client: Client, href: str) -> tuple[int, Any]:
    answer = client.get(href)
    assert answer.status_code == 200, href
    page = answer.context.get("page")
    return (page.total if href.startswith("/cockpit/") else len(answer.context["rows"])), page


def told_figures(found: dict[str, int]) -> set[str]:
    """Which kinds of figures the links are about."""
    kinds = set()
    for href in found:
        asked = parse_qs(urlsplit(href).query)
        kinds.add(
            asked["figure"][0] if "figure" in asked else urlsplit(href).path + asked.get("reason", [""])[0]
        )
        kinds |= {"hour"} & asked.keys()
    return kinds


def busy(street: Street, now: datetime) -> None:
    """A street on which every figure of the wall is a number."""
    with everywhere(EverywhereReason.VERIFICATION):
        AddressEntry.objects.create(area=street.areas["grid"], text="东里", shown_as="东里")
    for day in (3, 4, 4, 9):
        raised(street, now=now - timedelta(days=day, hours=day), category=street.category("0103"))
    for _number in range(3):
        raised(street, now=now - timedelta(days=5), place_party=street.parties["shop"])
        raised(street, now=now - timedelta(days=6), category=street.category("1104"), area="market")
    for state in (State.ACCEPTED, State.IN_PROGRESS, State.RESOLVED, State.CLOSED, State.WITHDRAWN):
        case_in(state, street, now=now - timedelta(hours=1))
    raised(street, now=now - timedelta(hours=1), area="other_grid")
    case = case_in(State.RESOLVED, street, now=now - timedelta(days=1))
    go(case, MoveName.REOPEN, "reporter", street, now=now - timedelta(minutes=5))
    case = case_in(State.IN_PROGRESS, street, now=now - timedelta(days=40))
    go(case, MoveName.SUPERVISE, "leader", street, now=now - timedelta(days=39))
    go(case, MoveName.ESCALATE, "leader", street, now=now - timedelta(days=38))
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(dissatisfaction_count=2)
        keep_figures(now)
        count_days(now=now)


OF_DAYS = {
    "received",
    "resolved",
    "reopened",
    "accepted",
    "dispatched",
    "closed",
    "category",
    "road",
    "member",
    "hour",
}
OF_SUPERVISION = {
    "/supervision/orders/",
    "/supervision/unanswered",
    "/supervision/climbed",
    "/supervision/dissatisfied",
}


def test_every_number_on_the_wall_opens_as_many_rows(street: Street, now: datetime) -> None:
    busy(street, now)
    task_force, desk = browser(street, "task_force"), browser(street, "duty_desk")
    for area, client, name, kinds in (
        ("subdistrict", task_force, "task_force", OF_DAYS | OF_SUPERVISION | {"/desk/"}),
        ("first", task_force, "task_force", OF_DAYS | OF_SUPERVISION | {"/desk/"}),
        ("first", desk, "duty_desk", OF_DAYS | {"/desk/"}),
        ("second", desk, "duty_desk", {"received", "hour", "/desk/"}),
    ):
        found = {href: number for number, href in linked_numbers(shown_to(street, name, area, now=now))}
        assert told_figures(found) == kinds
        assert {href: rows_at(client, href)[0] for href in found} == found


def test_both_numbers_of_a_rate_open_as_many_rows(street: Street, now: datetime) -> None:
    busy(street, now)
    later = now + timedelta(days=20)  # so that all deadlines have passed, whatever the clock of the list says
    task_force, area = browser(street, "task_force"), street.areas["first"]
    standing = staff(street.users["task_force"]).standing
    with area_scope(standing.scope):
        rates = rates_in(area, now=later, links=links_for(standing, area))
    told = [
        (figure.denominator, rate.href, figure.numerator, rate.counted_href)
        for rate in rates
        if (figure := rate.figure) is not None
    ]
    assert any(counted for _all, _href, counted, _address in told)
    for everything, href, counted, address in told:
        for number, leads in ((everything, href), (counted, address)):
            assert bool(leads) == bool(number)
            assert not leads or task_force.get(leads).context["total"] == number, leads


def test_what_a_reader_may_not_open_is_counted_and_not_listed(street: Street, now: datetime) -> None:
    busy(street, now)
    page = shown_to(street, "leader", "subdistrict", now=now)
    (others,) = (
        href for _number, href in linked_numbers(page) if "key=&" in href + "&" and "category" in href
    )
    total, listed = rows_at(browser(street, "leader"), others)
    assert (total, listed.kept_back, len(listed.rows)) == (6, 3, 3)
    total, listed = rows_at(browser(street, "task_force"), others)
    assert (total, listed.kept_back, len(listed.rows)) == (6, 0, 6)


def test_the_list_pages_through_all_rows_once(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(street, now)
    monkeypatch.setattr("shangju.cockpit.listing.ROWS", 2)
    client, days = browser(street, "task_force"), f"first={now - timedelta(days=30):%F}&last={now:%F}"
    for figure in ("received", "category&key=01", "accepted"):
        address = f"/cockpit/{street.areas['subdistrict'].code}/rows/?figure={figure}&{days}"
        seen, cursor = [], ""
        while cursor is not None:
            _total, page = rows_at(client, f"{address}&cursor={cursor}")
            seen += [(row.case.number, row.at) for row in page.rows]
            cursor = page.next_cursor or None
        assert len(seen) == len(set(seen)) == page.total > 2
        assert [at for _number, at in seen] == sorted((at for _number, at in seen), reverse=True)


def asked(street: Street, figure: Shown, key: str, now: datetime) -> AskedRows:
    day: date = now.date()
    return AskedRows(street.areas["first"], figure, day - timedelta(days=30), day, key=key)


def test_a_place_with_few_cases_is_no_list(street: Street, now: datetime) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        AddressEntry.objects.create(area=street.areas["grid"], text="东里", shown_as="东里")
    cases = [raised(street, now=now - timedelta(days=3)) for _number in range(3)]
    at_road = asked(street, Shown.ROAD, "东里", now)
    with everywhere(EverywhereReason.VERIFICATION):
        assert set(cases_behind(at_road)) == set(cases)
        assert not cases_behind(asked(street, Shown.ROAD, "", now)).exists()
        assert not cases_behind(asked(street, Shown.MEMBER, "东里", now)).exists()
        Case.objects.filter(pk=cases[0].pk).update(is_confidential=True)
        assert not cases_behind(at_road).exists()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "figure=home&first=2026-11-01&last=2026-11-02",
        "figure=received&first=2026-11-02&last=2026-11-01",
        "figure=received&first=2026-01-01&last=2026-11-01",
        "figure=received&first=2026-11-01&last=2026-11-02&hour=24",
        "figure=received&first=9999-12-31&last=9999-12-31",
        "figure=received&first=0001-01-01&last=0001-01-01",
        "figure=road&first=2026-11-01&last=2026-11-02&hour=9",
        "figure=received&first=2026-11-01&last=2026-11-02&weekday=mon",
    ],
)
def test_an_address_that_is_no_figure_leads_back_to_the_wall(street: Street, query: str) -> None:
    wall = f"/cockpit/{street.areas['first'].code}/"
    answer = browser(street, "leader").get(f"{wall}rows/?{query}")
    assert (answer.status_code, answer.headers["Location"]) == (302, wall)


def test_a_day_is_counted_again_once_its_cases_may_have_changed(street: Street, now: datetime) -> None:
    case = raised(street, now=now - timedelta(days=3), category=street.category("0103"))
    with everywhere(EverywhereReason.VERIFICATION):
        count_days(now=now)
        assert count_days(now=now + timedelta(minutes=59)) == 0
        Case.objects.filter(pk=case.pk).update(category=street.category("0201"))
        assert count_days(now=now + timedelta(hours=1)) > 0
        assert ReceivedDay.objects.get(area=street.areas["first"], total=1).by_category == {"02": 1}


def test_a_list_takes_the_same_statements_for_one_row_and_for_many(street: Street, now: datetime) -> None:
    client, today = browser(street, "leader"), f"{now:%F}"
    address, counts = f"/cockpit/{street.areas['subdistrict'].code}/rows/", {}
    for number in (1, 10):
        for _case in range(number):
            case_in(State.ACCEPTED, street, now=now)
        with everywhere(EverywhereReason.VERIFICATION):
            keep_figures(now)
        for figure in ("received", "accepted", "category"):
            query = {
                "figure": figure,
                "first": today,
                "last": today,
                "key": "01" if figure == "category" else "",
            }
            client.get(address, query)
            with CaptureQueriesContext(connection) as captured:
                client.get(address, query)
            counts[number, figure] = len(captured)
    assert [counts[1, figure] for figure in ("received", "accepted")] == [
        counts[10, figure] for figure in ("received", "accepted")
    ]
    assert max(counts.values()) <= 15, counts
