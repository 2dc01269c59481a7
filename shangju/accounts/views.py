"""Signing in and out, one's own profile, and the closed locks."""

from typing import Any
from urllib.parse import urlsplit

from allauth.account import views as allauth_views
from allauth.account.forms import RequestLoginCodeForm
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shangju.accounts import services
from shangju.accounts.adapter import keep_language
from shangju.accounts.codes import PhoneCodeProcess
from shangju.accounts.forms import LanguageForm, PasswordSignInForm, PhoneForm, UnlockForm
from shangju.accounts.models import AdministratorRole, User
from shangju.accounts.phones import masked_phone
from shangju.accounts.queries import demo_sign_ins, locked_names
from shangju.accounts.rules import administrator_role, is_administrator
from shangju.core.errors import DomainError

_NEVER_SHOWN_AGAIN = (
    "csrfmiddlewaretoken",
    "password",
    "oldpassword",
    "password1",
    "password2",
    "code",
    "next",
)
_WORDS_FROM = 8
"""A posted value of at least this many characters was probably typed, not chosen."""


def _entrance(request: HttpRequest) -> dict[str, Any]:
    demo = demo_sign_ins()
    return {
        "why_idle": request.GET.get("why") == "idle",
        "idle_minutes": settings.IDLE_MINUTES,
        "demo_sign_ins": demo,
        "demo_password": settings.DEMO_PASSWORD if demo else "",
        "phone_form": PhoneForm(prefix=None),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page: by password, or on to the phone code. In demo mode ``?as=NAME`` fills the name in."""
    context = _entrance(request)
    asked = request.GET.get("as", "")
    chosen = asked if any(user.username == asked for user in context["demo_sign_ins"]) else ""
    context["chosen"] = chosen
    view = allauth_views.LoginView.as_view(extra_context=context, initial={"login": chosen})
    return view(request)  # type: ignore[no-any-return]


def come_back_address(request: HttpRequest) -> str:
    """Where to go on after signing in again: this page, or the page that held the form that was sent."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    referrer = urlsplit(request.headers.get("Referer", ""))
    if referrer.netloc == request.get_host() and referrer.path:
        return referrer.path + (f"?{referrer.query}" if referrer.query else "")
    return request.path


@never_cache
def sign_in_after_idling(request: HttpRequest) -> HttpResponse:
    """The sign-in page as the answer to a form that came too late, with the words that were typed (401)."""
    posted = [
        value
        for name, values in request.POST.lists()
        if name not in _NEVER_SHOWN_AGAIN
        for value in values
        if len(value) >= _WORDS_FROM
    ]
    context = _entrance(request) | {
        "form": PasswordSignInForm(request=request),
        "why_idle": True,
        "not_stored": True,
        "typed_words": posted,
        "redirect_field_name": "next",
        "redirect_field_value": come_back_address(request),
    }
    return render(request, "account/login.html", context, status=401)


class _RequestCode(allauth_views.RequestLoginCodeView):  # type: ignore[misc]
    """Allauth's page with our process behind it."""

    def form_valid(self, form: RequestLoginCodeForm) -> HttpResponse:
        try:
            PhoneCodeProcess.begin(self.request, form.cleaned_data["phone"])
        except OSError:
            form.add_error("phone", _("The text message could not be sent just now. Try again in a minute."))
            response: HttpResponse = self.form_invalid(form)
            response.status_code = 503
            return response
        return redirect(self.get_success_url())


class _ConfirmCode(allauth_views.ConfirmLoginCodeView):  # type: ignore[misc]
    """Allauth's page with our process behind it."""

    def _verify_form_valid(self, form: Any) -> HttpResponse:
        return PhoneCodeProcess(stage=self.stage).finish(self.get_next_url())

    def get_context_data(self, **extra: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**extra)
        return context | {"phone": PhoneCodeProcess(stage=self.stage).masked}


@require_http_methods(["GET", "HEAD", "POST"])
def request_code(request: HttpRequest) -> HttpResponseBase:
    """Ask for a code on the phone; the answer is the same for every number."""
    return _RequestCode.as_view(extra_context=_entrance(request))(request)  # type: ignore[no-any-return]


@require_http_methods(["GET", "HEAD", "POST"])
def confirm_code(request: HttpRequest) -> HttpResponseBase:
    """Enter the code: three tries, five minutes."""
    return _ConfirmCode.as_view()(request)  # type: ignore[no-any-return]


@login_required
def change_password(request: HttpRequest) -> HttpResponseBase:
    """Change one's own password; who signs in by phone code has none to change."""
    assert isinstance(request.user, User)
    if not request.user.has_usable_password():
        messages.info(request, _("You sign in by phone code, so there is no password to change."))
        return redirect("accounts:profile")
    return allauth_views.password_change(request)  # type: ignore[no-any-return]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """One's own account: how one is shown, the language, password and second factor."""
    user = request.user
    assert isinstance(user, User)
    form = LanguageForm(request.POST or None, initial={"language": user.language})
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        services.choose_language(user, language=language, by=user, now=timezone.now())
        response = redirect("accounts:profile")
        keep_language(response, language)
        return response
    context = {
        "form": form,
        "phone": masked_phone(user.phone) if user.phone else "",
        "role": AdministratorRole(administrator_role(user)).label if administrator_role(user) else "",
        "is_security_administrator": is_administrator(user, AdministratorRole.SECURITY),
    }
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD"])
def locks(request: HttpRequest) -> HttpResponse:
    """The names that are locked now, for the security administrator."""
    if not is_administrator(request.user, AdministratorRole.SECURITY):
        raise PermissionDenied
    return render(request, "accounts/locks.html", {"locks": locked_names(timezone.now())})


@login_required
@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """Open a locked name again."""
    if not is_administrator(request.user, AdministratorRole.SECURITY):
        raise PermissionDenied
    form = UnlockForm(request.POST)
    assert isinstance(request.user, User)
    if form.is_valid():
        try:
            services.unlock_sign_in(form.cleaned_data["name"], by=request.user, now=timezone.now())
            messages.success(request, _("%(name)s can sign in again.") % {"name": form.cleaned_data["name"]})
        except DomainError as refused:
            messages.error(request, str(refused))
    return redirect("accounts:locks")


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, Any] | None = None
) -> HttpResponse:
    """429 with what to do. The API answers for itself (see ``services.authenticate_password``)."""
    if request.path.startswith("/api/") and response is not None:
        return response
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds() // 60)
    context = {"minutes": minutes, "sign_in_address": reverse("account_login")}
    page = render(request, "accounts/locked.html", context, status=429)
    page["Retry-After"] = str(minutes * 60)
    page["Cache-Control"] = "private, no-store"
    return page
