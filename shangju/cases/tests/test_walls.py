"""Who is kept out of a case: by a stake in a party or building, by stepping aside, by confidentiality."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from shangju.cases import moves, queries
from shangju.cases.models import Case, CaseAssistant, Recusal
from shangju.cases.rules import REPORTER, may_view, roles_of, visible_to
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, raised
from shangju.cases.walls import steady_walls, users_behind_wall
from shangju.cases.workflow import State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.parties.models import Delegation
from shangju.posts.models import Stake
from shangju.posts.rights import forget_standing
from shangju.posts.stakes import declare_stake, end_stake
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


def sees(street: Street, who: str, case: Case) -> bool:
    """Asked of the list and of the one case; both must say the same."""
    forget_standing(street.users[who])
    standing = street.staff(who).standing
    listed = Case.objects.filter(visible_to(standing), pk=case.pk).exists()
    assert listed == may_view(standing, case)
    try:
        queries.case_for(standing, case.number)
    except (Case.DoesNotExist, NotAllowed):
        assert not listed
    else:
        assert listed
    return listed


def declare(street: Street, who: str, now: datetime, **about: object) -> Stake:
    user = street.users[who]
    return declare_stake(user, reason="family", by=user, now=now, **about)  # type: ignore[arg-type]


@pytest.mark.parametrize("about", ["party", "building"])
def test_a_declared_stake_walls_off_like_membership(street: Street, now: datetime, about: str) -> None:
    case = raised(street, now=now, place_party=street.parties["shop"])
    other = raised(street, now=now, area="market")
    assert sees(street, "officer", case)
    what = {"party": street.parties["shop"]} if about == "party" else {"building": street.areas["building"]}
    declare(street, "officer", now, **what)
    assert not sees(street, "officer", case)
    assert sees(street, "officer", other)
    assert sees(street, "second_officer", case)
    assert roles_of(street.staff("officer"), case) == frozenset()
    with pytest.raises(Case.DoesNotExist):
        queries.case_for(street.staff("officer").standing, case.number)
    with pytest.raises(NotAllowed):
        apply_move(
            case, moves.Accept(street.category("0103"), "complaint", "D"), by=street.staff("officer"), now=now
        )
    filters = queries.WorklistFilters(query="噪音", state="all")
    found = queries.worklist(street.staff("officer").standing, filters, now=now).items
    assert case not in found
    tell_of_events(now)
    told = set(Notice.objects.filter(event__case=case).values_list("user__username", flat=True))
    assert "officer" not in told
    assert "second-officer" in told


def test_a_stake_is_ended_by_an_administrator_and_never_by_oneself(street: Street, now: datetime) -> None:
    case = raised(street, now=now, place_party=street.parties["shop"])
    stake = declare(street, "officer", now, party=street.parties["shop"])
    with pytest.raises(NotAllowed):
        end_stake(stake, reason="不再相关", by=street.users["officer"], now=now)
    with pytest.raises(NotAllowed):
        end_stake(stake, reason="不再相关", by=street.users["audit_administrator"], now=now)
    end_stake(stake, reason="不再相关", by=street.users["security_administrator"], now=now)
    assert AuditEvent.objects.filter(action__startswith="stake.").count() == 2
    forget_standing(street.users["officer"])
    # Asked of today, the day it ended on the calendar of the standing, not of the story's.
    assert sees(street, "officer", case)


def test_a_stake_is_set_for_others_by_the_right_administrators_only(street: Street, now: datetime) -> None:
    for who in ("system_administrator", "security_administrator"):
        party = street.parties["shop" if who.startswith("system") else "other_shop"]
        declare_stake(
            street.users["grid_worker"], reason="employment", by=street.users[who], now=now, party=party
        )
    for who in ("officer", "audit_administrator", "leader"):
        with pytest.raises(NotAllowed):
            declare_stake(
                street.users["grid_worker"], reason="family", by=street.users[who], now=now,
                party=street.parties["property_firm"],
            )  # fmt: skip
    assert Stake.objects.count() == 2


def test_a_stake_must_be_of_one_thing_and_is_recorded_once(street: Street, now: datetime) -> None:
    for wrong in (
        {}, {"party": street.parties["shop"], "building": street.areas["building"]}, {"building": street.areas["grid"]},
    ):  # fmt: skip
        with pytest.raises(DomainError):
            declare(street, "officer", now, **wrong)
    declare(street, "officer", now, party=street.parties["shop"])
    with pytest.raises(Conflict):
        declare(street, "officer", now, party=street.parties["shop"])
    assert Stake.objects.count() == 1


def test_whoever_steps_aside_is_out_and_the_case_goes_back(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    length = case.history_length
    case = apply_move(
        case,
        moves.Recuse("own_home", "我家就在楼上"),
        by=street.staff("grid_worker"),
        now=now + timedelta(hours=1),
    )
    assert (case.state, case.handler_post, case.history_length) == (State.ACCEPTED, None, length + 1)
    recusal = Recusal.objects.get()
    assert (recusal.user, recusal.reason, recusal.event.role) == (
        street.users["grid_worker"],
        "own_home",
        "handler",
    )
    assert not sees(street, "grid_worker", case)
    assert sees(street, "officer", case)
    with pytest.raises(NotAllowed):
        apply_move(
            case, moves.Recuse("own_home"), by=street.staff("grid_worker"), now=now + timedelta(hours=2)
        )


def test_with_a_colleague_in_the_post_the_case_stays(street: Street, now: datetime) -> None:
    case = case_in(State.ACCEPTED, street, now=now)
    case = apply_move(
        case,
        moves.Dispatch(post=street.posts["officer"]),
        by=street.staff("officer"),
        now=now + timedelta(minutes=5),
    )
    case = apply_move(
        case, moves.Recuse("family"), by=street.staff("officer"), now=now + timedelta(minutes=6)
    )
    assert (case.state, case.handler_post) == (State.DISPATCHED, street.posts["officer"])
    case = apply_move(
        case, moves.Recuse("family"), by=street.staff("second_officer"), now=now + timedelta(minutes=7)
    )
    assert (case.state, case.handler_post) == (
        State.DISPATCHED,
        street.posts["officer"],
    )  # one holder is left
    case = apply_move(
        case, moves.Recuse("family"), by=street.staff("officer_with_shop"), now=now + timedelta(minutes=8)
    )
    assert (case.state, case.handler_post) == (State.ACCEPTED, None)


def test_an_assistant_who_steps_aside_assists_no_more(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    case = apply_move(
        case, moves.Recuse("dispute"), by=street.staff("building_head"), now=now + timedelta(hours=1)
    )
    assert case.state == State.IN_PROGRESS
    assert not CaseAssistant.objects.filter(case=case).exists()
    assert not sees(street, "building_head", case)


@pytest.mark.parametrize("field", ["handler", "assistants"])
def test_nobody_is_given_a_case_whose_every_holder_has_a_stake(
    street: Street, now: datetime, field: str
) -> None:
    case = case_in(State.ACCEPTED, street, now=now, place_party=street.parties["shop"])
    declare(street, "grid_worker", now, party=street.parties["shop"])
    chosen = (
        moves.Dispatch(post=street.posts["grid_worker"])
        if field == "handler"
        else moves.Dispatch(post=street.posts["officer"], assistants=[street.posts["grid_worker"]])
    )
    with pytest.raises(DomainError) as refusal:
        apply_move(case, chosen, by=street.staff("officer"), now=now + timedelta(minutes=5))
    assert list(refusal.value.fields) == [field]
    case.refresh_from_db()
    assert case.state == State.ACCEPTED
    # The officers' post has a member of the shop among its holders, and two others.
    apply_move(
        case,
        moves.Dispatch(post=street.posts["officer"]),
        by=street.staff("officer"),
        now=now + timedelta(minutes=6),
    )


ALWAYS = {"officer", "secretary", "duty_desk", "task_force", "leader"}


def test_a_confidential_case_is_open_to_fewer_in_list_and_object_alike(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now, is_confidential=True)
    plain = case_in(State.IN_PROGRESS, street, now=now)
    asked = [
        *ALWAYS,
        "grid_worker",
        "building_head",
        "grid_secretary",
        "other_officer",
        "unit",
        "market_worker",
    ]
    assert {who for who in asked if sees(street, who, case)} == ALWAYS | {"grid_worker", "building_head"}
    assert sees(street, "grid_secretary", plain)
    with pytest.raises(NotAllowed):
        queries.case_for(street.staff("grid_secretary").standing, case.number)


HELPED = "1101"
WITH_THE_RIGHT = ALWAYS - {"leader"}


def test_a_case_about_helped_persons_needs_the_right_for_it_in_list_and_object_alike(
    street: Street, now: datetime
) -> None:
    """cases.md §7: their data is walled with its own right; who handles or assists sees their case."""
    case = case_in(State.IN_PROGRESS, street, now=now)
    Case.objects.filter(pk=case.pk).update(category=street.category(HELPED))
    asked = [*ALWAYS, "grid_worker", "building_head", "grid_secretary", "other_officer", "unit"]
    seen = {who for who in asked if sees(street, who, case)}
    assert seen == WITH_THE_RIGHT | {"grid_worker", "building_head"}
    for who in ("grid_secretary", "leader"):
        with pytest.raises(NotAllowed):
            queries.case_for(street.staff(who).standing, case.number)
    Case.objects.filter(pk=case.pk).update(tier="subdistrict")
    assert sees(street, "leader", case), "what has climbed to those in charge they read"
    assert not sees(street, "grid_secretary", case)


def test_a_confidential_title_stays_out_of_lists(street: Street, now: datetime) -> None:
    case = raised(street, now=now, is_confidential=True)
    assert case.title not in case.title_in_lists
    tell_of_events(now)
    assert case.title not in repr(list(Notice.objects.values_list("subject", "body")))


def test_confidentiality_is_set_by_the_dispatcher_and_lifted_by_who_asked_for_it(
    street: Street, now: datetime
) -> None:
    case, hide, show = (
        raised(street, now=now),
        moves.Protect(is_confidential=True),
        moves.Protect(is_confidential=False),
    )
    officer, minute = street.staff("officer"), timedelta(minutes=1)
    with pytest.raises(NotAllowed):
        apply_move(case, hide, by=street.staff("grid_worker"), now=now)
    case = apply_move(case, hide, by=officer, now=now + minute)
    assert case.is_confidential
    with pytest.raises(DomainError):
        apply_move(case, hide, by=officer, now=now + minute)
    case = apply_move(case, show, by=officer, now=now + 2 * minute)
    case = apply_move(case, hide, by=REPORTER, now=now + 3 * minute)
    with pytest.raises(DomainError):
        apply_move(case, show, by=officer, now=now + 4 * minute)
    case = apply_move(case, show, by=REPORTER, now=now + 5 * minute)
    assert not case.is_confidential


def test_what_was_confidential_from_the_start_only_the_reporter_opens(street: Street, now: datetime) -> None:
    case = raised(street, now=now, is_confidential=True)
    with pytest.raises(DomainError):
        apply_move(case, moves.Protect(is_confidential=False), by=street.staff("officer"), now=now)


@pytest.mark.parametrize("days", [-1, 0, 1, 29, 30, 31])
def test_steady_walls_keep_out_whom_the_walls_keep_out(street: Street, now: datetime, days: int) -> None:
    """Read once or asked each time: the same people, also on the first and last days of terms."""
    today = timezone.localdate(now)
    case = raised(street, now=now, place_party=street.parties["shop"])
    with everywhere(EverywhereReason.VERIFICATION):
        Delegation.objects.filter(party=street.parties["shop"]).update(
            starts_on=today, ends_on=today + timedelta(days=30)
        )
        Stake.objects.create(
            user=street.users["grid_worker"],
            area=street.areas["building"],
            reason="family",
            declared_by=street.users["grid_worker"],
            declared_at=now,
            ended_on=today + timedelta(days=30),
        )
    day = today + timedelta(days=days)
    asked = users_behind_wall(case, day=day)
    with steady_walls():
        assert users_behind_wall(case, day=day) == asked
    assert asked or days > 30
