"""Rules and runs of retention: set, prepare, confirm, discard. What a run removes is done by :mod:`.carrying_out`.

The security administrator decides what goes when and lets it go; the system administrator, who runs the machine, may
look at what would go and never make it go (separation of roles, GB/T 22239-2019). The audit administrator finds both in
the trail. Nobody of them sees the contents of a case: only counts and case numbers.
"""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shangju.accounts.actors import CommandLine, Operator, demand_administrator
from shangju.accounts.models import Administrator, AdministratorRole, User
from shangju.core.audit import record
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.queue import wake_worker_after_commit
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.privacy.models import RetentionCount, RetentionRule, RetentionRun
from shangju.privacy.queries import ROWS_DUE, cutoff, ended_cases, found_in_cases, terms_in_force
from shangju.privacy.workflow import CASE_KINDS, RETENTION, LegalReason, RetentionKind, RunState

SAMPLES = 5
"""Case numbers shown of each sub-district: enough to look one up, nothing of what it says."""

PREPARING_ROLES = (AdministratorRole.SECURITY, AdministratorRole.SYSTEM)


def seed_retention() -> list[str]:
    """Store the built-in rule of each kind that has none; returns the kinds added."""
    present = set(RetentionRule.objects.values_list("kind", flat=True))
    missing = [kind for kind in RetentionKind if kind.value not in present]
    RetentionRule.objects.bulk_create(
        [
            RetentionRule(kind=kind.value, days=RETENTION[kind].days, reason=RETENTION[kind].reason)
            for kind in missing
        ],
        ignore_conflicts=True,
    )
    return [kind.value for kind in missing]


@transaction.atomic
def set_retention(kind: str, *, days: int, reason: str, by: Operator, now: datetime) -> RetentionRule:
    """Change how long a kind is kept, within the bounds of the law.

    Raises:
        NotAllowed: ``by`` is no security administrator.
        DomainError: outside the bounds, at the field ``days``; an unknown reason.
    """
    actor = demand_administrator(by, role=AdministratorRole.SECURITY)
    bounds = RETENTION[RetentionKind(kind)]
    if not bounds.at_least <= days <= bounds.at_most:
        sentence = _("Between %(least)s and %(most)s days: these bounds follow from the law.") % {
            "least": bounds.at_least,
            "most": bounds.at_most,
        }
        raise DomainError(sentence, fields={"days": sentence})
    if reason not in LegalReason.values:
        raise DomainError(
            _("Choose one of the reasons listed."), fields={"reason": _("Choose one of the reasons listed.")}
        )
    rule = _locked_rule(RetentionKind(kind))
    before = {"days": rule.days, "reason": rule.reason}
    after = {"days": days, "reason": reason}
    if before != after:
        rule.days, rule.reason = days, reason
        rule.save(update_fields=["days", "reason"])
        record(
            rule, action="retention.rule_set", by=actor, now=now, before=before, after={"kind": kind, **after}
        )
    return rule


def _locked_rule(kind: RetentionKind) -> RetentionRule:
    bounds = RETENTION[kind]
    defaults = {"days": bounds.days, "reason": bounds.reason}
    RetentionRule.objects.get_or_create(kind=kind.value, defaults=defaults)
    return RetentionRule.objects.select_for_update().get(kind=kind.value)


def prepare_run(*, by: Operator, now: datetime) -> RetentionRun:
    """Look at what has reached its time and write it down; nothing goes. Raises ``NotAllowed`` for other roles."""
    actor = _demand_preparing(by)
    terms = terms_in_force()
    with everywhere(EverywhereReason.WORKER):
        counts = [count for kind in RetentionKind for count in _counts(kind, now, terms[kind.value])]
    with transaction.atomic():
        RetentionRun.objects.filter(state=RunState.PREPARED).update(state=RunState.DISCARDED)
        run = RetentionRun.objects.create(terms=terms, as_of=now, prepared_by=actor)
        for count in counts:
            count.run = run
        RetentionCount.objects.bulk_create(counts)
        record(run, action="retention.prepared", by=actor, now=now, after=_found(counts))
    return run


def _demand_preparing(by: Operator) -> User | None:
    if isinstance(by, CommandLine):
        return None
    if by.is_active and Administrator.objects.filter(user=by, role__in=PREPARING_ROLES).exists():
        return by
    raise NotAllowed(_("Only the system or the security administrator may do this."))


def _counts(kind: RetentionKind, now: datetime, days: int) -> list[RetentionCount]:
    before = cutoff(now, days)
    if kind not in CASE_KINDS:
        return [RetentionCount(kind=kind.value, found=sum(due(before).count() for due in ROWS_DUE[kind]))]
    return [
        RetentionCount(
            kind=kind.value, subdistrict_id=area, found=found, samples=_samples(kind, before, area)
        )
        for area, found in found_in_cases(kind, before=before)
    ]


def _samples(kind: str, before: datetime, area: int) -> list[str]:
    due = ended_cases(kind, before=before).filter(subdistrict=area).order_by("pk")
    return list(due.values_list("number", flat=True)[:SAMPLES])


def _found(counts: list[RetentionCount]) -> dict[str, object]:
    found: dict[str, object] = {}
    for count in counts:
        found[count.kind] = int(str(found.get(count.kind, 0))) + count.found
    return found


def confirm_run(run: RetentionRun, *, by: Operator, now: datetime) -> RetentionRun:
    """Let a prepared run be carried out by the worker.

    Raises:
        NotAllowed: ``by`` is no security administrator.
        Conflict: the run is not prepared any more, or another one is being carried out.
    """
    actor = demand_administrator(by, role=AdministratorRole.SECURITY)
    try:
        with transaction.atomic():
            held = _locked_prepared(run)
            held.state, held.confirmed_by, held.confirmed_at = RunState.CONFIRMED, actor, now
            held.save(update_fields=["state", "confirmed_by", "confirmed_at"])
            record(held, action="retention.confirmed", by=actor, now=now)
            wake_worker_after_commit()
    except IntegrityError as error:
        raise Conflict(_("Another run is being carried out. Wait until it is done.")) from error
    return held


def discard_run(run: RetentionRun, *, by: Operator, now: datetime) -> RetentionRun:
    """Put a prepared run away; raises as :func:`confirm_run`."""
    actor = demand_administrator(by, role=AdministratorRole.SECURITY)
    with transaction.atomic():
        held = _locked_prepared(run)
        held.state = RunState.DISCARDED
        held.save(update_fields=["state"])
        record(held, action="retention.discarded", by=actor, now=now)
    return held


def _locked_prepared(run: RetentionRun) -> RetentionRun:
    held = RetentionRun.objects.select_for_update().get(pk=run.pk)
    if held.state != RunState.PREPARED:
        raise Conflict(
            _("This run is no longer waiting: %(state)s. Prepare a new one.")
            % {"state": held.get_state_display()}
        )
    return held
