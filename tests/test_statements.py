"""Pages cost the same number of SQL statements for one row and for fifty, and at most fifteen (quality.md P4, P5)."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shangju.cases.models import Case
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import payload_of, raised
from shangju.cases.workflow import MoveName
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.keeping import keep_figures
from tests.permission_objects import article_of, topic_of
from tests.street import Street

AT_MOST = 15
FEW, MANY = 1, 50
PAGES = {
    "worklist": ("desk:worklist", {}),
    "filtered": ("desk:worklist", {"state": "in_progress", "light": "overdue", "handler": "mine"}),
    "all in one area": ("desk:worklist", {"state": "all", "area": "A-F"}),
    "search among open": ("desk:worklist", {"q": "噪音"}),
    "search among all": ("desk:worklist", {"q": "噪音 嗡嗡", "state": "all"}),
    "one sign": ("desk:worklist", {"q": "嗡", "state": "all"}),
    "nothing found": ("desk:worklist", {"q": "没有的词", "state": "all"}),
    "supervision": ("supervision:list", {"reason": "dormant"}),
    "topics": ("topics:list", {}),
    "ledgers": ("ledgers:list", {}),
    "measures": ("supervision:measures", {"by": "area"}),
    "measures of a year": ("supervision:measures", {"by": "category", "span": "this_year"}),
    "measures of a handler": (
        "supervision:measures",
        {"by": "handler", "span": "this_week", "category": "01"},
    ),
    "rows of a measure": (
        "supervision:measure-rows",
        {"span": "this_year", "measure": "closed", "part": "denominator"},
    ),
    "my day": ("my:home", {}),
    "knowledge base": ("knowledge:list", {"q": "垃圾"}),
    "questions": ("public:help", {"q": "垃圾", "category": "04"}),
}
READERS = ("leader", "duty_desk", "unit", "grid_worker")


def in_work(street: Street, number: int) -> list[Case]:
    """Cases in the grid, each at the grid worker's, told some days ago; and as many articles and topics."""
    then, made = timezone.now() - timedelta(days=4), []
    for _one in range(number):
        case = raised(street, now=then)
        for move in (MoveName.ACCEPT, MoveName.DISPATCH):
            payload = payload_of(move, street, now=then)
            with everywhere(EverywhereReason.VERIFICATION):
                case = apply_move(case, payload, by=street.staff("officer"), now=then)
        made.append(case)
        with everywhere(EverywhereReason.VERIFICATION):
            article_of(street, now=then)
            topic_of(case, now=then)
    keep_figures(timezone.now())
    return made


def statements_of(client: Client, path: str, query: dict[str, str]) -> tuple[int, bytes]:
    """How many statements the second call needs: what a process reads once is read."""
    client.get(path, query)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path, query)
    assert answer.status_code in {200, 403}, answer.status_code
    return len(captured), answer.content


@pytest.fixture(autouse=True)
def _noted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who was there is noted once, however slow the test."""
    monkeypatch.setattr("shangju.accounts.middleware.WRITE_EVERY", 3600)


@pytest.fixture(params=READERS)
def reader(request: pytest.FixtureRequest, street: Street) -> Client:
    """Each role that opens lists, with a browser."""
    client = Client()
    client.force_login(street.users[request.param], backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def test_lists_take_the_same_statements_for_one_row_and_for_fifty(street: Street, reader: Client) -> None:
    in_work(street, FEW)
    few = {name: statements_of(reader, reverse(page), query)[0] for name, (page, query) in PAGES.items()}
    in_work(street, MANY - FEW)
    many = {name: statements_of(reader, reverse(page), query)[0] for name, (page, query) in PAGES.items()}
    assert many == few
    assert max(many.values()) <= AT_MOST, many


def test_a_page_of_fifty_really_shows_fifty(street: Street) -> None:
    cases = in_work(street, MANY)
    client = Client()
    client.force_login(street.users["leader"], backend=settings.AUTHENTICATION_BACKENDS[-1])
    _number, content = statements_of(client, reverse("desk:worklist"), {"q": "噪音"})
    assert all(case.number in content.decode() for case in cases)


def test_a_search_that_looks_into_the_index_takes_no_more_than_fifteen(
    street: Street, reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shangju.cases.search.WINDOW", 2)
    in_work(street, 4)
    for query in ({"q": "噪音"}, {"q": "没有的词", "state": "all"}, {"q": "嗡", "state": "open"}):
        assert statements_of(reader, reverse("desk:worklist"), query)[0] <= AT_MOST, urlencode(query)


def test_the_pages_of_a_case_cost_the_same_for_a_short_and_a_long_history(street: Street) -> None:
    (case,) = in_work(street, 1)
    worker = street.staff("grid_worker")
    with everywhere(EverywhereReason.VERIFICATION):
        apply_move(case, payload_of(MoveName.SIGN, street, now=timezone.now()), by=worker, now=timezone.now())
    client = Client()
    client.force_login(street.users["officer"], backend=settings.AUTHENTICATION_BACKENDS[-1])
    pages = {"case": reverse("desk:case", args=[case.number])}
    pages["tracking"] = reverse("public:case", args=[case.tracking_code])
    short = {name: statements_of(client, path, {})[0] for name, path in pages.items()}
    for _time in range(40):
        now = timezone.now()
        with everywhere(EverywhereReason.VERIFICATION):
            apply_move(case, payload_of(MoveName.VISIT, street, now=now), by=worker, now=now)
    long = {name: statements_of(client, path, {})[0] for name, path in pages.items()}
    assert long == short
    assert max(long.values()) <= AT_MOST, long
