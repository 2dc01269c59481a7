"""A passing deadline climbs by itself: each rung once, whoever sweeps, however late, however often."""

from datetime import datetime, timedelta

import pytest

from shangju.cases import chain, services
from shangju.cases.models import Case, CaseClock, CaseEvent, LadderMark
from shangju.cases.rules import staff
from shangju.cases.rungs import Rung, RungAction
from shangju.cases.tests.stories import case_in, go, raised
from shangju.cases.workflow import MoveName, State
from shangju.core.models import SetAside
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.queries import reference
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.supervision.ladder import DEFAULT_LADDER, Limits, RungRule, later
from shangju.supervision.services import set_ladder
from shangju.supervision.sweeping import climb_ladder, close_unreachable_cases
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

BY_TIME = ("remind", "urge", "escalate")


def climbed(case: Case) -> list[tuple[str, str]]:
    """What time did to the case, in the order of its history: kind and rung."""
    rows = case.events.filter(kind__in=BY_TIME, role="system").order_by("sequence")
    return [(row.kind, row.data["rung"]) for row in rows]


def working(days: int, since: datetime, case: Case) -> datetime:
    return later(since, days, calendar=reference().calendar(case.subdistrict_id))


def in_work(street: Street, now: datetime) -> Case:
    """A case whose only running clock is the closing one."""
    return go(case_in(State.IN_PROGRESS, street, now=now), "contact", "grid_worker", street, now=now)


def test_each_rung_at_its_instant_and_none_before(street: Street, now: datetime) -> None:
    case = in_work(street, now)
    assert (case.due_step, case.due_at) == ("close", case.close_due_at)
    assert case.orange_at
    assert case.due_at
    assert case.purple_at
    tick = timedelta(seconds=1)
    steps: list[tuple[datetime, list[tuple[str, str]]]] = [
        (case.orange_at - tick, []),
        (case.orange_at, [("remind", "orange")]),
        (case.due_at, [("remind", "orange")]),
        (case.due_at + tick, [("remind", "orange"), ("urge", "red")]),
        (case.purple_at - tick, [("remind", "orange"), ("urge", "red")]),
        (case.purple_at, [("remind", "orange"), ("urge", "red"), ("escalate", "purple")]),
    ]
    for instant, expected in steps:
        climb_ladder(instant)
        assert climbed(case) == expected, instant
        assert climb_ladder(instant) == 0, "a repeated pass does nothing"
    case = Case.objects.get(pk=case.pk)
    assert (case.state, case.tier) == (State.DISPATCHED, "community")
    assert case.handler_post == street.posts["secretary"]
    assert case.assistants.filter(post=street.posts["grid_worker"]).exists(), "whoever had it stays informed"


def test_tier_by_tier_with_working_days_between_up_to_the_committee(street: Street, now: datetime) -> None:
    case = in_work(street, now)
    instant = case.purple_at
    tiers = []
    for _each in range(3):
        assert instant is not None
        climb_ladder(instant - timedelta(seconds=1))
        climb_ladder(instant)
        found = Case.objects.get(pk=case.pk)
        assert found.handler_post is not None
        tiers.append((found.tier, found.handler_post.kind))
        instant = working(3, instant, case)
    assert tiers == [
        ("community", "community_secretary"),
        ("subdistrict", "task_force"),
        ("committee", "subdistrict_leader"),
    ]
    climb_ladder(instant + timedelta(days=40))
    # The closing promise has no rung left; the signing clock of who got it last is a promise of its own.
    last = Case.objects.get(pk=case.pk)
    marks = LadderMark.objects.filter(case=case, step="close").order_by("pk").values_list("rung", flat=True)
    assert list(marks) == list(Rung)
    assert last.tier == "committee"


def test_a_late_start_leaves_out_no_rung_and_climbs_one_tier(street: Street, now: datetime) -> None:
    case = in_work(street, now)
    late = now + timedelta(days=60)
    climb_ladder(late)
    climb_ladder(late)
    assert climbed(case) == [("remind", "orange"), ("urge", "red"), ("escalate", "purple")]
    climb_ladder(working(3, late, case))
    assert climbed(case)[3:] == [("escalate", "second")]


def test_an_extension_is_a_new_promise(street: Street, now: datetime) -> None:
    case = in_work(street, now)
    assert case.orange_at
    climb_ladder(case.orange_at)
    for name, who in (("ask_extension", "grid_worker"), ("grant_extension", "officer")):
        case = go(case, name, who, street, now=case.orange_at)
    climb_ladder(case.orange_at - timedelta(seconds=1))
    assert climbed(case) == [("remind", "orange")]
    climb_ladder(case.orange_at)
    assert climbed(case) == [("remind", "orange"), ("remind", "orange")]


def test_the_rung_follows_the_light_that_people_see(street: Street, now: datetime) -> None:
    """A case nobody accepts: the dispatcher is reminded of the acceptance, not of the close."""
    case = raised(street, now=now)
    assert case.due_step == "accept"
    assert case.due_at
    climb_ladder(case.due_at + timedelta(seconds=1))
    mark = LadderMark.objects.filter(case=case).order_by("pk").first()
    assert mark is not None
    assert (mark.step, mark.due_at) == ("accept", case.due_at)


def test_a_second_dissatisfaction_does_not_climb_twice(street: Street, now: datetime) -> None:
    """It climbs by itself when it is reopened; its purple light is no second reason."""
    case = in_work(street, now)
    Case.objects.filter(pk=case.pk).update(dissatisfaction_count=2, purple_at=case.clocks.all()[0].started_at)
    climb_ladder(now + timedelta(hours=2))
    assert "escalate" not in [kind for kind, _rung in climbed(case)]


def test_who_hears_of_it(street: Street, now: datetime) -> None:
    case = in_work(street, now)
    Notice.objects.all().delete()
    CaseEvent.objects.update(notified_at=now)

    def heard() -> dict[str, list[str]]:
        tell_of_events(now)
        told: dict[str, list[str]] = {}
        for notice in Notice.objects.select_related("event", "user").order_by("pk"):
            assert notice.event is not None
            assert notice.user is not None
            told.setdefault(notice.event.kind, []).append(notice.user.username)
        return told

    assert case.orange_at
    assert case.due_at
    assert case.purple_at
    climb_ladder(case.orange_at)
    assert heard() == {"remind": ["grid-worker"]}
    climb_ladder(case.due_at + timedelta(seconds=1))
    assert heard()["urge"] == ["grid-worker", "grid-secretary"]
    climb_ladder(case.purple_at)
    assert set(heard()["escalate"]) == {"secretary", "grid-worker", "building-head"}, (
        "the new handler, and who had it"
    )
    reporters = Notice.objects.filter(user__isnull=True)
    assert not reporters.exists(), "the ladder is the office's own business"


def test_who_crashes_in_the_middle_leaves_no_half_a_rung(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = in_work(street, now)
    assert case.purple_at
    whole = services._keep_records

    def die(*args: object, **kwargs: object) -> None:
        raise RuntimeError("killed here")

    monkeypatch.setattr(services, "_keep_records", die)
    climb_ladder(case.purple_at)
    assert climbed(case) == [("remind", "orange"), ("urge", "red")]
    assert Case.objects.get(pk=case.pk).state == State.IN_PROGRESS
    monkeypatch.setattr(services, "_keep_records", whole)
    SetAside.objects.all().delete()
    climb_ladder(case.purple_at)
    assert climbed(case)[2:] == [("escalate", "purple")]
    after = Case.objects.get(pk=case.pk)
    assert chain.first_break(after, after.events.all()) is None


def test_a_sub_district_sets_its_own_ladder(street: Street, now: datetime) -> None:
    case = in_work(street, now)
    assert case.orange_at
    assert case.due_at
    assert case.purple_at
    changed = {
        Rung.ORANGE: RungRule(Rung.ORANGE, RungAction.NOTHING),
        Rung.RED: RungRule(Rung.RED, RungAction.URGE, 1, ("leader",)),
    }
    ladder = [changed.get(rule.rung, rule) for rule in DEFAULT_LADDER]
    set_ladder(
        street.areas["subdistrict"], ladder=ladder, limits=Limits(), by=staff(street.users["leader"]), now=now
    )
    climb_ladder(case.due_at + timedelta(seconds=1))
    assert climbed(case) == []
    climb_ladder(working(1, case.due_at, case))
    assert climbed(case) == [("urge", "red")]
    row = case.events.get(kind="urge")
    assert row.data["receivers"] == ["leader"]


def test_many_at_once_are_written_like_one(street: Street, now: datetime) -> None:
    cases = [in_work(street, now) for _each in range(5)]
    assert cases[0].due_at
    assert climb_ladder(cases[0].due_at + timedelta(seconds=1)) == 10
    for case in cases:
        after = Case.objects.get(pk=case.pk)
        assert climbed(after) == [("remind", "orange"), ("urge", "red")]
        assert chain.first_break(after, after.events.all()) is None
        assert after.last_progress_at == case.last_progress_at, "to be urged is no progress"


def test_what_was_done_meanwhile_is_not_urged(street: Street, now: datetime) -> None:
    case = in_work(street, now)
    due_at = case.due_at
    case = go(case, "resolve", "grid_worker", street, now=now + timedelta(hours=1))
    assert due_at
    climb_ladder(due_at + timedelta(seconds=1))
    assert "close" not in LadderMark.objects.filter(case=case).values_list("step", flat=True)


class TestNobodyReached:
    """cases.md §3: after three failed tries or seven days."""

    def resolved(self, street: Street, now: datetime, **fields: object) -> Case:
        return case_in(State.RESOLVED, street, now=now, **fields)

    def test_who_could_have_been_called_and_never_was_stays_open(self, street: Street, now: datetime) -> None:
        case = self.resolved(street, now)
        assert close_unreachable_cases(now + timedelta(days=30)) == 0
        assert Case.objects.get(pk=case.pk).state == State.RESOLVED

    @pytest.mark.parametrize(("tries", "days", "closes"), [(3, 6, False), (2, 8, False), (3, 8, True)])
    def test_after_three_calls_and_seven_days(
        self, street: Street, now: datetime, tries: int, days: int, closes: bool
    ) -> None:
        case = self.resolved(street, now)
        Case.objects.filter(pk=case.pk).update(call_back_tries=tries)
        assert close_unreachable_cases(now + timedelta(days=days)) == int(closes)
        after = Case.objects.get(pk=case.pk)
        assert (after.state == State.CLOSED, after.closed_unreachable) == (closes, closes)

    def test_without_a_way_to_call_after_seven_days(self, street: Street, now: datetime) -> None:
        case = self.resolved(street, now, is_anonymous=True)
        assert close_unreachable_cases(now + timedelta(days=6)) == 0
        assert close_unreachable_cases(now + timedelta(days=8)) == 1
        row = case.events.get(kind=MoveName.CLOSE_UNREACHABLE)
        assert (row.role, row.by_id) == ("system", None)

    def test_a_sub_district_may_leave_it_to_people(self, street: Street, now: datetime) -> None:
        self.resolved(street, now, is_anonymous=True)
        limits = Limits(closes_unreachable=False)
        leader = staff(street.users["leader"])
        set_ladder(street.areas["subdistrict"], ladder=DEFAULT_LADDER, limits=limits, by=leader, now=now)
        assert close_unreachable_cases(now + timedelta(days=8)) == 0


def test_a_promise_without_a_clock_row_does_not_stop_the_others(street: Street, now: datetime) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        bare, whole = in_work(street, now), in_work(street, now)
        CaseClock.objects.filter(case=bare).delete()
    assert whole.purple_at
    climb_ladder(whole.purple_at)
    assert climbed(whole)[-1] == ("escalate", "purple")
