"""How hot a group of concerns is, in points that say where they come from. Pure: no database, no clock."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from shangju.topics.grouping import Concern


class HeatSource(StrEnum):
    """What gives points, or takes some."""

    REPORTERS = "reporters"
    REPEATS = "repeats"
    BUSIEST = "busiest"
    RECENT = "recent"
    ME_TOO = "me_too"
    VAGUE = "vague"


@dataclass(frozen=True, slots=True)
class HeatRules:
    """Points for each, and what makes some less worth.

    Many people count most, then how close together they came, then who joined in.

    Reports that are hardly alike may be several matters of one kind (loans, one long street): these get less.
    Joining in costs one tap, and a thousand taps are not a thousand people who write: their number counts by its
    doublings.
    """

    reporters: int = 3
    repeats: int = 1
    busiest: int = 2
    recent: int = 1
    me_too: int = 2
    plain: float = 0.25
    """So alike (0 to 1) are reports that are plainly one matter."""
    vague: float = 0.7
    """The part of the points that reports lose which are not alike at all."""


@dataclass(frozen=True, slots=True)
class HeatShare:
    """Some of the points: how many of what gave them."""

    source: HeatSource
    count: int
    points: int


SENTENCES = {
    HeatSource.REPORTERS: _("Different reporters: %(count)s, that is %(points)s points"),
    HeatSource.REPEATS: _("Further reports by the same people: %(count)s, that is %(points)s points"),
    HeatSource.BUSIEST: _("Reports in the busiest 30 days: %(count)s, that is %(points)s points"),
    HeatSource.RECENT: _("Reports in the last 7 days: %(count)s, that is %(points)s points"),
    HeatSource.ME_TOO: _("Times that the number of “me too” doubled: %(count)s, that is %(points)s points"),
    HeatSource.VAGUE: _("Less, since the reports are only %(count)s %% alike: %(points)s points"),
}


def explain_heat(share: HeatShare) -> str:
    """Where some of the points come from, as a sentence."""
    return str(SENTENCES[share.source]) % {"count": share.count, "points": share.points}


BUSY_FOR, RECENT_FOR = timedelta(days=30), timedelta(days=7)


def heat_shares(
    concerns: Sequence[Concern], *, now: datetime | None, likeness: float, rules: HeatRules | None = None
) -> list[HeatShare]:
    """Where the points of a group come from; what gives none is left out.

    ``now`` is when it is looked at; ``likeness`` how alike its members are (0 to 1, ``grouping.Group``).
    """
    rules = rules or HeatRules()
    times = sorted(concern.at for concern in concerns if concern.at)
    people = len({concern.reporter or f"of {concern.key}" for concern in concerns})
    me_too = sum(concern.me_too for concern in concerns)
    counts = {
        HeatSource.REPORTERS: people,
        HeatSource.REPEATS: len(concerns) - people,
        HeatSource.BUSIEST: _busiest(times),
        HeatSource.RECENT: sum(1 for at in times if now is not None and now - RECENT_FOR < at <= now),
        HeatSource.ME_TOO: round(math.log2(1 + me_too)),
    }
    shares = [HeatShare(source, count, count * getattr(rules, source)) for source, count in counts.items()]
    lack = max(0.0, 1 - likeness / rules.plain) * rules.vague
    shares.append(HeatShare(HeatSource.VAGUE, round(100 * likeness), -int(lack * heat_of(shares))))
    return [share for share in shares if share.points]


def heat_of(shares: Sequence[HeatShare]) -> int:
    """The points in all."""
    return sum(share.points for share in shares)


def _busiest(times: Sequence[datetime]) -> int:
    """The most reports in any 30 days; ``times`` in order."""
    most = begin = 0
    for end, at in enumerate(times):
        while at - times[begin] >= BUSY_FOR:
            begin += 1
        most = max(most, end - begin + 1)
    return most
