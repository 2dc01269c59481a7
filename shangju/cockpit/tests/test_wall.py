"""The wall: what it counts, what it names, and what it never shows."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from shangju.areas.models import AddressEntry, Area
from shangju.cases.models import Case
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, raised
from shangju.cases.workflow import State
from shangju.cockpit.links import Links
from shangju.cockpit.models import ReceivedDay
from shangju.cockpit.panels_of_days import places_of, shares_of
from shangju.cockpit.panels_of_open_cases import Part, listed_of
from shangju.cockpit.queries import OpenCases, ended_today_in, open_cases_of, received_in, settled_days
from shangju.cockpit.services import count_days
from shangju.cockpit.tally import Received, counted, together
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.keeping import keep_figures
from shangju.measures.periods import Period
from tests.street import Street

pytestmark = pytest.mark.django_db

SUBDISTRICTS = 2
"""On the street of the tests."""


def read(street: Street, name: str, area: Area, door: str = "") -> str:
    client = Client(headers={"accept-language": "en"})
    client.force_login(street.users[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
    answer = client.get(f"/cockpit/{area.code}/{door}")
    assert answer.status_code == 200
    return answer.content.decode()


def test_open_cases_are_told_apart_by_community_and_grid(street: Street, now: datetime) -> None:
    for area in ("building", "building", "market", "other_grid"):
        raised(street, now=now, area=area)
    case_in(State.CLOSED, street, now=now)
    areas = street.areas
    later = now + timedelta(days=60)
    with everywhere(EverywhereReason.VERIFICATION):
        by_community = open_cases_of(areas["subdistrict"], now=now)
        by_grid = open_cases_of(areas["first"], now=now)
        overdue = open_cases_of(areas["first"], now=later)[areas["grid"].pk]
    assert {key: one.open for key, one in by_community.items()} == {
        areas["first"].pk: 3,
        areas["second"].pk: 1,
    }
    assert {key: one.open for key, one in by_grid.items()} == {areas["grid"].pk: 2, areas["market"].pk: 1}
    assert by_grid[areas["grid"].pk].overdue == 0
    assert (overdue.overdue, overdue.green) == (2, 0)
    assert OpenCases(open=2, red=1) + OpenCases(open=1, purple=1) == OpenCases(open=3, red=1, purple=1)


def test_a_day_counts_what_was_done_on_it(street: Street, now: datetime) -> None:
    case_in(State.CLOSED, street, now=now)
    case_in(State.DISPATCHED, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        keep_figures(now)
        ended = ended_today_in(street.areas["first"], today=timezone.localdate(now))
        still_open = sum(open_cases_of(street.areas["first"], now=now).values(), OpenCases())
        day_after = ended_today_in(street.areas["first"], today=timezone.localdate(now) + timedelta(days=1))
    assert (ended.closed, ended.accepted, ended.dispatched) == (1, 1, 1)
    assert (still_open.accepted, still_open.dispatched) == (1, 1)
    assert (day_after.closed, day_after.accepted, day_after.dispatched) == (0, 0, 0)


def confidential(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(is_confidential=True)


def about_a_minor(case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(concerns_minor=True)


@pytest.mark.parametrize("hide", [confidential, about_a_minor])
def test_days_keep_roads_of_what_strangers_may_read_of(
    hide: Callable[[Case], None], street: Street, now: datetime
) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        AddressEntry.objects.create(area=street.areas["grid"], text="东里", shown_as="东里")
    cases = [raised(street, now=now) for _number in range(4)]
    at_shop = raised(street, now=now, place_party=street.parties["shop"])
    with everywhere(EverywhereReason.VERIFICATION):
        hide(cases[0])
        assert count_days(now=now) == 30 * SUBDISTRICTS
        assert ReceivedDay.objects.filter(total__gt=0).count() == 0
        later = now + timedelta(days=2)
        assert (count_days(now=later), count_days(now=later)) == (30 * SUBDISTRICTS, 0)
        day = timezone.localdate(later)
        received = received_in(street.areas["first"], today=day)
        assert at_shop.place_party == street.parties["shop"]
    assert (received.total, received.by_road, received.by_member) == (5, {"东里": 3}, {"里院面馆": 1})
    nowhere = Links(street.areas["first"], worklist_is_open=False, supervision_is_open=False)
    places = places_of(received, links=nowhere, period=Period(day, day))
    assert [(place.label, place.number, place.href) for place in places] == [("东里", 3, "")]


def test_thirty_days_end_with_the_day_before_yesterday(now: datetime) -> None:
    today = timezone.localdate(now)
    days = settled_days(today)
    assert (len(days), days[-1]) == (30, today - timedelta(days=2))


def test_rare_categories_and_those_kept_apart_are_one_line(street: Street) -> None:
    rows = [*[Received("01")] * 5, *[Received("02")] * 2, *[Received()] * 3]
    stored = counted(rows[:4]).as_values(), counted(rows[4:]).as_values()
    shares = shares_of(together(stored))
    assert [(share.number, share.percent) for share in shares] == [(5, 50), (5, 50)]
    assert shares_of(counted([Received("01")] * 2)) == []


def test_no_walled_category_is_named(street: Street, now: datetime) -> None:
    for code in ("1104", "0103"):
        raised(street, now=now, category=street.category(code))
    later = now + timedelta(days=2)
    with everywhere(EverywhereReason.VERIFICATION):
        count_days(now=later)
        received = received_in(street.areas["subdistrict"], today=timezone.localdate(later))
    assert received.by_category == {"01": 1, "": 1}


def test_a_wall_shows_no_words_no_home_and_nobody(street: Street, now: datetime) -> None:
    moment = timezone.now()
    for state in (State.REGISTERED, State.DISPATCHED, State.IN_PROGRESS, State.RESOLVED, State.CLOSED):
        case = case_in(state, street, now=moment - timedelta(days=3))
    with everywhere(EverywhereReason.VERIFICATION):
        keep_figures(moment)
        count_days(now=moment)
    for name in ("leader", "task_force", "duty_desk"):
        for area in ("subdistrict", "first"):
            for door in ("", "figures/"):
                page = read(street, name, street.areas[area], door)
                told = [*MARKERS.values(), WORDS, case.number, case.title, "幢", "1号"]
                assert [word for word in told if word in page] == []


def test_a_table_with_too_many_parts_keeps_those_with_the_most(street: Street) -> None:
    nowhere = Links(street.areas["first"], worklist_is_open=False, supervision_is_open=False)
    parts = [
        Part(street.areas["first"], str(number), OpenCases(open=number), "", nowhere, 0, None)
        for number in range(12)
    ]
    assert listed_of(parts[:10]) == parts[:10]
    assert [part.cases.open for part in listed_of(parts)] == [11, 10, 9, 8, 7, 6, 5, 4, 3, 2]


def test_links_lead_only_where_the_reader_may_go(street: Street) -> None:
    subdistrict, first = street.areas["subdistrict"], street.areas["first"]
    raised(street, now=timezone.now())
    leader, desk = read(street, "leader", subdistrict), read(street, "duty_desk", subdistrict)
    assert f"/supervision/?area={subdistrict.code}&amp;reason=climbed" in leader
    assert "/supervision/" not in desk
    assert f"/desk/?area={subdistrict.code}&amp;light=red" in desk
    assert f"/cockpit/{first.code}/" in leader
    assert f"/cockpit/{subdistrict.code}/" in read(street, "leader", first)


def test_the_door_shows_the_own_sub_district(street: Street) -> None:
    for name, area in (("leader", "subdistrict"), ("far_desk", "far:subdistrict")):
        client = Client()
        client.force_login(street.users[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
        assert f"/cockpit/{street.areas[area].code}/figures/" in client.get("/cockpit/").content.decode()


def test_a_grid_has_no_screen(street: Street) -> None:
    client = Client()
    client.force_login(street.users["leader"], backend=settings.AUTHENTICATION_BACKENDS[-1])
    assert client.get(f"/cockpit/{street.areas['grid'].code}/").status_code == 404
