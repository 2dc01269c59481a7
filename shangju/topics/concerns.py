"""Cases as they are compared and counted: without the names of their place, their reporters as fingerprints."""

import re
from collections.abc import Mapping, Sequence

from shangju.cases.models import Case, ReporterContact
from shangju.cases.nearby import spot_of_case
from shangju.topics.grouping import Concern

READ_ALONG = ("area", "grid", "community", "place_party")
OUTLINES = tuple(f"{name}__outline" for name in ("area", "grid", "community"))
"""What a concern reads of a case, and what of it is large."""


def concerns_of(cases: Mapping[int, Case]) -> dict[int, Concern]:
    """The cases as they are compared. Who reported stays a fingerprint, and only how many there were is kept."""
    prints = dict(
        ReporterContact.objects.filter(case__in=list(cases)).exclude(phone_print="").values_list("case_id", "phone_print")
    )  # fmt: skip
    return {
        pk: Concern(
            key=str(pk),
            title=_without_names(case.title, case),
            body=_without_names(case.text, case),
            at=case.received_at,
            spot=spot_of_case(case),
            place=case.place_note or case.area.name,
            reporter=f"user {case.reporter_user_id}" if case.reporter_user_id else prints.get(pk, ""),
            me_too=case.me_too_count,
        )
        for pk, case in cases.items()
    }


def _without_names(text: str, case: Case) -> str:
    """A text without the names of its place: everybody there writes them, whatever the matter."""
    names = {area.name for area in (case.area, case.grid, case.community) if area is not None}
    names |= {case.place_note, case.place_party.name if case.place_party else ""}
    # 东里1幢 is also written as 东里, and with another number.
    names |= {NUMBERED.sub("", name) for name in names}
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= SHORTEST_NAME:
            text = text.replace(name, " ")
    return text


NUMBERED = re.compile(r"(\d+|[一二三四五六七八九十百]+)\s*(号楼|幢|栋|座|号|单元)$")
SHORTEST_NAME = 2
"""Signs: one alone stands in many words."""


def common_places(cases: Sequence[Case]) -> list[str]:
    """Names of the areas in which all these cases lie, the smallest first."""
    names = []
    for level in ("area", "grid", "community"):
        areas = {getattr(case, f"{level}_id") for case in cases}
        if len(areas) == 1 and None not in areas:
            names.append(getattr(cases[0], level).name)
    return names
