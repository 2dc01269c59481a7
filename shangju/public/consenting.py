"""The form of a concern with the privacy notice in force, and with the one that its sender agreed to before."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from shangju.accounts.models import User
from shangju.cases.models import ReporterContact
from shangju.consent.queries import notice_on
from shangju.core.kept_forms import is_anothers
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.public.forms import ConcernForm


def concern_form(request: HttpRequest, **filled_in: Any) -> ConcernForm:
    """The form of this request; every page that shows it makes it here. ``filled_in`` are values of a fresh one."""
    by = request.user if isinstance(request.user, User) and not is_anothers(request) else None
    now = timezone.now()
    consented_to = str(request.session.get("consented_to", "")) or (consent_before(by) if by else "")
    notice = notice_on(timezone.localdate(now))
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    return ConcernForm(*sent, by=by, now=now, notice=notice, consented_to=consented_to, initial=filled_in)


def consent_before(user: User) -> str:
    """The notice that a signed-in resident agreed to with their last report; empty where there was none."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        earlier = ReporterContact.objects.filter(case__reporter_user=user).exclude(consent_version="")
        return (
            earlier.order_by("-case__registered_at").values_list("consent_version", flat=True).first() or ""
        )
