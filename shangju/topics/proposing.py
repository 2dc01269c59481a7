"""The worker's part: like cases of each sub-district are put forward as topics, and added to those that are open.

It asks the rows what there is and writes each proposal in its own transaction: killed at any line, the next search goes
on. That no case is in two open topics is the database's to keep, so two workers cannot propose the same twice.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off
from shangju.topics.concerns import OUTLINES, READ_ALONG, concerns_of
from shangju.topics.grouping import Group, GroupingRules, group
from shangju.topics.models import Topic, TopicCase, TopicSearch
from shangju.topics.portraits import portrait_of
from shangju.topics.rules import may_be_grouped
from shangju.topics.services import add_found_cases, propose_topic, withdraw_protected_cases
from shangju.topics.workflow import OPEN_TOPIC_STATES, CaseStanding, TopicState

LOOKING = "look for topics"
EVERY = timedelta(hours=1)
"""So often a sub-district is searched: a topic is no alarm."""

READ_AT_MOST = 20_000
"""The newest cases of one sub-district that are compared."""

RULES = GroupingRules()


def look_for_topics(now: datetime) -> int:
    """One search in every sub-district whose last one is long enough ago; returns how many topics were written."""
    with everywhere(EverywhereReason.WORKER):
        areas = Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on__isnull=True)
        fresh = TopicSearch.objects.filter(searched_at__gt=now - EVERY, searched_at__lte=now)
        due = areas.exclude(pk__in=fresh.values("area")).exclude(pk__in=resting(LOOKING, now=now))
        return work_off(
            LOOKING,
            list(due.values_list("pk", flat=True)),
            lambda pk: search_subdistrict(pk, now=now),
            now=now,
        )


def search_subdistrict(subdistrict_id: int, *, now: datetime) -> int:
    """Search one sub-district, unless another worker does; returns how many topics were written."""
    if not _take(subdistrict_id, now=now):
        return 0
    _let_protected_go(subdistrict_id, now=now)
    cases = _cases_of(subdistrict_id, now=now)
    concerns = concerns_of(cases)
    found = group(concerns.values(), RULES)
    joined = _Joined.read(subdistrict_id)
    return sum(_write(subdistrict_id, each, joined, cases, now=now) for each in found)


def _take(subdistrict_id: int, *, now: datetime) -> bool:
    """Whether this worker has the search now: the row is changed by one of them only."""
    rows = TopicSearch.objects.filter(area_id=subdistrict_id)
    if rows.filter(Q(searched_at__lte=now - EVERY) | Q(searched_at__gt=now)).update(searched_at=now):
        return True
    if rows.exists():
        return False
    try:
        with transaction.atomic():
            TopicSearch.objects.create(area_id=subdistrict_id, searched_at=now)
    except IntegrityError:
        return False
    return True


def _let_protected_go(subdistrict_id: int, *, now: datetime) -> None:
    """Cases that were made confidential since leave their open topics."""
    current = TopicCase.objects.filter(topic__area_id=subdistrict_id, is_current=True)
    kept_apart = current.exclude(case__in=Case.objects.filter(may_be_grouped()))
    leaving: dict[int, list[int]] = defaultdict(list)
    for topic, case in kept_apart.values_list("topic_id", "case_id"):
        leaving[topic].append(case)
    for held in Topic.objects.filter(pk__in=leaving):
        withdraw_protected_cases(held, leaving[held.pk], now=now)


def _cases_of(subdistrict_id: int, *, now: datetime) -> dict[int, Case]:
    """Open and recent cases by their ids, without those whose matter somebody has settled or dismissed."""
    assert RULES.window is not None, "the running system looks back a while, not for ever"
    decided = TopicCase.objects.filter(
        topic__area_id=subdistrict_id, topic__state__in=[TopicState.SETTLED, TopicState.DISMISSED]
    ).exclude(standing=CaseStanding.TAKEN_OUT)
    rows = Case.objects.filter(may_be_grouped(), subdistrict_id=subdistrict_id)
    recent = rows.filter(Q(received_at__gte=now - RULES.window) | Q(is_open=True)).exclude(
        pk__in=decided.values("case")
    )
    read = recent.select_related(*READ_ALONG).defer("party_summary", *OUTLINES)
    newest = read.order_by("-registered_at", "-pk")
    return {case.pk: case for case in newest[:READ_AT_MOST]}


@dataclass(frozen=True, slots=True)
class _Joined:
    """What the open topics of a sub-district hold, and what people took out of them."""

    topics: Mapping[int, Topic]
    topic_of: Mapping[int, int]
    taken_out: Mapping[int, frozenset[int]]

    @classmethod
    def read(cls, subdistrict_id: int) -> "_Joined":
        """As it is now."""
        topics = Topic.objects.filter(area_id=subdistrict_id, state__in=OPEN_TOPIC_STATES).in_bulk()
        topic_of: dict[int, int] = {}
        out: dict[int, set[int]] = defaultdict(set)
        rows = TopicCase.objects.filter(topic__in=list(topics)).values_list(
            "topic_id", "case_id", "is_current"
        )
        for topic, case, is_current in rows:
            if is_current:
                topic_of[case] = topic
            else:
                out[topic].add(case)
        return cls(topics, topic_of, {topic: frozenset(cases) for topic, cases in out.items()})


def _write(
    subdistrict_id: int, found: Group, joined: _Joined, cases: Mapping[int, Case], *, now: datetime
) -> int:
    """Propose the group, or add what is new in it to the topic that has most of it; how many topics were written."""
    ids = [int(member.key) for member in found.members]
    portrait = portrait_of(found, cases, now=now)
    counted = Counter(joined.topic_of[pk] for pk in ids if pk in joined.topic_of)
    try:
        if not counted:
            propose_topic(subdistrict_id, ids, portrait, now=now)
            return 1
        topic = joined.topics[min(counted, key=lambda pk: (-counted[pk], pk))]
        known = joined.taken_out.get(topic.pk, frozenset()) | joined.topic_of.keys()
        new = [pk for pk in ids if pk not in known]
        return int(add_found_cases(topic, new, portrait, now=now) and bool(new))
    except IntegrityError:
        return 0  # another worker or a person put one of the cases into a topic in this very moment
