"""Writing the tree of categories: from the seed, and by a person."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shangju.accounts.models import AdministratorRole, User
from shangju.categories.models import Category
from shangju.categories.queries import forget_tree
from shangju.categories.table import Row, TableError, check_classes, check_ladder, seed_rows
from shangju.core import audit
from shangju.core.errors import DomainError, NotAllowed

SEEDED = tuple(name for name in (part.name for part in fields(Row)) if name not in {"code", "parent_code"})
"""What the seed decides, as long as no person has edited the category."""

EDITABLE = frozenset(SEEDED) | {"is_active"}
"""What a system administrator may change; the code and the place in the tree stay."""


@dataclass(frozen=True, slots=True)
class SeedResult:
    """How many categories the seed created, updated, and left alone because a person had edited them."""

    created: int
    updated: int
    kept: int


@transaction.atomic
def seed_categories(*, now: datetime) -> SeedResult:
    """Bring the table of categories into the database; a second call changes nothing.

    A category that a person has edited keeps every field: the seed is a default, not a correction.
    """
    present = {category.code: category for category in Category.objects.select_for_update()}
    created = updated = kept = 0
    for row in seed_rows():
        category = present.get(row.code)
        if category is None:
            present[row.code] = _create(row, parent=present.get(row.parent_code), now=now)
            created += 1
        elif category.is_edited:
            kept += 1
        elif _bring_up_to_date(category, row, now=now):
            updated += 1
    forget_tree()
    return SeedResult(created=created, updated=updated, kept=kept)


@transaction.atomic
def edit_category(
    category: Category, *, changes: Mapping[str, object], by: User, now: datetime, reason: str = ""
) -> Category:
    """Change fields of a category; from then on the seed leaves it alone. Promises already made stay."""
    _require_system_administrator(by)
    locked = Category.objects.select_for_update().get(pk=category.pk)
    unknown = set(changes) - EDITABLE
    if unknown:
        sentence = _("This field of a category cannot be changed.")
        raise DomainError(sentence, fields=dict.fromkeys(unknown, sentence))
    before = {name: getattr(locked, name) for name in changes}
    for name, value in changes.items():
        setattr(locked, name, value)
    _check(locked)
    locked.is_edited = True
    _store(locked, now=now)
    audit.record(
        locked, action="category.edited", by=by, now=now, before=before, after=dict(changes), reason=reason
    )
    forget_tree()
    return locked


def _require_system_administrator(user: User) -> None:
    administrator = getattr(user, "administrator", None)
    if administrator is None or administrator.role != AdministratorRole.SYSTEM:
        raise NotAllowed(_("Only the system administrator may change categories. Ask them to do it."))


def _check(category: Category) -> None:
    if not category.is_leaf:
        return
    try:
        check_classes(
            category.code,
            deadline_class=category.deadline_class,
            night_class=category.night_class,
            alternatives=list(category.alternatives),
        )
    except TableError as wrong:
        raise DomainError(
            _("Choose one of the deadline classes A1, A2, B, C, D, E, K or R; at night N or none."),
            fields={"deadline_class": _("There is no such deadline class.")},
        ) from wrong
    try:
        check_ladder(category.code, category.ladder)
    except TableError as wrong:
        raise DomainError(
            _("Give every step of the ladder at least one known body."),
            fields={"ladder": _("A step is empty, or names a body that does not exist.")},
        ) from wrong


def _create(row: Row, *, parent: Category | None, now: datetime) -> Category:
    return Category.objects.create(code=row.code, parent=parent, changed_at=now, **_values(row))


def _bring_up_to_date(category: Category, row: Row, *, now: datetime) -> bool:
    values = _values(row)
    if all(getattr(category, name) == value for name, value in values.items()):
        return False
    for name, value in values.items():
        setattr(category, name, value)
    _store(category, now=now)
    return True


def _store(category: Category, *, now: datetime) -> None:
    category.edition += 1
    category.changed_at = now
    category.save()


def _values(row: Row) -> dict[str, object]:
    """The seeded fields as the database gives them back: JSON knows lists, not tuples."""
    values = {name: getattr(row, name) for name in SEEDED}
    return values | {
        "alternatives": [dict(alternative) for alternative in row.alternatives],
        "ladder": [list(step) for step in row.ladder],
        "keywords": list(row.keywords),
    }
