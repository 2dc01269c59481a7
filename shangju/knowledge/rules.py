"""Who may read, write and release which articles. An article for everywhere is kept by those responsible everywhere."""

from itertools import takewhile

from django.db.models import Q

from shangju.areas.models import Area, AreaKind
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.knowledge.models import Article
from shangju.knowledge.workflow import MOVES, ArticleMove, ArticleState, moves_from
from shangju.posts.rights import Right, Standing

AREA_KINDS = (AreaKind.SUBDISTRICT, AreaKind.COMMUNITY)
"""What an article may be written for, apart from the whole installation."""


def path_of_everything() -> str:
    """The path of the lowest area that holds every sub-district in force; ``/`` where there is none."""
    with everywhere(EverywhereReason.STRUCTURE):
        paths = Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on__isnull=True)
        steps = zip(
            *(path.strip("/").split("/") for path in paths.values_list("path", flat=True)), strict=False
        )
        shared = [step[0] for step in takewhile(lambda step: len(set(step)) == 1, steps)]
    return "".join(f"/{step}" for step in shared) + "/"


def responsible_path(area: Area | None) -> str:
    """The path in which somebody must hold a right over what is written for ``area``."""
    return path_of_everything() if area is None else area.path


def may_keep(standing: Standing, area: Area | None) -> bool:
    """Whether they may write articles for ``area``."""
    return _may(standing, Right.KEEP_KNOWLEDGE, area)


def may_publish(standing: Standing, area: Area | None) -> bool:
    """Whether they may decide what residents and colleagues in ``area`` read."""
    return _may(standing, Right.PUBLISH_KNOWLEDGE, area)


def _may(standing: Standing, right: Right, area: Area | None) -> bool:
    return standing.holds_anywhere(right) and standing.may(right, path=responsible_path(area))


def may_make(standing: Standing, article: Article, move: ArticleMove) -> bool:
    """Whether they have the right that a move asks for; the state is another question."""
    allowed = may_publish if MOVES[move].is_release else may_keep
    return allowed(standing, article.area)


def open_moves(standing: Standing, article: Article) -> tuple[ArticleMove, ...]:
    """The moves that are open to them now; nothing to publish means no publishing."""
    moves = [move for move in moves_from(article.state) if may_make(standing, article, move)]
    hidden = ArticleMove.CONFIRM if article.waits else ArticleMove.PUBLISH
    return tuple(move for move in moves if move != hidden)


def visible_to(standing: Standing) -> Q:
    """The articles in scope that staff may see: published ones, and whatever they may write on."""
    seen = Q(state=ArticleState.PUBLISHED)
    if not standing.holds_anywhere(Right.KEEP_KNOWLEDGE):
        return seen
    for area in standing.areas_with(Right.KEEP_KNOWLEDGE):
        seen |= Q(area__path__startswith=area.path)
    return seen | Q(area__isnull=True) if may_keep(standing, None) else seen


def may_view(standing: Standing, article: Article) -> bool:
    """The same for one article."""
    return article.state == ArticleState.PUBLISHED or may_keep(standing, article.area)
