"""Who looked at whose contact, for those who supervise; read only."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shangju.cases.reporter import reveals_of, unusually_many
from shangju.core.numbers import small_number
from shangju.desk.access import needs_right
from shangju.desk.forms import RevealFilterForm
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

ROWS = 50
DAYS = 7


@require_GET
@needs_right(Right.SUPERVISE)
def reveals(request: HttpRequest) -> HttpResponse:
    """Every look of the period, newest first, and a sentence where somebody looked unusually often."""
    now, standing = timezone.now(), standing_in(request)
    form = RevealFilterForm(request.GET or None, initial={"days": DAYS})
    wanted = form.cleaned_data if form.is_valid() else {}
    looks = reveals_of(standing, days=wanted.get("days") or DAYS, field=wanted.get("field", ""), now=now)
    start = small_number(request.GET.get("after", "")) or 0
    rows = list(looks[start : start + ROWS + 1])
    context = {
        "form": form,
        "rows": rows[:ROWS],
        "many": unusually_many(standing, now=now),
        "next": start + ROWS if len(rows) > ROWS else None,
        "days": wanted.get("days") or DAYS,
        "field": wanted.get("field", ""),
    }
    return render(request, "desk/reveals.html", context)
