"""How allauth meets our users: sealed phones, text messages through our gateways, our sentences."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shangju.accounts import services
from shangju.accounts.addresses import client_address
from shangju.accounts.forms import MobilePhoneField
from shangju.accounts.models import User
from shangju.accounts.rules import must_have_second_factor, works_here
from shangju.core.audit import record
from shangju.core.sealing import fingerprint, seal, unseal
from shangju.gateways.errors import RefusedForGood
from shangju.gateways.sending import Message, gateway_for


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in by password and by phone code."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy(
            "Name or password is not right. Check both and try again."
        ),
        "incorrect_code": gettext_lazy("This code is not right. Check it and try again."),
        "incorrect_password": gettext_lazy("This password is not right. Check it and try again."),
        "enter_current_password": gettext_lazy("This is not your present password. Check it and try again."),
        "too_many_login_attempts": gettext_lazy("Too many attempts. Wait 5 minutes and try again."),
        "rate_limited": gettext_lazy("Too many attempts. Wait 5 minutes and try again."),
    }

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Failures are counted by axes, in the database; counting twice would outlive an unlocking."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by form: residents come by a first phone code, staff by an administrator."""
        return False

    def is_safe_url(self, url: str) -> bool:
        """Only addresses of the host that was asked; never another one, even an allowed one."""
        request = context.request
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count."""
        return client_address(request)

    def post_login(self, request: HttpRequest, user: User, **options: Any) -> HttpResponse:
        """Write the audit event; speak the language of the profile unless one was chosen here."""
        response: HttpResponse = super().post_login(request, user, **options)
        record(user, action="user.signed_in", by=user, now=timezone.now())
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            keep_language(response, user.language)
        return response

    def logout(self, request: HttpRequest) -> None:
        """End the session, with an audit event."""
        if isinstance(request.user, User):
            record(request.user, action="user.signed_out", by=request.user, now=timezone.now())
        super().logout(request)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Only the holder of the phone gets here; say it on the sign-in page."""
        self.add_message(request, 40, message=_("This account is closed. Ask your system administrator."))
        return redirect("account_login")

    def set_password(self, user: User, password: str) -> None:
        """Store a new password, with an audit event."""
        services.change_password(user, password=password, by=user, now=timezone.now())

    def phone_form_field(self, **options: Any) -> MobilePhoneField:
        """Our field for mainland mobile numbers."""
        return MobilePhoneField(**options)

    def get_user_by_phone(self, phone: str) -> User | None:
        """Found by its print: the number itself is sealed."""
        return User.objects.filter(phone_print=fingerprint(phone, purpose="user-phone")).first()

    def get_phone(self, user: User) -> tuple[str, bool] | None:
        """The number and whether a code has ever come back from it."""
        return (user.phone, user.phone_verified) if user.phone else None

    def set_phone(self, user: User, phone: str, verified: bool) -> None:  # noqa: FBT001 - allauth's signature
        """Set the number; it is verified by a code only."""
        services.set_phone(user, phone=phone, by=user, now=timezone.now())

    def set_phone_verified(self, user: User, phone: str) -> None:
        """Note that the code came back."""
        services.user_for_verified_phone(phone, now=timezone.now())

    def send_verification_code_sms(self, user: User | None, phone: str, code: str, **options: Any) -> None:
        """Send the code; raises ``OSError`` when the gateway cannot."""
        body = _(
            "%(code)s is your sign-in code for Shangju, valid for 5 minutes. "
            "Give it to nobody: we never ask for it."
        ) % {"code": code}
        key = f"sign-in-code-{secrets.token_hex(12)}"
        message = Message(
            key=key,
            channel="sms",
            recipient=phone,
            body=body,
            purpose="sign_in_code",
            values={"code": code},
            language=get_language() or settings.LANGUAGE_CODE,
            is_urgent=True,
        )
        try:
            gateway_for("sms").send(message, now=timezone.now())
        except RefusedForGood as refusal:
            # Whoever waits for the code is told the same: it could not be sent.
            raise OSError(str(refusal)) from refusal


def keep_language(response: HttpResponse, language: str) -> None:
    """Remember the language in the browser, as the switch in the header does."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=31_536_000,
        samesite="Lax",
        secure=settings.SECURE_PUBLIC,
    )


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor: secrets sealed, and not to be given up where the deployment asks for it."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": gettext_lazy("This code is not right. Check it and try again."),
        "cannot_delete_authenticator": gettext_lazy(
            "Your role needs a second factor here; it cannot be switched off."
        ),
    }

    def get_totp_label(self, user: User) -> str:
        """The sign-in name."""
        return user.username

    def get_totp_issuer(self) -> str:
        """The name that the authenticator app shows."""
        return "商居联动"

    def encrypt(self, text: str) -> str:
        """Seal with the field keys."""
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open with any field key."""
        return unseal(encrypted_text)

    def can_delete_authenticator(self, authenticator: Any) -> bool:
        """Not where it is required."""
        return not must_have_second_factor(authenticator.user, is_staff=works_here(context.request))
