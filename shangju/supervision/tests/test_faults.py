"""What of a case may be held against a unit: a table of stories, each with the faults that are found in it."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go
from shangju.cases.workflow import MoveName, State
from shangju.supervision.faults import Unit, faults_of, may_hold_fault
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

DAY = timedelta(days=1)
Story = Callable[[Street, datetime], Case]


def steps(case: Case, street: Street, *made: tuple[str, str, datetime]) -> Case:
    for name, who, at in made:
        case = go(case, name, who, street, now=at)
    return case


def in_work(street: Street, now: datetime) -> Case:
    return go(case_in(State.IN_PROGRESS, street, now=now), MoveName.CONTACT, "grid_worker", street, now=now)


def resolved_in_time(street: Street, now: datetime) -> Case:
    return steps(in_work(street, now), street, ("resolve", "grid_worker", now + DAY))


def resolved_late(street: Street, now: datetime) -> Case:
    return steps(in_work(street, now), street, ("resolve", "grid_worker", now + 20 * DAY))


def dissatisfied_twice(street: Street, now: datetime) -> Case:
    """In time each time, and the reporter says no each time."""
    case = resolved_in_time(street, now)
    case = steps(
        case, street, ("reopen", "reporter", now + 2 * DAY), ("contact", "grid_worker", now + 2 * DAY)
    )
    return steps(case, street, ("resolve", "grid_worker", now + 3 * DAY), ("reopen", "reporter", now + 4 * DAY),
                 ("resolve", "grid_worker", now + 5 * DAY))  # fmt: skip


def never_signed(street: Street, now: datetime) -> Case:
    return case_in(State.DISPATCHED, street, now=now)


def paused_over_it(street: Street, now: datetime) -> Case:
    """The clock stands still on the day on which it would have been due, and the work is done before it is due anew."""
    case = steps(
        in_work(street, now),
        street,
        ("ask_pause", "grid_worker", now + DAY),
        ("grant_pause", "officer", now + DAY),
    )
    return steps(case, street, ("resolve", "grid_worker", now + 8 * DAY))


def order_missed_while_paused(street: Street, now: datetime) -> Case:
    """The day of the reply passes while the clock stands still."""
    case = order_unanswered(street, now)
    for name, who in (("ask_pause", "grid_worker"), ("grant_pause", "officer")):
        case = go(case, name, who, street, now=now + 2 * DAY)
    case = go(case, "reply", "grid_worker", street, now=now + 5 * DAY)
    return go(case, "resolve", "grid_worker", street, now=now + 5 * DAY)


def awaiting_over_it(street: Street, now: datetime) -> Case:
    """An extension was asked for in time; it was decided when the day had passed."""
    case = steps(in_work(street, now), street, ("ask_extension", "grid_worker", now + DAY))
    refusal = moves.Refuse("extension", "请按期办结")
    return apply_move(case, refusal, by=street.staff("officer"), now=now + 20 * DAY)


def came_too_late(street: Street, now: datetime) -> Case:
    """The community dispatches it when the closing day has passed; the handler signs at once."""
    case = case_in(State.ACCEPTED, street, now=now)
    return steps(case, street, ("dispatch", "officer", now + 20 * DAY), ("sign", "grid_worker", now + 20 * DAY),
                 ("contact", "grid_worker", now + 20 * DAY), ("resolve", "grid_worker", now + 20 * DAY))  # fmt: skip


def climbed_away(street: Street, now: datetime) -> Case:
    """The task force takes it over before it is due, and misses the day itself."""
    case = in_work(street, now)
    for _each in range(2):
        case = steps(case, street, ("escalate", "leader", now + DAY))
    return case


def merged_over_it(street: Street, now: datetime) -> Case:
    """Merged on the day before, and taken out of it again long after: nobody could work on it meanwhile."""
    case = steps(in_work(street, now), street, ("merge", "officer", now + timedelta(hours=2)))
    return steps(
        case, street, ("unmerge", "officer", now + 20 * DAY), ("resolve", "grid_worker", now + 21 * DAY)
    )


def merged_afterwards(street: Street, now: datetime) -> Case:
    return steps(in_work(street, now), street, ("merge", "officer", now + 20 * DAY))


def order_after_unmerging(street: Street, now: datetime) -> Case:
    """Whoever led it before leads it again."""
    case = steps(in_work(street, now), street, ("merge", "officer", now), ("unmerge", "officer", now + DAY))
    case = steps(case, street, ("supervise", "leader", now + DAY), ("resolve", "grid_worker", now + DAY))
    return steps(case, street, ("reply", "grid_worker", now + 9 * DAY))


def order_unanswered(street: Street, now: datetime) -> Case:
    return steps(in_work(street, now), street, ("supervise", "leader", now + timedelta(hours=2)))


def order_answered_late(street: Street, now: datetime) -> Case:
    case = order_unanswered(street, now)
    case = steps(case, street, ("resolve", "grid_worker", now + DAY))
    return steps(case, street, ("reply", "grid_worker", now + 6 * DAY))


def order_answered_on_the_day(street: Street, now: datetime) -> Case:
    case = steps(order_unanswered(street, now), street, ("resolve", "grid_worker", now + DAY))
    return steps(case, street, ("reply", "grid_worker", now + 3 * DAY))


def pushed_away_twice(street: Street, now: datetime) -> Case:
    case = in_work(street, now)
    for hour in (1, 3):
        case = steps(case, street, ("ask_return", "grid_worker", now + timedelta(hours=hour)),
                     ("refuse", "officer", now + timedelta(hours=hour + 1)))  # fmt: skip
    return steps(case, street, ("resolve", "grid_worker", now + DAY))


def pushed_away_once(street: Street, now: datetime) -> Case:
    case = steps(in_work(street, now), street, ("ask_return", "grid_worker", now), ("refuse", "officer", now))
    return steps(case, street, ("resolve", "grid_worker", now + DAY))


def word_broken(street: Street, now: datetime) -> Case:
    case = steps(
        in_work(street, now), street, ("mediate", "grid_worker", now), ("resolve", "grid_worker", now + DAY)
    )
    case = steps(
        case, street, ("reopen", "reporter", now + 2 * DAY), ("find_cause", "grid_worker", now + 2 * DAY)
    )
    return steps(
        case, street, ("contact", "grid_worker", now + 2 * DAY), ("resolve", "grid_worker", now + 3 * DAY)
    )


def only_reopened(street: Street, now: datetime) -> Case:
    """Agreed and reopened, but nobody found on site that it is the shop again."""
    case = steps(
        in_work(street, now), street, ("mediate", "grid_worker", now), ("resolve", "grid_worker", now + DAY)
    )
    case = steps(
        case, street, ("reopen", "reporter", now + 2 * DAY), ("contact", "grid_worker", now + 2 * DAY)
    )
    return steps(case, street, ("resolve", "grid_worker", now + 3 * DAY))


STORIES: list[tuple[Story, str, list[str]]] = [
    (resolved_in_time, "first", []),
    (resolved_late, "first", ["overdue"]),
    (resolved_late, "second", []),
    (resolved_late, "shop", []),  # concerned by it, not in charge of it
    (in_work, "first", ["overdue"]),  # still open
    (dissatisfied_twice, "first", []),
    (never_signed, "first", ["overdue", "unsigned", "overdue"]),
    (paused_over_it, "first", []),
    (order_missed_while_paused, "first", []),
    (awaiting_over_it, "first", []),
    (came_too_late, "first", []),
    (climbed_away, "first", []),
    (merged_over_it, "first", []),
    (merged_afterwards, "first", ["overdue"]),
    (order_after_unmerging, "first", ["no_reply"]),
    (order_unanswered, "first", ["no_reply", "overdue"]),
    (order_answered_late, "first", ["no_reply"]),
    (order_answered_on_the_day, "first", []),
    (pushed_away_twice, "first", ["twice_refused"]),
    (pushed_away_once, "first", []),
    (word_broken, "shop", ["broken_word"]),
    (word_broken, "first", []),
    (word_broken, "other_shop", []),
    (only_reopened, "shop", []),
]


@pytest.mark.parametrize(
    ("story", "unit", "expected"), STORIES, ids=[f"{story.__name__}-{unit}" for story, unit, _f in STORIES]
)
def test_faults(street: Street, now: datetime, story: Story, unit: str, expected: list[str]) -> None:
    case = story(street, now)
    of: Unit = street.areas[unit] if unit in street.areas else street.parties[unit]
    found = faults_of([case], of, now=now + 30 * DAY)[case.pk]
    assert [each.fault.value for each in found] == expected
    may_hold = Case.objects.filter(may_hold_fault(now + 30 * DAY)).exists()
    assert may_hold or not expected, "what the database leaves out holds no fault"


def test_a_member_that_leads_answers_for_its_own_time_alone(street: Street, now: datetime) -> None:
    firm = street.parties["property_firm"]
    case = case_in(State.ACCEPTED, street, now=now)
    given = moves.Dispatch(party=firm, party_summary="楼道灯不亮")
    case = apply_move(case, given, by=street.staff("officer"), now=now + timedelta(minutes=5))
    found = faults_of([case], firm, now=now + 30 * DAY)[case.pk]
    assert [each.fault.value for each in found] == ["unsigned", "overdue"], (
        "a member cannot call the reporter"
    )
    # Once it has climbed away, what is missed later is not the firm's; what was missed before stays.
    case = apply_move(case, moves.Escalate("无人签收"), by=street.staff("leader"), now=now + DAY)
    found = faults_of([case], firm, now=now + 30 * DAY)[case.pk]
    assert {each.fault.value for each in found if each.at > now + DAY} == set()
    assert faults_of([case], street.areas["first"], now=now + 30 * DAY)[case.pk]


def test_the_same_statements_for_one_case_and_for_many(
    street: Street, now: datetime, django_assert_num_queries: Callable[[int], object]
) -> None:
    cases = [resolved_late(street, now), in_work(street, now), never_signed(street, now)]
    for some in (cases[:1], cases):
        with django_assert_num_queries(3):  # type: ignore[attr-defined]
            faults_of(some, street.areas["first"], now=now + 30 * DAY)
