"""A street with a dispatcher, a grid worker and a shop, and a concern that goes its way; for tests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import StringIO

from django.core.management import call_command

from shangju.accounts.models import User
from shangju.areas.models import Area
from shangju.areas.tests.trees import person, small_tree
from shangju.cases import moves
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import locate
from shangju.cases.rules import REPORTER, staff
from shangju.cases.services import apply_move
from shangju.categories.queries import category_by_code
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Delegation, Party
from shangju.posts.models import Appointment, Post, PostKind
from tests.planting import plant

NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
START = date(2026, 1, 1)
PHONE = "13800005678"
SECRETS = {
    "name": "独名甲乙丙",
    "phone": PHONE,
    "text": "独文丁戊己",
    "note": "独记庚辛壬",
    "visit": "独访子丑寅",
    "cause": "独因卯辰巳",
    "account": "独劝午未申",
    "answer": "独答酉戌亥",
}
"""Words that stand nowhere else; none of them may ever reach a party."""

SUMMARY = "吊扇声影响楼上"


@dataclass
class Street:
    """Who and what there is."""

    areas: dict[str, Area]
    desk: User
    worker: User
    merchant: User
    post: Post
    shop: Party


def appoint(user: User, area: Area, kind: PostKind) -> Post:
    """A post of its own for the user."""
    post = Post.objects.create(area=area, kind=kind, name=f"{user.username}岗")
    Appointment.objects.create(post=post, user=user, starts_on=START)
    return post


def make_street() -> Street:
    """Areas, posts, sign-ins, one shop with its delegate."""
    return plant(_grow_street)


def _grow_street() -> Street:
    call_command("seed_deadlines", stdout=StringIO())
    call_command("seed_categories", stdout=StringIO())
    with everywhere(EverywhereReason.SETUP):
        areas = small_tree()
        desk, worker, merchant = person("desk"), person("worker"), person("merchant")
        appoint(desk, areas["first"], PostKind.COMMUNITY_OFFICER)
        post = appoint(worker, areas["grid"], PostKind.GRID_WORKER)
        shop = Party.objects.create(kind="merchant", name="面馆", area=areas["grid"])
        Delegation.objects.create(party=shop, user=merchant, starts_on=START)
    return Street(areas, desk, worker, merchant, post, shop)


def report(street: Street, *, phone: str = PHONE, may_be_called: bool = True, at_shop: bool = False) -> Case:
    """A resident's concern, just registered."""
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        contact = ContactDetails(name=SECRETS["name"], phone=phone, may_be_called=may_be_called)
        place = locate(party=street.shop) if at_shop else locate(area=street.areas["grid"])
        submission = Submission(text=SECRETS["text"], place=place, contact=contact)
        return register_concern(submission, by=REPORTER, now=NOW).case


def go(street: Street, case: Case, *payloads: moves.Payload) -> Case:
    """Make moves, each by whoever of the two has the role for it."""
    dispatcher_moves = (moves.Accept, moves.Dispatch, moves.Decline, moves.AnswerDirectly)
    with everywhere(EverywhereReason.WORKER):
        for payload in payloads:
            user = street.desk if isinstance(payload, dispatcher_moves) else street.worker
            case = apply_move(case, payload, by=staff(user), now=NOW)
    return case


def accept() -> moves.Accept:
    """Noise from a trade, an ordinary class."""
    category = category_by_code("0103")
    return moves.Accept(category, "complaint", category.deadline_class, note=SECRETS["note"])


def go_through(street: Street, case: Case) -> Case:
    """From registered to resolved, with a secret in every inner text."""
    return go(
        street,
        case,
        accept(),
        moves.Dispatch(post=street.post, note=SECRETS["note"]),
        moves.Sign(note=SECRETS["note"]),
        moves.RecordVisit(place="upstairs", finding=SECRETS["visit"]),
        moves.FindCause(root_cause=SECRETS["cause"], party=street.shop, party_summary=SUMMARY),
        moves.Mediate(with_whom="店主", account=SECRETS["account"], result="agreed", agreed="拆除吊扇"),
    )
