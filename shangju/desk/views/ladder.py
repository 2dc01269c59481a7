"""The ladder of the sub-district: what a passing deadline sets off, set by its leaders, with what it would have done."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shangju.cases.rules import staff
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.desk.access import needs_right
from shangju.desk.forms_supervision import LadderForm
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right
from shangju.supervision.ladder import DEFAULT_LADDER, Limits
from shangju.supervision.preview import preview_ladder
from shangju.supervision.queries import chosen_subdistrict, ladder_of, limits_of
from shangju.supervision.services import set_ladder


def _last_month(now: datetime) -> tuple[datetime, datetime]:
    """From the first day of the last calendar month until before the first of this one, local time."""
    end = timezone.localtime(now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begin = (end - timedelta(days=1)).replace(day=1)
    return begin, end


@require_http_methods(["GET", "POST"])
@needs_right(Right.SUPERVISE)
def ladder(request: HttpRequest) -> HttpResponse:
    """Read it; those who may set it look at what it would have done last month, then save."""
    standing, now = standing_in(request), timezone.now()
    area = chosen_subdistrict(standing, Right.SUPERVISE, request.GET.get("area", ""))
    own, limits = ladder_of(area.pk), limits_of(area.pk)
    form = LadderForm(request.POST or None, ladder=own, limits=limits)
    tried, status = own, 200
    if request.method == "POST" and form.is_valid():
        tried = tuple(form.ladder())
        if "save" in request.POST:
            try:
                set_ladder(
                    area,
                    ladder=tried,
                    limits=form.limits(),
                    by=staff(request.user),  # type: ignore[arg-type] # the decorator asks for sign-in
                    now=now,
                )
            except DomainError as refusal:
                add_refusal(form, refusal)
                status = refusal.status
            else:
                messages.success(request, _("Saved. It holds for every rung that is not climbed yet."))
                return redirect(f"{reverse('supervision:ladder')}?area={area.code}")
    elif request.method == "POST":
        status = 422
    begin, end = _last_month(now)
    context: dict[str, Any] = {
        "form": form,
        "area": area,
        "ladder": own,
        "is_default": own == DEFAULT_LADDER and limits == Limits(),
        "may_set": standing.may(Right.SET_SUPERVISION, path=area.path),
        "preview": preview_ladder(area.pk, tried, begin=begin, end=end),
        "is_tried": tried != own,
        "begin": begin,
        "last_day": end - timedelta(days=1),
    }
    return render(request, "desk/ladder.html", context, status=status)
