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
from shangju.cases.workflow import OPEN_STATES, MoveName
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, area_scope, everywhere
from tests.street import Street

ACTORS = ("officer", "duty_desk", "grid_worker", "building_head", "task_force", "leader", "far_desk")
PARTIES = ("shopkeeper", "property_clerk")


class Lifecycle(RuleBasedStateMachine):
    """One case on the street; time only goes forward."""

    def __init__(self, street: Street, now: datetime) -> None:
        super().__init__()
        self.street, self.now = street, now
        self.case = raised(street, now=now)

    def actor(self, name: str) -> Actor:
        known = {"reporter": REPORTER, "system": SYSTEM}
        if name in known:
            return known[name]
        return self.street.party(name) if name in PARTIES else self.street.staff(name)

    @rule(
        who=st.sampled_from([*ACTORS, *PARTIES, "reporter", "system"]),
        choice=st.integers(0, 20),
        minutes=st.integers(1, 3000),
        variant=st.booleans(),
    )
    def somebody_takes_an_open_step(self, who: str, choice: int, minutes: int, variant: bool) -> None:
        self.now += timedelta(minutes=minutes)
        actor = self.actor(who)
        with everywhere(EverywhereReason.VERIFICATION):
            names = open_moves(actor, Case.objects.get(pk=self.case.pk))
        if names:
            self.try_move(names[choice % len(names)], actor, variant=variant)

    @rule(who=st.sampled_from([*ACTORS, *PARTIES, "reporter"]), name=st.sampled_from(MoveName.values))
    def somebody_tries_anything(self, who: str, name: str) -> None:
        self.try_move(name, self.actor(who), variant=False)

    def try_move(self, name: str, actor: Actor, *, variant: bool) -> None:
        with everywhere(EverywhereReason.VERIFICATION):
            payload = payload_of(name, self.street, now=self.now)
            if variant and name == MoveName.CONFIRM:
                payload = moves.Confirm("no", "dissatisfied", "没有解决")
            if variant and name == MoveName.DISPATCH:
                payload = moves.Dispatch(party=self.street.parties["property_firm"], party_summary="有嗡嗡声")
            before = Case.objects.values().get(pk=self.case.pk)
            try:
                apply_move(self.case, payload, by=actor, now=self.now)
            except (NotAllowed, Conflict, DomainError):
                assert Case.objects.values().get(pk=self.case.pk) == before

    @invariant()
    def what_is_stored_is_sound(self) -> None:
        with everywhere(EverywhereReason.VERIFICATION):
            case = Case.objects.get(pk=self.case.pk)
            assert chain.first_break(case, case.events.all()) is None
            assert case.is_open == (case.state in OPEN_STATES)
            clocks = list(case.clocks.all())
            assert len({(clock.step, clock.round) for clock in clocks}) == len(clocks)
            assert all(clock.started_at <= clock.due_at for clock in clocks)
            assert all(clock.stopped_at is None or clock.stopped_at >= clock.started_at for clock in clocks)
            running = [clock.due_at for clock in clocks if clock.stopped_at is None]
            assert case.due_at == (min(running) if running else None)
            assert case.is_open or not running

    @invariant()
    def the_party_never_learns_who_it_was(self) -> None:
        for name in PARTIES:
            actor = self.street.party(name)
            with area_scope(actor.standing.scope):
                for case in Case.objects.filter(concerning(actor.standing), pk=self.case.pk):
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
