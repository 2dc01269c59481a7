"""Reads about posts: who holds one, and which post of an area stands on a rung of the ladder."""

from datetime import date

from django.db.models import Q, QuerySet

from shangju.accounts.models import User
from shangju.areas.models import Area
from shangju.posts.models import Appointment, Post, PostKind

_KINDS_BY_NATURE = {
    "community": (PostKind.COMMUNITY_OFFICER, PostKind.COMMUNITY_SECRETARY),
    "task_force": (PostKind.TASK_FORCE,),
}
"""Rungs on which posts of a kind stand even if nobody named a rung on the post, the first kind first."""

DISPATCHED_TO = (
    PostKind.UNIT,
    PostKind.TASK_FORCE,
    PostKind.COMMUNITY_SECRETARY,
    PostKind.COMMUNITY_OFFICER,
    PostKind.GRID_SECRETARY,
    PostKind.GRID_WORKER,
    PostKind.BUILDING_HEAD,
)
"""Posts that handle cases, widest area first."""


def holders_of(post: Post, *, on: date) -> list[User]:
    """Active users who hold ``post`` on a day, longest first."""
    terms = (
        Appointment.objects.on(on)
        .filter(post=post, user__is_active=True)
        .select_related("user")
        .order_by("starts_on", "pk")
    )
    return [term.user for term in terms]


def posts_above(area: Area) -> QuerySet[Post]:
    """Posts in force of ``area`` and of every area above it, in the scope."""
    return Post.objects.filter(area_id__in=area.ancestor_ids, retired_on__isnull=True).select_related("area")


def posts_for_ladder_rung(area: Area, *, rung: str) -> list[Post]:
    """The posts on ``rung`` that are nearest to ``area``, looking at it first and then upwards in the tree.

    ``community`` gives the community's officers, ``enforcement`` the sub-district's enforcement team.
    All posts of the nearest area that has any are returned; none when the rung stands empty all the way
    up.
    """
    kinds = _KINDS_BY_NATURE.get(rung, ())
    rank = {kind.value: place for place, kind in enumerate(kinds)}
    found = list(posts_above(area).filter(Q(rung=rung) | Q(rung="", kind__in=kinds)))
    if not found:
        return []
    nearest = max((post.area.path for post in found), key=len)
    here = [post for post in found if post.area.path == nearest]
    first = min(rank.get(post.kind, -1) for post in here)
    return sorted(
        (post for post in here if rank.get(post.kind, -1) == first), key=lambda post: (post.name, post.pk)
    )


def dispatch_choices(area: Area, *, on: date) -> list[Post]:
    """Posts of ``area``, above it and below it to which a case there may be dispatched on ``on``: held
    ones only.
    """
    order = {kind.value: place for place, kind in enumerate(DISPATCHED_TO)}
    held = Appointment.objects.on(on).filter(user__is_active=True).values("post_id")
    posts = (
        Post.objects.filter(Q(area_id__in=area.ancestor_ids) | Q(area__path__startswith=area.path))
        .filter(kind__in=order, retired_on__isnull=True, pk__in=held)
        .select_related("area")
    )
    return sorted(
        posts, key=lambda post: (-len(post.area.path.split("/")), order[post.kind], post.area.path, post.name)
    )
