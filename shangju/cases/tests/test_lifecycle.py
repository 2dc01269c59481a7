"""Cases led through long walks of moves by anybody: what must hold, holds after each step."""

import os
import sys
from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pytest

from shangju.cases import chain, moves
from shangju.cases.models import Case, CaseClock
from shangju.cases.rules import REPORTER, SYSTEM, Actor, concerning, open_moves
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, go, payload_of, raised
from shangju.cases.workflow import FOLLOWING, MOVES, OPEN_STATES, WITH_ROWS_ABOVE, MoveName, State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, area_scope, everywhere
from shangju.deadlines.engine import Clock, Extension, Limit, Pause, compute_deadline
from shangju.deadlines.queries import reference
from shangju.deadlines.steps import Step
from tests.street import Street

ACTORS = ("officer", "duty_desk", "grid_worker", "building_head", "task_force", "leader", "far_desk")
PARTIES = ("shopkeeper", "property_clerk")
EVERYBODY = (*ACTORS, *PARTIES, "reporter", "system")
WALKS = int(os.environ.get("SHANGJU_WALKS", "6"))
"""How many walks: each from a seed of its own, its number."""
STEPS = 70
PARTS_IN_A_WALK = 6


class Walk:
    """Cases on the street, joined and parted with what else comes; time only goes forward.

    Steps are drawn among those that are open to anybody, the seldom made first, so that a walk comes everywhere; now
    and then somebody tries what is not open to them.
    """

    def __init__(self, street: Street, now: datetime, seed: int) -> None:
        self.street, self.now, self.draw = street, now, Random(seed)
        self.made: Counter[tuple[str, str]] = Counter()
        self.seen: dict[int, str] = {}
        self.told: list[str] = []
        self.first = raised(street, now=now)
        self.second = raised(street, now=now, concerns_minor=True)

    def actor(self, name: str) -> Actor:
        known = {"reporter": REPORTER, "system": SYSTEM}
        if name in known:
            return known[name]
        return self.street.party(name) if name in PARTIES else self.street.staff(name)

    def step(self) -> None:
        """Some time passes, then somebody does something."""
        self.now += timedelta(minutes=self.draw.choice((1, 5, 30, 30, 200, 600, 3000)))
        with everywhere(EverywhereReason.VERIFICATION):
            case = self.some_case()
            open_steps = [
                (name, who) for who in EVERYBODY for name in open_moves(self.actor(who), case, now=self.now)
            ]
            # No form of a case offers them; whoever supervises makes them with rows of supervision's own.
            open_steps += [
                (n, "task_force") for n in sorted(WITH_ROWS_ABOVE) if case.state in MOVES[n].sources
            ]
        self.draw.shuffle(open_steps)
        open_steps.sort(key=lambda step: self.made[case.state, step[0]] + ENDS.get(step[0], 0))
        if not open_steps or self.draw.random() < 0.1:
            open_steps = [(self.draw.choice(sorted(set(MoveName) - FOLLOWING)), self.draw.choice(EVERYBODY))]
        self.try_move(case, *open_steps[0])

    def some_case(self) -> Case:
        """Mostly one in work, where most can happen; where few are open, a new one."""
        alive = list(Case.objects.filter(is_open=True).order_by("pk"))
        if len(alive) < 3:
            state = self.draw.choice((State.REGISTERED, State.IN_PROGRESS, State.IN_PROGRESS, State.RESOLVED))
            minor, began = self.draw.random() < 0.3, self.now - timedelta(minutes=20)
            case = case_in(state, self.street, now=began, concerns_minor=minor)
            return go(case, "contact", "grid_worker", self.street, now=self.now) if state in IN_WORK else case
        working = [case for case in alive if case.state in IN_WORK]
        at = self.draw.random()
        some = (
            working if working and at < 0.6 else (alive if at < 0.95 else list(Case.objects.order_by("pk")))
        )
        return self.draw.choice(some)

    def payload(self, name: str) -> moves.Payload:
        variant = self.draw.random() < 0.4
        if name == MoveName.MERGE:
            return moves.Merge(self.second if variant else self.first, "同一件事")
        if variant and name == MoveName.CONFIRM:
            return moves.Confirm("no", "dissatisfied", "没有解决")
        if variant and name == MoveName.DISPATCH:
            return moves.Dispatch(party=self.street.parties["property_firm"], party_summary="有嗡嗡声")
        if name == MoveName.ASK_PAUSE:
            return moves.AskPause("parts", "等配件", self.now + timedelta(days=self.draw.choice((2, 8))))
        if name == MoveName.REFUSE:
            return moves.Refuse(self.draw.choice(["return", "pause", "extension", "reveal"]), "按期办结")
        return payload_of(name, self.street, now=self.now)

    def try_move(self, case: Case, name: str, who: str) -> None:
        """One step; a refusal changes nothing at all."""
        self.made[case.state, str(name)] += 1
        with everywhere(EverywhereReason.VERIFICATION):
            if (
                name == MoveName.SPLIT
                and Case.objects.filter(part_of__isnull=False).count() >= PARTS_IN_A_WALK
            ):
                return
            payload = self.payload(name)
            before = list(Case.objects.order_by("pk").values())
            try:
                apply_move(case, payload, by=self.actor(who), now=self.now)
            except (NotAllowed, Conflict, DomainError):
                assert list(Case.objects.order_by("pk").values()) == before
            else:
                self.told.append(f"{case.number} {case.state}: {name} by {who} at {self.now:%m-%d %H:%M}")

    def check(self) -> None:
        """Whatever changed is sound."""
        with everywhere(EverywhereReason.VERIFICATION):
            for case in Case.objects.all():
                if self.seen.get(case.pk) != case.history_head:
                    self.case_is_sound(case)
                    self.parties_never_learn_who_it_was()
                self.seen[case.pk] = case.history_head

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
            assert not case.approvals.filter(state="asked").exclude(kind="reveal").exists()
            assert case.paused_until is None
        for clock in clocks:
            self.clock_is_what_its_rows_say(case, clock)
        if case.state in {"resolved", "closed"}:
            assert not case.parts.filter(is_open=True).exists()
        for merged in case.merged_cases.all():
            assert merged.state == "merged"
            assert case.merged_into_id is None, "merges do not form chains"

    def clock_is_what_its_rows_say(self, case: Case, clock: CaseClock) -> None:
        """Due instant, lights and explanation are the pure function of start, limit, calendar, pauses, extensions."""
        is_closing = clock.step == Step.CLOSE
        pauses = [
            Pause(row.starts_at, row.ended_at or row.until)
            for row in case.clockpauses.filter(round=clock.round).order_by("starts_at")
            if is_closing
        ]
        extensions = [
            Extension(Limit(row.amount, Clock(row.clock)), row.reason)
            for row in case.clockextensions.filter(round=clock.round).order_by("event__sequence")
            if is_closing
        ]
        limit = Limit(clock.limit_amount, Clock(clock.limit_clock))
        calendar = reference().calendar(case.subdistrict_id)
        expected = compute_deadline(
            clock.started_at, limit, calendar=calendar, pauses=pauses, extensions=extensions
        )
        assert (clock.due_at, clock.yellow_at, clock.orange_at, clock.purple_at) == (
            expected.due, expected.yellow_at, expected.orange_at, expected.purple_at,
        )  # fmt: skip
        assert clock.explanation == [line.as_json() for line in expected.explanation]

    def parties_never_learn_who_it_was(self) -> None:
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


IN_WORK = {State.IN_PROGRESS}
ENDS = {
    MoveName.WITHDRAW: 2, MoveName.DECLINE: 2, MoveName.REFER: 2, MoveName.ANSWER_DIRECTLY: 1, MoveName.MERGE: 1,
    MoveName.RECUSE: 4, MoveName.ESCALATE: 1, MoveName.RESOLVE: 1, MoveName.GRANT_RETURN: 1, MoveName.RESUME: 3,
}  # fmt: skip
"""What ends a walk's case early waits a little longer."""


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(WALKS))
def test_lifecycle(street: Street, now: datetime, seed: int) -> None:
    walk = Walk(street, now, seed)
    try:
        for _step in range(STEPS):
            walk.step()
            walk.check()
    finally:
        sys.stdout.write("\n".join(walk.told))  # shown where the walk ends in a fault
