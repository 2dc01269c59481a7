"""Who sets the ladder, what is refused at which field, and what it would have done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shangju.cases.rules import staff
from shangju.cases.rungs import Rung, RungAction
from shangju.cases.tests.stories import case_in, go, raised
from shangju.cases.workflow import State
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.supervision.ladder import DEFAULT_LADDER, Limits, RungRule
from shangju.supervision.models import LadderRule, SupervisionLimits
from shangju.supervision.preview import preview_ladder
from shangju.supervision.queries import ladder_of, limits_of
from shangju.supervision.services import set_ladder
from shangju.supervision.sweeping import climb_ladder
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


def with_rung(rung: Rung, **changes: object) -> list[RungRule]:
    return [replace(rule, **changes) if rule.rung == rung else rule for rule in DEFAULT_LADDER]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "may"),
    [("leader", True), ("task_force", True), ("secretary", False), ("duty_desk", False), ("far_desk", False)],
)  # fmt: skip
def test_who_sets_it(street: Street, now: datetime, who: str, may: bool) -> None:
    ladder = with_rung(Rung.RED, after_working_days=1)
    area = street.areas["subdistrict"]
    if may:
        set_ladder(area, ladder=ladder, limits=Limits(dormant_days=5), by=staff(street.users[who]), now=now)
    else:
        with pytest.raises(NotAllowed):
            set_ladder(
                area, ladder=ladder, limits=Limits(dormant_days=5), by=staff(street.users[who]), now=now
            )
    assert (ladder_of(area.pk) == tuple(ladder)) is may
    assert limits_of(area.pk).dormant_days == (5 if may else 3)
    assert AuditEvent.objects.filter(action="supervision.ladder_set").count() == int(may)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda: (with_rung(Rung.RED, after_working_days=31), Limits()), "red-after"),
        (lambda: (with_rung(Rung.SECOND, after_working_days=0), Limits()), "second-after"),
        (lambda: (with_rung(Rung.RED, receivers=()), Limits()), "red-receivers"),
        (lambda: (with_rung(Rung.RED, receivers=("mayor",)), Limits()), "red-receivers"),
        (lambda: (with_rung(Rung.RED, action="punish"), Limits()), "red-action"),
        (lambda: (with_rung(Rung.ORANGE, action=RungAction.ESCALATE), Limits()), "orange-action"),
        (lambda: (list(DEFAULT_LADDER), Limits(dormant_days=0)), "dormant_days"),
        (lambda: (list(DEFAULT_LADDER), Limits(long_pause_days=0)), "long_pause_days"),
    ],
)  # fmt: skip
def test_what_is_refused(
    street: Street, now: datetime, change: Callable[[], tuple[list[RungRule], Limits]], field: str
) -> None:
    ladder, limits = change()
    with pytest.raises(DomainError) as refusal:
        set_ladder(
            street.areas["subdistrict"],
            ladder=ladder,
            limits=limits,
            by=staff(street.users["leader"]),
            now=now,
        )
    assert field in refusal.value.fields
    assert not LadderRule.objects.exists()
    assert not SupervisionLimits.objects.exists()


def test_what_is_the_default_again_keeps_no_row(street: Street, now: datetime) -> None:
    area, leader = street.areas["subdistrict"], staff(street.users["leader"])
    set_ladder(area, ladder=with_rung(Rung.RED, after_working_days=1), limits=Limits(5), by=leader, now=now)
    assert (LadderRule.objects.count(), SupervisionLimits.objects.count()) == (1, 1)
    set_ladder(area, ladder=DEFAULT_LADDER, limits=Limits(), by=leader, now=now)
    assert (LadderRule.objects.count(), SupervisionLimits.objects.count()) == (0, 0)


class TestPreview:
    """What would have happened is what did happen, where the sweep ran all the time and nobody did anything."""

    def test_it_foretells_the_sweep(self, street: Street, now: datetime) -> None:
        for _each in range(3):
            go(case_in(State.IN_PROGRESS, street, now=now), "contact", "grid_worker", street, now=now)
        end = now + timedelta(days=9)
        area = street.areas["subdistrict"].pk
        foretold = {
            row.rule.rung: row.times for row in preview_ladder(area, DEFAULT_LADDER, begin=now, end=end).rows
        }
        instant = now
        while instant < end:
            climb_ladder(instant)
            instant += timedelta(hours=2)
        happened = {
            row.rule.rung: row.happened
            for row in preview_ladder(area, DEFAULT_LADDER, begin=now, end=end).rows
        }
        assert foretold[Rung.ORANGE] == happened[Rung.ORANGE] == 3
        assert foretold[Rung.RED] == happened[Rung.RED] == 3

    def test_only_the_light_that_people_saw_counts(self, street: Street, now: datetime) -> None:
        """A case nobody accepts has four clocks; the reminder is of the earliest at each time."""
        case = raised(street, now=now)
        area = street.areas["subdistrict"].pk
        assert case.due_at
        rows = preview_ladder(area, DEFAULT_LADDER, begin=now, end=now + timedelta(days=30)).rows
        red = next(row for row in rows if row.rule.rung == Rung.RED)
        assert (red.times, red.cases) == (1, 1)

    def test_another_ladder_tells_another_story(self, street: Street, now: datetime) -> None:
        case_in(State.IN_PROGRESS, street, now=now)
        area = street.areas["subdistrict"].pk
        ladder = with_rung(Rung.ORANGE, action=RungAction.NOTHING)
        rows = preview_ladder(area, ladder, begin=now, end=now + timedelta(days=30)).rows
        assert [row.times for row in rows if row.rule.rung == Rung.ORANGE] == [0]
        assert rows[0].is_off

    def test_another_sub_district_is_not_in_it(self, street: Street, now: datetime) -> None:
        case_in(State.IN_PROGRESS, street, now=now)
        far = street.areas["far:subdistrict"].pk
        rows = preview_ladder(far, DEFAULT_LADDER, begin=now, end=now + timedelta(days=30)).rows
        assert sum(row.times for row in rows) == 0
