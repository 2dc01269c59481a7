"""Grouping as a pure function: what belongs together does, what lies apart does not, and the order of rows never matters."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.cases.likeness import Spot
from shangju.topics.grouping import COMPARING, Concern, Group, GroupingRules, closeness, group
from shangju.topics.heat import HeatShare, HeatSource, explain_heat, heat_of, heat_shares
from shangju.topics.linkage import JoiningRules, Link, average_linkage
from shangju.topics.names import contradict, names_in, weighed_names

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
MATTERS = (
    ("建材市场旁搅拌站夜间噪音扰民", "搅拌站整夜作业，灰尘大，睡不着"),
    ("人才购房补贴申请为何不通过", "按照新政提交了购房补贴材料，系统退回"),
    ("健身房跳操震动影响楼上", "楼下健身房晚上跳操，地板跟着震"),
    ("菜场门口垃圾无人清运", "菜场门口垃圾堆了好几天，发臭"),
)
TWO_AT_LEAST = GroupingRules(least=2)


def concern(key: str, matter: int = 0, **fields: object) -> Concern:
    title, body = MATTERS[matter]
    return replace(Concern(key, title, body, START, spot=Spot(grid=1)), **fields)


def parted(groups: Sequence[Group]) -> set[frozenset[str]]:
    """The groups as sets of keys."""
    return {frozenset(member.key for member in each.members) for each in groups}


@st.composite
def tables(draw: st.DrawFn) -> list[Concern]:
    """Some concerns of a few matters, at points, in grids, or at no known place, within three months."""
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(0, 90), st.integers(0, 3), st.integers(0, 2)),
            min_size=2,
            max_size=14,
        )
    )
    spots = {
        0: lambda place: Spot(grid=place),
        1: lambda place: Spot(longitude=119.45, latitude=32.2 + place / 100),
        2: lambda place: Spot(grid=place, building=10 + place),
        3: lambda _place: None,
    }
    return [
        concern(f"{number:02}", matter, at=START + timedelta(days=day), spot=spots[kind](place))
        for number, (matter, day, kind, place) in enumerate(rows)
    ]


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(table: list[Concern], random: object) -> None:
    mixed = list(table)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert group(mixed, TWO_AT_LEAST) == group(table, TWO_AT_LEAST)


@given(tables())
def test_every_concern_is_in_one_group_at_most_and_groups_are_large_enough(table: list[Concern]) -> None:
    groups = group(table)
    keys = [member.key for each in groups for member in each.members]
    assert len(keys) == len(set(keys))
    assert all(len(each.members) >= 3 for each in groups)
    assert all(each.centre in each.members and 0 < each.likeness <= 1 for each in groups)


@given(tables())
def test_nobody_is_further_from_all_others_than_the_window(table: list[Concern]) -> None:
    """A group may last longer than the window, but each member has a neighbour within it."""
    for each in group(table, TWO_AT_LEAST):
        for member in each.members:
            gaps = [abs(member.at - other.at) for other in each.members if other is not member]  # type: ignore[operator]
            assert min(gaps) <= timedelta(days=30)


@given(tables())
def test_what_lies_apart_for_certain_is_never_linked(table: list[Concern]) -> None:
    rules = TWO_AT_LEAST
    for each in group(table, rules):
        certain = [member for member in each.members if member.spot is not None]
        if len(each.members) == 2 and len(certain) == 2:
            assert closeness(certain[0].spot, certain[1].spot, rules) != 0.0  # type: ignore[arg-type]


@given(st.integers(2, 6), st.integers(0, 3))
def test_identical_texts_at_one_place_are_together(count: int, matter: int) -> None:
    others = [concern(f"z{number}", number, spot=Spot(grid=9 + number)) for number in range(4)]
    same = [concern(str(number), matter) for number in range(count)]
    assert parted(group([*same, *others], TWO_AT_LEAST)) == {
        frozenset(str(number) for number in range(count))
    }


FAR_APART = [
    (Spot(grid=1), Spot(grid=2)),
    (Spot(longitude=119.45, latitude=32.20), Spot(longitude=119.45, latitude=32.21)),
    (Spot(grid=1, note="东里1幢"), Spot(grid=2, note="东里1幢")),
]
CLOSE_BY = [
    (Spot(grid=1), Spot(grid=1)),
    (Spot(grid=1, building=4), Spot(grid=1, building=4)),
    (Spot(party=7, grid=1), Spot(party=7, grid=2)),
    (Spot(longitude=119.45, latitude=32.2), Spot(longitude=119.4505, latitude=32.2)),
    (Spot(note="解放路12号"), Spot(note="解放路12号")),
]


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [(*pair, False) for pair in FAR_APART] + [(*pair, True) for pair in CLOSE_BY],
)
def test_place_decides_about_identical_texts(one: Spot, other: Spot, together: bool) -> None:
    found = group([concern("a", spot=one), concern("b", spot=other)], TWO_AT_LEAST)
    assert parted(found) == ({frozenset("ab")} if together else set())


@pytest.mark.parametrize(
    ("days", "window", "together"),
    [(0, 30, True), (30, 30, True), (31, 30, False), (31, None, True), (400, None, True), (8, 7, False)],
)
def test_the_window_decides_about_identical_texts(days: int, window: int | None, together: bool) -> None:
    rules = replace(TWO_AT_LEAST, window=None if window is None else timedelta(days=window))
    pair = [concern("a"), concern("b", at=START + timedelta(days=days))]
    assert parted(group(pair, rules)) == ({frozenset("ab")} if together else set())


def test_without_a_time_nothing_is_alike_in_a_window() -> None:
    rows = [concern("a", at=None), concern("b", at=None)]
    assert group(rows, TWO_AT_LEAST) == []
    assert parted(group(rows, replace(TWO_AT_LEAST, window=None))) == {frozenset("ab")}


def test_names_in_the_words_draw_together_and_apart() -> None:
    """Where no place is given, the same complaint about two estates makes two groups."""
    said = "小区附近搅拌站噪音扰民，粉尘大"
    rows = [
        Concern(f"{estate}{number}", f"{estate}{said}", f"{estate}{said}，请处理", START)
        for estate in ("丽发新城", "万科花园", "滨江名苑")
        for number in range(4)
    ]
    found = parted(group(rows, replace(GroupingRules(), threshold=0.5)))
    assert {frozenset(key[:-1] for key in keys) for keys in found} == {
        frozenset({"丽发新城"}), frozenset({"万科花园"}), frozenset({"滨江名苑"}),
    }  # fmt: skip


def test_a_group_says_why() -> None:
    rows = [concern(str(number), spot=None, at=START + timedelta(days=number)) for number in range(3)]
    noise = [concern(f"n{number}", number, spot=None) for number in (1, 2, 3)]
    (found,) = group([*rows, *noise])
    assert any("搅拌站" in word for word in found.words)
    assert (found.first, found.last) == (START, START + timedelta(days=2))
    assert found.centre.title == MATTERS[0][0]
    assert "建材市场" in found.place


def test_progress_is_told_to_the_end() -> None:
    told: list[tuple[str, int, int]] = []
    group([concern("a"), concern("b")], progress=lambda *told_now: told.append(told_now))
    assert (COMPARING, 2, 2) in told


def test_two_of_one_key_are_refused() -> None:
    with pytest.raises(ValueError, match="same key"):
        group([concern("a"), concern("a")])


@given(st.lists(st.tuples(st.floats(0.05, 1), st.integers(0, 7), st.integers(0, 7)), max_size=24))
def test_linkage_joins_as_long_as_two_are_alike_enough(told: list[tuple[float, int, int]]) -> None:
    """Against the definition: no two groups that are left are as alike as the threshold and the tighter of them ask."""
    links = {tuple(sorted(pair)): alike for alike, *pair in told if pair[0] != pair[1]}
    rules = JoiningRules(0.2, share=0.6, same=0.7)
    found = average_linkage(8, [(alike, *pair) for pair, alike in links.items()], rules)

    def mean(pairs: Iterable[tuple[int, int]]) -> float:
        alike = [links.get(tuple(sorted(pair)), 0.0) for pair in pairs]
        return sum(alike) / len(alike) if alike else 0.0

    grouped = {thing for each in found for thing in each}
    groups = [*found, *([thing] for thing in range(8) if thing not in grouped)]
    for one, other in combinations(groups, 2):
        tighter = max(min(rules.same, mean(combinations(each, 2))) for each in (one, other))
        assert mean(product(one, other)) < max(rules.threshold, rules.share * tighter) + 1e-9


def test_what_is_just_alike_joins_a_loose_group_and_no_tight_one() -> None:
    def links(within: float, between: float = 0.1) -> list[Link]:
        inner = [(within, one, other) for one, other in combinations(range(3), 2)]
        return [*inner, *((between, one, 3) for one in range(3))]

    rules = JoiningRules(0.07, share=0.4, same=0.3)
    assert average_linkage(4, links(0.2), rules) == [[0, 1, 2, 3]]
    assert average_linkage(4, links(0.29), rules) == [[0, 1, 2]]
    assert average_linkage(4, links(0.9, 0.13), rules) == [[0, 1, 2, 3]], "one text sent thrice asks no more"


def test_a_letter_copied_about_another_school_is_another_matter() -> None:
    body = "强制学生去工厂实习，不去就不发毕业证，希望有关部门查处"
    titles = ["涉外经济学院强制学生实习", "涉外经济学院学生被强制实习", "商贸技术学院强制学生实习"]
    rows = [Concern(str(number), title, body, START) for number, title in enumerate(titles)]
    assert parted(group(rows, replace(TWO_AT_LEAST, threshold=0.3))) == {frozenset("01")}


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        (("经济学院强制实习", ""), ("技术学院强制实习", ""), True),
        (("经济学院强制实习", ""), ("望江路强制实习", ""), False),
        (("经济学院强制实习", ""), ("强制实习", "技术学院"), False),
        (("经济学院强制实习", ""), ("技术学院强制实习", "和经济学院一样"), False),
        (("望江路积水", ""), ("联丰路积水", ""), False),
    ],
)
def test_titles_that_name_others_of_one_kind_contradict(
    one: tuple[str, str], other: tuple[str, str], apart: bool
) -> None:
    named = weighed_names([one, other])
    assert contradict(*named) == contradict(*reversed(named)) == apart


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("丽发新城小区旁", {"丽发新城": "estate", "发新城": "estate", "新城小区": "estate"}),
        ("我们都在学校", {}),
        ("小区配套幼儿园", {}),
        ("希望市政府处理", {}),
        ("联丰路", {"联丰路": "street"}),
    ],
)
def test_names_are_two_signs_and_an_ending(text: str, names: dict[str, str]) -> None:
    assert names_in(text) == names


def test_what_many_say_word_for_word_needs_place_and_time_nearby() -> None:
    """Fifty lamps of one street, ninety metres apart, each reported once or twice, in the words of a form."""
    rows = [
        Concern(
            f"{lamp:02}{again}",
            "路灯不亮",
            at=START + timedelta(days=lamp % 40, hours=again),
            spot=Spot(longitude=119.0 + lamp * 0.00096, latitude=32.2),
        )
        for lamp in range(50)
        for again in range(2 if lamp % 5 == 0 else 1)
    ]
    nowhere = [Concern(f"n{number}", "路灯不亮", at=START, spot=None) for number in range(6)]
    found = parted(group([*rows, *nowhere], replace(TWO_AT_LEAST, window=timedelta(days=14))))
    assert found == {frozenset({f"{lamp:02}0", f"{lamp:02}1"}) for lamp in range(0, 50, 5)}


def test_heat_says_where_it_comes_from() -> None:
    now = START + timedelta(days=60)
    rows = [
        concern("a", reporter="x", me_too=3, at=START),
        concern("b", reporter="x", at=START + timedelta(days=29)),
        concern("c", reporter="y", at=START + timedelta(days=57)),
        concern("d", at=START + timedelta(days=59)),
    ]
    shares = heat_shares(rows, now=now, likeness=0.25)
    assert [(share.source, share.count, share.points) for share in shares] == [
        (HeatSource.REPORTERS, 3, 9),
        (HeatSource.REPEATS, 1, 1),
        (HeatSource.BUSIEST, 2, 4),
        (HeatSource.RECENT, 2, 2),
        (HeatSource.ME_TOO, 2, 4),
    ]
    assert heat_of(shares) == 20


def test_reports_that_are_hardly_alike_are_less_hot() -> None:
    rows = [concern(str(number), at=START) for number in range(4)]
    plainly = heat_shares(rows, now=None, likeness=0.4)
    hardly = heat_shares(rows, now=None, likeness=0.1)
    assert (heat_of(plainly), heat_of(hardly)) == (20, 12)
    assert hardly == [*plainly, HeatShare(HeatSource.VAGUE, 10, -8)]
    assert "10" in explain_heat(hardly[-1])
    assert heat_of(heat_shares(rows, now=None, likeness=0.0)) > 0
