"""Who may do what with the bulletins of a sub-district; the tables are in :mod:`shangju.bulletins.workflow`."""

from collections.abc import Iterable

from shangju.areas.models import Area
from shangju.bulletins.workflow import MOVES, READERS, BulletinMove, BulletinState
from shangju.posts.rights import Holding, Right, Standing


def may_make(standing: Standing, move: BulletinMove, area: Area) -> bool:
    """Whether the right of the move is held in the sub-district; for drafting also in a part of it.

    A community's secretary writes along; who signs for the whole sub-district holds a post of the whole.
    """
    right = MOVES[move].right
    if right == Right.SUPERVISE:
        return bool(_holdings(standing, (right,), area))
    return standing.may(right, path=area.path)


def may_read(standing: Standing, state: str, area: Area) -> bool:
    """Whether somebody with this standing reads bulletins of the sub-district in a state."""
    return bool(_holdings(standing, READERS[BulletinState(state)], area))


def readable_states(standing: Standing, area: Area) -> list[BulletinState]:
    """The states in which they read bulletins of the sub-district."""
    return [state for state in BulletinState if may_read(standing, state, area)]


def post_for(standing: Standing, move: BulletinMove, area: Area) -> str:
    """The name of the post by which somebody makes a move: the widest of those that allow it."""
    found = _holdings(standing, (MOVES[move].right,), area)
    return min(found, key=lambda holding: len(holding.area.path)).post_name if found else ""


def _holdings(standing: Standing, rights: Iterable[Right], area: Area) -> list[Holding]:
    """The posts that give one of ``rights`` in the sub-district: above it, of it, or of a part of it."""
    wanted = frozenset(rights)
    return [
        holding
        for holding in standing.holdings
        if wanted & holding.rights
        and (area.path.startswith(holding.area.path) or holding.area.path.startswith(area.path))
    ]
