"""Nothing small is shown, and nothing withheld can be reckoned from the total and what is shown."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shangju.measures.withholding import withheld

APART = "apart"
PARTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 40), min_size=1)


def possible(hidden: list[int], key: int) -> set[int]:
    """The values that a withheld part may have for whoever knows the sum of them and that none of them is zero."""
    return set(range(1, sum(hidden) - (len(hidden) - 1) + 1)) if len(hidden) > 1 else {hidden[key]}


@given(parts=PARTS, apart=st.integers(0, 40), minimum=st.integers(2, 10))
@example(parts={"a": 3, "b": 12, "c": 14}, apart=0, minimum=10)
@example(parts={"a": 12, "b": 14}, apart=1, minimum=10)
@example(parts={"a": 1, "b": 1, "c": 30}, apart=0, minimum=2)
def test_nothing_small_is_shown_or_can_be_reckoned(parts: dict[str, int], apart: int, minimum: int) -> None:
    column = {**parts, APART: apart}
    hidden = withheld(column, minimum=minimum, always=[APART])
    assert all(number == 0 or number >= minimum for key, number in column.items() if key not in hidden)
    numbers = [column[key] for key in hidden]
    everything_is_withheld = all(key in hidden for key, number in column.items() if number)
    if not everything_is_withheld:
        assert sum(numbers) == 0 or sum(numbers) >= minimum
        assert all(len(possible(numbers, at)) > 1 for at in range(len(numbers)))


@pytest.mark.parametrize(
    ("parts", "hidden"),
    [
        ({"a": 20, "b": 30}, set()),
        ({"a": 20, "b": 0}, set()),
        ({"a": 4, "b": 20, "c": 30}, {"a", "b"}),
        ({"a": 4, "b": 5, "c": 30}, {"a", "b", "c"}),
        ({"a": 4, "b": 7, "c": 30}, {"a", "b"}),
        ({"a": 9}, {"a"}),
    ],
)
def test_the_smallest_others_are_withheld_along(parts: dict[str, int], hidden: set[str]) -> None:
    assert withheld(parts, minimum=10) == hidden
