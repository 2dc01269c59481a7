"""Filters of the set-up pages."""

from django import template
from django.utils.translation import pgettext_lazy

register = template.Library()

WORDS = {
    "demo.loaded": pgettext_lazy("audit", "Demonstration loaded"),
    "category.edited": pgettext_lazy("audit", "Category changed"),
    "deadline_class.seeded": pgettext_lazy("audit", "Deadline class added"),
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
"""What actions are called; one that is missing here is shown by its own name."""


@register.filter
def action_words(action: str) -> object:
    """The words for an audit action."""
    return WORDS.get(action, action)
