"""Who may see a topic and act on it: whoever dispatches or supervises where its cases are; who leads the work sees it, and
so does the leading post of a task force at work that it was given to.

A case is grouped only where everybody who works on topics may know of it (:func:`may_be_grouped`), and somebody with a
stake in one of its cases does not see a topic at all: its title speaks of that case as well (cases.md §7).
"""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shangju.cases.models import Case
from shangju.cases.rules import visible_to, within
from shangju.cases.walls import behind_wall
from shangju.cases.workflow import RequestType, State
from shangju.categories.models import Category
from shangju.core.scoping import EverywhereReason, ScopedArea, everywhere
from shangju.posts.rights import Right, Standing, outermost
from shangju.topics.models import Topic, TopicCase
from shangju.topics.workflow import MOVES, OPEN_TOPIC_STATES, CaseStanding, TopicMove

KEEPING = (Right.DISPATCH, Right.SUPERVISE)
"""Either right lets somebody keep topics where they hold it."""

GIVING = (TopicMove.GIVE, TopicMove.TAKE_BACK)

NEVER_GROUPED = (State.DECLINED, State.WITHDRAWN)


def may_be_grouped() -> Q:
    """Cases that a topic may hold: none that is confidential, about a minor or somebody who is helped; no praise."""
    walled = Category.objects.filter(Q(privacy_wall=True) | Q(concerns_minors=True) | Q(sealed=True))
    kept_apart = Q(is_confidential=True) | Q(concerns_minor=True) | Q(category__in=walled)
    # A part repeats the words of its whole: the same complaint would count twice.
    return ~kept_apart & ~Q(state__in=NEVER_GROUPED) & ~Q(request_type=RequestType.PRAISE) & Q(part_of=None)


def is_groupable(case: Case) -> bool:
    """:func:`may_be_grouped`, asked of one case."""
    category = case.category
    is_walled = category is not None and (
        category.privacy_wall or category.concerns_minors or category.sealed
    )
    is_its_own = case.part_of_id is None and case.request_type != RequestType.PRAISE
    return is_its_own and not (case.is_kept_from_strangers or is_walled or case.state in NEVER_GROUPED)


def may_gather(standing: Standing, case: Case) -> bool:
    """Whether the user may put a case that they can open into a topic."""
    return is_groupable(case) and any(standing.may(right, path=case.area_path) for right in KEEPING)


def kept_areas(standing: Standing) -> tuple[ScopedArea, ...]:
    """The areas whose topics the user keeps."""
    return outermost(area for right in KEEPING for area in standing.areas_with(right))


def cases_within(standing: Standing) -> QuerySet[Case]:
    """The cases that the user may open where they keep topics."""
    here = Q(pk__in=[])
    for area in kept_areas(standing):
        here |= within(area)
    return Case.objects.filter(here, visible_to(standing))


def topics_for(standing: Standing) -> QuerySet[Topic]:
    """The topics that the user keeps by a case of theirs, or leads; none that holds a case behind their wall."""
    with everywhere(EverywhereReason.WALL):
        walled = list(_walled_cases(standing).values_list("topic_id", flat=True).distinct())
    return topics_before_walls(standing).exclude(pk__in=walled)


def topics_before_walls(standing: Standing) -> QuerySet[Topic]:
    """:func:`topics_for` without the walls; whoever shows some of them asks :func:`outside_walls`."""
    kept = TopicCase.objects.filter(topic=OuterRef("pk"), case__in=cases_within(standing))
    seen = Q(Exists(kept.exclude(standing=CaseStanding.TAKEN_OUT))) | Q(lead_post_id__in=standing.posts)
    found = Topic.objects.filter(seen | _led_by_task_force(standing))
    found = found.select_related("area", "lead_post__area", "task_force")
    return found.defer("area__outline", "lead_post__area__outline")


def _led_by_task_force(standing: Standing) -> Q:
    """Topics given to a task force that the user leads, until its last day."""
    last = Q(task_force__ends_on=None) | Q(task_force__ends_on__gte=timezone.localdate())
    return last & Q(task_force__lead_post_id__in=standing.posts)


def outside_walls(standing: Standing, topics: QuerySet[Topic]) -> QuerySet[Topic]:
    """Those of ``topics`` no case of which is behind the user's wall; to be read everywhere: such a case lies anywhere."""
    return topics.filter(~Exists(_walled_cases(standing).filter(topic=OuterRef("pk"))))


def _walled_cases(standing: Standing) -> QuerySet[TopicCase]:
    walled = Case.objects.filter(behind_wall(standing), topic_memberships__isnull=False)
    return TopicCase.objects.filter(case__in=walled)


def may_keep(standing: Standing, topic: Topic) -> bool:
    """Whether the user may act on a topic that they see: all its cases lie where they dispatch or supervise."""
    if any(standing.may(right, path=topic.area.path) for right in KEEPING):
        return True
    with everywhere(EverywhereReason.TOPIC):
        paths = topic.memberships.exclude(standing=CaseStanding.TAKEN_OUT).values_list(
            "case__area_path", flat=True
        )
        areas = kept_areas(standing)
        return all(any(path.startswith(area.path) for area in areas) for path in paths)


def topics_to_join(standing: Standing) -> QuerySet[Topic]:
    """The open topics that the user sees and may act on: :func:`may_keep` for a list."""
    seen = topics_for(standing).filter(state__in=OPEN_TOPIC_STATES)
    here = Q(pk__in=[])
    for area in kept_areas(standing):
        here |= Q(case__area_path__startswith=area.path)
    with everywhere(EverywhereReason.TOPIC):
        held = TopicCase.objects.filter(topic__in=list(seen.values_list("pk", flat=True)))
        outside = held.exclude(standing=CaseStanding.TAKEN_OUT).exclude(here)
        return seen.exclude(pk__in=list(outside.values_list("topic_id", flat=True)))


def may_give(standing: Standing, topic: Topic) -> bool:
    """Whether the user may give a topic that they see to a task force or take it back: by the right that gives cases."""
    return standing.may(Right.SUPERVISE, path=topic.area.path)


def open_moves(standing: Standing, topic: Topic) -> tuple[TopicMove, ...]:
    """The moves that are open to the user now, in the table's order."""
    if not may_keep(standing, topic):
        return ()
    other = TopicMove.TAKE_BACK if topic.task_force_id is None else TopicMove.GIVE
    shut = {other} if may_give(standing, topic) else set(GIVING)
    return tuple(move for move, rule in MOVES.items() if topic.state in rule.sources and move not in shut)
