"""Average linkage over a sparse graph of likenesses. Pure: no texts, no places, only numbers."""

import heapq
from collections.abc import Callable, Iterable

Link = tuple[float, int, int]
"""How alike two things are, and their numbers."""


def average_linkage(
    count: int, links: Iterable[Link], *, threshold: float, tell: Callable[[int], None] = lambda _done: None
) -> list[list[int]]:
    """Groups of at least two of the things 0 to ``count`` - 1: the two most alike become one as long as they are alike.

    Two groups are as alike as their members are on the average; a pair without a link counts as not alike at all. So a
    chain of neighbours (a like b, b like c …) makes no group, while many links among many do. Equal likenesses are
    taken in the order of the numbers: the result is the same for the same links in any order.
    """
    near: list[dict[int, float]] = [{} for _thing in range(count)]
    for alike, one, other in links:
        near[one][other] = near[other][one] = alike
    members = [[thing] for thing in range(count)]
    waiting = [
        (-alike, one, other)
        for one, others in enumerate(near)
        for other, alike in others.items()
        if one < other and alike >= threshold
    ]
    heapq.heapify(waiting)
    done = 0
    while waiting:
        unlike, one, other = heapq.heappop(waiting)
        if near[one].get(other, 0.0) == 0.0 or _average(one, other, near, members) != -unlike:
            continue  # one of the two has become part of another group since
        kept = _merge(one, other, near, members)
        for third in near[kept]:
            alike = _average(kept, third, near, members)
            if alike >= threshold:
                heapq.heappush(waiting, (-alike, min(kept, third), max(kept, third)))
        done += 1
        tell(done)
    return [sorted(group) for group in members if len(group) > 1]


def _average(one: int, other: int, near: list[dict[int, float]], members: list[list[int]]) -> float:
    return near[one][other] / (len(members[one]) * len(members[other]))


def _merge(one: int, other: int, near: list[dict[int, float]], members: list[list[int]]) -> int:
    """Put both into the one with more neighbours, which is kept; sums of likenesses add up."""
    kept, gone = (one, other) if len(near[one]) >= len(near[other]) else (other, one)
    del near[gone][kept], near[kept][gone]
    for third, total in near[gone].items():
        del near[third][gone]
        near[kept][third] = near[third][kept] = near[kept].get(third, 0.0) + total
    near[gone] = {}
    members[kept] += members[gone]
    members[gone] = []
    return kept
