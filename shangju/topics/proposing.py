"""The worker's part: like cases of each sub-district are put forward as topics, and added to those that are open.

It asks the rows what there is and writes each proposal in its own transaction: killed at any line, the next search goes
on. That no case is in two open topics is the database's to keep, so two workers cannot propose the same twice.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case, ReporterContact
from shangju.cases.nearby import spot_of_case
from shangju.core.personal_data import find_personal_data, mask_personal_data
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.setting_aside import resting, work_off
from shangju.topics.grouping import Concern, Group, GroupingRules, group
from shangju.topics.heat import HeatRules, heat_of, heat_shares
from shangju.topics.models import PLACE_LIMIT, TITLE_LIMIT, Topic, TopicCase, TopicSearch
from shangju.topics.rules import may_be_grouped
from shangju.topics.services import Portrait, add_found_cases, propose_topic, withdraw_protected_cases
from shangju.topics.workflow import OPEN_TOPIC_STATES, CaseStanding, TopicState

LOOKING = "look for topics"
EVERY = timedelta(hours=1)
"""So often a sub-district is searched: a topic is no alarm."""

READ_AT_MOST = 20_000
"""The newest cases of one sub-district that are compared."""

RULES = GroupingRules()
HEAT = HeatRules(plain=HeatRules().plain * RULES.at_known_place)
"""Words about a known place are worth so much less, and so much less likeness is plain."""


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
    concerns = _concerns_of(cases)
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
    related = ("area", "grid", "community", "place_party")
    outlines = tuple(f"{name}__outline" for name in ("area", "grid", "community"))
    newest = (
        recent.select_related(*related).defer("party_summary", *outlines).order_by("-registered_at", "-pk")
    )
    return {case.pk: case for case in newest[:READ_AT_MOST]}


def _concerns_of(cases: Mapping[int, Case]) -> dict[int, Concern]:
    """The cases as they are compared. Who reported stays a fingerprint, and only how many there were is kept."""
    prints = dict(
        ReporterContact.objects.filter(case__in=list(cases)).exclude(phone_print="").values_list("case_id", "phone_print")
    )  # fmt: skip
    return {
        pk: Concern(
            key=str(pk),
            title=_without_names(case.title, case),
            body=_without_names(case.text, case),
            at=case.received_at,
            spot=spot_of_case(case),
            place=case.place_note or case.area.name,
            reporter=f"user {case.reporter_user_id}" if case.reporter_user_id else prints.get(pk, ""),
            me_too=case.me_too_count,
        )
        for pk, case in cases.items()
    }


def _without_names(text: str, case: Case) -> str:
    """A text without the names of its place: everybody there writes them, whatever the matter."""
    names = {area.name for area in (case.area, case.grid, case.community) if area is not None}
    names |= {case.place_note, case.place_party.name if case.place_party else ""}
    # 东里1幢 is also written as 东里, and with another number.
    names |= {NUMBERED.sub("", name) for name in names}
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= SHORTEST_NAME:
            text = text.replace(name, " ")
    return text


NUMBERED = re.compile(r"(\d+|[一二三四五六七八九十百]+)\s*(号楼|幢|栋|座|号|单元)$")
SHORTEST_NAME = 2
"""Signs: one alone stands in many words."""


def _place_names(found: Group, cases: Mapping[int, Case]) -> list[str]:
    """Names of the areas in which all cases of the group lie, the smallest first."""
    members = [cases[int(member.key)] for member in found.members]
    names = []
    for level in ("area", "grid", "community"):
        areas = {getattr(case, f"{level}_id") for case in members}
        if len(areas) == 1 and None not in areas:
            names.append(getattr(members[0], level).name)
    return names


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


def portrait_of(found: Group, cases: Mapping[int, Case], *, now: datetime) -> Portrait:
    """What is told of the group; personal data is left out of it."""
    assert found.first is not None, "what has no time is not compared"
    assert found.last is not None, "as above"
    title, names = cases[int(found.centre.key)].title, _place_names(found, cases)
    shares = heat_shares(found.members, now=now, likeness=found.likeness, rules=HEAT)
    return Portrait(
        title=mask_personal_data(" ".join(title.split()))[:TITLE_LIMIT],
        place=(found.place or next(iter(names), ""))[:PLACE_LIMIT],
        words=tuple(word for word in found.words if not find_personal_data(word)),
        likeness=round(found.likeness, 3),
        heat=heat_of(shares),
        heat_parts=tuple([str(share.source), share.count, share.points] for share in shares),
        first_at=found.first,
        last_at=found.last,
    )
