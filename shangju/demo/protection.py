"""What protects reporters, shown in the demonstration: a confidential case with a number in its text, one about a minor,
looks, a stake."""

from datetime import datetime, timedelta

from shangju.cases import moves
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import Place
from shangju.cases.reporter import reveal_contact
from shangju.cases.rules import REPORTER
from shangju.cases.services import apply_move
from shangju.cases.workflow import Channel
from shangju.categories.queries import category_by_code
from shangju.demo.stage import Role, Scene
from shangju.parties.models import Party
from shangju.posts.stakes import declare_stake

WORDS = (
    "隔壁店主的面包车鲁B·D12345每晚堵在单元门口，电话13800000021打过也不来挪。"
    "怕以后不好相处，请不要让他知道是我反映的。"
)  # fmt: skip


def show_protection(scene: Scene, *, now: datetime) -> Case:
    """Told through the real services; the desk looked at the phone, and a worker has a stake in a shop."""
    submission = Submission(
        text=WORDS,
        title="面包车每晚堵单元门",
        place=Place(scene.buildings[0] if scene.buildings else scene.grid, note=scene.grid.name),
        channel=Channel.WEB,
        category=category_by_code("0601"),
        contact=ContactDetails(name="居民", phone="13800000020", consent_version="2026-11"),
        is_confidential=True,
    )
    case = register_concern(
        submission, by=REPORTER, now=now - timedelta(hours=3), idempotency_key="demo-protection"
    ).case
    looks = (
        (scene.desk, ["phone"], "call", "受理前电话核实停车时间"),
        (scene.caller, ["words"], "other", "核对车牌，联系交警中队"),
    )
    for hours, (role, fields, code, reason) in zip((2, 1), looks, strict=True):
        at = now - timedelta(hours=hours)
        reveal_contact(case, fields=fields, code=code, reason=reason, by=role.actor, now=at)
    _tell_of_a_minor(scene, now=now)
    worker, shop = scene.worker.actor.user, _shop_without_open_case(scene)
    if worker is not None and shop is not None:
        declare_stake(worker, party=shop, reason="family", by=worker, now=now)
    return case


def _tell_of_a_minor(scene: Scene, *, now: datetime) -> None:
    """A pupil wrote; the worker asks for the phone and the decision waits on the approvals desk."""
    submission = Submission(
        text="我上初二，楼下台球厅放学后总有人抽烟起哄，我一个人不敢从门口过，爸妈晚上八点才下班。",
        title="放学路过台球厅不敢走",
        place=Place(scene.buildings[0] if scene.buildings else scene.grid, note=scene.grid.name),
        channel=Channel.WEB,
        category=category_by_code("0103"),
        contact=ContactDetails(name="学生", phone="13800000022", consent_version="2026-11"),
        concerns_minor=True,
    )
    start = now - timedelta(hours=5)
    case = register_concern(submission, by=REPORTER, now=start, idempotency_key="demo-minor").case
    category = case.category
    assert category is not None, "named above"
    steps: tuple[tuple[Role, moves.Payload], ...] = (
        (scene.desk, moves.Accept(category, "help", category.deadline_class)),
        (scene.desk, moves.Dispatch(post=scene.worker.post)),
        (scene.worker, moves.Sign()),
        (scene.worker, moves.AskReveal(["phone"], "call", "先与监护人通话，约家长在场时见面")),
    )
    for minutes, (role, payload) in enumerate(steps, start=1):
        apply_move(case, payload, by=role.actor, now=start + timedelta(minutes=20 * minutes))


def _shop_without_open_case(scene: Scene) -> Party | None:
    """So that nothing in somebody's hands disappears from their list."""
    touched = Case.objects.filter(is_open=True, place_party__in=scene.shops).values_list(
        "place_party_id", flat=True
    )
    busy = set(touched)
    return next((shop for shop in reversed(scene.shops) if shop.pk not in busy), None)
