"""The confirmed topics of a sub-district for a bulletin, from the rows."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q

from shangju.areas.models import Area
from shangju.bulletins.figures import TopicTold
from shangju.bulletins.queries import readers_of
from shangju.cases.models import Case
from shangju.cases.walls import users_behind_walls
from shangju.core.personal_data import mask_personal_data
from shangju.measures.periods import DAY, Period, begin_of
from shangju.topics.models import Topic, TopicCase
from shangju.topics.workflow import CaseStanding, TopicState

TOPICS_AT_MOST = 10
OUTCOME_AT_MOST = 200
"""Signs of what came of it; the page of the topic has all of it."""


def topics_of(area: Area, period: Period, *, day: date) -> tuple[list[TopicTold], int]:
    """The hottest topics that people confirmed, with cases up to the end of the period, that had not ended before it;
    and how many more there are that nothing is told of, because somebody who reads the bulletin on ``day`` stands
    behind the wall of one of their cases: its title speaks of that case as well (:mod:`shangju.topics.rules`).

    They are as they stand when the figures are taken. A case that the topic only suggests, or that was taken out of it,
    does not count; names are those of posts.
    """
    begin, end = begin_of(period.first), begin_of(period.last + DAY)
    belongs = Q(memberships__standing=CaseStanding.MEMBER, memberships__case__registered_at__lt=end)
    is_new = Q(memberships__case__registered_at__gte=begin)
    found = (
        Topic.objects.filter(area=area, state__in=(TopicState.CONFIRMED, TopicState.SETTLED))
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gte=begin))
        .annotate(
            cases=Count("memberships", filter=belongs), new=Count("memberships", filter=belongs & is_new)
        )
        .filter(cases__gt=0)
        .select_related("lead_post", "task_force")
        .order_by("-heat", "-pk")
    )
    walled = behind_a_readers_wall(area, [topic.pk for topic in found], day=day)
    told = [_told(topic) for topic in found if topic.pk not in walled]
    return told[:TOPICS_AT_MOST], len(walled)


def behind_a_readers_wall(area: Area, topics: Iterable[int], *, day: date) -> set[int]:
    """Those of ``topics`` (ids) one of whose cases somebody must not open who reads the area's bulletins on ``day``."""
    rows = TopicCase.objects.filter(topic__in=list(topics)).values_list("topic_id", "case_id")
    ids = {case for _topic, case in rows}
    cases = list(Case.objects.filter(pk__in=ids).only("concerned_party_id", "place_party_id", "area_path"))
    readers = readers_of(area, day=day)
    behind = zip(cases, users_behind_walls(cases, day=day), strict=True)
    walled = {case.pk for case, users in behind if users & readers}
    return {topic for topic, case in rows if case in walled}


def _told(topic: Topic) -> TopicTold:
    outcome = " ".join(mask_personal_data(topic.outcome).split())
    return TopicTold(
        pk=topic.pk,
        title=topic.title,
        cases=topic.cases,  # type: ignore[attr-defined] # annotated, as is the next
        new=topic.new,  # type: ignore[attr-defined]
        lead=str(topic.lead_post or ""),
        task_force=topic.task_force.name if topic.task_force else "",
        outcome=outcome if len(outcome) <= OUTCOME_AT_MOST else f"{outcome[: OUTCOME_AT_MOST - 1]}…",
    )
