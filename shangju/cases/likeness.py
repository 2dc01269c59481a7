"""How alike two reports are: pure rules over texts, places and instants, no database (cases.md §2).

Two texts are compared by their pieces of two neighbouring signs, those left out that every complaint holds. The same
shop, building or category makes less likeness of words enough; a place that is only near asks for more.
"""

import math
import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

NEAR_METRES = 200.0
"""Points are kept in the open to about 100 m (``places.ROUGH_DECIMALS``): less would part neighbours by rounding."""

COMPARED_SIGNS = 400
"""So much of a text is compared: what is the matter stands at its beginning."""

PIECES = re.compile(r"[a-z][a-z]+|[\u3400-\u9fff]+")
"""Words of letters, and runs of Chinese signs."""

USUAL_WORDS = """
我们 你们 他们 我家 这个 那个 一个 希望 望相 相关 关部 部门 请尽 尽快 快处 处理 理一 解决 帮忙 反映 投诉 举报 小区 居民
社区 现在 已经 非常 特别 严重 影响 响居 民生 生活 活休 休息 每天 天都 经常 一直 问题 麻烦 谢谢 您好 你好
the and is are was in on at of to it its my our we they that this there here for from with has have had not no very
all every day please help since also but near by out
"""
EMPTY_PIECES = frozenset(USUAL_WORDS.split())
"""Pieces that say nothing of what is the matter."""

SHARED_AT_LEAST = 2
"""Pieces: one may be chance."""


class Nearness(IntEnum):
    """How two places lie to each other; higher is nearer."""

    FAR = 0
    SAME_GRID = 1
    WITHIN_REACH = 2
    SAME_BUILDING = 3
    SAME_SHOP = 4


LIKENESS_NEEDED: dict[Nearness, float] = {
    Nearness.SAME_SHOP: 0.12,
    Nearness.SAME_BUILDING: 0.14,
    Nearness.WITHIN_REACH: 0.20,
    Nearness.SAME_GRID: 0.24,
}
"""How alike the words must be (0 to 1) for a place that lies so."""

SAME_CATEGORY_SPARES = 0.08
"""So much less is needed where the category of the one is chosen for the other, or suggested by its words."""


@dataclass(frozen=True, slots=True)
class Spot:
    """What tells of a place how near another is: ids of areas and shop, the building as people write it, the point."""

    grid: int | None = None
    building: int | None = None
    party: int | None = None
    note: str = ""
    longitude: float | None = None
    latitude: float | None = None


def pieces_of(text: str) -> frozenset[str]:
    """The pieces of a text that say what is the matter: each two neighbouring Chinese signs, and words of letters."""
    pieces: set[str] = set()
    for run in PIECES.findall(unicodedata.normalize("NFKC", text[:COMPARED_SIGNS]).lower()):
        pieces.update([run] if run.isascii() else (run[at : at + 2] for at in range(len(run) - 1)))
    return frozenset(pieces) - EMPTY_PIECES


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How alike two sets of pieces are, 0 to 1: the mean of Dice's measure and of how far the shorter is in the longer.

    A short report ("楼上吊扇嗡嗡响") is like a long one that says the same among much else; Dice alone would miss it.
    """
    shared = len(one & other)
    if shared < min(SHARED_AT_LEAST, len(one), len(other)) or not shared:
        return 0.0
    dice = 2 * shared / (len(one) + len(other))
    return (dice + shared / min(len(one), len(other))) / 2


def nearness(one: Spot, other: Spot) -> Nearness:
    """How near two places are; the nearest that holds."""
    if one.party is not None and one.party == other.party:
        return Nearness.SAME_SHOP
    if one.building is not None and one.building == other.building:
        return Nearness.SAME_BUILDING
    if one.note and one.note == other.note and one.grid == other.grid:
        return Nearness.SAME_BUILDING
    if (apart := metres_apart(one, other)) is not None and apart <= NEAR_METRES:
        return Nearness.WITHIN_REACH
    return Nearness.SAME_GRID if one.grid is not None and one.grid == other.grid else Nearness.FAR


def metres_apart(one: Spot, other: Spot) -> float | None:
    """The distance of two points in metres; none where one of them is not known."""
    if one.longitude is None or one.latitude is None or other.longitude is None or other.latitude is None:
        return None
    middle = math.radians((one.latitude + other.latitude) / 2)
    east = (one.longitude - other.longitude) * METRES_PER_DEGREE * math.cos(middle)
    return math.hypot(east, (one.latitude - other.latitude) * METRES_PER_DEGREE)


METRES_PER_DEGREE = 111_320.0
"""Of latitude; of longitude at the equator."""


def is_alike(words: float, near: Nearness, *, same_category: bool) -> bool:
    """Whether two reports may be of the same matter: words enough for a place that lies so."""
    needed = LIKENESS_NEEDED.get(near)
    if needed is None:
        return False
    return words >= needed - (SAME_CATEGORY_SPARES if same_category else 0.0)
