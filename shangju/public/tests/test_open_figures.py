"""Open figures: what everybody may read, what is withheld, and that nobody can be recognised in it."""

import csv
import io
from collections import Counter
from datetime import date, datetime, timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from shangju.board.services import propose_publication, publish
from shangju.cases.tests.stories import MARKERS, WORDS, case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.definitions import MeasureName
from shangju.measures.keeping import keep_figures
from shangju.measures.models import MeasureSettings
from shangju.measures.open_figures import open_figures, open_period
from tests.street import Street

pytestmark = pytest.mark.django_db

MINIMUM = 5
LARGEST_PAGE = 80_000
RESULT = "噪声源已拆除，夜间安静。"


@pytest.fixture(autouse=True)
def _fresh() -> None:
    cache.clear()


def compared_from(street: Street, minimum: int) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        MeasureSettings.objects.create(
            area=street.areas["subdistrict"],
            weight_contacted=30,
            weight_solved=35,
            weight_satisfied=35,
            minimum=minimum,
        )


def solved_cases(street: Street, number: int, *, at: datetime) -> None:
    for _number in range(number):
        case_in(State.CLOSED, street, now=at)
    with everywhere(EverywhereReason.VERIFICATION):
        keep_figures(at + timedelta(days=20))


def test_the_month_ends_yesterday() -> None:
    assert open_period(date(2026, 11, 30)).last == date(2026, 11, 29)
    first = open_period(date(2026, 12, 1))
    assert (first.first, first.last) == (date(2026, 11, 1), date(2026, 11, 30))


def test_figures_are_those_of_the_measures(street: Street, now: datetime) -> None:
    compared_from(street, MINIMUM)
    solved_cases(street, 5, at=now)
    later = now + timedelta(days=20)
    figures = open_figures(street.areas["subdistrict"], today=timezone.localdate(later), now=later)
    assert (figures.whole.received, figures.whole.resolved) == (5, 5)
    solved = figures.whole.rates[MeasureName.SOLVED]
    assert (solved.numerator, solved.denominator) == (5, 5)
    assert [(line.label, line.received) for line in figures.communities] == [("东社区", 5), ("西社区", 0)]
    assert [(line.key, line.results) for line in figures.categories] == [("01", 5)]


def test_below_five_nothing_is_told_whatever_is_compared_inside(street: Street, now: datetime) -> None:
    compared_from(street, 1)
    solved_cases(street, 4, at=now)
    later = now + timedelta(days=20)
    figures = open_figures(street.areas["subdistrict"], today=timezone.localdate(later), now=later)
    assert (figures.whole.received, figures.whole.resolved, figures.whole.median_days) == (None, None, None)
    assert [line.received for line in figures.communities] == [None, 0]
    assert figures.categories == []
    counted = [name for name, rate in figures.whole.rates.items() if rate.denominator]
    assert counted == []


@pytest.fixture
def published(street: Street) -> Street:
    """Six cases of this month, one of them on the board; confidential and private words in all of them."""
    moment = timezone.now()
    at = min(moment, moment.replace(day=max(1, moment.day - 1))) - timedelta(days=1)
    compared_from(street, MINIMUM)
    solved_cases(street, 5, at=at)
    case = case_in(State.CLOSED, street, now=at)
    with everywhere(EverywhereReason.VERIFICATION):
        publish(
            propose_publication(case, result=RESULT, by=street.staff("officer"), now=at),
            by=street.staff("secretary"),
            now=at,
        )
    return street


def test_page_and_table_show_nobody(published: Street, client: Client) -> None:
    page = client.get("/figures/")
    table = client.get("/figures/table.csv")
    for answer in (page, table):
        assert answer.status_code == 200
        told = answer.content.decode()
        assert [
            word for word in (*MARKERS.values(), WORDS, "东里", "幢", "网格", "DSK") if word in told
        ] == []
    assert len(page.content) < LARGEST_PAGE


def test_the_table_says_what_the_page_says(published: Street, client: Client) -> None:
    answer = client.get("/figures/table.csv", headers={"accept-language": "en"})
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:4] == ["From", "To", "Code", "Area or category"]
    assert {len(row) for row in rows} == {8}
    assert Counter(row[2] for row in rows[1:]).keys() >= {"A", "A1", "A2"}
    assert "attachment" in answer["Content-Disposition"]


def test_one_may_choose_a_sub_district_and_no_smaller_area(street: Street, client: Client) -> None:
    assert client.get("/figures/?area=B").status_code == 200
    for code in ("A1", "A1G1", "no-such-place"):
        assert client.get(f"/figures/?area={code}").status_code == 404
        assert client.get(f"/figures/table.csv?area={code}").status_code == 404


def test_without_any_area_the_page_says_so(client: Client, db: None) -> None:
    answer = client.get("/figures/", headers={"accept-language": "en"})
    assert "No figures yet" in answer.content.decode()
    assert client.get("/figures/table.csv").status_code == 404
