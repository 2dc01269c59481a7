"""What the table of categories may contain, and reading it from the seed files. Pure: no database."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

SEED = Path(__file__).parent / "seed"

DEADLINE_CLASSES = ("A1", "A2", "B", "C", "D", "E", "K", "R")
NIGHT_CLASS = "N"

RUNGS = frozenset(
    {
        "merchant",
        "community",
        "property",
        "enforcement",
        "police",
        "fire",
        "market",
        "environment",
        "housing",
        "traffic",
        "justice",
        "civil_affairs",
        "economy",
        "task_force",
        "sanitation",
        "utility",
        "operator",
        "volunteers",
        "disabled_federation",
        "health",
        "labour",
        "commerce",
        "discipline",
        "service_station",
        "knowledge_base",
        "alliance",
        "joint_chair",
        "emergency",
        "subdistrict",
    }
)
"""Who can stand on a ladder: 商社物执警消市环住交司民经, 专班, and bodies named in full (§4.3)."""


class TableError(ValueError):
    """A row of the table is wrong; the message names the code and what is wrong."""


@dataclass(frozen=True, slots=True)
class Row:
    """One category as the seed describes it; the fields are those of the model, the parent by its code."""

    code: str
    parent_code: str
    name_zh: str
    name_en: str
    position: int
    deadline_class: str = ""
    night_class: str = ""
    alternatives: tuple[Mapping[str, str], ...] = ()
    ladder: tuple[tuple[str, ...], ...] = ()
    legal_basis: str = ""
    legal_basis_en: str = ""
    filing_condition: str = ""
    closing_condition: str = ""
    needs_proof: bool = False
    self_fix_hours: int | None = None
    privacy_wall: bool = False
    concerns_minors: bool = False
    sealed: bool = False
    community_may_lead: bool = False
    keywords: tuple[str, ...] = ()


def check_classes(
    code: str, *, deadline_class: str, night_class: str, alternatives: list[Mapping[str, str]]
) -> None:
    """Refuse a class that no deadline is defined for."""
    used = [deadline_class, *(alternative["class"] for alternative in alternatives)]
    for name in used:
        if name not in DEADLINE_CLASSES:
            raise TableError(f"{code}: no deadline class {name!r}; one of {', '.join(DEADLINE_CLASSES)}")
    if night_class not in {"", NIGHT_CLASS}:
        raise TableError(f"{code}: no night class {night_class!r}; {NIGHT_CLASS} or nothing")


def check_ladder(code: str, ladder: list[list[str]]) -> None:
    """Refuse an empty ladder, an empty step, and a rung that nobody stands for."""
    if not ladder or not all(ladder):
        raise TableError(f"{code}: a ladder needs at least one rung on every step")
    for rung in (rung for step in ladder for rung in step):
        if rung not in RUNGS:
            raise TableError(f"{code}: nobody stands for the rung {rung!r}")


@cache
def seed_rows() -> tuple[Row, ...]:
    """The whole table, roots before leaves, in the order in which people read it."""
    laws = yaml.safe_load((SEED / "laws.yaml").read_text("utf-8"))
    roots = yaml.safe_load((SEED / "categories.yaml").read_text("utf-8"))
    rows: list[Row] = []
    for root in roots:
        rows.append(
            Row(
                code=root["code"],
                parent_code="",
                name_zh=root["zh"],
                name_en=root["en"],
                position=int(root["code"]) * 100,
            )
        )
        rows.extend(_leaf(leaf, parent_code=root["code"], laws=laws) for leaf in root["leaves"])
    return tuple(rows)


def _leaf(leaf: dict[str, Any], *, parent_code: str, laws: Mapping[str, Mapping[str, str]]) -> Row:
    code = leaf["code"]
    alternatives = [
        {"class": other["class"], "when_zh": other["zh"], "when_en": other["en"]}
        for other in leaf.get("alternatives", [])
    ]
    check_classes(
        code, deadline_class=leaf["class"], night_class=leaf.get("night", ""), alternatives=[*alternatives]
    )
    check_ladder(code, leaf["ladder"])
    return Row(
        code=code,
        parent_code=parent_code,
        name_zh=leaf["zh"],
        name_en=leaf["en"],
        position=int(code),
        deadline_class=leaf["class"],
        night_class=leaf.get("night", ""),
        alternatives=tuple(alternatives),
        ladder=tuple(tuple(step) for step in leaf["ladder"]),
        legal_basis="；".join(laws[law]["zh"] for law in leaf["laws"]),
        legal_basis_en="; ".join(laws[law]["en"] for law in leaf["laws"]),
        filing_condition=leaf["files"],
        closing_condition=leaf["closes"],
        needs_proof=leaf.get("proof", False),
        self_fix_hours=leaf.get("self_fix_hours"),
        privacy_wall=leaf.get("wall", False),
        concerns_minors=leaf.get("minors", False),
        sealed=leaf.get("sealed", False),
        community_may_lead=any("community" in step for step in leaf["ladder"]),
        keywords=tuple(leaf["words"]),
    )
