"""A case led through any sequence of moves by anybody: what must hold, holds after each."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from shangju.cases import chain, moves
from shangju.cases.models import Case
from shangju.cases.rules import REPORTER, SYSTEM, Actor, concerning, open_moves
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, WORDS, payload_of, raised
from shangju.cases.workflow import FOLLOWING, OPEN_STATES, MoveName
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, area_scope, everywhere
from tests.street import Street

ACTORS = ("officer", "duty_desk", "grid_worker", "building_head", "task_force", "leader", "far_desk")
PARTIES = ("shopkeeper", "property_clerk")


class Lifecycle(RuleBasedStateMachine):
    """Two cases on the street, joined and parted with what else comes; time only goes forward."""

    def __init__(self, street: Street, now: datetime) -> None:
        super().__init__()
        self.street, self.now = street, now
        self.first, self.second = raised(street, now=now), raised(street, now=now)

    def actor(self, name: str) -> Actor:
        known = {"reporter": REPORTER, "system": SYSTEM}
        if name in known:
            return known[name]
        return self.street.party(name) if name in PARTIES else self.street.staff(name)

    def one_of_the_cases(self, choice: int) -> Case:
        cases = list(Case.objects.order_by("pk"))
        return cases[choice % len(cases)]

    @rule(
        who=st.sampled_from([*ACTORS, *PARTIES, "reporter", "system"]),
        which=st.integers(0, 30),
        choice=st.integers(0, 40),
        minutes=st.integers(1, 3000),
        variant=st.booleans(),
    )
    def somebody_takes_an_open_step(
        self, who: str, which: int, choice: int, minutes: int, variant: bool
    ) -> None:
        self.now += timedelta(minutes=minutes)
        actor = self.actor(who)
        with everywhere(EverywhereReason.VERIFICATION):
            case = self.one_of_the_cases(which)
            names = open_moves(actor, case)
        if names:
            self.try_move(case, names[choice % len(names)], actor, variant=variant)

    @rule(
        who=st.sampled_from([*ACTORS, *PARTIES, "reporter"]),
        which=st.integers(0, 30),
        name=st.sampled_from(sorted(set(MoveName) - FOLLOWING)),
    )
    def somebody_tries_anything(self, who: str, which: int, name: str) -> None:
        with everywhere(EverywhereReason.VERIFICATION):
            case = self.one_of_the_cases(which)
        self.try_move(case, name, self.actor(who), variant=False)

    def payload(self, name: str, *, variant: bool) -> moves.Payload:
        if name == MoveName.MERGE:
            return moves.Merge(self.second if variant else self.first, "同一件事")
        if variant and name == MoveName.CONFIRM:
            return moves.Confirm("no", "dissatisfied", "没有解决")
        if variant and name == MoveName.DISPATCH:
            return moves.Dispatch(party=self.street.parties["property_firm"], party_summary="有嗡嗡声")
        if variant and name == MoveName.REFUSE:
            return moves.Refuse("extension", "按期办结")
        return payload_of(name, self.street, now=self.now)

    def try_move(self, case: Case, name: str, actor: Actor, *, variant: bool) -> None:
        with everywhere(EverywhereReason.VERIFICATION):
            payload = self.payload(name, variant=variant)
            before = list(Case.objects.order_by("pk").values())
            try:
                apply_move(case, payload, by=actor, now=self.now)
            except (NotAllowed, Conflict, DomainError):
                assert list(Case.objects.order_by("pk").values()) == before

    @invariant()
    def what_is_stored_is_sound(self) -> None:
        with everywhere(EverywhereReason.VERIFICATION):
            for case in Case.objects.all():
                self.case_is_sound(case)

    def case_is_sound(self, case: Case) -> None:
        assert chain.first_break(case, case.events.all()) is None
        assert case.is_open == (case.state in OPEN_STATES)
        clocks = list(case.clocks.all())
        assert all(clock.started_at <= clock.due_at for clock in clocks)
        assert all(clock.stopped_at is None or clock.stopped_at >= clock.started_at for clock in clocks)
        running = [clock for clock in clocks if clock.stopped_at is None]
        assert len({clock.step for clock in running}) == len(running)
        assert {clock.round for clock in running} <= {case.reopen_count}
        assert case.due_at == min((clock.due_at for clock in running), default=None)
        assert case.is_open or not running
        assert case.return_count <= 2
        assert case.open_orders == case.supervisionorders.filter(replied_at=None).count()
        if case.state not in {"dispatched", "in_progress"}:
            assert not case.approvals.filter(state="asked").exists()
            assert case.paused_until is None
        if case.state in {"resolved", "closed"}:
            assert not case.parts.filter(is_open=True).exists()
        for merged in case.merged_cases.all():
            assert merged.state == "merged"
            assert case.merged_into_id is None, "merges do not form chains"

    @invariant()
    def the_party_never_learns_who_it_was(self) -> None:
        for name in PARTIES:
            actor = self.street.party(name)
            with area_scope(actor.standing.scope):
                for case in Case.objects.filter(concerning(actor.standing)):
                    # What a party is shown of a case: the summary, the place and its own texts of the history.
                    with everywhere(EverywhereReason.VERIFICATION):
                        shown = repr(
                            (case.party_summary, case.place_note, list(case.events.values_list("party_text")))
                        )
                    assert not [marker for marker in (*MARKERS.values(), WORDS) if marker in shown]


@pytest.mark.django_db
def test_lifecycle(street: Street, now: datetime) -> None:
    run_state_machine_as_test(
        lambda: Lifecycle(street, now),
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
