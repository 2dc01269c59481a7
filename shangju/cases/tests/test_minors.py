"""Cases about minors: each look at a contact is allowed by somebody else first, once, and logged (cases.md §7)."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from shangju.cases import moves, queries
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Approval, Case, ContactReveal
from shangju.cases.places import Place
from shangju.cases.reporter import RevealedContact, reveal_contact
from shangju.cases.rules import REPORTER, may_view, open_moves, visible_to
from shangju.cases.safe_summary import may_be_shown, shown_to_strangers
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, case_in, go, raised
from shangju.cases.workflow import MoveName, State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

MINUTE, WHY = timedelta(minutes=1), "需要与监护人联系"
PHONE = ("phone",)


@pytest.fixture
def case(street: Street, now: datetime) -> Case:
    """In work at the grid worker's; the reporter said that it is about a minor."""
    return case_in(State.IN_PROGRESS, street, now=now - timedelta(hours=1), concerns_minor=True)


def ask(case: Case, who: str, street: Street, *, now: datetime, pieces: tuple[str, ...] = PHONE) -> Case:
    return apply_move(case, moves.AskReveal(pieces, "call", WHY), by=street.staff(who), now=now)


def allow(case: Case, who: str, street: Street, *, now: datetime, asked_in: int | None = None) -> Case:
    return apply_move(case, moves.GrantReveal(asked_in=asked_in), by=street.staff(who), now=now)


def look(
    case: Case, who: str, street: Street, *, now: datetime, pieces: tuple[str, ...] = PHONE
) -> RevealedContact:
    return reveal_contact(case, fields=pieces, code="call", reason=WHY, by=street.staff(who), now=now)


def test_a_look_is_asked_for_allowed_by_somebody_else_and_used_up(
    street: Street, now: datetime, case: Case
) -> None:
    with pytest.raises(DomainError) as refusal:
        look(case, "grid_worker", street, now=now)
    assert refusal.value.code == "approval_needed"
    case = ask(case, "grid_worker", street, now=now)
    with pytest.raises(DomainError):
        look(case, "grid_worker", street, now=now)
    case = allow(case, "officer", street, now=now + MINUTE)
    assert case.state == State.IN_PROGRESS
    for other in ("officer", "building_head"):
        with pytest.raises(DomainError):
            look(case, other, street, now=now + MINUTE)
    assert look(case, "grid_worker", street, now=now + 2 * MINUTE).phone == MARKERS["phone"]
    with pytest.raises(DomainError):
        look(case, "grid_worker", street, now=now + 3 * MINUTE)
    logged, approval = ContactReveal.objects.get(), Approval.objects.get()
    assert (logged.field, logged.by, logged.approval) == ("phone", street.users["grid_worker"], approval)
    assert approval.used_at == now + 2 * MINUTE
    assert approval.decided_event is not None
    assert approval.decided_event.post_name == street.posts["officer"].name
    rows = list(case.events.order_by("-sequence").values_list("kind", "note")[:2])
    assert rows == [("grant_reveal", ""), ("ask_reveal", WHY)]


def test_only_what_was_asked_for_and_only_for_a_day(street: Street, now: datetime, case: Case) -> None:
    case = allow(ask(case, "grid_worker", street, now=now), "duty_desk", street, now=now)
    with pytest.raises(DomainError) as refusal:
        look(case, "grid_worker", street, now=now, pieces=("phone", "name"))
    assert "fields" in refusal.value.fields
    with pytest.raises(DomainError):
        look(case, "grid_worker", street, now=now + timedelta(hours=24))
    assert not ContactReveal.objects.exists()
    assert look(case, "grid_worker", street, now=now + timedelta(hours=23)).phone
    # Used up or over: a new one may be asked for.
    assert MoveName.ASK_REVEAL in open_moves(
        street.staff("grid_worker"), Case.objects.get(pk=case.pk), now=now
    )


@pytest.mark.parametrize("who", ["officer", "secretary"])
def test_whoever_asks_does_not_decide(street: Street, now: datetime, case: Case, who: str) -> None:
    case = ask(case, who, street, now=now)
    with pytest.raises(NotAllowed):
        allow(case, who, street, now=now)
    with pytest.raises(NotAllowed):
        allow(case, "grid_worker", street, now=now)
    assert Approval.objects.get().state == "asked"
    assert MoveName.GRANT_REVEAL not in open_moves(street.staff(who), case, now=now)
    assert allow(case, "task_force", street, now=now).approvals.get().state == "granted"


def test_several_may_wait_and_each_is_decided_by_itself(street: Street, now: datetime, case: Case) -> None:
    case = ask(case, "grid_worker", street, now=now)
    case = ask(case, "building_head", street, now=now + MINUTE)
    with pytest.raises(DomainError):
        ask(case, "grid_worker", street, now=now + MINUTE)
    second = case.approvals.get(asked_by=street.users["building_head"])
    case = allow(case, "officer", street, now=now + 2 * MINUTE, asked_in=second.event.sequence)
    no = moves.Refuse("reveal", "先与学校联系")
    apply_move(case, no, by=street.staff("officer"), now=now + 3 * MINUTE)
    states = dict(Approval.objects.values_list("asked_by__username", "state"))
    assert states == {"building-head": "granted", "grid-worker": "refused"}
    with pytest.raises(Conflict) as late:
        allow(case, "secretary", street, now=now + 4 * MINUTE)
    assert street.posts["officer"].name in str(late.value)


def test_a_request_for_a_look_outlives_the_work(street: Street, now: datetime, case: Case) -> None:
    case = ask(case, "officer", street, now=now)
    case = go(case, MoveName.RESOLVE, "grid_worker", street, now=now)
    assert case.approvals.get().state == "asked"
    allow(case, "secretary", street, now=now)
    assert look(case, "officer", street, now=now).phone == MARKERS["phone"]


def test_who_decides_and_who_asked_are_told(street: Street, now: datetime, case: Case) -> None:
    tell_of_events(now)
    Notice.objects.all().delete()
    case = ask(case, "grid_worker", street, now=now)
    tell_of_events(now)
    told = set(Notice.objects.values_list("user__username", flat=True))
    assert told == {"officer", "second-officer", "secretary"}
    Notice.objects.all().delete()
    allow(case, "officer", street, now=now)
    tell_of_events(now)
    assert set(Notice.objects.values_list("user__username", flat=True)) == {"grid-worker"}


def test_a_lone_dispatcher_who_asks_is_not_left_alone(street: Street, now: datetime, case: Case) -> None:
    """The next further up is told: nobody near could decide."""
    for name in ("second_officer", "secretary", "officer_with_shop"):
        street.users[name].is_active = False
        street.users[name].save()
    tell_of_events(now)
    Notice.objects.all().delete()
    ask(case, "officer", street, now=now)
    tell_of_events(now)
    assert set(Notice.objects.values_list("user__username", flat=True)) == {"duty-desk"}


def test_the_mark_comes_with_the_reporter_the_category_the_dispatcher_and_the_whole(
    street: Street, now: datetime
) -> None:
    plain = raised(street, now=now)
    assert not plain.concerns_minor
    assert raised(street, now=now, category=street.category("1104")).concerns_minor
    officer = street.staff("officer")
    accepted = apply_move(
        raised(street, now=now), moves.Accept(street.category("1104"), "help", "D"), by=officer, now=now
    )
    assert accepted.concerns_minor
    split = apply_move(accepted, moves.Split(["作业辅导", "午托"]), by=officer, now=now)
    assert list(split.parts.values_list("concerns_minor", flat=True)) == [True, True]
    marked = apply_move(plain, moves.Protect(concerns_minor=True), by=officer, now=now)
    assert (marked.concerns_minor, marked.is_confidential) == (True, False)
    with pytest.raises(DomainError) as refusal:
        apply_move(marked, moves.Protect(concerns_minor=False), by=officer, now=now)
    assert "reason" in refusal.value.fields
    why = moves.Protect(concerns_minor=False, reason="当事人已成年")
    assert not apply_move(marked, why, by=officer, now=now).concerns_minor


def test_no_approval_is_asked_for_where_none_is_needed(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    assert MoveName.ASK_REVEAL not in open_moves(street.staff("grid_worker"), case, now=now)
    with pytest.raises(DomainError):
        ask(case, "grid_worker", street, now=now)
    assert look(case, "grid_worker", street, now=now).phone
    assert ContactReveal.objects.get().approval is None


@pytest.mark.parametrize(
    ("who", "sees"),
    [("officer", True), ("duty_desk", True), ("task_force", True), ("grid_worker", True),
     ("building_head", True), ("grid_secretary", False), ("leader", False)],
)  # fmt: skip
def test_the_case_is_open_to_those_with_the_right_and_those_who_work_on_it(
    street: Street, now: datetime, case: Case, who: str, *, sees: bool
) -> None:
    standing = street.staff(who).standing
    assert Case.objects.filter(visible_to(standing)).exists() is may_view(standing, case) is sees
    if not sees:
        with pytest.raises(NotAllowed):
            queries.case_for(standing, case.number)


def test_strangers_see_nothing_of_it(street: Street, now: datetime) -> None:
    hidden, shown = raised(street, now=now, concerns_minor=True), raised(street, now=now)
    assert set(Case.objects.filter(shown_to_strangers())) == {shown}
    assert (may_be_shown(hidden), may_be_shown(shown)) == (False, True)


def test_a_lone_look_cannot_be_stored_twice_or_late(street: Street, now: datetime, case: Case) -> None:
    """The database itself refuses a second waiting request of one person, and a use of what was not allowed."""
    ask(case, "grid_worker", street, now=now)
    approval = Approval.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(used_at=now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(state="granted", decided_at=now)
    approval.pk, approval.event = None, case.events.earliest("sequence")
    with pytest.raises(IntegrityError), transaction.atomic():
        approval.save(force_insert=True)


def test_a_reporter_under_age_says_so_at_once(street: Street, now: datetime) -> None:
    place, contact = Place(street.areas["building"]), ContactDetails(phone=MARKERS["phone"])
    submission = Submission(text="托管班太吵", place=place, contact=contact, concerns_minor=True)
    assert register_concern(submission, by=REPORTER, now=now).case.concerns_minor
