"""What supervision shows in the home sub-district: a task force with cases, its units brought together about one of them,
a card to a community, heard and signed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from shangju.areas.models import Area, AreaKind
from shangju.cases import moves
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import Place
from shangju.cases.rules import REPORTER, Actor, staff
from shangju.cases.services import apply_move
from shangju.categories.queries import category_by_code
from shangju.demo.stage import Scene
from shangju.posts.models import Post, PostKind
from shangju.posts.queries import holders_of, posts_above
from shangju.supervision.card_rules import CardPlan
from shangju.supervision.cards import answer_card, propose_card, sign_card
from shangju.supervision.task_forces import (
    TaskForcePlan,
    add_task_force_member,
    entrust_case,
    set_up_task_force,
)

DAY = timedelta(days=1)
LATE_WORDS = (
    "楼下早点铺凌晨三点多就剁馅，咚咚响，老人睡不好。",
    "棋牌室过了零点还没散，楼道里说话声很大。",
)


def show_supervision(scene: Scene, cases: Sequence[Case], *, now: datetime) -> None:
    """Give some of ``cases`` to a new task force, bring the units together about the first, sign a yellow card.

    Nothing where no leader is to be found.
    """
    with_holder = {post.kind: post for post in _posts(scene, now)}
    leader, deputy = (with_holder.get(kind) for kind in (PostKind.SUBDISTRICT_LEADER, PostKind.TASK_FORCE))
    if leader is None or deputy is None:
        return
    subdistrict = scene.grid.tiers()[AreaKind.SUBDISTRICT]
    signer, proposer = _holder(leader, now), _holder(deputy, now)
    _set_up(subdistrict, scene, deputy, cases, by=signer, now=now)
    for case in cases[:1]:
        _bring_together(case, scene, by=proposer, now=now)
    _card(subdistrict, scene, proposer, signer, now=now)


def _posts(scene: Scene, now: datetime) -> list[Post]:
    return [post for post in posts_above(scene.grid) if holders_of(post, on=timezone.localdate(now))]


def _units(scene: Scene, now: datetime) -> list[Post]:
    """The two units that belong to the task force."""
    return [post for post in _posts(scene, now) if post.kind == PostKind.UNIT][:2]


def _holder(post: Post, now: datetime) -> Actor:
    return staff(holders_of(post, on=timezone.localdate(now))[0])


def _set_up(
    subdistrict: Area, scene: Scene, lead: Post, cases: Sequence[Case], *, by: Actor, now: datetime
) -> None:
    plan = TaskForcePlan(
        "沿街噪声油烟整治专班",
        "牵头解决沿街商户噪声、油烟扰民中单个单位解决不了的问题，到本季度末重复反映明显减少。",
        lead,
        timezone.localdate(now - 20 * DAY),
    )
    force = set_up_task_force(subdistrict, plan=plan, by=by, now=now - 20 * DAY)
    for post, word in zip(_units(scene, now), ("执法", "技术"), strict=False):
        add_task_force_member(force, body=post, role_word=word, by=by, now=now - 20 * DAY)
    for shop in scene.shops[:1]:
        add_task_force_member(force, body=shop, role_word="商户代表", by=by, now=now - 20 * DAY)
    reasons = ("厂家安装、商户停业和居民休息时间要一起协调。", "反映人多次来电，需多个单位一起上门。")
    for case, reason in zip(cases, reasons, strict=False):
        current = Case.objects.get(pk=case.pk)
        entrust_case(current, task_force=force, reason=reason, by=by, now=current.last_progress_at)


def _bring_together(case: Case, scene: Scene, *, by: Actor, now: datetime) -> None:
    """协调: the note of a meeting on site, with what each unit took on."""
    current = Case.objects.get(pk=case.pk)
    held_at = min(now, current.last_progress_at + timedelta(hours=3))
    units, day = _units(scene, now), timezone.localdate(held_at)
    tasks = [
        moves.CoordinationTask(post, words, day + number * DAY)
        for post, words, number in zip(
            units,
            ("督促商户按约定时间停机，夜间巡查两次。", "安装完成后到现场复核，结果告知社区。"),
            (3, 7),
            strict=False,
        )
    ]
    note = moves.Convene(
        posts=units,
        account="商户愿意整改，担心停业影响生意；住户希望晚上九点后不再施工；厂家提出分两天安装。",
        agreed="分两天安装，每天九点到十七点施工；安装期间商户提前一天在楼道张贴告示。",
        others="设备厂家",
        place_note="社区党群服务中心",
        held_at=held_at,
        tasks=tasks,
    )
    apply_move(current, note, by=by, now=held_at)


def _card(subdistrict: Area, scene: Scene, proposer: Actor, signer: Actor, *, now: datetime) -> None:
    """The community was late in two cases, says why, and the card is signed all the same."""
    late = [_late(scene, words, number, now=now) for number, words in enumerate(LATE_WORDS)]
    grounds = "两件事项均在到期后一周以上才办结，其间没有申请延期，也没有联系反映人说明。"
    plan = CardPlan(scene.community, "yellow", late, grounds)
    card = propose_card(subdistrict, plan=plan, by=proposer, now=now - 12 * DAY)
    words = "当时两名网格员同时病假，没有及时补位，已安排互为备岗。"
    answer_card(card, words=words, by=scene.caller.actor, now=now - 10 * DAY)
    sign_card(card, by=signer, now=now - 5 * DAY)


def _late(scene: Scene, words: str, number: int, *, now: datetime) -> Case:
    """A concern that the grid worker signs for in time and finishes long after its day."""
    building = scene.buildings[0] if scene.buildings else scene.grid
    begun = now - (45 + number) * DAY
    submission = Submission(
        text=words,
        place=Place(area=building, note=building.name),
        category=category_by_code("0103"),
        contact=ContactDetails(phone=f"1380000002{number}"),
    )
    case = register_concern(submission, by=REPORTER, now=begun).case
    assert case.category is not None, "the table of categories holds the code used here"
    desk, worker = scene.desk.actor, scene.worker
    steps: tuple[tuple[Actor, moves.Payload, timedelta], ...] = (
        (desk, moves.Accept(case.category, case.request_type, "D"), timedelta(minutes=20)),
        (desk, moves.Dispatch(post=worker.post), timedelta(minutes=40)),
        (worker.actor, moves.Sign(), timedelta(hours=1)),
        (worker.actor, moves.RecordContact("phone", note="已联系，约好上门时间。"), timedelta(hours=2)),
        (
            worker.actor,
            moves.Resolve("solved", "已和商户说好，以后六点以后才剁馅、零点前散场，给您添麻烦了。"),
            20 * DAY,
        ),
        (REPORTER, moves.Confirm("yes", "basically_satisfied", "好了，就是等得久。"), 21 * DAY),
    )
    for actor, payload, after in steps:
        case = apply_move(case, payload, by=actor, now=begun + after)
    return case
