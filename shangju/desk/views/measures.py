"""The measures: rates with their rows, parted and compared; what a sub-district sets for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.queries import read_cursor, write_cursor
from shangju.cases.rules import staff, visible_to
from shangju.core.errors import DomainError
from shangju.core.forms import add_refusal
from shangju.desk.access import needs_right
from shangju.desk.forms_measures import MeasureSettingsForm, MeasuresForm
from shangju.measures.definitions import VERDICTS_OF, Figure, MeasureName, Part, Settings
from shangju.measures.models import Dimension
from shangju.measures.queries import (
    LEVELS,
    Asked,
    Figures,
    counting_rounds,
    figures_by,
    figures_of,
    read_to,
    rounds_behind,
    settings_of,
    together,
    with_period,
)
from shangju.measures.services import set_measures
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right, Standing
from shangju.supervision.queries import chosen_subdistrict

ROWS = 50


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure with how it was before and a year ago; what has fewer than ``minimum`` rows is not compared."""

    figure: Figure
    before: Figure
    a_year_before: Figure
    minimum: int

    @property
    def is_small(self) -> bool:
        """Whether the figure itself has too few rows."""
        return self.figure.is_small(self.minimum)

    @property
    def change(self) -> Decimal | None:
        """Percentage points since the period before; none where one of the two has too little to compare."""
        return self._change_from(self.before)

    @property
    def change_in_a_year(self) -> Decimal | None:
        """Percentage points since the year before."""
        return self._change_from(self.a_year_before)

    @property
    def tone(self) -> str:
        """Whether the change is for the better."""
        if not self.change:
            return "plain"
        return "good" if (self.change > 0) == self.figure.measure.more_is_better else "warn"

    def _change_from(self, then: Figure) -> Decimal | None:
        if (
            self.is_small
            or then.is_small(self.minimum)
            or self.figure.percent is None
            or then.percent is None
        ):
            return None
        return self.figure.percent - then.percent


@require_GET
@needs_right(Right.SUPERVISE)
def measures(request: HttpRequest) -> HttpResponse:
    """Every rate of an area and period against the one before and the year before; parted by what one likes."""
    form, status = _form(request), 200
    context: dict[str, Any] = {"form": form, "read_to": read_to(), "may_set": _may_set(request)}
    if form.is_valid():
        asked, dimension = form.asked(), form.cleaned_data["by"]
        settings = settings_of(asked.area)
        parts = figures_by(asked, dimension, settings=settings)
        whole = together(parts, asked, settings=settings) if dimension else parts[0]
        context |= {
            "asked": asked,
            "settings": settings,
            "whole": whole,
            "numbers": [
                (part.label, value, part.value)
                for part, value in (
                    (Part.DUE, whole.cases),
                    (Part.OVERDUE, whole.open_overdue),
                    (Part.WAITING, whole.pending),
                )
            ],
            "rates": _compared(asked, whole, settings),
            "by": Dimension(dimension) if dimension else "",
            "parts": _parts(form, parts, dimension, settings) if dimension else [],
            "query": form.address(),
        }
    else:
        status = 422
    return render(request, "desk/measures.html", context, status=status)


def _form(request: HttpRequest) -> MeasuresForm:
    return MeasuresForm(request.GET, areas=_areas(standing_in(request)), now=timezone.now())


def _areas(standing: Standing) -> list[Area]:
    """The sub-districts, communities and grids that one supervises, in the order of the tree."""
    within = Q(pk__in=[])
    for area in standing.areas_with(Right.SUPERVISE):
        within |= Q(path__startswith=area.path)
    found = Area.objects.filter(within, kind__in=LEVELS, retired_on__isnull=True)
    areas = list(found.defer("outline").order_by("path"))
    if not areas:
        raise PermissionDenied
    return areas


def _may_set(request: HttpRequest) -> bool:
    return standing_in(request).holds_anywhere(Right.SET_SUPERVISION)


def _compared(asked: Asked, whole: Figures, settings: Settings) -> list[Compared]:
    before, a_year = asked.period.before(), asked.period.a_year_before()
    # Of a whole year both are the same one, which is then counted once.
    then = {
        period: figures_of(with_period(asked, period), settings=settings, medians=False)
        for period in dict.fromkeys((before, a_year))
    }
    return [
        Compared(figure, then[before].by_name[name], then[a_year].by_name[name], settings.minimum)
        for name, figure in whole.by_name.items()
    ]


def _parts(
    form: MeasuresForm, parts: Sequence[Figures], dimension: str, settings: Settings
) -> list[dict[str, Any]]:
    return [
        {
            "line": line,
            "rates": [(figure, figure.is_small(settings.minimum)) for figure in line.by_name.values()],
            "query": _narrowed_to(form, dimension, line),
        }
        for line in parts
    ]


def _narrowed_to(form: MeasuresForm, dimension: str, line: Figures) -> str:
    """The query of one part alone; nothing where a part cannot be asked for by itself."""
    codes = form.codes_of(dimension)
    field = {
        Dimension.AREA: "area",
        Dimension.CATEGORY: "category",
        Dimension.CHANNEL: "channel",
        Dimension.CLASS: "deadline_class",
        Dimension.HANDLER: "handler",
    }[Dimension(dimension)]
    code = codes.get(line.key, "") if codes is not None else line.key
    return form.address(by="", **{field: code}) if code else ""


@require_GET
@needs_right(Right.SUPERVISE)
def measure_rows(request: HttpRequest) -> HttpResponse:
    """The very rows behind a figure. Those that the reader may not open are counted and not listed."""
    form, standing = _form(request), standing_in(request)
    measure, part = request.GET.get("measure", ""), request.GET.get("part", "")
    is_rate = part in VERDICTS_OF and measure in MeasureName.values
    known = is_rate or part in set(Part.values) - set(VERDICTS_OF)
    if not form.is_valid() or not known:
        return redirect(f"{reverse('supervision:measures')}?{form.address()}")
    asked = form.asked()
    behind = (
        counting_rounds(asked, MeasureName(measure), Part(part))
        if is_rate
        else rounds_behind(asked, Part(part))
    )
    open_to_reader = behind.filter(case__in=Case.objects.filter(visible_to(standing)).values("pk"))
    after = read_cursor(request.GET.get("cursor"))
    listed = open_to_reader
    if after:
        listed = listed.filter(Q(due_at__lt=after[0]) | Q(due_at=after[0], pk__lt=after[1]))
    related = ("case__area", "case__category", "handler_post", "handler_party")
    found = list(
        listed.select_related(*related)
        .defer("case__text", "case__area__outline")
        .order_by("-due_at", "-pk")[: ROWS + 1]
    )
    last = found[ROWS - 1] if len(found) > ROWS else None
    total = behind.count()
    context = {
        "asked": asked,
        "measure": MeasureName(measure) if is_rate else None,
        "part": Part(part),
        "rows": found[:ROWS],
        "next": write_cursor(last.due_at, last.pk) if last else "",
        "total": total,
        "kept_back": total - open_to_reader.count(),
        "back": form.address(),
    }
    return render(request, "desk/measure_rows.html", context)


@require_http_methods(["GET", "POST"])
@needs_right(Right.SET_SUPERVISION)
def measure_settings(request: HttpRequest) -> HttpResponse:
    """The weights of the score and the small-number rule of the sub-district."""
    standing, now = standing_in(request), timezone.now()
    area = chosen_subdistrict(standing, Right.SET_SUPERVISION, request.GET.get("area", ""))
    form = MeasureSettingsForm(
        request.POST or None, initial=MeasureSettingsForm.initial_of(settings_of(area))
    )
    status = 200
    if request.method == "POST":
        status = _save(request, form, area, now=now)
        if not status:
            messages.success(request, _("Saved. All figures are shown by it at once."))
            return redirect("supervision:measures")
    return render(request, "desk/measure_settings.html", {"form": form, "area": area}, status=status)


def _save(request: HttpRequest, form: MeasureSettingsForm, area: Area, *, now: datetime) -> int:
    """Zero when it is stored, else the status of the page that says what is wrong."""
    if not form.is_valid():
        return 422
    by = staff(request.user)  # type: ignore[arg-type] # the decorator asks for sign-in
    try:
        set_measures(area, settings=form.settings(), by=by, now=now)
    except DomainError as refusal:
        add_refusal(form, refusal)
        return refusal.status
    return 0
