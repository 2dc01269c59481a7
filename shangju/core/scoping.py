"""Area scoping that cannot be forgotten.

An area-bound model has only a :class:`ScopedManager`. Its queries carry an :class:`InScope` condition that is
resolved **when SQL is built**, not when the queryset is made: without an active scope *every* form of reading
raises :class:`ScopeError`, be it a list, ``count()``, ``exists()``, a subquery, a related manager or a forward
foreign key (``base_manager_name`` is the same manager). See ``docs/adr/0002-area-scoping.md``.

The scope is coarse: it says which areas' rows (and which parties' concerns) a request may touch at all. What a
person may *do* there is the business of each app's ``rules`` module.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler


class ScopeError(RuntimeError):
    """A query on area-bound rows was about to run without a scope: a fault in the code, never in the input."""


class EverywhereReason(StrEnum):
    """The closed list of reasons for leaving area scoping; ``tools/check_scope_escapes.py`` guards it."""

    TRACKING_CODE = "whoever holds the unguessable code may see the one case it names"
    PUBLIC_INTAKE = "a resident may report about any place, and names of areas are public"
    SIGN_IN = "appointments must be read to find out what the user's scope is"
    PARTY_CONCERN = (
        "a member reads or moves the one case of theirs that their own scope gave; its rows are behind it"
    )
    JOINED_CASES = "a move is told on cases merged into it or split off it, wherever they lie; only number and state show"
    WORKER = "the worker serves every area and opens each row's own scope to act on it"
    IMPORT = "an operator at the command line imports for the whole installation"
    SETUP = "an operator at the command line sets up areas that do not exist yet"
    VERIFICATION = "an operator at the command line checks the whole installation"
    DEMO = "the demonstration is loaded into an empty installation"
    PUBLISHED_ARTICLE = "articles that were published for everybody, whichever area they were written in"
    PUBLIC_BOARD = "what staff checked and put on the public board is there for everybody to read"
    PUBLIC_FIGURES = "counts and rates in which nobody can be recognised are there for everybody to read"
    AUDIT = "the audit administrator reads the logs of looks and exports, in which no concern is told"
    LEDGER = "an operator at the command line writes a masked ledger of one area"
    WALL = "who stands behind the wall of a case is asked of all terms and stakes, wherever they lie"
    TOPIC = "a topic is one for all its cases, wherever they lie; only a yes or no leaves, never a case"
    STRUCTURE = "the area tree itself is public knowledge: names and outlines, no rows of anybody's work"


@dataclass(frozen=True, slots=True)
class ScopedArea:
    """One area that is in reach with everything below it; ``level`` is its kind, ``path`` its place in the tree."""

    pk: int
    level: str
    path: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What may be read: rows of some areas, concerns of some parties, or everything for a stated reason."""

    areas: tuple[ScopedArea, ...] = ()
    parties: tuple[int, ...] = ()
    everywhere: EverywhereReason | None = None

    def reaches(self, path: str) -> bool:
        """Whether the area with this path lies in the scope."""
        return self.everywhere is not None or any(path.startswith(area.path) for area in self.areas)


_active: ContextVar[Scope | None] = ContextVar("area_scope", default=None)


def active_scope() -> Scope | None:
    """The scope in force, or none."""
    return _active.get()


@contextmanager
def area_scope(scope: Scope) -> Iterator[Scope]:
    """Run a block under ``scope``; the previous one comes back afterwards."""
    token = _active.set(scope)
    try:
        yield scope
    finally:
        _active.reset(token)


@contextmanager
def without_scope() -> Iterator[None]:
    """Run a block that has no business with area-bound rows: a query on them raises :class:`ScopeError`."""
    token = _active.set(None)
    try:
        yield
    finally:
        _active.reset(token)


@contextmanager
def everywhere(reason: EverywhereReason) -> Iterator[Scope]:
    """Run a block without area limits; the reason is one of a closed list."""
    with area_scope(Scope(everywhere=reason)) as scope:
        yield scope


@dataclass(frozen=True, slots=True)
class ScopeColumns:
    """Which columns of a model tell the area of a row.

    ``path`` holds the area's path. ``levels`` maps an area kind to the column that holds the id of the row's area of
    that kind: equality on it can use an index where a path prefix cannot. ``parties`` are the columns that name a
    party whose members may reach the row. ``covering`` names the column of the area's id where a row serves everything
    below its area: who works down there reads it too, and everybody reads a row without an area. All may cross relations
    (``case__area_path``).
    """

    path: str
    levels: Mapping[str, str] = field(default_factory=dict)
    parties: tuple[str, ...] = ()
    covering: str = ""


class InScope(models.Func):
    """True for rows in the active scope. The scope is read when SQL is built, not before."""

    output_field: ClassVar["models.Field[Any, Any]"] = models.BooleanField()
    conditional = True

    def __init__(self, columns: ScopeColumns) -> None:
        self.columns = columns
        covering = (columns.covering,) if columns.covering else ()
        self.names = (columns.path, *columns.levels.values(), *columns.parties, *covering)
        super().__init__(*(models.F(name) for name in self.names))

    def as_sql(  # type: ignore[override] # the stubs of Func name arguments that a condition has no use for
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra: Any
    ) -> tuple[str, list[Any]]:
        """``(a OR b OR …)``, one condition per area and party in the scope; ``0 = 1`` where there is none."""
        scope = active_scope()
        if scope is None:
            raise ScopeError(f"a query on {self.columns.path} was made without an area scope")
        if scope.everywhere is not None:
            return "1 = 1", []
        compiled = dict(zip(self.names, map(compiler.compile, self.get_source_expressions()), strict=True))
        conditions, params = [], []
        for sql, values in self._conditions(scope, compiled):
            conditions.append(sql)
            params.extend(values)
        return (f"({' OR '.join(conditions)})", params) if conditions else ("0 = 1", [])

    def _conditions(self, scope: Scope, compiled: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
        ids: dict[str, list[int]] = {}
        for area in scope.areas:
            if area.level in self.columns.levels:
                ids.setdefault(area.level, []).append(area.pk)
            else:
                column, params = compiled[self.columns.path]
                yield f"{column} LIKE %s", [*params, f"{area.path}%"]
        for level, values in ids.items():
            column, params = compiled[self.columns.levels[level]]
            yield _is_one_of(column, params, values)
        for name in self.columns.parties if scope.parties else ():
            column, params = compiled[name]
            yield _is_one_of(column, params, scope.parties)
        if self.columns.covering:
            column, params = compiled[self.columns.covering]
            yield f"{column} IS NULL", [*params]
            if scope.areas:
                yield _is_one_of(column, params, areas_around(scope))


def areas_around(scope: Scope) -> list[int]:
    """Ids of the areas in scope and of everything that they lie in."""
    return sorted({int(pk) for area in scope.areas for pk in area.path.strip("/").split("/")})


def _is_one_of(column: str, params: Iterable[Any], values: Iterable[int]) -> tuple[str, list[Any]]:
    values = list(values)
    if len(values) == 1:
        return f"{column} = %s", [*params, *values]
    return f"{column} IN ({', '.join(['%s'] * len(values))})", [*params, *values]


Row = TypeVar("Row", bound=models.Model)


class ScopedManager(models.Manager[Row], Generic[Row]):
    """The only manager of an area-bound model; subclasses name the columns."""

    columns: ClassVar[ScopeColumns]

    def get_queryset(self) -> models.QuerySet[Row]:
        """All rows in the active scope; evaluating it without one raises :class:`ScopeError`."""
        rows = super().get_queryset()
        rows.query = _scoped_query(rows, self.columns).chain()
        return rows


_scoped_queries: dict[type[models.Model], Query] = {}


def _scoped_query(rows: models.QuerySet[Any], columns: ScopeColumns) -> Query:
    """The query of a model with its condition, worked out once per process.

    Following the columns through their relations costs more than the rest of making a query. Sharing it is safe
    because a query is copied before it is changed and the condition holds no scope: it asks for it each time.
    """
    if rows.model not in _scoped_queries:
        _scoped_queries[rows.model] = rows.filter(InScope(columns)).query
    return _scoped_queries[rows.model]
