"""Points of a case's priority: the lines add up to what is stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shangju.cases.priority import CLASS_POINTS, Facts, explain_share, points, shares

NOTHING = Facts("", "", happening_now=False, me_too_count=0, dissatisfaction_count=0)


@pytest.mark.parametrize(
    ("facts", "sum_of"),
    [
        (NOTHING, 0),
        (Facts("A1", "", happening_now=True, me_too_count=0, dissatisfaction_count=0), 70),
        (Facts("C", "N", happening_now=True, me_too_count=0, dissatisfaction_count=0), 45),
        (Facts("D", "", happening_now=False, me_too_count=3, dissatisfaction_count=0), 22),
        (Facts("D", "", happening_now=False, me_too_count=300, dissatisfaction_count=9), 70),
        (Facts("unknown", "", happening_now=False, me_too_count=1, dissatisfaction_count=1), 14),
    ],
)
def test_points_of_a_case(facts: Facts, sum_of: int) -> None:
    assert points(facts) == sum_of


FACTS = st.builds(
    Facts,
    deadline_class=st.sampled_from(["", *CLASS_POINTS]),
    night_class=st.sampled_from(["", "N"]),
    happening_now=st.booleans(),
    me_too_count=st.integers(0, 10_000),
    dissatisfaction_count=st.integers(0, 9),
)


@given(FACTS)
def test_every_point_has_its_line_and_the_sum_stays_bounded(facts: Facts) -> None:
    lines = [explain_share(share) for share in shares(facts)]
    assert points(facts) == sum(share.points for share in shares(facts)) <= 130
    assert all(str(share.points) in line for share, line in zip(shares(facts), lines, strict=True))


@given(FACTS, st.integers(1, 50))
def test_one_more_who_has_met_it_never_makes_it_less_pressing(facts: Facts, more: int) -> None:
    with_more = Facts(
        facts.deadline_class,
        facts.night_class,
        happening_now=facts.happening_now,
        me_too_count=facts.me_too_count + more,
        dissatisfaction_count=facts.dissatisfaction_count,
    )
    assert points(with_more) >= points(facts)
