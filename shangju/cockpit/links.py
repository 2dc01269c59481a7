"""Where the rows behind a figure are, for a reader who may open them; nowhere for anybody else."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.http import urlencode

from shangju.areas.models import Area, AreaKind
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
        """The desk's list for one reason; it can be narrowed to a community."""
        if not self.supervision_is_open:
            return ""
        of_area = {"area": self.area.code} if self.area.kind == AreaKind.COMMUNITY else {}
        return f"{reverse('supervision:list')}?{urlencode({'reason': reason, **of_area})}"

    def orders(self, state: str) -> str:
        """The list of supervision orders; it is about everything that the reader supervises."""
        if not self.supervision_is_open or self.area.kind != AreaKind.SUBDISTRICT:
            return ""
        return f"{reverse('supervision:orders')}?{urlencode({'state': state})}"

    def rows_of(self, name: MeasureName, period: Period) -> str:
        """The rounds behind a rate of the area in a period."""
        if not self.supervision_is_open:
            return ""
        asked = {
            "area": self.area.code,
            "span": "own",
            "first": period.first.isoformat(),
            "last": period.last.isoformat(),
            "measure": name.value,
            "part": Part.DENOMINATOR.value,
        }
        return f"{reverse('supervision:measure-rows')}?{urlencode(asked)}"


def links_for(standing: Standing, area: Area) -> Links:
    """What ``standing`` may open of ``area``."""
    return Links(
        area,
        worklist_is_open=standing.may(Right.VIEW_CASE, path=area.path),
        supervision_is_open=standing.may(Right.SUPERVISE, path=area.path),
    )
