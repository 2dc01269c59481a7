"""Keys for programs: one's own, and for the security administrator those of everybody, to be revoked."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from shangju.accounts import services
from shangju.accounts.forms import KeyForm
from shangju.accounts.models import AdministratorRole, User
from shangju.accounts.queries import keys_of, users_with_keys
from shangju.accounts.rules import is_administrator


@login_required
@require_http_methods(["GET", "HEAD"])
def keys(request: HttpRequest) -> HttpResponse:
    """The keys that one made for programs."""
    assert isinstance(request.user, User)
    now = timezone.now()
    rows = [(key, key.is_valid_at(now)) for key in keys_of(request.user)[:100]]
    return render(request, "accounts/keys.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]
def make_key(request: HttpRequest) -> HttpResponse:
    """Make a key; it is shown in this one answer and stored nowhere."""
    assert isinstance(request.user, User)
    form = KeyForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "accounts/make_key.html", {"form": form}, status=422 if form.errors else 200)
    token, plain = services.issue_token(
        request.user, by=request.user, now=timezone.now(), **form.cleaned_data
    )
    answer = render(request, "accounts/key_made.html", {"token": token, "plain": plain})
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own keys."""
    assert isinstance(request.user, User)
    token = get_object_or_404(keys_of(request.user), pk=pk)
    services.revoke_token(token, by=request.user, now=timezone.now())
    messages.success(request, _("The key “%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("accounts:keys")


def _demand_security_administrator(request: HttpRequest) -> None:
    if not is_administrator(request.user, AdministratorRole.SECURITY):
        raise PermissionDenied


@login_required
@require_http_methods(["GET", "HEAD"])
def all_keys(request: HttpRequest) -> HttpResponse:
    """Who holds keys for programs now, for the security administrator."""
    _demand_security_administrator(request)
    return render(request, "accounts/all_keys.html", {"holders": users_with_keys(timezone.now())[:500]})


@login_required
@require_POST
def revoke_all(request: HttpRequest, pk: int) -> HttpResponse:
    """End all keys of a user."""
    _demand_security_administrator(request)
    assert isinstance(request.user, User)
    holder = get_object_or_404(User, pk=pk)
    count = services.revoke_all_tokens(holder, by=request.user, now=timezone.now())
    sentence = ngettext("%(count)d key was revoked.", "%(count)d keys were revoked.", count)
    messages.success(request, sentence % {"count": count})
    return redirect("accounts:all_keys")
