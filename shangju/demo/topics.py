"""Three matters that several people raise: one becomes a confirmed topic with a lead, one is still proposed, and one that no
search would find is put together by hand."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from shangju.areas.models import Area
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import Place
from shangju.cases.rules import REPORTER, staff
from shangju.categories.queries import category_by_code
from shangju.core.errors import DomainError
from shangju.demo.mechanism import Teller
from shangju.demo.stage import Scene
from shangju.posts.queries import holders_of
from shangju.supervision.queries import task_forces_of
from shangju.topics.models import Topic
from shangju.topics.proposing import look_for_topics
from shangju.topics.services import confirm_topic, give_topic, make_topic, name_lead

PUMP_ROOM = (
    (6.4, "地下泵房夜里嗡嗡响", "地下泵房的水泵夜里嗡嗡响，床头都能感到震动，睡不好。"),
    (4.2, "泵房水泵震动，夜里睡不着", "泵房水泵老化，夜里嗡嗡响，震动传到二楼，老人睡不着。"),
    (2.1, "水泵嗡嗡响没人修", "泵房的水泵又嗡嗡响，报了两次物业没人修，夜里震动更大。"),
    (0.9, "泵房噪音越来越大", "泵房水泵噪音越来越大，夜里嗡嗡响，整栋楼都受影响。"),
)
BARBECUE = (
    (3.2, "楼下烧烤店油烟扰民", "楼下烧烤店油烟直排，晚上不敢开窗，衣服晾出去都是烟味。"),
    (1.9, "烧烤店油烟直排居民楼", "烧烤店没有装净化器，油烟直排，六点以后整栋楼都是烟味。"),
    (0.7, "烧烤店油烟又来了", "烧烤店油烟又直排了，晚上不敢开窗，请检查净化器。"),
)
STAIRS = (
    (5.1, "楼道杂物挡住出口", "三单元楼道堆了旧家具，万一着火跑不出去。"),
    (1.4, "电动车停在门厅过夜", "门厅里停着几辆电动车，晚上还拉线出来充电。"),
)
"""So many days before the load, with title and words."""


def show_topics(scene: Scene, *, now: datetime) -> None:
    """Raise the concerns, let the worker's search find what belongs together, and let the community decide one."""
    first, *others = scene.buildings or [scene.grid]
    pump = _raised(scene, first, PUMP_ROOM, code="0103", now=now)
    _raised(scene, others[0] if others else first, BARBECUE, code="0202", now=now)
    stairs = _raised(scene, first, STAIRS, code="0804", now=now)
    numbers = [case.number for case in stairs]
    make_topic(numbers, title="楼道疏散通道不畅", lead=scene.worker.post, by=scene.desk.actor, now=now)
    look_for_topics(now)
    topic = Topic.objects.filter(memberships__case=pump[0], memberships__is_current=True).first()
    if topic is not None:
        officer = scene.desk.actor
        confirmed = confirm_topic(topic, title="地下泵房水泵夜间噪音", by=officer, now=now)
        name_lead(confirmed, post=scene.worker.post, by=officer, now=now)
        _give_to_task_force(confirmed, now=now)


def _give_to_task_force(topic: Topic, *, now: datetime) -> None:
    """To the one that the demonstration set up, by whoever leads it; nothing where there is none."""
    today = timezone.localdate(now)
    for force in task_forces_of(topic.area, on=today)[:1]:
        for holder in holders_of(force.lead_post, on=today)[:1]:
            reason = "物业、水泵厂家和住户的时间要一起协调。"
            give_topic(topic, task_force=force, reason=reason, by=staff(holder), now=now)


def _raised(
    scene: Scene, place: Area, told: Sequence[tuple[float, str, str]], *, code: str, now: datetime
) -> list[Case]:
    """The concerns of one matter, each by somebody else, all in work at the grid worker's."""
    teller = Teller(scene, now)
    category = category_by_code(code)
    if category is None:
        raise DomainError(f"The table of categories has no {code}.")
    cases = []
    for number, (days, title, text) in enumerate(told):
        submission = Submission(
            title=title,
            text=text,
            place=Place(area=place, note=place.name),
            category=category,
            contact=ContactDetails(phone=f"1390000{code}"[:10] + str(number)),
        )
        case = register_concern(submission, by=REPORTER, now=now - timedelta(days=days)).case
        cases.append(teller.in_work(case, deadline_class=category.deadline_class))
    return cases
