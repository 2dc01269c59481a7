"""From history rows to notices, and out of the house: nothing lost, nothing twice, nobody betrayed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shangju.accounts.models import User
from shangju.areas.tests.trees import person
from shangju.cases import moves
from shangju.cases.codes import format_code
from shangju.cases.models import CaseEvent
from shangju.core.models import SetAside
from shangju.core.queue import run_steps
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices import health, telling
from shangju.notices.models import Notice, NoticeState
from shangju.notices.services import mark_read
from shangju.notices.telling import tell_of_events
from shangju.notices.tests.street import (
    NOW,
    PHONE,
    SECRETS,
    Street,
    accept,
    appoint,
    go,
    go_through,
    make_street,
    report,
)
from shangju.parties.models import Delegation
from shangju.posts.models import PostKind

pytestmark = pytest.mark.django_db


@pytest.fixture
def street() -> Street:
    return make_street()


def kinds(**conditions: object) -> list[str]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(
            Notice.objects.filter(**conditions).order_by("event_id").values_list("event__kind", flat=True)
        )


def test_each_reader_is_told_of_what_is_theirs(street: Street) -> None:
    case = go_through(street, report(street))
    go(
        street,
        case,
        moves.RecordContact(way="phone", reached=False),
        moves.Resolve(outcome="solved", answer="好了"),
    )
    tell_of_events(NOW)
    assert kinds(channel="sms") == ["accept", "resolve"], "a call that reached nobody is not told"
    assert kinds(user=street.desk) == ["register"]
    assert kinds(user=street.worker) == ["dispatch"]
    assert kinds(user=street.merchant) == ["find_cause"]


def test_a_second_pass_finds_nothing_and_a_repeat_makes_no_second_notice(street: Street) -> None:
    go(street, report(street), accept())
    assert tell_of_events(NOW) == 2
    assert tell_of_events(NOW) == 0
    stored = Notice.objects.count()
    with everywhere(EverywhereReason.VERIFICATION):
        CaseEvent.objects.update(notified_at=None)
    tell_of_events(NOW)
    assert Notice.objects.count() == stored


@pytest.mark.parametrize(("phone", "may_be_called"), [("", True), (PHONE, False)])
def test_no_message_without_a_phone_or_against_the_wish(
    street: Street, phone: str, may_be_called: bool
) -> None:
    go(street, report(street, phone=phone, may_be_called=may_be_called), accept())
    tell_of_events(NOW)
    assert kinds(channel="sms") == []


def test_the_reporters_message_has_number_and_link_and_none_of_their_words(street: Street) -> None:
    case = go(street, report(street), accept())
    tell_of_events(NOW)
    message = Notice.objects.get(channel="sms")
    assert message.recipient == PHONE
    assert case.number in message.body
    assert f"/track/{format_code(case.tracking_code)}/" in message.body
    assert not [word for word in SECRETS.values() if word in message.body]


def test_a_tracking_code_is_never_stored_in_plain(street: Street) -> None:
    resident = street.merchant
    case = report(street)
    with everywhere(EverywhereReason.VERIFICATION):
        type(case).objects.filter(pk=case.pk).update(reporter_user=resident)
        case.refresh_from_db()
    go(street, case, accept())
    tell_of_events(NOW)
    notice = Notice.objects.get(channel="in_app", user=resident)
    assert format_code(case.tracking_code) not in notice.link + notice.subject
    assert notice.link == "/my/reports/"


def test_a_dispatcher_with_a_stake_in_the_case_is_not_told(street: Street) -> None:
    with everywhere(EverywhereReason.SETUP):
        appoint(street.merchant, street.areas["first"], PostKind.COMMUNITY_OFFICER)
    report(street, at_shop=True)
    tell_of_events(NOW)
    assert kinds(user=street.merchant) == []
    assert kinds(user=street.desk) == ["register"]


def test_a_former_delegate_is_not_told(street: Street) -> None:
    with everywhere(EverywhereReason.SETUP):
        Delegation.objects.update(ends_on=NOW.date() - timedelta(days=1))
    go_through(street, report(street))
    tell_of_events(NOW)
    assert kinds(user=street.merchant) == []


def test_a_row_that_cannot_be_told_keeps_no_other_from_being_told(street: Street) -> None:
    """The party's answer names a party by something that is no number: really raised by the database layer."""
    broken = go_through(street, report(street))
    with everywhere(EverywhereReason.VERIFICATION):
        row = CaseEvent.objects.get(case=broken, kind="find_cause")
        CaseEvent.objects.filter(pk=row.pk).update(data={**row.data, "party": "not a number"})
    later_ones = go(street, report(street), accept())
    run_steps(NOW)
    with everywhere(EverywhereReason.VERIFICATION):
        untold = list(CaseEvent.objects.filter(notified_at=None).values_list("pk", flat=True))
        assert untold == [row.pk]
        assert Notice.objects.filter(event__case=later_ones).exists()
        assert not Notice.objects.filter(event=row).exists(), "nothing half told"
    note = SetAside.objects.get()
    assert (note.step, note.row, note.attempts) == (telling.TELLING, row.pk, 1)
    run_steps(NOW + timedelta(minutes=1))
    assert SetAside.objects.get().attempts == 1, "not before its time"
    with everywhere(EverywhereReason.VERIFICATION):
        CaseEvent.objects.filter(pk=row.pk).update(data=row.data)
    run_steps(NOW + timedelta(minutes=2))
    assert kinds(user=street.merchant) == ["find_cause"]
    assert not SetAside.objects.exists()


def test_telling_of_many_rows_takes_as_many_statements_as_of_one(street: Street) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        tell_of_events(NOW)
        go_through(street, report(street))
        CaseEvent.objects.update(notified_at=NOW)
        CaseEvent.objects.filter(kind="accept").update(notified_at=None)
    with CaptureQueriesContext(connection) as one:
        assert tell_of_events(NOW) == 1
    for _case in range(3):
        go_through(street, report(street))
    with CaptureQueriesContext(connection) as many:
        assert tell_of_events(NOW) > 20
    assert len(many) <= len(one) + 1, "the members' delegates are asked for where a member is told"


def test_rows_set_aside_do_not_fill_the_batch(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "BATCH", 1)
    first, second = report(street), report(street)
    with everywhere(EverywhereReason.VERIFICATION):
        pk = CaseEvent.objects.get(case=first).pk
    SetAside.objects.create(
        step=telling.TELLING, row=pk, attempts=1, failed_at=NOW, due_at=NOW + timedelta(days=1)
    )
    tell_of_events(NOW)
    with everywhere(EverywhereReason.VERIFICATION):
        assert [row.case_id for row in CaseEvent.objects.filter(notified_at=None)] == [first.pk]
        assert Notice.objects.filter(event__case=second).exists()


def test_who_is_to_assist_is_told_and_who_leads_as_well_only_once(street: Street) -> None:
    with everywhere(EverywhereReason.SETUP):
        helper = person("helper")
        User.objects.filter(pk__in=[helper.pk, street.worker.pk]).update(language="en")
        assisting = appoint(helper, street.areas["grid"], PostKind.GRID_WORKER)
        both = appoint(street.worker, street.areas["grid"], PostKind.BUILDING_HEAD)
    case = go(
        street, report(street), accept(), moves.Dispatch(post=street.post, assistants=[assisting, both])
    )
    tell_of_events(NOW)
    [notice] = Notice.objects.filter(user=helper)
    assert notice.subject == f"You are asked to assist with {case.number}."
    [notice] = Notice.objects.filter(user=street.worker)
    assert "dispatched to you" in notice.subject


def test_what_was_given_up_is_seen(street: Street) -> None:
    go(street, report(street), accept())
    tell_of_events(NOW)
    assert health.notices(NOW).well
    Notice.objects.filter(channel="sms").update(state=NoticeState.FAILED)
    assert not health.notices(NOW).well
    assert health.notices(NOW + timedelta(days=8)).well


def test_reading_marks_ones_own_only(street: Street) -> None:
    go(street, report(street), accept(), moves.Dispatch(post=street.post))
    tell_of_events(NOW)
    assert mark_read(street.desk, pk=None, now=NOW) == 1
    assert Notice.objects.get(user=street.desk).read_at == NOW
    assert Notice.objects.get(user=street.worker).read_at is None
