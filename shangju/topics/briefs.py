"""What the weekly brief of a task force says of its topics: from their histories, so that a past week reads the same."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from shangju.posts.rights import Standing
from shangju.supervision.brief_rows import one_line
from shangju.supervision.briefs import Section, edges_of
from shangju.supervision.models import TaskForce
from shangju.topics.models import Topic, TopicEvent
from shangju.topics.rules import topics_for
from shangju.topics.workflow import TopicMove

SENTENCES: dict[str, Any] = {
    TopicMove.GIVE: gettext_lazy("“%(topic)s”, given on %(day)s: %(words)s."),
    TopicMove.TAKE_BACK: gettext_lazy("Taken back: “%(topic)s”. Reason: %(words)s."),
    TopicMove.SETTLE: gettext_lazy("“%(topic)s” was settled: %(words)s."),
    TopicMove.DISMISS: gettext_lazy("“%(topic)s” turned out to be no one matter: %(words)s."),
}
"""What is told in a sentence of its own."""

ENDINGS = frozenset(SENTENCES) - {TopicMove.GIVE}
"""After these the task force has no more to do with the topic."""

DONE: dict[str, Any] = {
    TopicMove.FIND_MORE: pgettext_lazy("done with a topic", "like cases suggested"),
    TopicMove.TAKE_IN: pgettext_lazy("done with a topic", "cases taken in"),
    TopicMove.TAKE_OUT: pgettext_lazy("done with a topic", "cases taken out"),
    TopicMove.NAME_LEAD: pgettext_lazy("done with a topic", "named who leads"),
}
"""What is told in passing, without a number: how many cases a reader may not open is not told."""


def topics_section(task_force: TaskForce, *, week: date, standing: Standing, now: datetime) -> Section:
    """The topics that the task force had in the week with the Monday ``week`` and that the reader sees."""
    begin, end = edges_of(week)
    given = TopicEvent.objects.filter(topic=OuterRef("pk"), kind=TopicMove.GIVE, task_force=task_force)
    topics = topics_for(standing).filter(Exists(given))
    rows = TopicEvent.objects.filter(topic__in=topics.values("pk"), at__lt=min(now, end))
    ordered = rows.select_related("topic").order_by("topic_id", "sequence")
    lines = [
        line
        for topic, events in groupby(ordered, key=lambda event: event.topic)
        for line in _lines(topic, events, task_force, begin)
    ]
    return Section(_("Topics"), lines, _("The task force had no topic this week."))


def _lines(topic: Topic, events: Iterable[TopicEvent], task_force: TaskForce, begin: datetime) -> list[str]:
    has, lines, done = False, [], []
    for event in events:
        if event.kind == TopicMove.GIVE:
            has = event.task_force_id == task_force.pk
        if has and event.at >= begin:
            if event.kind in SENTENCES:
                lines.append(_sentence(topic, event))
            elif event.kind in DONE:
                done.append(str(DONE[event.kind]))
        has = has and event.kind not in ENDINGS
    if done:
        what = pgettext("between things that were done", ", ").join(dict.fromkeys(done))
        lines.append(_("“%(topic)s”: %(done)s.") % {"topic": topic, "done": what})
    if has and not lines:
        lines.append(_("Nothing moved in “%(topic)s”.") % {"topic": topic})
    return lines


def _sentence(topic: Topic, event: TopicEvent) -> str:
    day = date_format(timezone.localdate(event.at), "MONTH_DAY_FORMAT")
    return str(SENTENCES[event.kind]) % {"topic": topic, "day": day, "words": one_line(event.note)}
