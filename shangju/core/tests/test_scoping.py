"""Area scoping: without a scope nothing is read, in whatever way one asks; with one, only what it reaches."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Sum

from shangju.accounts.models import User
from shangju.areas.models import AddressEntry, Area, AreaKind
from shangju.core.scoping import (
    EverywhereReason,
    InScope,
    Scope,
    ScopeColumns,
    ScopedArea,
    ScopedManager,
    ScopeError,
    active_scope,
    area_scope,
    everywhere,
)
from shangju.parties.models import Delegation, Party, PartyKind
from shangju.posts.models import Post, PostKind

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Town:
    """Two communities of one sub-district, each with a post, an address and a party."""

    subdistrict: Area
    here: Area
    there: Area
    post_here: Post
    post_there: Post
    party_here: Party
    party_there: Party
    user: User

    @property
    def scope(self) -> Scope:
        return Scope(areas=(self.here.scoped,))


def _area(kind: AreaKind, code: str, parent: Area | None) -> Area:
    area = Area.objects.create(kind=kind, code=code, name=code, parent=parent, path=f"unset-{code}")
    Area.objects.filter(pk=area.pk).update(path=f"{parent.path if parent else '/'}{area.pk}/")
    return Area.objects.get(pk=area.pk)


@pytest.fixture
def town() -> Town:
    with everywhere(EverywhereReason.VERIFICATION):
        subdistrict = _area(AreaKind.SUBDISTRICT, "S", None)
        here = _area(AreaKind.COMMUNITY, "S-1", subdistrict)
        there = _area(AreaKind.COMMUNITY, "S-2", subdistrict)
        for area in (here, there):
            AddressEntry.objects.create(area=area, text=f"road {area.code}", shown_as=f"Road {area.code}")
        posts = [
            Post.objects.create(area=area, kind=PostKind.GRID_WORKER, name="No. 1") for area in (here, there)
        ]
        parties = [
            Party.objects.create(area=area, kind=PartyKind.MERCHANT, name="Shop") for area in (here, there)
        ]
        user = User.objects.create_user("grid-worker", display_name="网格员 3号")
        for party in parties:
            Delegation.objects.create(party=party, user=user, starts_on=date(2026, 1, 1))
    return Town(subdistrict, here, there, *posts, *parties, user)


READS: dict[str, Callable[[Town], Any]] = {
    "list": lambda town: list(Post.objects.all()),
    "filtered list": lambda town: list(Post.objects.filter(name="No. 1")),
    "get": lambda town: Post.objects.get(pk=town.post_here.pk),
    "first": lambda town: Post.objects.first(),
    "count": lambda town: Post.objects.count(),
    "exists": lambda town: Post.objects.exists(),
    "exclude exists": lambda town: Post.objects.exclude(name="x").exists(),
    "contains": lambda town: Post.objects.contains(town.post_here),
    "aggregate": lambda town: Area.objects.aggregate(Sum("households")),
    "annotate": lambda town: list(Area.objects.annotate(Count("posts"))),
    "values": lambda town: list(Post.objects.values("name")),
    "values_list distinct": lambda town: list(Post.objects.values_list("name").distinct()),
    "in_bulk": lambda town: Post.objects.in_bulk([town.post_here.pk]),
    "iterator": lambda town: list(Post.objects.iterator()),
    "explain": lambda town: Post.objects.all().explain(),
    "union": lambda town: list(Post.objects.order_by().union(Post.objects.order_by())),
    "subquery of another model": lambda town: list(
        User.objects.filter(delegations__in=Delegation.objects.filter(is_voting=False))
    ),
    "exists subquery": lambda town: list(
        User.objects.filter(Exists(Delegation.objects.filter(user=OuterRef("pk"))))
    ),
    "reverse relation": lambda town: list(town.here.posts.all()),
    "reverse relation of an unscoped model": lambda town: list(town.user.delegations.all()),
    "prefetch": lambda town: list(User.objects.prefetch_related(Prefetch("delegations"))),
    "forward relation": lambda town: Post(area_id=town.here.pk).area,
    "select for update": lambda town: list(Post.objects.select_for_update()),
    "refresh_from_db": lambda town: town.post_here.refresh_from_db(),
    "update": lambda town: Post.objects.update(name="changed"),
    "delete": lambda town: AddressEntry.objects.all().delete(),
    "save of a loaded row": lambda town: town.post_here.save(),
    "get_or_create": lambda town: Post.objects.get_or_create(area=town.here, kind=PostKind.UNIT, name="x"),
    "update_or_create": lambda town: Post.objects.update_or_create(
        area=town.here, kind=PostKind.UNIT, name="x"
    ),
    "expression on a relation": lambda town: list(Post.objects.filter(area__path=F("area__path"))),
}


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_without_a_scope_every_query_raises(town: Town, read: Callable[[Town], Any]) -> None:
    with pytest.raises(ScopeError):
        read(town)


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
def test_with_a_scope_the_same_queries_answer(town: Town, read: Callable[[Town], Any]) -> None:
    with area_scope(town.scope):
        read(town)


def test_only_the_rows_of_the_scope_are_read(town: Town) -> None:
    with area_scope(town.scope):
        assert list(Post.objects.all()) == [town.post_here]
        assert Post.objects.count() == 1
        assert not Post.objects.filter(pk=town.post_there.pk).exists()
        assert list(Area.objects.all()) == [town.here]
        assert Area.objects.aggregate(n=Count("pk")) == {"n": 1}
        assert list(town.user.delegations.values_list("party_id", flat=True)) == [town.party_here.pk]
        assert [len(user.delegations.all()) for user in User.objects.prefetch_related("delegations")] == [1]


def test_a_row_of_another_area_is_not_there(town: Town) -> None:
    with area_scope(town.scope):
        with pytest.raises(Post.DoesNotExist):
            Post.objects.get(pk=town.post_there.pk)
        with pytest.raises(Area.DoesNotExist):
            _ = Post(area_id=town.there.pk).area
        with pytest.raises(Post.DoesNotExist):
            town.post_there.refresh_from_db()


def test_update_and_delete_leave_other_areas_alone(town: Town) -> None:
    with area_scope(town.scope):
        assert Post.objects.update(name="changed") == 1
        assert AddressEntry.objects.all().delete()[0] == 1
    with everywhere(EverywhereReason.VERIFICATION):
        assert sorted(Post.objects.values_list("name", flat=True)) == ["No. 1", "changed"]
        assert list(AddressEntry.objects.values_list("area_id", flat=True)) == [town.there.pk]


def test_a_scope_reaches_everything_below_its_area(town: Town) -> None:
    with area_scope(Scope(areas=(town.subdistrict.scoped,))):
        assert Post.objects.count() == 2
        assert Area.objects.count() == 3


def test_an_empty_scope_reads_nothing(town: Town) -> None:
    with area_scope(Scope()):
        assert list(Post.objects.all()) == []
        assert Post.objects.count() == 0


def test_a_party_is_reached_by_its_members_wherever_it_is(town: Town) -> None:
    with area_scope(Scope(parties=(town.party_there.pk,))):
        assert list(Party.objects.all()) == [town.party_there]
        assert list(Delegation.objects.values_list("party_id", flat=True)) == [town.party_there.pk]
        assert Post.objects.count() == 0


def test_the_scope_is_read_when_the_query_runs_not_when_it_is_written(town: Town) -> None:
    with area_scope(town.scope):
        query = Post.objects.all()
    with area_scope(Scope(areas=(town.there.scoped,))):
        assert list(query) == [town.post_there]


def test_scopes_nest_and_come_back_also_after_an_error(town: Town) -> None:
    with area_scope(town.scope):
        with pytest.raises(ZeroDivisionError), everywhere(EverywhereReason.WORKER):
            _ = 1 / 0
        assert active_scope() == town.scope
    assert active_scope() is None


@pytest.mark.django_db(transaction=True)
def test_another_thread_starts_without_a_scope() -> None:
    outcome: list[object] = []

    def read() -> None:
        try:
            outcome.append(list(Post.objects.all()))
        except ScopeError as error:
            outcome.append(error)
        finally:
            connection.close()

    with everywhere(EverywhereReason.VERIFICATION):
        thread = threading.Thread(target=read)
        thread.start()
        thread.join()
    assert len(outcome) == 1
    assert isinstance(outcome[0], ScopeError)


def test_reaches() -> None:
    scope = Scope(areas=(ScopedArea(pk=14, level="community", path="/1/14/"),))
    assert scope.reaches("/1/14/")
    assert scope.reaches("/1/14/203/")
    assert not scope.reaches("/1/141/")
    assert not scope.reaches("/1/")
    assert Scope(everywhere=EverywhereReason.WORKER).reaches("/9/")


def _sql(columns: ScopeColumns, scope: Scope) -> tuple[str, list[Any]]:
    with area_scope(scope):
        compiler = Party.objects.all().query.get_compiler("default")
        sql, params = compiler.compile(InScope(columns).resolve_expression(compiler.query))
    return sql.replace('"', ""), list(params)


LEVELS = ScopeColumns(path="area__path", levels={"community": "area_id"}, parties=("id",))
SUBDISTRICT = ScopedArea(pk=1, level="subdistrict", path="/1/")
COMMUNITY = ScopedArea(pk=14, level="community", path="/1/14/")
COMMUNITY_TOO = ScopedArea(pk=15, level="community", path="/1/15/")


@pytest.mark.parametrize(
    ("scope", "sql", "params"),
    [
        (Scope(areas=(COMMUNITY,)), "(parties_party.area_id = %s)", [14]),
        (Scope(areas=(COMMUNITY, COMMUNITY_TOO)), "(parties_party.area_id IN (%s, %s))", [14, 15]),
        (Scope(areas=(SUBDISTRICT,)), "({path} LIKE %s)", ["/1/%"]),
        (
            Scope(areas=(SUBDISTRICT, COMMUNITY), parties=(7,)),
            "({path} LIKE %s OR parties_party.area_id = %s OR parties_party.id = %s)",
            ["/1/%", 14, 7],
        ),
        (Scope(parties=(7, 8)), "(parties_party.id IN (%s, %s))", [7, 8]),
        (Scope(), "0 = 1", []),
        (Scope(everywhere=EverywhereReason.WORKER), "1 = 1", []),
    ],
)
def test_sql_of_a_scope(scope: Scope, sql: str, params: list[Any]) -> None:
    made, given = _sql(LEVELS, scope)
    path = next((word for word in made.strip("(").split() if word.endswith(".path")), "")
    assert made == sql.format(path=path)
    assert given == params


@pytest.fixture
def scoped_models() -> list[type[Any]]:
    return [model for model in apps.get_models() if isinstance(model._default_manager, ScopedManager)]


def test_scoped_models_have_no_other_manager(scoped_models: list[type[Any]]) -> None:
    assert scoped_models
    for model in scoped_models:
        assert all(isinstance(manager, ScopedManager) for manager in model._meta.managers), model
        assert isinstance(model._base_manager, ScopedManager), f"{model} lacks base_manager_name = 'objects'"
