"""Rules within their bounds; a run shows before it removes, is let go by one role, and survives its worker."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from shangju.accounts.actors import COMMAND_LINE
from shangju.cases.models import Case, IdempotencyKey, ReporterContact
from shangju.cases.tests.stories import MARKERS, case_in
from shangju.cases.workflow import State
from shangju.core import setting_aside
from shangju.core.audit import record
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent, SetAside
from shangju.notices.models import Notice
from shangju.notices.services import send_notices
from shangju.notices.telling import tell_of_events
from shangju.privacy import carrying_out
from shangju.privacy.carrying_out import carry_out_completely, carry_out_retention
from shangju.privacy.models import CaseErasure, RetentionCount, RetentionRule, RetentionRun
from shangju.privacy.queries import rules_in_force
from shangju.privacy.services import confirm_run, discard_run, prepare_run, seed_retention, set_retention
from shangju.privacy.workflow import RETENTION, RetentionKind, RunState
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

LATER = timedelta(days=800)
"""After the two years of the contact, before the five of the words."""


def ended(street: Street, now: datetime, count: int) -> list[Case]:
    return [case_in(State.CLOSED, street, now=now) for _number in range(count)]


@pytest.mark.parametrize("kind", RetentionKind)
@pytest.mark.parametrize(("edge", "off"), [("at_least", 0), ("at_most", 0), ("at_least", -1), ("at_most", 1)])
def test_days_stay_within_the_bounds(street: Street, now: datetime, kind: str, edge: str, off: int) -> None:
    bounds = RETENTION[RetentionKind(kind)]
    days = getattr(bounds, edge) + off
    by = street.users["security_administrator"]
    if off == 0:
        assert set_retention(kind, days=days, reason=bounds.reason, by=by, now=now).days == days
        assert RetentionRule.objects.get(kind=kind).days == days
        return
    with pytest.raises(DomainError) as refusal:
        set_retention(kind, days=days, reason=bounds.reason, by=by, now=now)
    assert "days" in refusal.value.fields
    assert not RetentionRule.objects.filter(kind=kind, days=days).exists()


def test_the_seed_lies_within_its_own_bounds_and_is_seeded_once() -> None:
    assert all(term.at_least <= term.days <= term.at_most for term in RETENTION.values())
    assert seed_retention() == list(RetentionKind.values)
    assert seed_retention() == []
    assert {rule.kind: rule.days for rule in rules_in_force()} == {
        kind: term.days for kind, term in RETENTION.items()
    }


@pytest.mark.parametrize("who", ["system_administrator", "audit_administrator", "duty_desk", "resident"])
def test_only_the_security_administrator_decides(street: Street, now: datetime, who: str) -> None:
    user = street.users[who]
    run = prepare_run(by=COMMAND_LINE, now=now)
    with pytest.raises(NotAllowed):
        set_retention("sessions", days=2, reason="statutory_duty", by=user, now=now)
    with pytest.raises(NotAllowed):
        confirm_run(run, by=user, now=now)
    with pytest.raises(NotAllowed):
        discard_run(run, by=user, now=now)
    if who == "system_administrator":
        assert prepare_run(by=user, now=now).state == RunState.PREPARED
    else:
        with pytest.raises(NotAllowed):
            prepare_run(by=user, now=now)


def test_a_dry_run_counts_and_removes_nothing(street: Street, now: datetime) -> None:
    cases = ended(street, now, 2)
    case_in(State.IN_PROGRESS, street, now=now)
    out = StringIO()
    call_command("retention", stdout=out)
    run = RetentionRun.objects.get()
    assert run.state == RunState.PREPARED
    run = prepare_run(by=COMMAND_LINE, now=now + LATER)
    found = RetentionCount.objects.get(run=run, kind=RetentionKind.CASE_CONTACT)
    assert (found.found, found.removed, found.subdistrict) == (2, 0, street.areas["subdistrict"])
    assert found.samples == [case.number for case in cases]
    assert not RetentionCount.objects.filter(run=run, kind=RetentionKind.CASE_WORDS).exists()
    assert ReporterContact.objects.get(case=cases[0]).phone == MARKERS["phone"]
    assert CaseErasure.objects.count() == 0


def test_a_confirmed_run_removes_what_it_found_and_says_so(street: Street, now: datetime) -> None:
    cases = ended(street, now, 3)
    open_case = case_in(State.IN_PROGRESS, street, now=now)
    tell_of_events(now)
    send_notices(now)
    IdempotencyKey.objects.create(key="k", content_digest="d", case=cases[0], created_at=now)
    later = now + LATER
    run = confirm_run(
        prepare_run(by=street.users["system_administrator"], now=later),
        by=street.users["security_administrator"],
        now=later,
    )
    done = carry_out_completely(run, now=later)
    assert (done.state, done.finished_at) == (RunState.DONE, later)
    contacts = ReporterContact.objects.filter(case__in=cases)
    assert [(contact.name, contact.phone) for contact in contacts] == [("", "")] * 3
    assert ReporterContact.objects.get(case=open_case).phone == MARKERS["phone"]
    assert CaseErasure.objects.filter(run=run, kind="case_contact", days=730).count() == 3
    assert {notice.body for notice in Notice.objects.all()} == {""}
    assert IdempotencyKey.objects.count() == 0
    assert RetentionCount.objects.get(run=run, kind="case_contact").removed == 3
    finished = AuditEvent.objects.get(action="retention.carried_out")
    assert finished.after["case_contact"] == 3
    assert (
        AuditEvent.objects.get(action="retention.confirmed").actor == street.users["security_administrator"]
    )
    again = carry_out_completely(
        confirm_run(prepare_run(by=COMMAND_LINE, now=later), by=COMMAND_LINE, now=later), now=later
    )
    assert sum(again.counts.values_list("removed", flat=True)) == 0
    call_command("verify_history", stdout=StringIO())


def test_a_merged_case_waits_for_the_one_it_belongs_to(street: Street, now: datetime) -> None:
    merged = case_in(State.MERGED, street, now=now)
    run = prepare_run(by=COMMAND_LINE, now=now + LATER)
    assert merged.merged_into is not None
    assert merged.merged_into.is_open
    assert not RetentionCount.objects.filter(run=run, kind="case_contact").exists()


def test_it_is_killed_in_the_middle_and_goes_on(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = ended(street, now, 3)
    later = now + LATER
    run = confirm_run(prepare_run(by=COMMAND_LINE, now=later), by=COMMAND_LINE, now=later)
    real = carrying_out.anonymise
    calls: list[int] = []

    def killed(case: Case, *, now: datetime) -> Any:
        removed = real(case, now=now)
        calls.append(case.pk)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as a kill would: after the texts, before the record of it
        return removed

    monkeypatch.setattr(carrying_out, "anonymise", killed)
    with pytest.raises(KeyboardInterrupt):
        carry_out_retention(later)
    assert CaseErasure.objects.count() == 1
    phones = [ReporterContact.objects.get(case=case).phone for case in cases]
    assert phones == ["", MARKERS["phone"], MARKERS["phone"]]
    assert carry_out_completely(run, now=later).state == RunState.DONE
    assert sorted(calls) == sorted([cases[0].pk, cases[1].pk, cases[1].pk, cases[2].pk])
    assert RetentionCount.objects.get(run=run, kind="case_contact").removed == 3


def test_a_case_that_fails_keeps_no_other_and_the_run_waits_for_it(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = ended(street, now, 2)
    later = now + LATER
    run = confirm_run(prepare_run(by=COMMAND_LINE, now=later), by=COMMAND_LINE, now=later)
    real = carrying_out.anonymise

    def failing(case: Case, *, now: datetime) -> Any:
        if case.pk == cases[0].pk:
            raise OSError("disk")
        return real(case, now=now)

    monkeypatch.setattr(carrying_out, "anonymise", failing)
    assert carry_out_completely(run, now=later).state == RunState.CONFIRMED
    assert SetAside.objects.get().row == cases[0].pk
    assert list(CaseErasure.objects.values_list("case_id", flat=True)) == [cases[1].pk]
    monkeypatch.undo()
    after = later + setting_aside.delay_after(1)
    assert carry_out_completely(run, now=after).state == RunState.DONE
    assert CaseErasure.objects.count() == 2


def test_one_run_at_a_time_and_each_prepared_once(street: Street, now: datetime) -> None:
    first = prepare_run(by=COMMAND_LINE, now=now)
    second = prepare_run(by=COMMAND_LINE, now=now)
    assert RetentionRun.objects.get(pk=first.pk).state == RunState.DISCARDED
    confirm_run(second, by=COMMAND_LINE, now=now)
    with pytest.raises(Conflict):
        confirm_run(second, by=COMMAND_LINE, now=now)
    third = prepare_run(by=COMMAND_LINE, now=now)
    with pytest.raises(Conflict):
        confirm_run(third, by=COMMAND_LINE, now=now)


def test_the_trail_loses_what_is_older_than_its_time_only(street: Street, now: datetime) -> None:
    days = RETENTION[RetentionKind.AUDIT].days
    record(street.areas["grid"], action="area.renamed", by=None, now=now - timedelta(days=days + 1))
    young = record(street.areas["grid"], action="area.renamed", by=None, now=now - timedelta(days=days - 1))
    run = confirm_run(prepare_run(by=COMMAND_LINE, now=now), by=COMMAND_LINE, now=now)
    carry_out_completely(run, now=now)
    assert list(AuditEvent.objects.filter(action="area.renamed")) == [young]


def test_what_was_looked_at_is_carried_out_however_the_rules_change(street: Street, now: datetime) -> None:
    case = ended(street, now, 1)[0]
    later = now + timedelta(days=400)
    run = prepare_run(by=COMMAND_LINE, now=later)
    set_retention("case_contact", days=180, reason="statutory_duty", by=COMMAND_LINE, now=later)
    carry_out_completely(confirm_run(run, by=COMMAND_LINE, now=later), now=later)
    assert ReporterContact.objects.get(case=case).phone == MARKERS["phone"]


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_two_workers_share_the_work(street: Street, now: datetime) -> None:
    ended(street, now, 6)
    later = now + LATER
    run = confirm_run(prepare_run(by=COMMAND_LINE, now=later), by=COMMAND_LINE, now=later)

    def work(_number: int) -> None:
        try:
            carry_out_retention(later)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(work, range(2)))
    assert CaseErasure.objects.count() == 6
    assert RetentionCount.objects.get(run=run, kind="case_contact").removed == 6
    assert SetAside.objects.count() == 0
