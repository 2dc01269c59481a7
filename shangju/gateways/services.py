"""Writes of templates; each change is a new version with an audit event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _

from shangju.core import audit
from shangju.core.errors import Conflict
from shangju.gateways.models import MessageTemplate
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
