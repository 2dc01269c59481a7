"""Names of places, companies and schools in what people write, and whether two texts name the same. Pure: no database.

No dictionary: a name is two signs and an ending that such names have (丽发新城, 联丰路, 经济学院). Two texts that name
the same are rather one matter, and two whose titles name others *of one kind* are none, however alike their words: the
letter about one school is copied and sent about another. A street and an estate do not contradict each other.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shangju.topics.words import rarity

KINDS = {
    "school": "学院 学校 中学 小学 大学 幼儿园",
    "estate": "小区 新城 花园 家园 公寓 大厦 新村 国际 庭院 苑 府 城 湾 滩 庄",
    "village": "村 社区",
    "county": "县",
    "street": "大道 路 街 巷 弄",
    "town": "街道 镇 乡",
    "open": "公园 广场",
    "trade": "公司 商场 市场 菜场 饭店 餐馆 医院 中心 工地 店 楼 厂",
    "passage": "车站 站 桥 里 山",
}
"""Endings by the kind of what bears the name."""

TELLING_KINDS = frozenset({"school", "estate", "village", "county"})
"""A matter has one of these at the most: another name of the kind is another matter. Many streets may meet in one."""

KIND_OF = {ending: kind for kind, endings in KINDS.items() for ending in endings.split()}
_ENDINGS = "|".join(sorted(KIND_OF, key=lambda ending: (-len(ending), ending)))
_NAMES = re.compile(rf"(?=([a-z0-9\u3400-\u9fff]{{2}})({_ENDINGS}))")
"""Two signs and an ending: so much of a name is enough to tell it from another."""

NO_PART_OF_NAMES = frozenset(
    "的了在是和与及或有该此这那各每其我你他她它们都也还去来到回从把被将让给对向为所很最更没不并且据说个等因但而又如何请问想要会能可应做"
)
"""Signs that stand between words: 都在学校 is no name."""

_NO_NAMES = """
配套 小区 社区 街道 公办 民办 公立 私立 普惠 惠性 国际 实验 培训 高中 初中 安置 住宅 居民 整个 部分 全体 周边 附近
旁边 投诉 举报 影响 咨询 希望 城中 自然 文明 中心 物业 开发 集团 市政 区政 县政 省政 镇政 民政 级政 幼儿
"""
NO_NAMES = frozenset(_NO_NAMES.split())
"""What stands before such an ending without being a name: 配套幼儿园, 区政府."""


def names_in(text: str) -> dict[str, str]:
    """What looks like the end of a name in a folded text, with its kind: ``{"丽发新城": "estate"}``."""
    return {
        begin + ending: KIND_OF[ending]
        for begin, ending in _NAMES.findall(text)
        if begin not in NO_NAMES and not NO_PART_OF_NAMES & set(begin)
    }


@dataclass(frozen=True, slots=True)
class Named:
    """What one text names: every name with its weight, together of the length 1; and the names in its title by kind.

    Only kinds that tell one matter from another are kept.
    """

    weights: Mapping[str, float]
    in_title: Mapping[str, frozenset[str]]


def weighed_names(told: Sequence[tuple[str, str]]) -> list[Named]:
    """What each of some folded texts names, given as title and body: a name that all texts bear weighs nothing."""
    titles = [names_in(title) for title, _body in told]
    both = [title | names_in(body) for title, (_title, body) in zip(titles, told, strict=True)]
    counted = Counter(name for names in both for name in names)
    found = []
    for title, names in zip(titles, both, strict=True):
        weights = {name: rarity(counted[name], len(told)) for name in sorted(names)}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        weighed = {name: weight / length for name, weight in weights.items()}
        found.append(Named(weighed, _by_kind(title)))
    return found


def _by_kind(names: Mapping[str, str]) -> dict[str, frozenset[str]]:
    return {
        kind: frozenset(name for name, its_kind in names.items() if its_kind == kind)
        for kind in TELLING_KINDS.intersection(names.values())
    }


def agreement(one: Named, other: Named) -> float:
    """How far two texts name the same: 0 nothing to 1; where half of what they name is the same, it is the same."""
    shared = sum(weight * other.weights.get(name, 0.0) for name, weight in one.weights.items())
    return min(1.0, 2 * shared)


def contradict(one: Named, other: Named) -> bool:
    """Whether the titles of two texts name others of one kind, and neither names the other's anywhere."""
    return any(
        not names & other.weights.keys() and not other.in_title[kind] & one.weights.keys()
        for kind, names in one.in_title.items()
        if kind in other.in_title
    )
