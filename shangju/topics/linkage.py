"""Average linkage over a sparse graph of likenesses. Pure: no texts, no places, only numbers."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Link = tuple[float, int, int]
"""How alike two things are, and their numbers."""


@dataclass(frozen=True, slots=True)
class JoiningRules:
    """When two groups become one.

    ``threshold``: so alike (0 to 1) their members must be on the average. ``share``: and so alike, as a part of how
    alike the members of the tighter group are among themselves: to a group that says nearly the same something that is
    just alike does not belong, to a loose one it does. ``same``: what is more alike than this is one text sent twice,
    and asks no more of others than this.
    """

    threshold: float
    share: float = 0.4
    same: float = 0.3


def average_linkage(
    count: int,
    links: Iterable[Link],
    rules: JoiningRules,
    *,
    tell: Callable[[int], None] = lambda _done: None,
) -> list[list[int]]:
    """Groups of at least two of the things 0 to ``count`` - 1: the two most alike become one as long as they are alike.

    Two groups are as alike as their members are on the average; a pair without a link counts as not alike at all. So a
    chain of neighbours (a like b, b like c …) makes no group, while many links among many do. Equal likenesses are
    taken in the order of the numbers: the result is the same for the same links in any order.
    """
    found = _Joined(count, links)
    waiting = [
        (-alike, one, other)
        for one, others in enumerate(found.near)
        for other, alike in others.items()
        if one < other and alike >= rules.threshold
    ]
    heapq.heapify(waiting)
    done = 0
    while waiting:
        unlike, one, other = heapq.heappop(waiting)
        if not found.near[one].get(other, 0.0) or found.average(one, other) != -unlike:
            continue  # one of the two has become part of another group since
        if -unlike < rules.share * found.tighter(one, other, same=rules.same):
            continue  # asked again when one of the two has grown
        kept = found.join(one, other)
        for third in found.near[kept]:
            alike = found.average(kept, third)
            if alike >= rules.threshold:
                heapq.heappush(waiting, (-alike, min(kept, third), max(kept, third)))
        done += 1
        tell(done)
    return [sorted(group) for group in found.members if len(group) > 1]


class _Joined:
    """What has been joined so far, each group under the number of one of its members."""

    def __init__(self, count: int, links: Iterable[Link]) -> None:
        self.near: list[dict[int, float]] = [{} for _thing in range(count)]
        """For each group the sums of the likenesses of its members to those of its neighbours."""
        for alike, one, other in links:
            self.near[one][other] = self.near[other][one] = alike
        self.members = [[thing] for thing in range(count)]
        self._within = [0.0] * count

    def average(self, one: int, other: int) -> float:
        """How alike two groups are."""
        return self.near[one][other] / (len(self.members[one]) * len(self.members[other]))

    def tighter(self, one: int, other: int, *, same: float) -> float:
        """How alike the members of the tighter of two groups are among themselves; one alone asks nothing."""
        return max(self._among(one, same), self._among(other, same))

    def _among(self, group: int, same: float) -> float:
        count = len(self.members[group])
        return min(same, self._within[group] / (count * (count - 1) / 2)) if count > 1 else 0.0

    def join(self, one: int, other: int) -> int:
        """Put both into the one with more neighbours, which is kept; sums of likenesses add up."""
        near = self.near
        kept, gone = (one, other) if len(near[one]) >= len(near[other]) else (other, one)
        self._within[kept] += self._within[gone] + near[kept][gone]
        del near[gone][kept], near[kept][gone]
        for third, total in near[gone].items():
            del near[third][gone]
            near[kept][third] = near[third][kept] = near[kept].get(third, 0.0) + total
        near[gone] = {}
        self.members[kept] += self.members[gone]
        self.members[gone] = []
        return kept
