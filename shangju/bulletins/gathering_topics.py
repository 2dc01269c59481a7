"""The confirmed topics of a sub-district for a bulletin, from the rows."""

from django.db.models import Count, Q

from shangju.areas.models import Area
from shangju.bulletins.figures import TopicTold
from shangju.core.personal_data import mask_personal_data
from shangju.measures.periods import DAY, Period, begin_of
from shangju.topics.models import Topic
from shangju.topics.workflow import CaseStanding, TopicState

TOPICS_AT_MOST = 10
OUTCOME_AT_MOST = 200
"""Signs of what came of it; the page of the topic has all of it."""


def topics_of(area: Area, period: Period) -> list[TopicTold]:
    """The hottest topics that people confirmed, of cases up to the end of the period, that had not ended before it.

    They are as they stand when the figures are taken. A case that the topic only suggests, or that was taken out of it,
    does not count; names are those of posts.
    """
    begin, end = begin_of(period.first), begin_of(period.last + DAY)
    belongs = Q(memberships__standing=CaseStanding.MEMBER)
    is_new = Q(memberships__case__registered_at__gte=begin, memberships__case__registered_at__lt=end)
    found = (
        Topic.objects.filter(
            area=area, state__in=(TopicState.CONFIRMED, TopicState.SETTLED), first_at__lt=end
        )
        .filter(Q(ended_at__isnull=True) | Q(ended_at__gte=begin))
        .annotate(
            cases=Count("memberships", filter=belongs), new=Count("memberships", filter=belongs & is_new)
        )
        .filter(cases__gt=0)
        .select_related("lead_post", "task_force")
        .order_by("-heat", "-pk")
    )
    return [_told(topic) for topic in found[:TOPICS_AT_MOST]]


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
