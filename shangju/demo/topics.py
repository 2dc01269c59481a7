"""Two matters that several people raise: one becomes a confirmed topic with a lead, one is still proposed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shangju.areas.models import Area
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import Place
from shangju.cases.rules import REPORTER
from shangju.categories.queries import category_by_code
from shangju.demo.mechanism import Teller
from shangju.demo.stage import Scene
from shangju.topics.models import Topic
from shangju.topics.proposing import look_for_topics
from shangju.topics.services import confirm_topic, name_lead

MARKET_GARBAGE = (
    (9.3, "菜场后门垃圾桶满了没人清运", "菜场后门的垃圾桶满了两天没人清运，污水流到路上，臭得很。"),
    (6.2, "菜场后门垃圾成堆，污水横流", "菜场后门垃圾成堆，清运车早上不来，污水流到人行道上。"),
    (3.4, "菜场后门垃圾没人清运，太臭", "每天下午菜场后门垃圾堆到路边，没人清运，路过要捂鼻子。"),
    (1.2, "菜场后门又堆满垃圾", "菜场后门又堆满垃圾，污水流出来，老人差点滑倒。"),
)
"""So many days before the load, with title and words."""

CHARGING = (
    (5.1, "楼道里电动车飞线充电", "有人从楼上拉电线下来给电动车飞线充电，下雨天也不收，怕起火。"),
    (2.6, "电动车飞线充电很危险", "楼下电动车飞线充电，插座挂在窗户外面，太危险，请装充电桩。"),
    (0.8, "又有人飞线给电动车充电", "晚上又有三辆电动车飞线充电，电线从窗户拉下来，希望装充电桩。"),
)


def show_topics(scene: Scene, *, now: datetime) -> None:
    """Raise the concerns, let the worker's search find what belongs together, and let the community decide one."""
    first, *others = scene.buildings or [scene.grid]
    garbage = _raised(scene, first, MARKET_GARBAGE, code="0401", now=now)
    _raised(scene, others[0] if others else first, CHARGING, code="0702", now=now)
    look_for_topics(now)
    topic = Topic.objects.filter(memberships__case=garbage[0], memberships__is_current=True).first()
    if topic is not None:
        officer = scene.desk.actor
        confirmed = confirm_topic(topic, title="菜场后门垃圾清运不及时", by=officer, now=now)
        name_lead(confirmed, post=scene.worker.post, by=officer, now=now)


def _raised(
    scene: Scene, place: Area, told: Sequence[tuple[float, str, str]], *, code: str, now: datetime
) -> list[Case]:
    """The concerns of one matter, each by somebody else, the latest already with the grid worker."""
    teller = Teller(scene, now)
    category = category_by_code(code)
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
        cases.append(teller.accepted(case, deadline_class="D"))
    return cases
