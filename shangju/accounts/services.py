"""Everything that writes accounts: each function checks the right and the rule, and leaves an audit event."""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.utils import is_mfa_enabled
from axes.models import AccessAttempt
from django.contrib.auth import authenticate
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from shangju.accounts.actors import Operator, demand_administrator
from shangju.accounts.locks import one_spelling
from shangju.accounts.models import AdministratorRole, ApiToken, IdentityLevel, Person, TokenScope, User
from shangju.accounts.phones import normalise_phone
from shangju.accounts.rules import administrator_role
from shangju.core.audit import record
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.sealing import fingerprint

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")
TOKEN_PREFIX = "sj_"  # noqa: S105 - tells people and secret scanners whose key it is
TOKEN_DAYS = 90
TOKEN_DAYS_AT_MOST = 365


class SignInRefused(DomainError):  # noqa: N818 - what the person is told
    """Name, password or second factor do not fit (HTTP 401); which of them is not said."""

    status = 401
    code = "sign_in_refused"


class SignInLocked(DomainError):  # noqa: N818 - as above
    """Too many failures; the right password does not help for five minutes (HTTP 429)."""

    status = 429
    code = "sign_in_locked"


class KeyRefused(DomainError):  # noqa: N818 - as above
    """A key that is unknown, expired or revoked (HTTP 401)."""

    status = 401
    code = "sign_in_needed"


def authenticate_password(request: HttpRequest, username: str, password: str, *, code: str = "") -> User:
    """The user who knows this password, under the same lock as the sign-in page.

    A user with a second factor must give its ``code`` as well, or the password would be a way around it.
    Raises :class:`SignInLocked` or :class:`SignInRefused`.
    """
    user = authenticate(request, username=username, password=password)
    AuthenticationBackend.unstash_authenticated_user()
    if getattr(request, "axes_locked_out", False):
        raise SignInLocked(_("Too many attempts failed. Wait 5 minutes, or ask your security administrator."))
    if not isinstance(user, User):
        raise SignInRefused(_("Name or password is not right."))
    if is_mfa_enabled(user) and not AuthenticateForm(user=user, data={"code": code}).is_valid():
        raise SignInRefused(
            _("Give the code of your authenticator app as well."), code="second_factor_needed"
        )
    return user


@transaction.atomic
def user_for_verified_phone(phone: str, *, now: datetime) -> User:
    """The user whose phone this is; somebody new becomes a resident. Call it only when the code was right.

    Staff never come into being here: a new user holds no post and no role.
    """
    user = (
        User.objects.select_for_update().filter(phone_print=fingerprint(phone, purpose="user-phone")).first()
    )
    if user is None:
        return _sign_up_resident(phone, now=now)
    if not user.phone_verified:
        user.phone_verified = True
        user.save(update_fields=["phone_verified"])
        record(user, action="user.phone_verified", by=user, now=now)
    Person.objects.filter(user=user, identity_level=IdentityLevel.NONE).update(
        identity_level=IdentityLevel.PHONE
    )
    return user


def _sign_up_resident(phone: str, *, now: datetime) -> User:
    try:
        with transaction.atomic():
            user = User.objects.create_user(
                f"resident-{secrets.token_hex(5)}", display_name="", phone=phone, phone_verified=True
            )
    except IntegrityError:  # the same phone, a moment earlier, in another browser
        return User.objects.get(phone_print=fingerprint(phone, purpose="user-phone"))
    with override("zh-hans"):
        user.display_name = _("Resident no. %(number)d") % {"number": user.pk}
    user.display_name_en = gettext_noop("Resident no. %(number)d") % {"number": user.pk}
    user.save(update_fields=["display_name", "display_name_en"])
    Person.objects.create(user=user, identity_level=IdentityLevel.PHONE)
    record(user, action="user.signed_up", by=user, now=now)
    return user


def _checked_phone(phone: str) -> str:
    try:
        return normalise_phone(phone) if phone.strip() else ""
    except ValueError as error:
        sentence = _("Enter a mobile number of 11 digits that starts with 1.")
        raise DomainError(sentence, fields={"phone": sentence}) from error


def set_phone(user: User, *, phone: str, by: Operator, now: datetime) -> User:
    """Set or, with the empty text, remove the phone of an account; its first code verifies it."""
    actor = user if by == user else demand_administrator(by)
    had_one = bool(user.phone_print)
    user.set_phone(_checked_phone(phone))
    user.phone_verified = False
    try:
        with transaction.atomic():
            user.save(update_fields=["phone", "phone_print", "phone_verified"])
            record(
                user,
                action="user.phone_set",
                by=actor,
                now=now,
                before={"phone": had_one},
                after={"phone": bool(user.phone)},
            )
    except IntegrityError as error:
        conflict = Conflict(
            _("This phone belongs to another account."),
            fields={"phone": _("This phone belongs to another account.")},
        )
        user.refresh_from_db(fields=["phone", "phone_print", "phone_verified"])
        raise conflict from error
    return user


@transaction.atomic
def choose_language(user: User, *, language: str, by: User, now: datetime) -> User:
    """Keep the language a user wants to be addressed in."""
    if by != user:
        raise NotAllowed(_("Everybody chooses their own language."))
    before, user.language = user.language, language
    user.save(update_fields=["language"])
    record(
        user,
        action="user.language_chosen",
        by=by,
        now=now,
        before={"language": before},
        after={"language": language},
    )
    return user


@transaction.atomic
def change_password(user: User, *, password: str, by: User, now: datetime) -> User:
    """Store a password that has passed the rules; every other session of the user ends with it."""
    user.set_password(password)
    user.save(update_fields=["password"])
    record(user, action="user.password_changed", by=by, now=now)
    return user


@transaction.atomic
def unlock_sign_in(name: str, *, by: User, now: datetime) -> int:
    """Forget the failures counted for a sign-in name, so that it can try at once; how many rows went."""
    if administrator_role(by) != AdministratorRole.SECURITY:
        raise NotAllowed(
            _("Only the %(role)s may do this. Ask them.") % {"role": AdministratorRole.SECURITY.label}
        )
    counted = name if name.startswith("phone:") else one_spelling(name)
    attempts = AccessAttempt.objects.filter(username=counted)
    subject = User.objects.filter(username=counted).first() or attempts.first()
    if subject is None or not attempts.exists():
        raise Conflict(_("This name is not locked any more."))
    record(subject, action="sign_in.unlocked", by=by, now=now)
    rows: int = attempts.delete()[0]
    return rows


def _digest(plain: str) -> str:
    return hashlib.sha256(plain.encode()).hexdigest()


@transaction.atomic
def issue_token(
    user: User, *, name: str, scopes: Sequence[str], by: User, now: datetime, days: int = TOKEN_DAYS
) -> tuple[ApiToken, str]:
    """Make an API key for ``user`` and return it with its plain text, shown once and stored nowhere.

    ``scopes`` are values of :class:`TokenScope`: a key is for something named, and nothing is for everything by default.
    """
    if by != user:
        raise NotAllowed(_("Everybody makes their own keys."))
    problems = _faults_of_key(name, scopes, days)
    if problems:
        raise DomainError(_("Please correct the marked fields."), fields=problems)
    plain = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=user,
        name=name.strip(),
        digest=_digest(plain),
        scopes=[scope.value for scope in TokenScope if scope.value in scopes],
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    after = {"name": token.name, "days": days, "scopes": token.scopes}
    record(token, action="api_token.issued", by=by, now=now, after=after)
    return token, plain


def _faults_of_key(name: str, scopes: Sequence[str], days: int) -> dict[str, object]:
    problems: dict[str, object] = {}
    if not 0 < len(name.strip()) <= 60:
        problems["name"] = _("Name the program that will use the key, in at most 60 characters.")
    if not scopes or not set(scopes) <= set(TokenScope.values):
        problems["scopes"] = _("Choose what the key is for: %(scopes)s.") % {
            "scopes": ", ".join(TokenScope.values)
        }
    if not 1 <= days <= TOKEN_DAYS_AT_MOST:
        problems["days"] = _("A key is valid for 1 to %(days)d days.") % {"days": TOKEN_DAYS_AT_MOST}
    return problems


@transaction.atomic
def revoke_token(token: ApiToken, *, by: User, now: datetime) -> ApiToken:
    """End a key at once."""
    if by != token.user:
        demand_administrator(by, role=AdministratorRole.SECURITY)
    token = ApiToken.objects.select_for_update(of=("self",)).select_related("user").get(pk=token.pk)
    if token.revoked_at is None:
        token.revoked_at = now
        token.save(update_fields=["revoked_at"])
        record(token, action="api_token.revoked", by=by, now=now)
    return token


@transaction.atomic
def revoke_all_tokens(user: User, *, by: User, now: datetime) -> int:
    """End every key of ``user`` at once, as when a machine was lost; how many there were."""
    if by != user:
        demand_administrator(by, role=AdministratorRole.SECURITY)
    live = list(ApiToken.objects.filter(user=user, revoked_at__isnull=True, expires_at__gt=now))
    for token in live:
        revoke_token(token, by=by, now=now)
    return len(live)


def valid_token(plain: str, *, now: datetime) -> ApiToken:
    """The key with its user. The day of its last use is kept, so that stale keys can be found.

    Raises :class:`KeyRefused` for an unknown key, a revoked or expired one, and one of a closed account.
    """
    token = ApiToken.objects.select_related("user").filter(digest=_digest(plain)).first()
    if token is None or not plain.startswith(TOKEN_PREFIX) or not token.user.is_active:
        raise KeyRefused(_("This key is not valid, or not any more. Ask for a new one."))
    if token.revoked_at is not None:
        raise KeyRefused(_("This key was revoked. Make a new one if you still need it."), code="key_revoked")
    if token.expires_at <= now:
        day = date_format(timezone.localtime(token.expires_at), "Y-m-d")
        sentence = _("This key expired on %(day)s. Make a new one.") % {"day": day}
        raise KeyRefused(sentence, code="key_expired")
    today = timezone.localdate(now)
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token
