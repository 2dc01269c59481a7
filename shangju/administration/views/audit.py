"""The audit trail, for the audit administrator alone."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from shangju.administration.access import as_audit_administrator
from shangju.administration.forms import AuditForm
from shangju.administration.queries import AuditFilter, find_events, told_changes
from shangju.core.numbers import small_number


@require_GET
@as_audit_administrator
def audit(request: HttpRequest) -> HttpResponse:
    """Who did what to what, newest first."""
    form = AuditForm(request.GET or None)
    wanted = form.cleaned_data if form.is_valid() else {}
    cursor = request.GET.get("cursor", "")
    before = small_number(cursor) or 0
    events, following = find_events(AuditFilter(**wanted, before=before))
    rows = [(event, told_changes(event)) for event in events]
    return render(request, "administration/audit.html", {"form": form, "rows": rows, "next": following})
