"""Everything that the wall shows of one area at one instant, ready for the template."""

from datetime import datetime
from typing import Any

from shangju.areas.models import Area
from shangju.cockpit import panels_of_days, panels_of_open_cases
from shangju.cockpit.links import Links
from shangju.cockpit.wall import Panel, Wall

PANELS: tuple[Panel, ...] = (
    Panel("today", panels_of_days.today),
    Panel("rates", panels_of_days.rates),
    Panel("lights", panels_of_open_cases.lights),
    Panel("map", panels_of_open_cases.outlines),
    Panel("parts", panels_of_open_cases.parts),
    Panel("categories", panels_of_days.categories),
    Panel("hours", panels_of_days.hours),
    Panel("places", panels_of_days.places),
    Panel("supervision", panels_of_open_cases.supervision),
)
"""The panels in their order. Another one is a line here, its figures, its template in ``cockpit/panels/`` and its place in
the grid of ``cockpit.css``."""


def screen_of(area: Area, children: list[Area], *, now: datetime, links: Links) -> dict[str, Any]:
    """The context of the template."""
    wall = Wall(area, children, now, links)
    shown = [{"template": panel.template, **panel.figures(wall)} for panel in PANELS]
    return {"area": area, "now": now, "panels": shown}
