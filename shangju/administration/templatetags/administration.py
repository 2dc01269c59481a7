"""Filters of the set-up pages."""

from django import template
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.accounts.models import AdministratorRole
from shangju.areas.models import AreaKind, GridType
from shangju.parties.models import PartyKind, PartyStatus
from shangju.posts.ladder import LadderRung
from shangju.posts.models import PostKind

register = template.Library()

WORDS = {
    "demo.loaded": pgettext_lazy("audit", "Demonstration loaded"),
    "case.revealed": pgettext_lazy("audit", "Contact of a reporter viewed"),
    "category.edited": pgettext_lazy("audit", "Category changed"),
    "deadline_class.seeded": pgettext_lazy("audit", "Deadline class added"),
    "contact.revealed": pgettext_lazy("audit", "Contact of a reporter viewed"),
    "stake.declared": pgettext_lazy("audit", "Stake recorded"),
    "stake.ended": pgettext_lazy("audit", "Stake ended"),
    "night_rest.seeded": pgettext_lazy("audit", "Night rest added"),
    "night_rest.set": pgettext_lazy("audit", "Night rest changed"),
    "sign_in.locked": pgettext_lazy("audit", "Sign-in locked"),
    "sign_in.unlocked": pgettext_lazy("audit", "Sign-in unlocked"),
    "user.language_chosen": pgettext_lazy("audit", "Language chosen"),
    "user.password_changed": pgettext_lazy("audit", "Password changed"),
    "user.phone_set": pgettext_lazy("audit", "Mobile number entered"),
    "user.phone_verified": pgettext_lazy("audit", "Mobile number verified"),
    "user.signed_in": pgettext_lazy("audit", "Signed in"),
    "user.signed_out": pgettext_lazy("audit", "Signed out"),
    "user.signed_up": pgettext_lazy("audit", "Account opened by phone"),
    "work_hours.seeded": pgettext_lazy("audit", "Working hours added"),
    "work_hours.set": pgettext_lazy("audit", "Working hours changed"),
    "work_year.published": pgettext_lazy("audit", "Holidays of a year entered"),
    "work_year.seeded": pgettext_lazy("audit", "Holidays of a year added"),
    "account.activated": pgettext_lazy("audit", "Account activated"),
    "account.added": pgettext_lazy("audit", "Account added"),
    "account.changed": pgettext_lazy("audit", "Account changed"),
    "account.deactivated": pgettext_lazy("audit", "Account deactivated"),
    "account.made_administrator": pgettext_lazy("audit", "Made an administrator"),
    "account.person_registered": pgettext_lazy("audit", "Entered as a resident"),
    "account.phone_reset": pgettext_lazy("audit", "Mobile number changed"),
    "account.wecom_set": pgettext_lazy("audit", "WeCom member id changed"),
    "message_template.changed": pgettext_lazy("audit", "Words of a message changed"),
    "gateway_limit.set": pgettext_lazy("audit", "Limit of a way out changed"),
    "sending_times.set": pgettext_lazy("audit", "Quiet hours changed"),
    "webhook.added": pgettext_lazy("audit", "Webhook added"),
    "webhook.changed": pgettext_lazy("audit", "Webhook changed"),
    "webhook.secret_changed": pgettext_lazy("audit", "Secret of a webhook changed"),
    "webhook.stopped": pgettext_lazy("audit", "Webhook stopped"),
    "webhook.started": pgettext_lazy("audit", "Webhook started again"),
    "webhook.removed": pgettext_lazy("audit", "Webhook removed"),
    "webhook.delivered_again": pgettext_lazy("audit", "Call of a webhook repeated"),
    "notice.tried_again": pgettext_lazy("audit", "Message tried again"),
    "api_token.issued": pgettext_lazy("audit", "API key issued"),
    "api_token.revoked": pgettext_lazy("audit", "API key withdrawn"),
    "area.added": pgettext_lazy("audit", "Area added"),
    "area.address_added": pgettext_lazy("audit", "Address added"),
    "area.address_removed": pgettext_lazy("audit", "Address removed"),
    "area.changed": pgettext_lazy("audit", "Area changed"),
    "area.moved": pgettext_lazy("audit", "Area moved"),
    "area.outlined": pgettext_lazy("audit", "Outline changed"),
    "area.renamed": pgettext_lazy("audit", "Area renamed"),
    "area.retired": pgettext_lazy("audit", "Area retired"),
    "party.admitted": pgettext_lazy("audit", "Member admitted"),
    "party.changed": pgettext_lazy("audit", "Member changed"),
    "party.delegation_ended": pgettext_lazy("audit", "Term of a delegate ended"),
    "party.user_delegated": pgettext_lazy("audit", "Delegate named"),
    "post.appointment_ended": pgettext_lazy("audit", "Term ended"),
    "post.changed": pgettext_lazy("audit", "Post changed"),
    "post.created": pgettext_lazy("audit", "Post created"),
    "post.retired": pgettext_lazy("audit", "Post retired"),
    "post.user_appointed": pgettext_lazy("audit", "Holder appointed"),
    "account.deleted": pgettext_lazy("audit", "Account deleted at its owner's wish"),
    "retention.rule_set": pgettext_lazy("audit", "Retention rule changed"),
    "retention.prepared": pgettext_lazy("audit", "Retention run prepared"),
    "retention.confirmed": pgettext_lazy("audit", "Retention run confirmed"),
    "retention.discarded": pgettext_lazy("audit", "Retention run discarded"),
    "retention.carried_out": pgettext_lazy("audit", "Retention run carried out"),
    "export.asked": pgettext_lazy("audit", "Ledger asked for"),
    "export.allowed": pgettext_lazy("audit", "Contacts in plain allowed"),
    "export.refused": pgettext_lazy("audit", "Contacts in plain refused"),
    "export.taken": pgettext_lazy("audit", "Ledger taken out"),
    "export.written": pgettext_lazy("audit", "Long ledger written"),
    "export.failed": pgettext_lazy("audit", "Long ledger could not be written"),
    "ledger.kept": pgettext_lazy("audit", "Ledger saved"),
    "ledger.removed": pgettext_lazy("audit", "Saved ledger removed"),
    "bulletins.automatic_drafts": pgettext_lazy("audit", "Automatic drafts of bulletins set"),
    "import.given": pgettext_lazy("audit", "Table of hotline orders given"),
    "import.answers_exported": pgettext_lazy("audit", "Answers for the hotline taken out"),
    "import.refused_exported": pgettext_lazy("audit", "Refused hotline rows taken out"),
    "import.cleared": pgettext_lazy("audit", "Table of hotline orders cleared"),
    "publication.proposed": pgettext_lazy("audit", "Publication proposed"),
    "publication.published": pgettext_lazy("audit", "Put on the public board"),
    "publication.taken_down": pgettext_lazy("audit", "Taken down from the public board"),
    "endorsement.withdrawn": pgettext_lazy("audit", "“Me too” withdrawn"),
    "measures.set": pgettext_lazy("audit", "Weights of the measures set"),
    "step_limit.set": pgettext_lazy("audit", "Limit of a step set"),
    "supervision.ladder_set": pgettext_lazy("audit", "Ladder of supervision set"),
    "task_force.set_up": pgettext_lazy("audit", "Task force set up"),
    "task_force.changed": pgettext_lazy("audit", "Task force changed"),
    "task_force.ended": pgettext_lazy("audit", "Task force ended"),
    "task_force.member_added": pgettext_lazy("audit", "Member joined a task force"),
    "task_force.member_ended": pgettext_lazy("audit", "Member left a task force"),
}
"""What actions are called; one that is missing here is shown by its own name."""

OBJECTS = {
    "accounts.user": pgettext_lazy("audit object", "Account"),
    "areas.area": pgettext_lazy("audit object", "Area"),
    "cases.case": pgettext_lazy("audit object", "Case"),
    "categories.category": pgettext_lazy("audit object", "Category"),
    "bulletins.bulletinsetting": pgettext_lazy("audit object", "Bulletins"),
    "ledgers.export": pgettext_lazy("audit object", "What was taken out"),
    "ledgers.ledgerview": pgettext_lazy("audit object", "Saved ledger"),
    "deadlines.deadlineclass": pgettext_lazy("audit object", "Deadline class"),
    "deadlines.nightrest": pgettext_lazy("audit object", "Night rest"),
    "deadlines.workhours": pgettext_lazy("audit object", "Working hours"),
    "deadlines.workyear": pgettext_lazy("audit object", "Calendar year"),
    "parties.party": pgettext_lazy("audit object", "Member"),
    "posts.post": pgettext_lazy("audit object", "Post"),
    "privacy.retentionrule": pgettext_lazy("audit object", "Retention rule"),
    "privacy.retentionrun": pgettext_lazy("audit object", "Retention run"),
    "webhooks.subscription": pgettext_lazy("audit object", "Webhook"),
    "webhooks.delivery": pgettext_lazy("audit object", "Call of a webhook"),
}

FIELDS = {
    "address": _("Address"),
    "area": _("Area"),
    "code": _("Code"),
    "days": _("Days"),
    "datum": _("Datum of the source"),
    "display_name": _("Shown as"),
    "ends_on": _("To"),
    "grid_type": _("Grid type"),
    "households": _("Occupied households"),
    "is_active": _("Account may sign in"),
    "joined_on": _("Member since"),
    "kind": pgettext_lazy("audit field", "Kind"),
    "name": _("Name"),
    "name_en": _("English name"),
    "number_prefix": _("Prefix of case numbers"),
    "opening_hours": _("Opening hours"),
    "outline": _("Outline"),
    "parent": _("Area above"),
    "party_body": _("Party body"),
    "path": _("Place in the tree"),
    "phone_given": _("Number on file"),
    "public_phone": _("Phone for the public"),
    "retired_on": _("Retired on"),
    "role": _("Administrator role"),
    "rung": _("Rung of the ladder"),
    "starts_on": _("From"),
    "status": _("Status"),
    "trade": _("Trade"),
    "user": _("Sign-in name"),
    "username": _("Sign-in name"),
}

CHOICES: dict[str, dict[str, object]] = {
    "kind": {**dict(AreaKind.choices), **dict(PostKind.choices), **dict(PartyKind.choices)},
    "grid_type": dict(GridType.choices),
    "status": dict(PartyStatus.choices),
    "role": dict(AdministratorRole.choices),
    "rung": dict(LadderRung.choices),
}
"""Labels of stored words, by field."""

TRUTHS = {"True": _("Yes"), "False": _("No")}


@register.filter
def action_words(action: str) -> object:
    """The words for an audit action."""
    return WORDS.get(action, action)


@register.filter
def object_words(object_type: str) -> object:
    """The words for a kind of object."""
    return OBJECTS.get(object_type, object_type)


@register.filter
def field_words(name: str) -> object:
    """The words for a field."""
    return FIELDS.get(name, name)


@register.filter
def value_words(value: str, field: str) -> object:
    """The label of a stored value, a dash for none."""
    return CHOICES.get(field, {}).get(value) or TRUTHS.get(value) or value or "—"
