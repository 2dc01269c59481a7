"""The words of a bulletin fit its figures, whatever the figures are."""

import re
from random import Random

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as some

from shangju.bulletins.figures import (
    RATES,
    Counted,
    Example,
    Figures,
    Line,
    Problems,
    Share,
    TopicTold,
    as_data,
    from_data,
)
from shangju.bulletins.text.parts import Part, as_text, parts_of
from shangju.bulletins.text.revising import SHORT_AT_MOST, disagreeing, left_out, revised, shortened
from shangju.bulletins.text.sentences import Frame
from shangju.core.personal_data import find_personal_data
from shangju.measures.definitions import MeasureName

FRAME = Frame("2026年第47周", "上周")
FRAME_EN = Frame("week 47 of 2026", "the week before")


FEW = (0, 0, 0, 1, 2, 3)
COUNTS = (0, 0, 1, 2, 9, 10, 11, 12, 150, 3001)
WHOLES = (0, 0, 1, 3, 9, 10, 11, 40, 999, 3000)


def a_share(rng: Random) -> Share:
    whole = rng.choice(WHOLES)
    return Share(rng.choice((0, whole, rng.randint(0, whole), max(0, whole - 1))), whole)


def a_line(rng: Random, key: str = "", label: str = "") -> Line:
    shares = {rate.value: a_share(rng) for rate in RATES}
    return Line(key, label, rng.choice(COUNTS), rng.choice(COUNTS), rng.choice(FEW), shares)


def a_topic(rng: Random, pk: int) -> TopicTold:
    cases = rng.choice((1, 2, 40))
    return TopicTold(
        pk, "泵房噪音", cases, rng.randint(0, cases), rng.choice(("", "网格员")), rng.choice(("", "噪音整治专班")),
        rng.choice(("", "水泵已更换。", "水泵已更换")),
    )  # fmt: skip


def figures_from(seed: int) -> Figures:
    """Any figures, also such as no week has: drawn from a seed, for hypothesis repeats itself in so large a tree."""
    rng = Random(seed)
    total = a_line(rng)
    return Figures(
        taken_at="2026-11-23T08:30:00+08:00",
        minimum=rng.choice((1, 10)),
        total=total,
        before=rng.choice((a_line(rng), total)),
        year_ago=rng.choice((None, a_line(rng))),
        open_cases=total.overdue + rng.choice(FEW),
        types=[Counted("投诉", rng.choice(FEW)), Counted("求助", rng.choice(FEW))],
        channels=[Counted("电话", rng.choice(FEW))],
        communities=[a_line(rng, f"A{number}", f"{name}社区") for number, name in enumerate("东西南")],
        categories=[a_line(rng, f"0{number}", name) for number, name in enumerate(("噪声", "环境", "设施"))],
        handled=rng.randint(0, 30),
        median_hours=rng.choice((0.0, 0.04, 9.96, rng.uniform(0, 500))),
        mean_hours=rng.uniform(0, 500),
        problems=Problems(*(rng.choice(FEW) for _sort in range(4))),
        topics=[a_topic(rng, number) for number in range(rng.choice(FEW))],
        examples=[Example("噪声", rng.choice(("东里", "")), "吊扇已拆除。", rng.choice(FEW))]
        * rng.randint(0, 2),
    )


def told(figures: Figures, language: str) -> dict[str, str]:
    """All sentences by what they tell."""
    frame = FRAME_EN if language == "en" else FRAME
    with translation.override(language):
        made = parts_of(figures, frame)
        assert "\n".join(as_text(made[part]) for part in Part)
    return {sentence.key: sentence.text for part in made.values() for each in part for sentence in each}


NEVER = {
    "a change of nothing": r"(上升|下降|提高|增加|减少) ?0(\.0)?( |%|$)",
    "a change of nothing in English": r"\b0(\.0)? (more|fewer|percentage)|(rise|fall) of 0",
    "a negative number": r"(?<!\d)-\d|−\d",
    "a rate of nothing": r"/0）|of 0\)|\d% \(0 of 0",
    "a gap that was not filled": r"%\(|None|\bnan\b|\{",
    "a rate over all": r"1[0-9]{2}\.\d%（\d+/|0\.0%",
    "a doubled sign": r"。。|：。|、。|：，|, \.|: \.|\.\.",
}


@given(seed=some.integers(0, 10**9))
def test_sentences_fit_the_figures_that_they_are_made_from(seed: int) -> None:
    figures = figures_from(seed)
    chinese, english = told(figures, "zh-hans"), told(figures, "en")
    for said in (chinese, english):
        text = "\n".join(said.values())
        assert find_personal_data(text) == [], "what the system writes can be issued as it is"
        assert [(what, found[0]) for what, never in NEVER.items() if (found := re.search(never, text))] == []
    assert re.search(r"[A-Za-z]{2}", "".join(chinese.values())) is None
    check_what_was_received(english["received"], figures)
    check_rates(english, figures)
    check_communities(chinese, figures)
    assert as_data(from_data(as_data(figures))) == as_data(figures)


def check_what_was_received(said: str, figures: Figures) -> None:
    """More, fewer or as many: as it is; per cent of enough cases only."""
    now, before = figures.total.received, figures.before.received
    assert ("more than in" in said) == (now > before > 0)
    assert ("fewer than in" in said) == (0 < now < before)
    assert ("rise of" in said or "fall of" in said) == (before >= figures.minimum and now not in (0, before))
    assert ("No case" in said) == (now == 0)
    assert now == 0 or f"{now} case" in said


def check_rates(said: dict[str, str], figures: Figures) -> None:
    """A rate is told of enough cases only, always with how many of how many, and compared with such a one only."""
    for rate in RATES:
        share, before = figures.total.share(rate), figures.before.share(rate)
        sentence = said.get(f"rate_{rate}", "")
        assert ("%" in sentence) == (share.whole >= figures.minimum)
        if "percentage points" in sentence:
            assert before.whole >= figures.minimum
            assert ("above" in sentence) == ((share.percent or 0) > (before.percent or 0))
        if share.whole and sentence:
            assert f"{share.part} of" in sentence
            assert str(share.whole) in sentence


def check_communities(said: dict[str, str], figures: Figures) -> None:
    """Named in the order of the tree; what is small is not compared."""
    for key in (
        "by_community",
        "below_closed",
        "below_satisfied",
        "all_in_time",
        "too_few",
        "quiet",
        "overdue",
    ):
        places = [said[key].find(line.label) for line in figures.communities] if key in said else []
        named = [place for place in places if place >= 0]
        assert named == sorted(named), said[key]
    for line in figures.communities:
        if line.share(MeasureName.CLOSED).whole < figures.minimum:
            assert line.label not in said.get("all_in_time", "") + said.get("below_closed", "")


@pytest.mark.parametrize(
    ("share", "percent"),
    [
        ((0, 0), None),
        ((0, 3), "0"),
        ((3, 3), "100"),
        ((2999, 3000), "99.9"),
        ((1, 3000), "0.1"),
        ((2, 3), "66.7"),
    ],
)
def test_only_all_is_a_hundred_per_cent(share: tuple[int, int], percent: str | None) -> None:
    found = Share(*share).percent
    assert (None if found is None else f"{found:f}") == percent


def quiet_week(**changes: object) -> Figures:
    known = {"taken_at": "2026-11-23T08:30:00+08:00", "minimum": 10, "total": Line(), "before": Line()}
    return Figures(**{**known, **changes})  # type: ignore[arg-type]


def test_a_week_without_anything_says_so_and_boasts_of_nothing() -> None:
    said = told(quiet_week(), "zh-hans")
    assert said["received"] == "2026年第47周没有登记事项，上周也没有。"
    assert said["rates"] == "本期没有到期的事项，不计算比率。"
    assert said["no_problem"] == "没有超期、重办、两次退单的事项，也没有到期未复的督办单。"
    assert "%" not in "".join(said.values())


def test_figures_taken_anew_change_what_nobody_changed_and_leave_the_rest() -> None:
    with translation.override("en"):
        old = parts_of(quiet_week(total=Line(received=12), open_cases=3), FRAME_EN)[Part.OVERALL]
        new = parts_of(quiet_week(total=Line(received=14), open_cases=2), FRAME_EN)[Part.OVERALL]
        was, becomes = as_text(old), as_text(new)
    assert revised(was, old, new, as_text=becomes) == becomes
    edited = was.replace("3 cases were in work", "3 cases were still in work") + " Thanks to all."
    after = revised(edited, old, new, as_text=becomes)
    assert "14 cases were registered" in after
    assert "3 cases were still in work" in after
    assert after.endswith("Thanks to all.")
    (wrong,) = disagreeing(after, new)
    assert "3 cases were still in work" in wrong
    assert left_out(after, new) == [new[1][0].text]


def test_the_short_form_holds_whole_sentences_of_every_section() -> None:
    sections = [
        "甲" * 90 + "。" + "乙" * 90 + "。",
        "丙" * 200 + "。",
        "丁" * 90 + "。" + "戊" * 90 + "。己。",
    ]
    text = shortened("周通报〔2026〕第47期", sections, blank="")
    assert len(text) <= SHORT_AT_MOST
    assert text.split("\n")[1:] == [sections[0], sections[1], "丁" * 90 + "。"]
