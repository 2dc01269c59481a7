"""How long what is kept, and the runs that remove it: the security administrator's; the system administrator looks on."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from shangju.accounts.models import AdministratorRole
from shangju.administration.access import (
    administrator_of,
    as_security_administrator,
    as_security_or_system_administrator,
    role_of,
)
from shangju.administration.views.answering import FormPage, answer_form, read_or_write
from shangju.core.errors import DomainError
from shangju.privacy.forms import RuleForm
from shangju.privacy.models import RetentionRule, RetentionRun
from shangju.privacy.queries import rules_in_force
from shangju.privacy.services import confirm_run, discard_run, prepare_run, set_retention
from shangju.privacy.workflow import RetentionKind, RunState

RUNS = 20


@require_GET
@as_security_or_system_administrator
def retention(request: HttpRequest) -> HttpResponse:
    """What is kept how long and by which law, and what was removed when."""
    context = {
        "rules": rules_in_force(),
        "runs": RetentionRun.objects.select_related("prepared_by", "confirmed_by")[:RUNS],
        "may_decide": role_of(request) == AdministratorRole.SECURITY,
    }
    return render(request, "administration/retention.html", context)


@read_or_write
@as_security_administrator
def rule(request: HttpRequest, kind: str) -> HttpResponse:
    """Change how long a kind is kept, within the bounds of the law."""
    if kind not in RetentionKind.values:
        raise Http404
    held = next(each for each in rules_in_force() if each.kind == kind)
    page = FormPage(
        title=held.kind.label,
        purpose=_("How long this is kept. The next run removes what is older."),
        submit=_("Save"),
        done=_("Saved. The next run follows it."),
        back=reverse("administration:retention"),
        trail=((_("Retention"), reverse("administration:retention")),),
        subject=RetentionRule.objects.filter(kind=kind).first(),
    )
    form = RuleForm(request.POST or None, rule=held)

    def write(**values: object) -> object:
        return set_retention(kind, **values)  # type: ignore[arg-type] # the form's fields are the service's arguments

    return answer_form(request, form, write, page)


@require_POST
@as_security_or_system_administrator
def prepare(request: HttpRequest) -> HttpResponse:
    """Look at what would go; nothing goes."""
    made = prepare_run(by=administrator_of(request), now=timezone.now())
    return redirect("administration:retention_run", pk=made.pk)


@require_GET
@as_security_or_system_administrator
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """What a run found by kind and sub-district, and what has gone so far."""
    found = get_object_or_404(RetentionRun.objects.select_related("prepared_by", "confirmed_by"), pk=pk)
    counts: list[Any] = list(found.counts.select_related("subdistrict"))
    for count in counts:
        count.days = found.terms.get(count.kind)
    context = {
        "run": found,
        "counts": counts,
        "found": sum(count.found for count in counts),
        "removed": sum(count.removed for count in counts),
        "may_decide": role_of(request) == AdministratorRole.SECURITY and found.state == RunState.PREPARED,
    }
    return render(request, "administration/retention_run.html", context)


@require_POST
@as_security_administrator
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Let what the run found be removed."""
    found = get_object_or_404(RetentionRun, pk=pk)
    try:
        confirm_run(found, by=administrator_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Confirmed. The worker removes it now; this page tells how far it is."))
    return redirect("administration:retention_run", pk=pk)


@require_POST
@as_security_administrator
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a prepared run away."""
    found = get_object_or_404(RetentionRun, pk=pk)
    try:
        discard_run(found, by=administrator_of(request), now=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Discarded. Nothing was removed."))
    return redirect("administration:retention")
