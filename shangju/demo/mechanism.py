"""What else the mechanism knows, told on a handful of cases in the home grid: asked, granted, joined, parted, supervised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from shangju.accounts.models import User
from shangju.cases import moves
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import Place
from shangju.cases.rules import REPORTER, Actor, staff
from shangju.cases.services import apply_move
from shangju.categories.queries import category_by_code
from shangju.core.errors import DomainError
from shangju.demo.stage import Scene
from shangju.posts.models import PostKind
from shangju.posts.queries import holders_of, posts_above

BEGUN = timedelta(days=1, hours=5)
"""So long before the load these concerns were raised: within every limit of the classes used."""

STEP = timedelta(minutes=20)


@dataclass(slots=True)
class Teller:
    """Leads a case through moves, a step apart, none later than the load."""

    scene: Scene
    now: datetime

    def raised(self, text: str, *, code: str, phone: str) -> Case:
        """A new concern at the first building of the grid."""
        building = self.scene.buildings[0] if self.scene.buildings else self.scene.grid
        submission = Submission(
            text=text,
            place=Place(area=building, note=building.name),
            category=category_by_code(code),
            contact=ContactDetails(phone=phone),
        )
        return register_concern(submission, by=REPORTER, now=self.now - BEGUN).case

    def accepted(self, case: Case, *, deadline_class: str) -> Case:
        """Taken up by the community's desk."""
        assert case.category is not None, "the table of categories holds the codes used here"
        return self.go(
            case,
            (self.scene.desk.actor, moves.Accept(case.category, case.request_type, deadline_class)),
        )

    def in_work(self, case: Case, *, deadline_class: str) -> Case:
        """At the grid worker's, who has spoken with the reporter."""
        case = self.accepted(case, deadline_class=deadline_class)
        worker = self.scene.worker
        return self.go(
            case,
            (self.scene.desk.actor, moves.Dispatch(post=worker.post)),
            (worker.actor, moves.Sign()),
            (worker.actor, moves.RecordContact("phone", note="已联系，约好上门时间。")),
        )

    def go(self, case: Case, *steps: tuple[Actor, moves.Payload]) -> Case:
        """Some moves after one another."""
        for actor, payload in steps:
            moment = min(case.last_progress_at + STEP, self.now)
            case = apply_move(case, payload, by=actor, now=moment)
        return case


def show_the_mechanism(scene: Scene, *, now: datetime) -> Sequence[Case]:
    """Ask, decide, join, part and supervise through the real services; returns the cases."""
    if category_by_code("0103") is None or category_by_code("0202") is None:
        raise DomainError("The table of categories lacks what the demonstration tells of.")
    teller = Teller(scene, now)
    worker, desk, secretary = scene.worker.actor, scene.desk.actor, scene.caller.actor
    later = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=3)
    longer = teller.in_work(
        teller.raised("楼下餐馆排烟管漏油，雨天更重，楼道里都是味道。", code="0202", phone="13800000011"),
        deadline_class="D",
    )
    teller.go(longer, (worker, moves.AskExtension(2, "净化器厂家周末才能上门安装，预计还需两天。")))
    elsewhere = teller.in_work(
        teller.raised("外墙上的旧管线松脱，刮风时敲打窗户。", code="0103", phone="13800000012"),
        deadline_class="D",
    )
    teller.go(elsewhere, (worker, moves.AskReturn("该处管线属供电设施，应由供电单位办理。")))
    paused = teller.in_work(
        teller.raised("店里的冷柜压缩机夜里一直响。", code="0103", phone="13800000013"), deadline_class="D"
    )
    teller.go(
        paused,
        (worker, moves.AskPause("parts", "降噪垫已下单，等快递送到后安装。", later)),
        (desk, moves.GrantPause("同意，货到即装。")),
    )
    urged = teller.in_work(
        teller.raised("健身房跳操，楼板跟着震，孩子没法写作业。", code="0103", phone="13800000014"),
        deadline_class="D",
    )
    leader = _leader(scene, now)
    if leader is not None:
        demand = "反映人两次来电，请说明进展并书面回复。"
        teller.go(urged, (leader, moves.Supervise(demand, later.date())))
    whole = teller.accepted(
        teller.raised("饭店后门占道摆桌椅，排风口夜里也响。", code="0103", phone="13800000015"),
        deadline_class="D",
    )
    teller.go(whole, (secretary, moves.Split(["店外占道摆放桌椅，影响通行。", "后厨排风口夜间噪音大。"])))
    again = teller.accepted(
        teller.raised("楼上也听见健身房的震动，和三楼说的是一回事。", code="0103", phone="13800000016"),
        deadline_class="D",
    )
    told = "与此前反映的是同一件事，一并办理，结果会告诉您。"
    teller.go(again, (desk, moves.Merge(urged, told)))
    return (longer, elsewhere, paused, urged, whole, again)


def _leader(scene: Scene, now: datetime) -> Actor | None:
    posts = [post for post in posts_above(scene.grid) if post.kind == PostKind.SUBDISTRICT_LEADER]
    users: list[User] = [user for post in posts for user in holders_of(post, on=timezone.localdate(now))]
    return staff(users[0]) if users else None
