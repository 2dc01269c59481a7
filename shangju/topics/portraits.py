"""What is told of a topic and follows from its cases: where, how alike, how hot, since when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shangju.cases.models import Case
from shangju.core.personal_data import find_personal_data, mask_personal_data
from shangju.topics.concerns import common_places, concerns_of
from shangju.topics.grouping import Group, GroupingRules
from shangju.topics.heat import HeatRules, heat_of, heat_shares
from shangju.topics.models import PLACE_LIMIT, TITLE_LIMIT

HEAT = HeatRules(plain=HeatRules().plain * GroupingRules().at_known_place)
"""Words about a known place are worth so much less, and so much less likeness is plain."""
WHOLLY_ALIKE = 1.0


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is told of a topic and follows from its cases; the fields are those of :class:`Topic`."""

    title: str
    place: str
    words: Sequence[str]
    likeness: float
    heat: int
    heat_parts: Sequence[Sequence[object]]
    first_at: datetime
    last_at: datetime


def portrait_of(found: Group, cases: Mapping[int, Case], *, now: datetime) -> Portrait:
    """What is told of the group; personal data is left out of it."""
    assert found.first is not None, "what has no time is not compared"
    assert found.last is not None, "as above"
    title = cases[int(found.centre.key)].title
    names = common_places([cases[int(member.key)] for member in found.members])
    shares = heat_shares(found.members, now=now, likeness=found.likeness, rules=HEAT)
    return Portrait(
        title=mask_personal_data(" ".join(title.split()))[:TITLE_LIMIT],
        place=mask_personal_data(found.place or next(iter(names), ""))[:PLACE_LIMIT],
        words=tuple(word for word in found.words if not find_personal_data(word)),
        likeness=round(found.likeness, 3),
        heat=heat_of(shares),
        heat_parts=tuple([str(share.source), share.count, share.points] for share in shares),
        first_at=found.first,
        last_at=found.last,
    )


def portrait_by_hand(cases: Sequence[Case], *, title: str, now: datetime) -> Portrait:
    """What is told of cases that a person put together: no likeness is reckoned (it is sure), their heat is."""
    concerns = list(concerns_of({case.pk: case for case in cases}).values())
    shares = heat_shares(concerns, now=now, likeness=WHOLLY_ALIKE)
    notes = {case.place_note for case in cases}
    place = notes.pop() if len(notes) == 1 else ""
    received = [case.received_at for case in cases]
    return Portrait(
        title=title,
        place=mask_personal_data(place or next(iter(common_places(cases)), ""))[:PLACE_LIMIT],
        words=(),
        likeness=0.0,
        heat=heat_of(shares),
        heat_parts=tuple([str(share.source), share.count, share.points] for share in shares),
        first_at=min(received),
        last_at=max(received),
    )
