"""Open figures 公开数据: what everybody may know of how concerns are dealt with, as a page and as a table."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from shangju.areas.models import Area
from shangju.board.queries import results_in
from shangju.core.spreadsheets import guarded
from shangju.measures.definitions import MEASURES, Figure, Measure
from shangju.measures.open_figures import SHOWN, Line, OpenFigures, open_figures, open_subdistricts

KEPT = timedelta(hours=1)
"""The month up to yesterday hardly changes: whoever asks within the hour gets what was counted."""

RESULTS = 5


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The figures of a sub-district; the first one where none is named."""
    areas = open_subdistricts()
    area = _chosen(request, areas)
    figures = _figures_of(area) if area else None
    context = {
        "tabs": [(each, "1" if each == area else "") for each in areas] if len(areas) > 1 else [],
        "figures": figures,
        "measures": [MEASURES[name] for name in SHOWN],
        "rates": _compared(figures) if figures else [],
        "rows": [(line, _cells(line)) for line in figures.communities] if figures else [],
        "results": results_in(area, figures.period.first, figures.period.last, at_most=RESULTS)
        if area and figures
        else [],
    }
    return render(request, "public/figures.html", context)


@require_GET
def table(request: HttpRequest) -> HttpResponse:
    """The same figures as CSV, with the same numbers withheld."""
    area = _chosen(request, open_subdistricts())
    if area is None:
        raise Http404
    figures = _figures_of(area)
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = (
        f'attachment; filename="figures-{area.code}-{figures.period.last.isoformat()}.csv"'
    )
    answer.write("\ufeff")  # without it spreadsheets take the Chinese for another encoding
    csv.writer(answer).writerows([guarded(str(cell)) for cell in row] for row in _table_rows(figures))
    return answer


def _chosen(request: HttpRequest, areas: list[Area]) -> Area | None:
    code = request.GET.get("area", "")
    if not code:
        return areas[0] if areas else None
    found = next((area for area in areas if area.code == code), None)
    if found is None:
        raise Http404
    return found


def _figures_of(area: Area) -> OpenFigures:
    """The figures, kept for an hour in each language."""
    now = timezone.now()
    today = timezone.localdate(now)
    key = f"open-figures:{area.pk}:{today}:{get_language()}"
    kept: OpenFigures | None = cache.get(key)
    if kept is None:
        kept = open_figures(area, today=today, now=now)
        cache.set(key, kept, KEPT.total_seconds())
    return kept


@dataclass(frozen=True, slots=True)
class Compared:
    """A rate beside that of the month before; ``None`` where it is withheld."""

    measure: Measure
    figure: Figure | None
    before: Figure | None


def _compared(figures: OpenFigures) -> list[Compared]:
    return [
        Compared(MEASURES[name], figures.whole.rates.get(name), figures.before.rates.get(name))
        for name in SHOWN
    ]


def _cells(line: Line) -> list[tuple[Measure, Figure | None]]:
    return [(MEASURES[name], line.rates.get(name)) for name in SHOWN]


def _table_rows(figures: OpenFigures) -> Iterator[list[object]]:
    yield [
        _("From"), _("To"), _("Code"), _("Area or category"),
        pgettext("open figures", "What"), pgettext("open figures", "Number"), _("Of how many"), _("Per cent"),
    ]  # fmt: skip
    span = [figures.period.first.isoformat(), figures.period.last.isoformat()]
    for line in (figures.whole, *figures.communities):
        who = [*span, line.key, line.label]
        yield [*who, pgettext("open figures", "Received"), _shown(line.received), "", ""]
        yield [*who, _("Results"), _shown(line.resolved), "", ""]
        for name in SHOWN:
            rate = line.rates.get(name)
            numbers = [rate.numerator, rate.denominator, rate.percent] if rate else [_shown(None)] * 3
            yield [*who, MEASURES[name].label, *("" if number is None else number for number in numbers)]
        yield [*who, _("Median days"), "" if line.median_days is None else round(line.median_days, 1), "", ""]
    for category in figures.categories:
        of = [*span, category.key, category.label]
        yield [*of, _("Results"), category.results, "", ""]
        yield [*of, _("Median days"), round(category.median_days, 1), "", ""]


def _shown(number: int | None) -> object:
    return _("not shown") if number is None else number
