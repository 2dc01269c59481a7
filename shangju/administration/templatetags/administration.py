"""Filters of the set-up pages."""

from django import template
from django.utils.translation import pgettext_lazy

register = template.Library()

WORDS = {
    "account.activated": pgettext_lazy("audit", "Account activated"),
    "account.added": pgettext_lazy("audit", "Account added"),
    "account.changed": pgettext_lazy("audit", "Account changed"),
    "account.deactivated": pgettext_lazy("audit", "Account deactivated"),
    "account.made_administrator": pgettext_lazy("audit", "Made an administrator"),
    "account.person_registered": pgettext_lazy("audit", "Entered as a resident"),
    "account.phone_reset": pgettext_lazy("audit", "Mobile number changed"),
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
}
"""What the actions of the set-up are called; actions of other apps are shown by their own name."""


@register.filter
def action_words(action: str) -> object:
    """The words for an audit action."""
    return WORDS.get(action, action)
