"""Signing in by a code sent to a phone, in which a known number cannot be told from an unknown one.

Allauth's process looks the user up before it sends the code. Ours sends a code to every number alike and acts
on the user only when the code has come back: until then both cases run the same statements, so neither the
answer nor its time tells whether an account exists. While they wait in the session, the number is sealed and
the code is a print.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from shangju.accounts.forms import code_print
from shangju.accounts.phones import masked_phone
from shangju.accounts.services import user_for_verified_phone
from shangju.core.sealing import seal, unseal


class PhoneCodeProcess(LoginCodeVerificationProcess):  # type: ignore[misc]
    """One code on its way; the state lives in the session for five minutes and three tries."""

    @classmethod
    def begin(cls, request: HttpRequest, phone: str) -> None:
        """Send a code to ``phone``; raises ``OSError`` when the gateway cannot, and then nothing is kept."""
        login = Login(user=None)
        login.state["stages"] = {"current": LoginByCodeStage.key}
        stage = LoginByCodeStage(LoginStageController(request, login), request, login)
        stage.state.update(cls.initial_state(user=None, phone=seal(phone)) | {"initiated_by_user": True})
        process = cls(stage=stage)
        process.send()
        process.persist()

    @property
    def masked(self) -> str:
        """The number as its owner recognises it."""
        return masked_phone(unseal(self.state["phone"]))

    def send(self, skip_enumeration_mails: bool = False) -> None:  # noqa: FBT001, FBT002 - allauth's signature
        """Make the code, keep its print, send it."""
        adapter = get_adapter()
        code = adapter.generate_login_code()
        self.state["code"] = code_print(code)
        adapter.send_verification_code_sms(user=None, phone=unseal(self.state["phone"]), code=code)

    def finish(self, redirect_url: str | None) -> HttpResponse:
        """Now look the user up, or make the resident, and go on with the sign-in (second factor included)."""
        user = user_for_verified_phone(unseal(self.state["phone"]), now=timezone.now())
        record_authentication(self.request, user, method="code")
        response: HttpResponse = perform_login(self.request, Login(user=user, redirect_url=redirect_url))
        return response
