"""Reads of topics worth a name."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.rules import visible_to
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.models import Post
from shangju.posts.queries import DISPATCHED_TO
from shangju.posts.rights import Standing
from shangju.supervision.models import Entrustment, TaskForce
from shangju.topics.heat import HeatShare, HeatSource
from shangju.topics.models import Topic, TopicCase, TopicEvent
from shangju.topics.rules import outside_walls, topics_before_walls, topics_for
from shangju.topics.workflow import CaseStanding, TopicState

ORDER = (TopicState.PROPOSED, TopicState.CONFIRMED, TopicState.SETTLED, TopicState.DISMISSED)


def readable_cases(standing: Standing) -> QuerySet[Case]:
    """The cases that the reader may open."""
    return Case.objects.filter(visible_to(standing))


def topics_in_state(
    standing: Standing, state: str, *, task_force: TaskForce | None = None
) -> QuerySet[Topic]:
    """The topics that the reader sees in a state, the hottest first, each with how many of its cases the reader may open."""
    found = _with_own_cases(standing, _narrowed(topics_for(standing), task_force))
    return found.filter(state=state).order_by("-heat", "-pk")


def topics_given_to(task_force: TaskForce, standing: Standing) -> QuerySet[Topic]:
    """The topics of a task force that the reader sees, those that are open first, then the hottest; counted as above."""
    found = _with_own_cases(standing, _narrowed(topics_for(standing), task_force))
    return found.order_by(F("ended_at").desc(nulls_first=True), "-heat", "-pk")


def _with_own_cases(standing: Standing, topics: QuerySet[Topic]) -> QuerySet[Topic]:
    own = TopicCase.objects.filter(topic=OuterRef("pk"), case__in=readable_cases(standing))
    members = own.exclude(standing=CaseStanding.TAKEN_OUT).order_by().values("topic")
    counted = Subquery(members.annotate(total=Count("pk")).values("total"))
    return topics.annotate(own_cases=Coalesce(counted, 0))


def _narrowed(topics: QuerySet[Topic], task_force: TaskForce | None) -> QuerySet[Topic]:
    return topics if task_force is None else topics.filter(task_force=task_force)


def counts_by_state(standing: Standing, *, task_force: TaskForce | None = None) -> dict[str, int]:
    """How many topics the reader sees in each state, in one statement."""
    found = _narrowed(topics_for(standing), task_force).order_by().values("state")
    return dict(found.annotate(total=Count("pk")).values_list("state", "total"))


def task_forces_with_topics(standing: Standing) -> list[TaskForce]:
    """The task forces that have a topic that the reader sees, the newest first."""
    given = topics_for(standing).filter(task_force=OuterRef("pk"))
    return list(TaskForce.objects.filter(Exists(given)))


def cases_to_give(standing: Standing, topic: Topic) -> list[tuple[Case, str]]:
    """The open cases of a topic that the reader may open, each with the name of the task force that has it already."""
    members = topic.memberships.filter(standing=CaseStanding.MEMBER, is_current=True)
    has = Entrustment.objects.filter(case=OuterRef("pk"), released_at__isnull=True)
    found = readable_cases(standing).filter(pk__in=members.values("case"), is_open=True)
    found = found.annotate(held_by=Coalesce(Subquery(has.values("task_force__name")[:1]), Value("")))
    return [(case, case.held_by) for case in found.defer("text").order_by("received_at", "pk")]


def memberships_for(standing: Standing, topic: Topic) -> list[TopicCase]:
    """The cases of a topic that the reader may open, the earliest first; those taken out last."""
    rows = topic.memberships.filter(case__in=readable_cases(standing)).select_related(
        "case__area", "case__category", "case__handler_post", "case__handler_party"
    )
    rows = rows.defer("case__text", "case__party_summary", "case__area__outline")
    found = list(rows.order_by("case__received_at", "case_id"))
    return sorted(found, key=lambda row: row.standing == CaseStanding.TAKEN_OUT)


def topic_of(standing: Standing, case: Case) -> Topic | None:
    """The topic to which a case belongs, if the reader sees that topic: the open one, else the latest settled one."""
    holding = TopicCase.objects.filter(
        Q(is_current=True) | Q(topic__state=TopicState.SETTLED),
        topic=OuterRef("pk"),
        case=case,
        standing=CaseStanding.MEMBER,
    )
    held = topics_before_walls(standing).filter(Exists(holding))
    with everywhere(EverywhereReason.WALL):
        return outside_walls(standing, held).order_by(F("ended_at").desc(nulls_first=True)).first()


def open_topics_of(cases: Iterable[Case]) -> set[int]:
    """The ids of those cases that belong to an open topic, whoever keeps it."""
    with everywhere(EverywhereReason.TOPIC):
        rows = TopicCase.objects.filter(case__in=list(cases), is_current=True)
        return set(rows.values_list("case_id", flat=True))


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """A row of a topic's history, with the numbers of those of its cases that the reader may open."""

    event: TopicEvent
    numbers: tuple[str, ...]


def history_of(topic: Topic, memberships: Iterable[TopicCase]) -> list[ToldEvent]:
    """What happened, the latest first; ``memberships`` are those that the reader may open."""
    numbers = {row.case_id: row.case.number for row in memberships}
    return [
        ToldEvent(event, tuple(numbers[case] for case in event.cases if case in numbers))
        for event in topic.events.select_related("by", "task_force").order_by("-sequence")
    ]


def lead_posts(subdistrict: Area) -> QuerySet[Post]:
    """The posts that may lead a topic there: all that handle cases, in the order of the tree."""
    posts = Post.objects.filter(
        area__path__startswith=subdistrict.path, kind__in=DISPATCHED_TO, retired_on__isnull=True
    )
    return posts.select_related("area").order_by(F("area__path"), "kind", "pk")


def heat_parts_of(topic: Topic) -> list[HeatShare]:
    """Where the heat of a topic comes from, as stored by the last search."""
    known = set(HeatSource)
    return [
        HeatShare(HeatSource(source), count, points)
        for source, count, points in topic.heat_parts
        if source in known
    ]
