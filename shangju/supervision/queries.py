"""The ladder, the limits and the task forces of a sub-district."""

from dataclasses import fields
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q

from shangju.areas.models import Area, AreaKind
from shangju.cases.rungs import Rung, RungAction
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.models import Post
from shangju.posts.rights import Right, Standing
from shangju.supervision.ladder import DEFAULT_LADDER, Limits, RungRule
from shangju.supervision.models import Entrustment, LadderRule, SupervisionLimits, TaskForce, TaskForceMember


def ladder_of(subdistrict_id: int) -> tuple[RungRule, ...]:
    """The rungs in order, as the sub-district set them or by default.

    Read past the scope: what a sub-district has set for its deadlines is no secret of a level.
    """
    with everywhere(EverywhereReason.STRUCTURE):
        rows = LadderRule.objects.filter(area_id=subdistrict_id).values_list(
            "rung", "action", "after_working_days", "receivers"
        )
        own = {rung: (action, after, receivers) for rung, action, after, receivers in rows}
    return tuple(_rule(default, own.get(default.rung)) for default in DEFAULT_LADDER)


def _rule(default: RungRule, own: tuple[str, int, list[str]] | None) -> RungRule:
    if own is None:
        return default
    action, after, receivers = own
    return RungRule(Rung(default.rung), RungAction(action), after, tuple(receivers))


def limits_of(subdistrict_id: int | None) -> Limits:
    """The limits of the sub-district, or the defaults."""
    with everywhere(EverywhereReason.STRUCTURE):
        row = SupervisionLimits.objects.filter(area_id=subdistrict_id).first()
    return Limits(**{field.name: getattr(row, field.name) for field in fields(Limits)}) if row else Limits()


def subdistricts_with(standing: Standing, right: Right) -> list[Area]:
    """The sub-districts in which ``standing`` holds ``right``, there or below; in the order of the tree."""
    paths = [area.path for area in standing.areas_with(right)]
    ids = {int(part) for path in paths for part in path.strip("/").split("/") if part}
    with everywhere(EverywhereReason.STRUCTURE):
        found = Area.objects.filter(pk__in=ids, kind=AreaKind.SUBDISTRICT, retired_on__isnull=True)
        return list(found.defer("outline").order_by("path"))


def chosen_subdistrict(standing: Standing, right: Right, code: str) -> Area:
    """The one that is named, or the first; ``PermissionDenied`` where there is none."""
    found = subdistricts_with(standing, right)
    chosen = next((area for area in found if area.code == code), None) or next(iter(found), None)
    if chosen is None:
        raise PermissionDenied
    return chosen


def task_forces_of(subdistrict: Area, *, on: date | None = None) -> list[TaskForce]:
    """The task forces of ``subdistrict`` in scope, the newest first; those at work on a day, or all."""
    found = TaskForce.objects.filter(area=subdistrict).select_related("lead_post", "area")
    return [each for each in found if on is None or each.works_on(on)]


def members_of(task_force: TaskForce, *, on: date) -> list[TaskForceMember]:
    """Who belongs to it on a day besides the leading post, in the order in which they joined."""
    terms = task_force.members.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on), starts_on__lte=on)
    # A member that came to lead stays one when it no longer does.
    besides = terms.exclude(post=task_force.lead_post_id)
    return list(besides.select_related("post__area", "party__area"))


def posts_of(task_force: TaskForce, *, on: date) -> list[Post]:
    """The posts that go on working in it after a day, the leading one first; who left on that very day is not among them."""
    staying = [
        member for member in members_of(task_force, on=on) if member.ends_on is None or member.ends_on > on
    ]
    members = [member.post for member in staying if member.post is not None]
    posts = [Post.objects.select_related("area").get(pk=task_force.lead_post_id), *members]
    return list({post.pk: post for post in posts}.values())


def given_to(task_force: TaskForce) -> Q:
    """The cases that it has now, as a condition on cases."""
    given = Entrustment.objects.filter(case=OuterRef("pk"), task_force=task_force, released_at__isnull=True)
    return Q(Exists(given))
