"""Returns, pauses and extensions: asked by the handler, decided by somebody else, within caps (cases.md §3)."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shangju.cases import moves
from shangju.cases.models import Approval, Case, ClockExtension, ClockPause
from shangju.cases.rules import open_moves, to_decide
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go
from shangju.cases.workflow import MoveName, State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

NOON = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)


def made(case: Case, payload: moves.Payload, who: str, street: Street, *, now: datetime) -> Case:
    return apply_move(case, payload, by=street.staff(who), now=now)


def in_progress(street: Street, now: datetime) -> Case:
    """A case at the grid worker's who has spoken with the reporter."""
    return go(
        case_in(State.IN_PROGRESS, street, now=now),
        MoveName.CONTACT,
        "grid_worker",
        street,
        now=now + timedelta(minutes=30),
    )


def day(text: str) -> datetime:
    """The first instant of a day in Beijing."""
    return timezone.make_aware(datetime.fromisoformat(text))


def closing_due(case: Case) -> datetime:
    return case.clocks.get(step="close", stopped_at=None).due_at


class TestReturn:
    def test_twice_to_the_dispatcher_and_the_third_time_to_the_task_force(
        self, street: Street, now: datetime
    ) -> None:
        case, later = case_in(State.DISPATCHED, street, now=now), now + timedelta(hours=1)
        for count in (1, 2):
            made(case, moves.AskReturn("不属本网格"), "grid_worker", street, now=later)
            case = made(case, moves.GrantReturn(), "officer", street, now=later)
            assert (case.state, case.return_count, case.handler_post) == (State.ACCEPTED, count, None)
            case = go(case, MoveName.DISPATCH, "officer", street, now=later)
        made(case, moves.AskReturn("还是不属"), "grid_worker", street, now=later)
        with pytest.raises(NotAllowed):
            made(case, moves.GrantReturn(), "officer", street, now=later)
        case = made(case, moves.GrantReturn(), "task_force", street, now=later)
        assert (case.state, case.return_count) == (State.DISPATCHED, 2)
        assert case.handler_post == street.posts["task_force"]
        assert case.clocks.filter(step="sign", stopped_at=None).count() == 1
        states = list(Approval.objects.order_by("pk").values_list("state", "is_beyond"))
        assert states == [("granted", False), ("granted", False), ("granted", True)]

    def test_whoever_asked_does_not_decide(self, street: Street, now: datetime) -> None:
        case = go(case_in(State.ACCEPTED, street, now=now), MoveName.DISPATCH, "officer", street, now=now)
        Case.objects.filter(pk=case.pk).update(handler_post=street.posts["officer"])
        made(case, moves.AskReturn("不属本社区"), "officer", street, now=now)
        with pytest.raises(NotAllowed):
            made(case, moves.GrantReturn(), "officer", street, now=now)
        assert MoveName.GRANT_RETURN not in open_moves(street.staff("officer"), Case.objects.get(), now=now)
        # Somebody else on the same post may.
        assert made(case, moves.GrantReturn(), "second_officer", street, now=now).state == State.ACCEPTED

    def test_a_refusal_leaves_the_work_where_it_is(self, street: Street, now: datetime) -> None:
        case = case_in(State.DISPATCHED, street, now=now)
        made(case, moves.AskReturn("不属本网格"), "grid_worker", street, now=now)
        case = made(case, moves.Refuse("return", "正是本网格"), "officer", street, now=now)
        assert (case.state, case.handler_post) == (State.DISPATCHED, street.posts["grid_worker"])
        approval = Approval.objects.get()
        assert approval.state == "refused"
        assert approval.decided_event is not None
        assert approval.decided_event.kind == MoveName.REFUSE

    def test_once_at_a_time(self, street: Street, now: datetime) -> None:
        case = case_in(State.DISPATCHED, street, now=now)
        made(case, moves.AskReturn("一"), "grid_worker", street, now=now)
        with pytest.raises(DomainError):
            made(case, moves.AskReturn("二"), "grid_worker", street, now=now)
        assert Approval.objects.count() == 1

    def test_what_was_asked_lapses_when_the_case_moves_on(self, street: Street, now: datetime) -> None:
        case = in_progress(street, now)
        made(case, moves.AskReturn("不属"), "grid_worker", street, now=now)
        go(case, MoveName.RESOLVE, "grid_worker", street, now=now + timedelta(hours=1))
        assert Approval.objects.get().state == "lapsed"


class TestPause:
    def asked(self, street: Street, *, until: datetime, now: datetime = NOON) -> Case:
        case = in_progress(street, now)
        payload = moves.AskPause("parts", "等配件", until)
        return made(case, payload, "grid_worker", street, now=now + timedelta(hours=1))

    def test_the_clock_stands_still_and_the_due_date_moves_with_it(self, street: Street) -> None:
        case = self.asked(street, until=day("2026-03-10"))
        before = closing_due(case)
        assert before == datetime(2026, 3, 12, 10, 0, tzinfo=UTC)  # Thursday + 5 working days, 18:00
        case = made(case, moves.GrantPause(), "officer", street, now=NOON + timedelta(hours=2))
        assert case.paused_until == day("2026-03-10")
        assert case.is_paused(NOON + timedelta(days=1))
        assert not case.is_paused(day("2026-03-10"))
        # Friday and Monday did not count.
        assert closing_due(case) == case.close_due_at == datetime(2026, 3, 16, 10, 0, tzinfo=UTC)

    def test_an_earlier_end_gives_back_what_was_not_used(self, street: Street) -> None:
        case = self.asked(street, until=day("2026-03-10"))
        case = made(case, moves.GrantPause(), "officer", street, now=NOON + timedelta(hours=2))
        case = made(case, moves.Resume(), "grid_worker", street, now=day("2026-03-07"))
        assert (case.paused_until, closing_due(case)) == (None, datetime(2026, 3, 13, 10, 0, tzinfo=UTC))
        assert ClockPause.objects.get().ended_at == day("2026-03-07")
        with pytest.raises(DomainError):
            made(case, moves.Resume(), "grid_worker", street, now=day("2026-03-07"))

    def test_all_pauses_together_stay_within_the_cap(self, street: Street) -> None:
        case = self.asked(street, until=day("2026-03-15"))
        case = made(case, moves.GrantPause(), "officer", street, now=NOON + timedelta(hours=2))
        again = day("2026-03-16")
        with pytest.raises(DomainError) as refusal:
            made(case, moves.AskPause("works", "施工", day("2026-03-24")), "grid_worker", street, now=again)
        assert set(refusal.value.fields) == {"until"}
        made(case, moves.AskPause("works", "施工", day("2026-03-20")), "grid_worker", street, now=again)

    @pytest.mark.parametrize(
        ("payload", "field"),
        [
            (moves.AskPause("no", "x", day("2026-03-10")), "reason"),
            (moves.AskPause("parts", " ", day("2026-03-10")), "explanation"),
            (moves.AskPause("parts", "x", day("2026-03-05")), "until"),
            (moves.AskPause("parts", "x", day("2026-03-22")), "until"),
        ],
    )
    def test_refused_at_the_field(self, street: Street, payload: moves.AskPause, field: str) -> None:
        case = in_progress(street, NOON)
        with pytest.raises(DomainError) as refusal:
            made(case, payload, "grid_worker", street, now=NOON + timedelta(hours=1))
        assert set(refusal.value.fields) == {field}
        assert not Approval.objects.exists()

    def test_not_before_somebody_spoke_with_the_reporter(self, street: Street) -> None:
        case = case_in(State.IN_PROGRESS, street, now=NOON)
        with pytest.raises(DomainError):
            made(case, moves.AskPause("parts", "x", day("2026-03-10")), "grid_worker", street, now=NOON)

    def test_urgent_classes_know_no_pause(self, street: Street) -> None:
        case = in_progress(street, NOON)
        Case.objects.filter(pk=case.pk).update(deadline_class="A2")
        assert MoveName.ASK_PAUSE not in open_moves(street.staff("grid_worker"), Case.objects.get(), now=NOON)
        with pytest.raises(DomainError):
            made(case, moves.AskPause("parts", "x", day("2026-03-06")), "grid_worker", street, now=NOON)

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), deadline=None)
    @given(until=st.integers(1, 14), resumed=st.integers(1, 14 * 24))
    def test_a_pause_never_makes_the_due_date_earlier_and_costs_no_more_than_its_days(
        self, street: Street, until: int, resumed: int
    ) -> None:
        case = self.asked(street, until=day("2026-03-06") + timedelta(days=until - 1))
        before = closing_due(case)
        case = made(case, moves.GrantPause(), "officer", street, now=NOON + timedelta(hours=2))
        paused = closing_due(case)
        assert before <= paused
        back = NOON + timedelta(hours=2 + resumed)
        if case.is_paused(back):
            case = made(case, moves.Resume(), "grid_worker", street, now=back)
            assert before <= closing_due(case) <= paused
        Case.objects.filter(pk=case.pk).update(is_joined=False)

    @pytest.mark.parametrize("leaving", ["escalate", "return", "merge"])
    def test_a_pause_that_ends_because_the_case_leaves_gives_back_what_was_not_used(
        self, street: Street, leaving: str
    ) -> None:
        case = self.asked(street, until=day("2026-03-14"))
        before = closing_due(case)
        case = made(case, moves.GrantPause(), "officer", street, now=NOON + timedelta(hours=2))
        assert closing_due(case) > before + timedelta(days=4)
        at = NOON + timedelta(hours=3)
        if leaving == "escalate":
            case = made(case, moves.Escalate("久拖未决"), "task_force", street, now=at)
        elif leaving == "return":
            made(case, moves.AskReturn("不属"), "grid_worker", street, now=at)
            case = made(case, moves.GrantReturn(), "officer", street, now=at)
        else:
            into = case_in(State.ACCEPTED, street, now=NOON)
            made(case, moves.Merge(into, "同一件事"), "officer", street, now=at)
            case = made(case, moves.Unmerge("不是"), "officer", street, now=at + timedelta(hours=1))
        assert case.paused_until is None
        assert closing_due(case) <= before + timedelta(days=1)
        assert case.close_due_at == closing_due(case)

    def test_after_a_pause_that_ended_by_itself_another_may_be_asked_for(self, street: Street) -> None:
        case = self.asked(street, until=day("2026-03-07"))
        case = made(case, moves.GrantPause(), "officer", street, now=NOON + timedelta(hours=2))
        worker = street.staff("grid_worker")
        offered = set(open_moves(worker, case, now=NOON + timedelta(hours=3)))
        assert offered & {MoveName.ASK_PAUSE, MoveName.RESUME} == {MoveName.RESUME}
        offered = set(open_moves(worker, case, now=day("2026-03-08")))
        assert offered & {MoveName.ASK_PAUSE, MoveName.RESUME} == {MoveName.ASK_PAUSE}


class TestExtension:
    def test_once_by_the_dispatcher_then_by_the_task_force(self, street: Street) -> None:
        case = in_progress(street, NOON)
        old = closing_due(case)
        case = made(case, moves.AskExtension(3, "施工"), "grid_worker", street, now=NOON)
        case = made(case, moves.GrantExtension("还需三天"), "officer", street, now=NOON)
        new = datetime(2026, 3, 17, 10, 0, tzinfo=UTC)
        assert (closing_due(case), case.extension_count) == (new, 1)
        kept = ClockExtension.objects.get()
        assert (kept.old_due_at, kept.new_due_at, kept.amount) == (old, new, 3)
        row = case.events.get(kind=MoveName.GRANT_EXTENSION)
        assert row.reporter_text == "还需三天"
        made(case, moves.AskExtension(2, "再延"), "grid_worker", street, now=NOON)
        with pytest.raises(NotAllowed):
            made(case, moves.GrantExtension("再延"), "officer", street, now=NOON)
        case = made(case, moves.GrantExtension("再延两天"), "task_force", street, now=NOON)
        assert closing_due(case) == datetime(2026, 3, 19, 10, 0, tzinfo=UTC)
        lines = case.clocks.get(step="close").explanation
        assert [line["code"] for line in lines].count("extended") == 2 or len(lines) > 3

    def test_asked_before_the_time_is_over(self, street: Street) -> None:
        case = in_progress(street, NOON)
        late = closing_due(case) + timedelta(seconds=1)
        with pytest.raises(DomainError):
            made(case, moves.AskExtension(3, "施工"), "grid_worker", street, now=late)
        made(case, moves.AskExtension(3, "施工"), "grid_worker", street, now=late - timedelta(seconds=1))

    @pytest.mark.parametrize("amount", [0, -1, 6])
    def test_within_the_cap_of_the_class(self, street: Street, amount: int) -> None:
        case = in_progress(street, NOON)
        with pytest.raises(DomainError) as refusal:
            made(case, moves.AskExtension(amount, "施工"), "grid_worker", street, now=NOON)
        assert set(refusal.value.fields) == {"amount"}

    def test_the_complex_class_is_extended_once_at_most(self, street: Street) -> None:
        case = in_progress(street, NOON)
        Case.objects.filter(pk=case.pk).update(deadline_class="E", extension_count=1)
        with pytest.raises(DomainError):
            made(case, moves.AskExtension(3, "施工"), "grid_worker", street, now=NOON)


def test_the_list_of_what_one_decides_and_the_single_answers_agree(street: Street, now: datetime) -> None:
    near, beyond = case_in(State.DISPATCHED, street, now=now), case_in(State.DISPATCHED, street, now=now)
    Case.objects.filter(pk=beyond.pk).update(return_count=2)
    for case in (near, beyond):
        made(case, moves.AskReturn("不属"), "grid_worker", street, now=now)
    decided = {}
    for name in street.users:
        actor = street.staff(name)
        with street.seen_by(name):
            listed = {approval.case_id for approval in Approval.objects.filter(to_decide(actor.standing))}
        answered = {
            case.pk
            for case in Case.objects.filter(pk__in=[near.pk, beyond.pk])
            if MoveName.GRANT_RETURN in open_moves(actor, case, now=now)
        }
        assert listed == answered, name
        decided[name] = listed
    assert {name for name, cases in decided.items() if near.pk in cases} == {
        "officer", "second_officer", "officer_with_shop", "secretary", "duty_desk", "task_force",
    }  # fmt: skip
    assert {name for name, cases in decided.items() if beyond.pk in cases} == {"task_force"}


def test_who_comes_second_is_told_who_was_first(street: Street, now: datetime) -> None:
    case = case_in(State.DISPATCHED, street, now=now)
    made(case, moves.AskReturn("不属"), "grid_worker", street, now=now)
    made(case, moves.GrantReturn(), "officer", street, now=now)
    with pytest.raises(Conflict) as refusal:
        made(case, moves.Refuse("return", "不行"), "secretary", street, now=now)
    assert street.posts["officer"].name in str(refusal.value)
