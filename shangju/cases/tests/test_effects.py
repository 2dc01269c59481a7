"""What moves refuse, each at its field, and what they do to the clocks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shangju.cases import moves
from shangju.cases.models import Case, CaseClock, CaseEvent, Confirmation
from shangju.cases.rules import REPORTER
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go, payload_of, raised
from shangju.cases.workflow import MoveName, State
from shangju.categories.models import Category
from shangju.core.errors import Conflict, DomainError, NotAllowed
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
DONE = State.IN_PROGRESS
REFUSED: dict[str, tuple[str, str, Callable[[Street], moves.Payload], set[str]]] = {
    "accept: a group is no category": (
        State.REGISTERED,
        "officer",
        lambda s: moves.Accept(s.category("01"), "complaint", "D"),
        {"category"},
    ),
    "accept: unknown class": (
        State.REGISTERED,
        "officer",
        lambda s: moves.Accept(s.category("0103"), "complaint", "Z"),
        {"deadline_class"},
    ),
    "accept: place elsewhere": (
        State.REGISTERED,
        "officer",
        lambda s: moves.Accept(s.category("0103"), "complaint", "D", area=s.areas["far:grid"]),
        {"area"},
    ),
    "decline: no explanation": (
        State.REGISTERED,
        "officer",
        lambda s: moves.Decline("too_vague", " "),
        {"explanation"},
    ),
    "decline: unknown reason": (State.REGISTERED, "officer", lambda s: moves.Decline("no", "x"), {"reason"}),
    "refer: no channel": (State.REGISTERED, "officer", lambda s: moves.Refer("", "x"), {"legal_channel"}),
    "answer: nothing said": (State.REGISTERED, "officer", lambda s: moves.AnswerDirectly(""), {"answer"}),
    "dispatch: to nobody": (State.ACCEPTED, "officer", lambda s: moves.Dispatch(), {"handler"}),
    "dispatch: to two": (
        State.ACCEPTED,
        "officer",
        lambda s: moves.Dispatch(post=s.posts["grid_worker"], party=s.parties["shop"], party_summary="x"),
        {"handler"},
    ),
    "dispatch: post of another area": (
        State.ACCEPTED,
        "officer",
        lambda s: moves.Dispatch(post=s.posts["other_worker"]),
        {"handler"},
    ),
    "dispatch: assistant of another area": (
        State.ACCEPTED,
        "officer",
        lambda s: moves.Dispatch(post=s.posts["grid_worker"], assistants=[s.posts["far_worker"]]),
        {"assistants"},
    ),
    "dispatch: party of another sub-district": (
        State.ACCEPTED,
        "officer",
        lambda s: moves.Dispatch(party=s.parties["far_shop"], party_summary="x"),
        {"handler"},
    ),
    "dispatch: party without a summary": (
        State.ACCEPTED,
        "officer",
        lambda s: moves.Dispatch(party=s.parties["property_firm"]),
        {"party_summary"},
    ),
    "contact: unknown way": (DONE, "grid_worker", lambda s: moves.RecordContact("pigeon"), {"way"}),
    "visit: nothing found": (DONE, "grid_worker", lambda s: moves.RecordVisit("shop", ""), {"finding"}),
    "visit: in the future": (
        DONE,
        "grid_worker",
        lambda s: moves.RecordVisit("shop", "x", visited_at=NOW + timedelta(hours=2)),
        {"visited_at"},
    ),
    "visit: long before": (
        DONE,
        "grid_worker",
        lambda s: moves.RecordVisit("shop", "x", visited_at=NOW - timedelta(days=2)),
        {"visited_at"},
    ),
    "finding: no cause": (DONE, "grid_worker", lambda s: moves.FindCause(""), {"root_cause"}),
    "finding: party elsewhere": (
        DONE,
        "grid_worker",
        lambda s: moves.FindCause("x", s.parties["far_shop"], "x"),
        {"party"},
    ),
    "mediation: nothing said": (
        DONE,
        "grid_worker",
        lambda s: moves.Mediate("店主", "", "agreed"),
        {"account"},
    ),
    "resolve: no answer": (DONE, "grid_worker", lambda s: moves.Resolve("solved", ""), {"answer"}),
    "resolve: not now, no plan": (
        DONE,
        "grid_worker",
        lambda s: moves.Resolve("not_now", "x"),
        {"plan", "planned_on"},
    ),
    "confirm: no answers": (
        State.RESOLVED,
        "reporter",
        lambda s: moves.Confirm(),
        {"solved", "satisfaction"},
    ),
    "confirm: the reporter cannot be unreachable": (
        State.RESOLVED,
        "reporter",
        lambda s: moves.Confirm(reached=False),
        {"solved"},
    ),
    "close unreachable: before three tries": (
        State.RESOLVED,
        "duty_desk",
        lambda s: moves.CloseUnreachable(),
        set(),
    ),
    "add words: none": (State.ACCEPTED, "reporter", lambda s: moves.AddWords(" "), {"words"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_guard_refuses_at_its_field_and_stores_nothing(street: Street, name: str) -> None:
    state, who, make, fields = REFUSED[name]
    case = case_in(state, street, now=NOW)
    before = (Case.objects.values().get(), CaseEvent.objects.count(), list(CaseClock.objects.values_list()))
    by = REPORTER if who == "reporter" else street.staff(who)
    with pytest.raises(DomainError) as refusal:
        apply_move(case, make(street), by=by, now=NOW + timedelta(minutes=30))
    assert type(refusal.value) is DomainError
    assert set(refusal.value.fields) == fields
    assert before == (
        Case.objects.values().get(),
        CaseEvent.objects.count(),
        list(CaseClock.objects.values_list()),
    )


def test_a_category_that_needs_proof_is_not_solved_without_a_photo(street: Street) -> None:
    case = case_in(State.IN_PROGRESS, street, now=NOW)
    category = case.category
    assert category is not None
    type(category).objects.filter(pk=category.pk).update(needs_proof=True)
    with pytest.raises(DomainError) as refusal:
        go(case, MoveName.RESOLVE, "grid_worker", street, now=NOW)
    assert list(refusal.value.fields) == ["photos"]
    explained = moves.Resolve("explained", "已说明")
    assert apply_move(case, explained, by=street.staff("grid_worker"), now=NOW).state == State.RESOLVED


def test_not_now_keeps_its_plan(street: Street) -> None:
    case = case_in(State.IN_PROGRESS, street, now=NOW)
    payload = moves.Resolve("not_now", "下月改造", plan="更换风机", planned_on=date(2026, 4, 10))
    case = apply_move(case, payload, by=street.staff("grid_worker"), now=NOW)
    kept = case.resolutions.get()
    assert (case.outcome, kept.plan, kept.planned_on) == ("not_now", "更换风机", date(2026, 4, 10))


def clocks(case: Case) -> dict[str, str]:
    """Each clock of the present round: running, met or late."""
    words = {None: "running", True: "met", False: "late"}
    return {clock.step: words[clock.is_met] for clock in case.clocks.filter(round=case.reopen_count)}


RUNS = {
    State.REGISTERED: {"accept": "running", "first_contact": "running", "close": "running"},
    State.ACCEPTED: {"accept": "met", "first_contact": "running", "close": "running"},
    State.DISPATCHED: {"accept": "met", "first_contact": "running", "close": "running", "sign": "running"},
    State.IN_PROGRESS: {"accept": "met", "first_contact": "running", "close": "running", "sign": "met"},
    State.RESOLVED: {
        "accept": "met",
        "first_contact": "met",
        "close": "met",
        "sign": "met",
        "call_back": "running",
    },
    State.CLOSED: {
        "accept": "met",
        "first_contact": "met",
        "close": "met",
        "sign": "met",
        "call_back": "met",
    },
    State.DECLINED: {"accept": "met", "first_contact": "met", "close": "met"},
    State.WITHDRAWN: {"accept": "met", "first_contact": "met", "close": "met"},
}


@pytest.mark.parametrize("state", RUNS)
def test_which_clocks_run(street: Street, state: str) -> None:
    case = case_in(state, street, now=NOW)
    assert clocks(case) == RUNS[state]
    running = case.clocks.filter(stopped_at__isnull=True).order_by("due_at").first()
    assert case.due_at == (running.due_at if running else None)


def test_a_clock_stopped_after_its_due_instant_is_late(street: Street) -> None:
    case = raised(street, now=NOW)
    due = case.clocks.get(step="accept").due_at
    on_time = go(case, MoveName.ACCEPT, "officer", street, now=due)
    assert clocks(on_time)["accept"] == "met"
    late = go(
        raised(street, now=NOW), MoveName.ACCEPT, "officer", street, now=due + timedelta(microseconds=1)
    )
    assert clocks(late)["accept"] == "late"


@pytest.mark.parametrize(("reached", "runs"), [(True, "met"), (False, "running")])
def test_only_a_contact_that_reached_somebody_counts(street: Street, reached: bool, runs: str) -> None:
    case = case_in(State.IN_PROGRESS, street, now=NOW)
    case = apply_move(case, moves.RecordContact("phone", reached), by=street.staff("grid_worker"), now=NOW)
    assert clocks(case)["first_contact"] == runs


def test_another_class_counts_from_when_the_reporter_told_us(street: Street) -> None:
    category = street.category("0103")
    other = next((entry["class"] for entry in category.alternatives), category.deadline_class)
    case = raised(street, now=NOW)
    type(case).objects.filter(pk=case.pk).update(deadline_class="E")
    later = NOW + timedelta(hours=3)
    case = apply_move(case, moves.Accept(category, "complaint", other), by=street.staff("officer"), now=later)
    assert case.deadline_class == other
    started = {clock.started_at for clock in case.clocks.filter(step__in=["first_contact", "close"])}
    assert started == {case.clocks_start_at} == {NOW}


def test_night_noise_gets_its_night_class_and_loses_it_with_the_category(street: Street) -> None:
    night = datetime(2026, 3, 5, 15, 30, tzinfo=UTC)  # 23:30 in Shanghai
    noise = Category.objects.filter(night_class="N").first()
    case = raised(street, now=night, happening_now=True, category=noise)
    assert case.night_class == "N"
    assert clocks(case) == dict.fromkeys(("accept", "first_contact", "made_safe", "close"), "running")
    assert case.clocks.get(step="made_safe").due_at == night + timedelta(hours=2)
    other = street.category("0501")
    payload = moves.Accept(other, "complaint", other.deadline_class)
    case = apply_move(case, payload, by=street.staff("officer"), now=night)
    assert case.night_class == ""
    assert "made_safe" not in clocks(case)


def test_a_second_confirmation_is_told_that_the_first_was_taken(street: Street) -> None:
    case = case_in(State.CLOSED, street, now=NOW)
    with pytest.raises(Conflict):
        go(case, MoveName.CONFIRM, "reporter", street, now=NOW)
    assert Confirmation.objects.count() == 1


def test_no_opens_a_new_round_and_keeps_the_old(street: Street) -> None:
    case = case_in(State.RESOLVED, street, now=NOW)
    old = list(
        case.clocks.filter(stopped_at__isnull=False).values_list("pk", "due_at", "stopped_at", "is_met")
    )
    later = NOW + timedelta(hours=4)
    case = apply_move(case, moves.Confirm("no", "dissatisfied", "还在响"), by=REPORTER, now=later)
    assert (case.state, case.reopen_count, case.dissatisfaction_count, case.solved) == (
        "in_progress",
        1,
        1,
        "no",
    )
    assert clocks(case) == {"first_contact": "running", "close": "running"}
    assert set(old) <= set(case.clocks.filter(round=0).values_list("pk", "due_at", "stopped_at", "is_met"))
    assert case.events.last().kind == MoveName.REOPEN
    assert case.confirmations.get().words == "还在响"


def test_reopening_ends_fifteen_days_after_the_close(street: Street) -> None:
    case = case_in(State.CLOSED, street, now=NOW)
    assert case.closed_at is not None
    last = case.closed_at + timedelta(days=15)
    with pytest.raises(DomainError):
        go(case, MoveName.REOPEN, "reporter", street, now=last + timedelta(seconds=1))
    assert go(case, MoveName.REOPEN, "reporter", street, now=last).state == State.IN_PROGRESS


def test_an_answer_given_directly_reopens_to_the_dispatcher(street: Street) -> None:
    case = go(raised(street, now=NOW), MoveName.ANSWER_DIRECTLY, "officer", street, now=NOW)
    assert go(case, MoveName.REOPEN, "reporter", street, now=NOW).state == State.ACCEPTED


@pytest.mark.parametrize(
    ("tries", "days", "closes"), [(2, 0, False), (3, 0, True), (0, 6.9, False), (0, 7, True)]
)
def test_unreachable_only_after_three_tries_or_seven_days(
    street: Street, tries: int, days: float, closes: bool
) -> None:
    case = case_in(State.RESOLVED, street, now=NOW)
    assert case.resolved_at is not None
    later = case.resolved_at + timedelta(days=days)
    caller = street.staff("duty_desk")
    for _ in range(tries):
        case = apply_move(case, moves.Confirm(reached=False), by=caller, now=later)
        assert case.state == State.RESOLVED
    payload = payload_of(MoveName.CLOSE_UNREACHABLE, street, now=later)
    if not closes:
        with pytest.raises(DomainError):
            apply_move(case, payload, by=caller, now=later)
        return
    case = apply_move(case, payload, by=caller, now=later)
    assert (case.state, case.closed_unreachable, case.satisfaction) == (State.CLOSED, True, "")


def test_who_handled_it_does_not_call_back(street: Street) -> None:
    case = case_in(State.ACCEPTED, street, now=NOW)
    to_desk = replace(
        payload_of(MoveName.DISPATCH, street, now=NOW), post=street.posts["officer"], assistants=()
    )  # type: ignore[call-arg]
    officer = street.staff("officer")
    case = apply_move(case, to_desk, by=officer, now=NOW)
    case = apply_move(case, moves.Sign(), by=officer, now=NOW)
    case = apply_move(case, moves.Resolve("solved", "好了"), by=officer, now=NOW)
    with pytest.raises(NotAllowed):
        apply_move(case, moves.Confirm("yes", "satisfied"), by=officer, now=NOW)
    assert (
        apply_move(case, moves.Confirm("yes", "satisfied"), by=street.staff("duty_desk"), now=NOW).state
        == "closed"
    )


@pytest.mark.parametrize("as_lead", [True, False])
@pytest.mark.parametrize(
    ("post", "may"),
    [
        ("building_head", True),
        ("grid_worker", True),
        ("officer", True),
        ("task_force", True),
        ("other_worker", False),
        ("other_officer", False),
        ("far_worker", False),
    ],
)
def test_one_rule_says_who_may_lead_and_who_may_assist(
    street: Street, post: str, may: bool, as_lead: bool
) -> None:
    """The place is known by its grid only: posts above it and within it, and no others."""
    case = go(raised(street, now=NOW, area="grid"), MoveName.ACCEPT, "officer", street, now=NOW)
    chosen = street.posts[post]
    dispatch = (
        moves.Dispatch(post=chosen)
        if as_lead
        else moves.Dispatch(post=street.posts["grid_worker"], assistants=[chosen])
    )
    if may:
        apply_move(case, dispatch, by=street.staff("officer"), now=NOW)
        assert Case.objects.get(pk=case.pk).state == State.DISPATCHED
    else:
        with pytest.raises(DomainError) as refused:
            apply_move(case, dispatch, by=street.staff("officer"), now=NOW)
        assert set(refused.value.fields) == {"handler" if as_lead else "assistants"}
