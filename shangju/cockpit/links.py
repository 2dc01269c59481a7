"""Where the rows behind a figure are, for a reader who may open them; nowhere for anybody else."""

from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.http import urlencode

from shangju.areas.models import Area
from shangju.cockpit.rows import Shown
from shangju.measures.definitions import MeasureName, Part
from shangju.measures.periods import Period
from shangju.posts.rights import Right, Standing


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses of lists about one area; empty where the reader may not open them."""

    area: Area
    worklist_is_open: bool
    supervision_is_open: bool

    def worklist(self, **narrowed: str) -> str:
        """The worklist of the area, narrowed further."""
        if not self.worklist_is_open:
            return ""
        return f"{reverse('desk:worklist')}?{urlencode({'area': self.area.code, **narrowed})}"

    def supervision(self, reason: str) -> str:
        """The desk's list for one reason in the area."""
        return self._of_supervision("list", reason=reason)

    def orders(self, state: str) -> str:
        """The supervision orders of open cases in the area."""
        return self._of_supervision("orders", state=state, cases="open")

    def measures(self, period: Period) -> str:
        """All measures of the area in a period."""
        return self._of_supervision("measures", **_span(period))

    def rate(self, name: MeasureName, period: Period, part: Part) -> str:
        """The rounds behind one number of a rate of the area in a period."""
        return self._of_supervision("measure-rows", **_span(period), measure=name.value, part=part.value)

    def _of_supervision(self, page: str, **asked: str) -> str:
        if not self.supervision_is_open:
            return ""
        return f"{reverse(f'supervision:{page}')}?{urlencode({'area': self.area.code, **asked})}"

    def rows(self, number: int, figure: Shown, first: date, last: date, **narrowed: str | int) -> str:
        """The rows behind one of the figures that are counted for this wall; nowhere where there is none."""
        if not self.worklist_is_open or not number:
            return ""
        days = {"first": first.isoformat(), "last": last.isoformat()}
        query = urlencode({"figure": figure.value, **days, **narrowed})
        return f"{reverse('cockpit:rows', args=[self.area.code])}?{query}"


def _span(period: Period) -> dict[str, str]:
    return {"span": "own", "first": period.first.isoformat(), "last": period.last.isoformat()}


def links_for(standing: Standing, area: Area) -> Links:
    """What ``standing`` may open of ``area``."""
    return Links(
        area,
        worklist_is_open=standing.may(Right.VIEW_CASE, path=area.path),
        supervision_is_open=standing.may(Right.SUPERVISE, path=area.path),
    )
