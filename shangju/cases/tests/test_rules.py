"""Who stands how to a case, and that list and object give the same answer."""

from datetime import datetime

import pytest

from shangju.cases.models import Case
from shangju.cases.rules import may_view, roles_of, visible_to
from shangju.cases.tests.stories import case_in, raised
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import POSTS, Street

pytestmark = pytest.mark.django_db

IN_WORK = {
    "leader": {"supervisor"},
    "task_force": {"supervisor", "caller", "task_force"},
    "duty_desk": {"dispatcher", "caller"},
    "unit": set(),
    "secretary": {"dispatcher", "supervisor", "caller"},
    "officer": {"dispatcher", "caller"},
    "second_officer": {"dispatcher", "caller"},
    "grid_worker": {"handler"},
    "building_head": {"assistant"},
}
"""Roles in a case in work, handled by the grid worker with the building head; nobody else has any."""


def test_roles(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        found = {name: set(roles_of(street.staff(name), case)) for name in street.users}
        assert {name: roles for name, roles in found.items() if roles} == {
            name: roles for name, roles in IN_WORK.items() if roles
        }
        assert roles_of(street.party("shopkeeper"), case) == {"party"}
        assert roles_of(street.party("other_shopkeeper"), case) == set()


def test_list_and_object_agree_for_everybody(street: Street, now: datetime) -> None:
    """By every user, under the scope of their own request; and every case seen lies in an area of a post of theirs."""
    cases = [
        case_in(State.IN_PROGRESS, street, now=now),
        raised(street, now=now, place_party=street.parties["shop"]),
    ]
    cases += [
        raised(street, now=now, area=area)
        for area in ("market", "second", "other_grid", "far:grid", "building")
    ]
    seen = {}
    for name in street.users:
        actor = street.staff(name)
        with street.seen_by(name):
            listed = set(Case.objects.filter(visible_to(actor.standing)).values_list("pk", flat=True))
            assert listed == {case.pk for case in cases if may_view(actor.standing, case)}, name
        paths = [holding.area.path for holding in actor.standing.holdings]
        assert all(case.area_path.startswith(tuple(paths)) for case in cases if case.pk in listed), name
        seen[name] = [index for index, case in enumerate(cases) if case.pk in listed]
    assert {name: indexes for name, indexes in seen.items() if indexes} == {
        **{key: [0, 1, 2, 3, 4, 6] for key in ("leader", "task_force", "duty_desk")},
        **{key: [0, 1, 2, 6] for key in ("secretary", "officer", "second_officer")},
        "officer_with_shop": [2, 6],
        "other_officer": [3, 4],
        **{key: [0, 1, 6] for key in ("grid_secretary", "grid_worker")},
        "market_worker": [2],
        "other_worker": [4],
        "building_head": [0],
        "far_desk": [5],
        "far_worker": [5],
    }


def test_every_post_of_the_street_was_asked(street: Street) -> None:
    assert set(POSTS) <= set(street.users)
