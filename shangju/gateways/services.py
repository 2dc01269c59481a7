"""Writes of templates and limits; each change of a template is a new version, each has an audit event."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from shangju.core import audit
from shangju.core.errors import Conflict, DomainError
from shangju.gateways.limits import DEFAULT_LIMITS
from shangju.gateways.models import GatewayLimit, LimitScope, LimitWindow, MessageTemplate
from shangju.gateways.templates import check_text

if TYPE_CHECKING:
    from shangju.accounts.models import User


@dataclass(frozen=True, slots=True)
class TemplatePlan:
    """A template as it is delivered or entered."""

    purpose: str
    channel: str
    language: str
    text: str
    provider_template: str = ""
    subdistrict: str = ""


@transaction.atomic
def seed_templates(plans: Iterable[TemplatePlan], *, now: datetime) -> int:
    """Add the delivered templates of which there is no version yet; what is there stays. Returns how many were added."""
    there = set(MessageTemplate.objects.values_list("purpose", "channel", "language", "subdistrict"))
    missing = [
        MessageTemplate(
            purpose=plan.purpose,
            channel=plan.channel,
            language=plan.language,
            subdistrict=plan.subdistrict,
            text=plan.text,
            provider_template=plan.provider_template,
            created_at=now,
        )
        for plan in plans
        if (plan.purpose, plan.channel, plan.language, plan.subdistrict) not in there
    ]
    for row in missing:
        check_text(row.text)
    MessageTemplate.objects.bulk_create(missing)
    return len(missing)


@transaction.atomic
def change_template(
    template: MessageTemplate, *, text: str, provider_template: str, by: "User | None", now: datetime
) -> MessageTemplate:
    """A new version in the place of ``template``, which stays readable. The caller has checked the right.

    Raises ``DomainError`` at ``text`` for what cannot be sent, ``Conflict`` where somebody else changed it first.
    """
    check_text(text)
    held = MessageTemplate.objects.select_for_update().get(pk=template.pk)
    if not held.is_active:
        raise Conflict(_("Somebody else has changed this template. Look at the newest version first."))
    held.is_active = False
    held.save(update_fields=["is_active"])
    changed = MessageTemplate.objects.create(
        purpose=held.purpose,
        channel=held.channel,
        language=held.language,
        subdistrict=held.subdistrict,
        version=held.version + 1,
        text=text.strip(),
        provider_template=provider_template.strip(),
        created_at=now,
    )
    audit.record(
        changed,
        action="message_template.changed",
        by=by,
        now=now,
        before={"text": held.text, "provider_template": held.provider_template},
        after={"text": changed.text, "provider_template": changed.provider_template},
    )
    return changed


@transaction.atomic
def set_limits(
    channel: str, *, amounts: Mapping[tuple[str, str], int | None], by: "User | None", now: datetime
) -> None:
    """Set all limits of a channel, by scope and window; ``None`` for no limit. What is as in code keeps no row.

    The caller has checked the right. Raises ``DomainError`` at ``SCOPE_WINDOW`` for a limit that is none, and at the
    longer window where the shorter one allows more.
    """
    delivered = DEFAULT_LIMITS[channel]
    wanted = {
        (scope, window): amounts.get((scope, window))
        for scope in LimitScope.values
        for window in LimitWindow.values
    }
    if faults := _faults_of(wanted):
        raise DomainError(next(iter(faults.values())), fields=faults)
    held = GatewayLimit.objects.select_for_update().filter(channel=channel)
    own = {(row.scope, row.window): row.amount for row in held}
    before = {key: own[key] if key in own else delivered.get(key) for key in wanted}
    changed = {key: amount for key, amount in wanted.items() if amount != before[key]}
    if not changed:
        return
    for scope, window in changed:
        subject, _made = GatewayLimit.objects.update_or_create(
            channel=channel, scope=scope, window=window, defaults={"amount": wanted[scope, window]}
        )
        audit.record(
            subject,
            action="gateway_limit.set",
            by=by,
            now=now,
            before={"channel": channel, f"{scope}_{window}": before[scope, window]},
            after={"channel": channel, f"{scope}_{window}": wanted[scope, window]},
        )
        if wanted[scope, window] == delivered.get((scope, window)):
            subject.delete()


def _faults_of(wanted: Mapping[tuple[str, str], int | None]) -> dict[str, str]:
    faults = {}
    for scope in LimitScope.values:
        shorter = 0
        for window in LimitWindow.values:
            amount = wanted[scope, window]
            if amount is None:
                continue
            if amount < 1:
                faults[f"{scope}_{window}"] = _("At least one, or leave it empty for no limit.")
            elif amount < shorter:
                faults[f"{scope}_{window}"] = _("A longer time cannot allow less than a shorter one.")
            shorter = max(shorter, amount)
    return faults
