"""Writes about accounts of people whom an administrator enters: staff, delegates, administrators, known
residents.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shangju.accounts.actors import Operator, demand_administrator
from shangju.accounts.models import Administrator, AdministratorRole, ApiToken, IdentityLevel, Person, User
from shangju.core.audit import change_and_record, record, record_each
from shangju.core.errors import Conflict, DomainError

_SIGN_IN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,58}")
_MOBILE = re.compile(r"1[3-9]\d{9}")


@dataclass(frozen=True, slots=True, eq=False)
class UserPlan:
    """An account to be added. It has no password: the phone code, or a password set later, lets its
    owner in.
    """

    username: str
    display_name: str
    display_name_en: str = ""
    phone: str = ""
    is_resident: bool = False


def add_user(plan: UserPlan, *, by: Operator, now: datetime) -> User:
    """Add one account.

    Raises:
        NotAllowed: ``by`` is not the system administrator.
        DomainError: sign-in name malformed or taken, no shown name, phone malformed or taken; with the field.
    """
    return add_users([plan], by=by, now=now)[0]


@transaction.atomic
def add_users(plans: Sequence[UserPlan], *, by: Operator, now: datetime) -> list[User]:
    """Add many accounts; all or none. ``subject`` of the error is the plan that was refused."""
    actor = demand_administrator(by)
    taken = set(
        User.objects.filter(username__in=[plan.username for plan in plans]).values_list("username", flat=True)
    )
    users = []
    for plan in plans:
        demand_sound(plan)
        if plan.username in taken:
            raise _refused(
                plan, "username", _("The sign-in name %(name)s is taken.") % {"name": plan.username}
            )
        taken.add(plan.username)
        user = User(
            username=plan.username,
            display_name=plan.display_name.strip(),
            display_name_en=plan.display_name_en.strip(),
            password=make_password(None),
        )
        _set_phone(user, plan.phone, subject=plan)
        users.append(user)
    User.objects.bulk_create(users, batch_size=500)
    residents = [Person(user=user) for plan, user in zip(plans, users, strict=True) if plan.is_resident]
    Person.objects.bulk_create(residents, batch_size=500)
    record_each(
        ((user, {"username": user.username}) for user in users), action="account.added", by=actor, now=now
    )
    return users


def demand_sound(plan: UserPlan) -> None:
    """Refuse a plan that no state of the database could make right.

    Raises:
        DomainError: sign-in name or phone malformed, or no shown name; with the field.
    """
    if not _SIGN_IN_NAME.fullmatch(plan.username):
        sentence = _("A sign-in name has 2 to 59 small letters, digits, dots, dashes or underscores.")
        raise _refused(plan, "username", sentence)
    if not plan.display_name.strip():
        raise _refused(plan, "display_name", _("An account needs a name to be shown by: role and number."))
    _demand_mobile(plan.phone, subject=plan)


def _demand_mobile(phone: str, *, subject: object = None) -> None:
    if phone and not _MOBILE.fullmatch(phone):
        raise _refused(subject, "phone", _("A mobile number has 11 digits and begins with 13 to 19."))


def _refused(plan: object, field: str, sentence: object) -> DomainError:
    return DomainError(sentence, fields={field: sentence}, subject=plan)


def _set_phone(user: User, phone: str, *, subject: object = None) -> None:
    _demand_mobile(phone, subject=subject)
    user.set_phone(phone)
    user.phone_verified = False
    if phone and User.objects.filter(phone_print=user.phone_print).exclude(pk=user.pk).exists():
        raise _refused(subject, "phone", _("This number belongs to another account."))


def _locked(user: User) -> User:
    return User.objects.select_for_update(no_key=True).get(pk=user.pk)


@transaction.atomic
def change_user(user: User, changes: Mapping[str, Any], *, by: Operator, now: datetime) -> User:
    """Change the names by which an account is shown (``display_name``, ``display_name_en``)."""
    actor = demand_administrator(by)
    held = _locked(user)
    if not str(changes.get("display_name", held.display_name)).strip():
        sentence = _("An account needs a name to be shown by: role and number.")
        raise DomainError(sentence, fields={"display_name": sentence})
    names = ("display_name", "display_name_en")
    change_and_record(held, changes, allowed=names, action="account.changed", by=actor, now=now)
    return held


@transaction.atomic
def reset_phone(user: User, *, phone: str, reason: str, by: Operator, now: datetime) -> User:
    """Enter another mobile number for an account, or none; it must be verified anew. The trail names no
    number.
    """
    actor = demand_administrator(by)
    held = _locked(user)
    _set_phone(held, phone)
    held.save(update_fields=["phone", "phone_print", "phone_verified"])
    record(
        held,
        action="account.phone_reset",
        by=actor,
        now=now,
        after={"phone_given": bool(phone)},
        reason=reason,
    )
    return held


@transaction.atomic
def set_wecom_id(user: User, *, wecom_id: str, reason: str, by: Operator, now: datetime) -> User:
    """Enter under which id the account is a member of the sub-district's WeCom, or none: then nothing goes there."""
    actor = demand_administrator(by)
    held = _locked(user)
    held.wecom_id = wecom_id.strip()
    held.save(update_fields=["wecom_id"])
    record(
        held,
        action="account.wecom_set",
        by=actor,
        now=now,
        after={"wecom_given": bool(held.wecom_id)},
        reason=reason,
    )
    return held


@transaction.atomic
def set_user_active(user: User, *, is_active: bool, reason: str, by: Operator, now: datetime) -> User:
    """Let an account in again, or no more; its terms stay as they are, its rights and API tokens stop at once.

    Raises:
        Conflict: it is so already.
        DomainError: one's own account, or the last system administrator.
    """
    actor = demand_administrator(by)
    held = _locked(user)
    if held.is_active == is_active:
        raise Conflict(_("The account is in this state already."))
    if not is_active:
        _demand_not_last_system_administrator(held, actor)
    held.is_active = is_active
    held.save(update_fields=["is_active"])
    if not is_active:
        ApiToken.objects.filter(user=held, revoked_at__isnull=True).update(revoked_at=now)
    action = "account.activated" if is_active else "account.deactivated"
    record(held, action=action, by=actor, now=now, after={"is_active": is_active}, reason=reason)
    return held


def _demand_not_last_system_administrator(user: User, actor: User | None) -> None:
    if actor is not None and actor.pk == user.pk:
        raise DomainError(_("You cannot deactivate your own account."))
    others = Administrator.objects.filter(role=AdministratorRole.SYSTEM, user__is_active=True).exclude(
        user=user
    )
    if (
        Administrator.objects.filter(user=user, role=AdministratorRole.SYSTEM).exists()
        and not others.exists()
    ):
        raise DomainError(_("This is the last system administrator: name another one first."))


@transaction.atomic
def make_administrator(user: User, *, role: str, by: Operator, now: datetime) -> Administrator:
    """Give an account one of the three administrator roles.

    Call :func:`shangju.administration.services.make_administrator`, which refuses whoever holds a post
    or speaks for a party.

    Raises:
        DomainError: unknown role, or the user has one already (nobody holds two).
    """
    actor = demand_administrator(by)
    held = _locked(user)
    if role not in AdministratorRole.values:
        sentence = _("There is no administrator role “%(role)s”.") % {"role": role}
        raise DomainError(sentence, fields={"role": sentence})
    if Administrator.objects.filter(user=held).exists():
        sentence = _("%(user)s is an administrator already; nobody holds two of the roles.") % {"user": held}
        raise DomainError(sentence, fields={"user": sentence})
    made = Administrator.objects.create(user=held, role=role)
    record(held, action="account.made_administrator", by=actor, now=now, after={"role": role})
    return made


@transaction.atomic
def register_person(user: User, *, by: Operator, now: datetime) -> Person:
    """Enter the owner of an account as a resident as well."""
    actor = demand_administrator(by)
    held = _locked(user)
    person, made = Person.objects.get_or_create(user=held, defaults={"identity_level": IdentityLevel.NONE})
    if made:
        record(held, action="account.person_registered", by=actor, now=now)
    return person
