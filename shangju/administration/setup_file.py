"""What a sub-district has set, written as a set-up file: to keep it, or to begin another sub-district with it."""

from typing import Any

import yaml

from shangju.administration.supervision_settings import as_table
from shangju.administration.working_time import Opening, stored_openings
from shangju.areas.models import Area
from shangju.deadlines.models import NightRest
from shangju.notices.queries import Times, times_of


def written_settings(subdistrict: Area) -> str:
    """A set-up file (docs/setup-file.md) with the sub-district and all that it has set; nothing below it and no people.

    Needs a scope that reaches the sub-district.
    """
    parent = subdistrict.parent
    document: dict[str, Any] = {"version": 1}
    if parent is not None:
        document["district"] = _area(parent)
    document["subdistrict"] = {
        **_area(subdistrict),
        **_working_time(subdistrict),
        **as_table(subdistrict),
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=120)


def _area(area: Area) -> dict[str, Any]:
    columns = ("code", "name", "name_en", "party_body", "number_prefix", "households")
    found = {column: value for column in columns if (value := getattr(area, column)) not in {"", None}}
    return found | ({"invented": True} if area.is_invented else {})


def _working_time(area: Area) -> dict[str, Any]:
    """What differs from the defaults of the installation."""
    found: dict[str, Any] = {}
    if openings := stored_openings(area):
        found["work_hours"] = [_opening(each) for each in openings]
    if night := NightRest.objects.filter(area=area).first():
        found["night_hours"] = f"{night.begins:%H:%M}-{night.ends:%H:%M}"
    times = times_of(area.pk)
    if times != Times():
        found["quiet_hours"] = f"{times.quiet.begins:%H:%M}-{times.quiet.ends:%H:%M}"
        found["quiet_on_days_off"] = times.quiet.on_days_off
        found["lists_when_empty"] = times.lists_when_empty
    return found


def _opening(opening: Opening) -> dict[str, Any]:
    row: dict[str, Any] = {"spans": ["-".join(span) for span in opening.spans]}
    if opening.season_from:
        row["season"] = f"{opening.season_from}..{opening.season_until}"
    if opening.weekdays:
        row["weekdays"] = [day + 1 for day in opening.weekdays]
    return row
