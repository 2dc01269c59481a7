"""Which tables hold free text and sealed values about a case: found by introspection, so that no new table is missed.

A table belongs to a case when it points at the case or at a row of its history. Columns with a closed list of values,
unique ones and digests hold no words.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models

from shangju.cases.models import Case, CaseEvent
from shangju.core.sealing import SealedTextField

CASE_TEXTS = ("title", "text", "place_note", "party_summary")
EVENT_TEXTS = ("note", "reporter_text", "party_text")
NO_WORDS = ("key", "hash", "digest", "print", "link", "step", "state", "clock", "kind", "class", "version")
"""Endings of column names that hold codes."""

KEPT_TABLES = frozenset({"privacy.caseerasure", "cases.idempotencykey"})
"""The record of what was removed, and keys that a program made."""


@dataclass(frozen=True, slots=True)
class CaseTable:
    """One table that belongs to a case: by which look-up its rows are found, and what of them is free text or sealed."""

    model: type[models.Model]
    look_up: str
    texts: tuple[str, ...]
    values: tuple[str, ...]
    sealed: tuple[str, ...]

    def rows_of(self, cases: list[int]) -> models.QuerySet[Any]:
        """The rows that belong to these cases."""
        rows: models.QuerySet[Any] = self.model.objects.filter(**{f"{self.look_up}__in": cases})  # type: ignore[attr-defined]
        return rows.order_by("pk")


@cache
def case_tables() -> tuple[CaseTable, ...]:
    """Every table that belongs to a case, but the case and its history themselves."""
    found: dict[type[models.Model], CaseTable] = {}
    for target, prefix in ((Case, ""), (CaseEvent, "__case_id")):
        for model, name in _pointing_at(target):
            if model in (Case, CaseEvent) or model in found or model._meta.label_lower in KEPT_TABLES:
                continue
            look_up = f"{name}{prefix}" if prefix else f"{name}_id"
            table = CaseTable(model, look_up, _texts(model), _values(model), _sealed(model))
            if table.texts or table.values or table.sealed:
                found[model] = table
    return tuple(found.values())


def _pointing_at(target: type[models.Model]) -> Iterator[tuple[type[models.Model], str]]:
    for relation in target._meta.related_objects:
        if not relation.many_to_many and isinstance(relation.related_model, type):
            yield relation.related_model, relation.field.name


def _is_words(field: Any) -> bool:
    if field.choices or field.unique or field.primary_key or isinstance(field, SealedTextField):
        return False
    return isinstance(field, models.CharField | models.TextField) and not field.name.endswith(NO_WORDS)


def _texts(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.name for field in model._meta.local_concrete_fields if _is_words(field))


def _values(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(
        field.name for field in model._meta.local_concrete_fields if isinstance(field, models.JSONField)
    )


def _sealed(model: type[models.Model]) -> tuple[str, ...]:
    return tuple(
        field.name for field in model._meta.local_concrete_fields if isinstance(field, SealedTextField)
    )
