"""A street for tests: areas, posts with holders, shops and their delegates, all made by the services themselves.

``street`` and ``tree`` are fixtures of every test (root ``conftest.py``). Nobody in it has a name: role and number.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import Administrator, User
from shangju.accounts.roster import UserPlan, add_users
from shangju.areas.models import Area
from shangju.areas.tests.trees import small_tree
from shangju.cases.rules import Actor, party_member, staff
from shangju.categories.models import Category
from shangju.categories.services import seed_categories
from shangju.consent.services import seed_consent_notices
from shangju.core.scoping import EverywhereReason, Scope, area_scope, everywhere
from shangju.deadlines.services import seed_calendar
from shangju.parties.models import Party
from shangju.parties.services import PartyPlan, admit_parties, delegate_user
from shangju.posts.models import Post
from shangju.posts.services import PostPlan, TermPlan, appoint_each, create_posts
from tests.planting import plant

SET_UP_AT = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
SINCE = date(2020, 1, 1)

POSTS: dict[str, tuple[str, str]] = {
    "leader": ("subdistrict", "subdistrict_leader"),
    "task_force": ("subdistrict", "task_force"),
    "duty_desk": ("subdistrict", "duty_desk"),
    "unit": ("subdistrict", "unit"),
    "secretary": ("first", "community_secretary"),
    "officer": ("first", "community_officer"),
    "other_officer": ("second", "community_officer"),
    "grid_secretary": ("grid", "grid_secretary"),
    "grid_worker": ("grid", "grid_worker"),
    "market_worker": ("market", "grid_worker"),
    "other_worker": ("other_grid", "grid_worker"),
    "contact": ("micro", "micro_grid_contact"),
    "building_head": ("building", "building_head"),
    "hub_household": ("building", "hub_household"),
    "far_desk": ("far:subdistrict", "duty_desk"),
    "far_worker": ("far:grid", "grid_worker"),
}
"""Short name: (area, kind). Each is held by the user of the same name; areas of the neighbour begin with ``far:``."""

ALSO_HOLDS = {"officer_with_shop": "officer", "second_officer": "officer"}
"""Further holders: one of them speaks for the shop, too."""

DELEGATES = {
    "shopkeeper": "shop",
    "officer_with_shop": "shop",
    "other_shopkeeper": "other_shop",
    "property_clerk": "property_firm",
}
ADMINISTRATORS = {
    "system_administrator": "system",
    "security_administrator": "security",
    "audit_administrator": "audit",
}


@dataclass(frozen=True, slots=True)
class Street:
    """Everything on the street by short names; see the tables above."""

    areas: dict[str, Area]
    posts: dict[str, Post]
    users: dict[str, User]
    parties: dict[str, Party]

    def staff(self, name: str) -> Actor:
        """The user acting by their posts."""
        return staff(self.users[name])

    def party(self, name: str) -> Actor:
        """The user acting for their shop or firm."""
        return party_member(self.users[name])

    @contextmanager
    def seen_by(self, name: str) -> Iterator[Scope]:
        """The scope that a request of this user runs under."""
        with area_scope(staff(self.users[name]).standing.scope) as scope:
            yield scope

    def category(self, code: str) -> Category:
        """A category of the seeded table."""
        return Category.objects.get(code=code)


def build_street() -> Street:
    """The whole street, as the services make it."""
    return plant(_grow_street)


def _grow_street() -> Street:
    """Runs under a scope of its own."""
    with everywhere(EverywhereReason.SETUP):
        seed_categories(now=SET_UP_AT)
        seed_consent_notices(now=SET_UP_AT)
        seed_calendar(now=SET_UP_AT)
        areas = small_tree("A") | {f"far:{name}": area for name, area in small_tree("B").items()}
        users = _users()
        posts = _posts(areas, users)
        parties = _parties(areas, users)
    return Street(areas, posts, users, parties)


def _users() -> dict[str, User]:
    names = dict.fromkeys((*POSTS, *ALSO_HOLDS, *DELEGATES, *ADMINISTRATORS, "resident"))
    plans = [
        UserPlan(name.replace("_", "-"), f"{name} 1号", is_resident=name == "resident") for name in names
    ]
    users = dict(zip(names, add_users(plans, by=COMMAND_LINE, now=SET_UP_AT), strict=True))
    for name, role in ADMINISTRATORS.items():
        Administrator.objects.create(user=users[name], role=role)
    return users


def _posts(areas: dict[str, Area], users: dict[str, User]) -> dict[str, Post]:
    plans = [PostPlan(areas[area], kind, f"{kind} 1号") for area, kind in POSTS.values()]
    posts = dict(zip(POSTS, create_posts(plans, by=COMMAND_LINE, now=SET_UP_AT), strict=True))
    holders = {name: name for name in POSTS} | ALSO_HOLDS
    terms = [TermPlan(posts[post], users[user], SINCE) for user, post in holders.items()]
    appoint_each(terms, by=COMMAND_LINE, now=SET_UP_AT)
    return posts


def _parties(areas: dict[str, Area], users: dict[str, User]) -> dict[str, Party]:
    plans = {
        "shop": PartyPlan(areas["grid"], "merchant", "里院面馆", trade="餐饮", address="东里1幢"),
        "other_shop": PartyPlan(areas["grid"], "merchant", "东里五金店", trade="五金"),
        "property_firm": PartyPlan(areas["first"], "property_firm", "东里物业"),
        "far_shop": PartyPlan(areas["far:grid"], "merchant", "邻街面馆"),
    }
    parties = dict(
        zip(plans, admit_parties(list(plans.values()), by=COMMAND_LINE, now=SET_UP_AT), strict=True)
    )
    for user, party in DELEGATES.items():
        delegate_user(parties[party], user=users[user], starts_on=SINCE, by=COMMAND_LINE, now=SET_UP_AT)
    return parties


@pytest.fixture
def tree(db: None, everywhere_scope: None) -> dict[str, Area]:
    """Areas alone, without posts and people, by the short names of :func:`small_tree`."""
    return small_tree()


@pytest.fixture
def street(db: None) -> Street:
    """The street, fresh for the test."""
    return build_street()
