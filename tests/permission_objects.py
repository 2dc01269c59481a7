"""The rows that the requests behind the permission matrix are about: one of each kind near, and one far away.

*Near* lies in the grid of the grid worker; *far* in the neighbouring sub-district, whose duty desk alone may see it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils import timezone

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.accounts.services import issue_token
from shangju.areas.services import AreaPlan, add_area
from shangju.board.services import propose_publication
from shangju.bulletins.kinds import BulletinKind, last_full_span
from shangju.bulletins.services import draft_bulletin
from shangju.cases import moves
from shangju.cases.endorsement import MeToo, endorse
from shangju.cases.models import (
    Approval,
    Case,
    CaseEvent,
    ClockPause,
    Coordination,
    Mediation,
    SupervisionOrder,
)
from shangju.cases.rules import REPORTER, SYSTEM, party_member
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, case_in, go, payload_of
from shangju.cases.workflow import ApprovalKind, MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.gateways.models import MessageTemplate
from shangju.gateways.services import TemplatePlan, seed_templates
from shangju.imports.tests.giving import examined
from shangju.knowledge.models import Article
from shangju.knowledge.services import Content, publish_article, write_article
from shangju.ledgers.tests.reading import taken_out
from shangju.notices.models import Notice, NoticeState
from shangju.parties.models import Delegation
from shangju.photos.models import Photo
from shangju.photos.services import store_photo
from shangju.photos.tests.pictures import encoded, picture, upload
from shangju.posts.services import PostPlan, create_post
from shangju.posts.stakes import declare_stake
from shangju.privacy.requests import Asking, ask_about_case
from shangju.privacy.services import prepare_run
from shangju.topics.models import Topic
from shangju.topics.services import Portrait, propose_topic
from shangju.webhooks.models import Delivery, DeliveryState, Subscription
from shangju.webhooks.signing import new_secret
from tests.street import Street
from tests.supervised import card_of, task_force_of


@dataclass(frozen=True, slots=True)
class Objects:
    """Rows that addresses name, in one place: cases by state and what belongs to them."""

    street: Street
    cases: dict[str, Case]
    photo: Photo
    mediation: int
    order: int
    coordination: int
    appointment: int
    address: int
    empty_area: int
    empty_post: int
    party: int
    delegation: int
    template: int
    notice: int
    webhook: int
    delivery: int
    article: int
    table: int
    publication: int
    endorsement_code: str
    stake: int
    token: int
    data_request: int
    retention_run: int
    topic: int
    member: int
    task_force: int
    card: int
    ledgers: dict[str, int]
    bulletin: int


def far_side(street: Street) -> Street:
    """The neighbouring sub-district under the short names of this one, so that the same stories happen there."""
    desk, worker = "far_desk", "far_worker"
    areas = {
        name.removeprefix("far:"): area for name, area in street.areas.items() if name.startswith("far:")
    }
    posts = {"grid_worker": street.posts[worker], "building_head": street.posts[desk]}
    users = {"officer": street.users[desk], "grid_worker": street.users[worker]}
    return replace(
        street, areas=areas, posts=posts, users=users, parties={"shop": street.parties["far_shop"]}
    )


def objects_of(street: Street, *, now: datetime) -> Objects:
    """Cases in the states that the rows need; the one in work has a picture and a mediation record."""
    photo = store_photo(upload(encoded(picture())), by=None, now=now)
    cases = {
        str(state): case_in(state, street, now=now)
        for state in (State.REGISTERED, State.ACCEPTED, State.DISPATCHED, State.RESOLVED)
    }
    in_work = case_in(State.IN_PROGRESS, street, now=now, photo_ids=[photo.pk])
    cases["in_progress"] = go(in_work, MoveName.MEDIATE, "grid_worker", street, now=now)
    cases["merged"] = case_in(State.MERGED, street, now=now)
    for name in ("spoken", "asked_nothing", "asked", "paused", "ordered", "minor"):
        in_hand = case_in(State.IN_PROGRESS, street, now=now)
        cases[name] = prepared_for(name, go(in_hand, MoveName.CONTACT, "grid_worker", street, now=now))
    closed = case_in(State.CLOSED, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        worker = street.staff("grid_worker")
        publication = propose_publication(closed, result="噪声源已拆除", by=worker, now=now)
        said = MeToo(f"key-{in_work.number}", device="a device")
        endorsed = endorse(in_work, said, by=REPORTER, now=now)
        grid = street.areas["grid"]
        address = grid.addresses.create(text="东里", shown_as="东里")
        plan = AreaPlan("micro_grid", f"{grid.code}W9", "微网格 9号", parent_code=grid.code)
        area = add_area(plan, by=COMMAND_LINE, now=now)
        post = create_post(
            PostPlan(street.areas["micro"], "micro_grid_contact", "联络岗 9号"), by=COMMAND_LINE, now=now
        )
        worker, party = street.users["grid_worker"], street.parties.get("other_shop", street.parties["shop"])
        stake = declare_stake(worker, party=party, reason="family", by=worker, now=now)
        return Objects(
            street, cases, photo, Mediation.objects.get(case=in_work).pk, *papers_of(in_work, now=now),
            street.posts["grid_worker"].appointments.get().pk, address.pk, area.pk, post.pk,
            party.pk, Delegation.objects.order_by("pk")[0].pk, _template(now), given_up(in_work, now),
            *webhook_with_call(in_work, now),
            article_of(street, now=now).pk, table_of_orders(street, now=now),
            publication.pk, endorsed.tracking_code, stake.pk, _key_of_grid_worker(street),
            ask_about_case(cases["registered"], Asking("correction", words="姓名写错了"), by=REPORTER, now=now).pk,
            prepare_run(by=COMMAND_LINE, now=now).pk, topic_of(in_work, now=now).pk,
            *supervised(street, cases, now=now),
            taken_out(street, now=timezone.now()), draft_of(street, now=now),
        )  # fmt: skip


def supervised(street: Street, cases: dict[str, Case], *, now: datetime) -> tuple[int, int, int]:
    """A member of a task force, the task force, and a card for the shop."""
    member = task_force_of(street, now=now)
    card = card_of(street, [cases["resolved"], cases["dispatched"]], now=now)
    return member.pk, member.task_force_id, card.pk


def draft_of(street: Street, *, now: datetime) -> int:
    """A draft of the bulletin of the week before."""
    first = last_full_span(BulletinKind.WEEK, timezone.localdate(now))[0]
    subdistrict = street.areas["subdistrict"]
    return draft_bulletin(subdistrict, kind=BulletinKind.WEEK, first=first, by=SYSTEM, now=now).pk


def papers_of(case: Case, *, now: datetime) -> tuple[int, int]:
    """An order and a note of coordination, each on one of the rows that are there."""
    first, second = case.events.order_by("sequence")[:2]
    order = SupervisionOrder.objects.create(
        case=case, event=first, number=f"T{case.pk}P", demand="请书面回复", reply_by=timezone.localdate(now)
    )
    note = Coordination.objects.create(
        case=case,
        event=second,
        held_at=now,
        units="综合执法队、东社区",
        account="现场会商",
        agreed="三日内复查",
    )
    return order.pk, note.pk


def _key_of_grid_worker(street: Street) -> int:
    """A key for a program of the grid worker's."""
    worker = street.users["grid_worker"]
    return issue_token(worker, name="grid program", scopes=["read_cases"], by=worker, now=timezone.now())[
        0
    ].pk


def _template(now: datetime) -> int:
    """A template in use; the same for both places."""
    seed_templates([TemplatePlan("accept", "sms", "zh-hans", "事项${number}已受理。")], now=now)
    return MessageTemplate.objects.get(is_active=True).pk


def given_up(case: Case, now: datetime) -> int:
    """A text message that was given up."""
    event = case.events.earliest("sequence")
    given_up = {"state": NoticeState.FAILED, "due_at": now, "created_at": now, "purpose": "accept"}
    return Notice.objects.create(
        key=f"given-up-{case.pk}", event=event, channel="sms", recipient=MARKERS["phone"], **given_up
    ).pk


def webhook_with_call(case: Case, now: datetime) -> tuple[int, int]:
    """A webhook, and a call of it that was given up."""
    owner, _made = User.objects.get_or_create(username="webhook-owner")
    marks = {"seen_at": now, "created_at": now, "owner": owner, "secret": new_secret()}
    webhook = Subscription.objects.create(
        name="数据平台", area=case.subdistrict, address="https://example.cn/hook", **marks
    )
    key = f"ping-{case.pk}"
    failed = {"state": DeliveryState.FAILED, "due_at": now, "created_at": now}
    return webhook.pk, Delivery.objects.create(key=key, subscription=webhook, kind="ping", **failed).pk


SOON = timedelta(days=2)


def prepared_for(name: str, case: Case) -> Case:
    """What the moves need that act on a request, a pause or an order; asked by nobody that the matrix knows."""
    with everywhere(EverywhereReason.VERIFICATION):
        now = timezone.now()
        event = case.events.earliest("sequence")
        # Made long ago on the street's calendar, asked for today: so that its date lies ahead of every request.
        Case.objects.filter(pk=case.pk).update(close_due_at=now + SOON, clocks_start_at=now)
        case.clocks.filter(step="close").update(
            started_at=now,
            due_at=now + SOON,
            yellow_at=now + SOON,
            orange_at=now + SOON,
            purple_at=now + 2 * SOON,
        )
        if name == "minor":
            Case.objects.filter(pk=case.pk).update(concerns_minor=True)
        if name == "asked":
            asker, _made = User.objects.get_or_create(username="asker")
            for kind in ApprovalKind:
                Approval.objects.create(
                    case=case, event=_row_for(case, kind), kind=kind, reason="等配件", pause_reason="parts",
                    amount=2, until=now + SOON, asked_at=now, code="call", asked_by=asker,
                )  # fmt: skip
        if name.endswith("paused"):
            ClockPause.objects.create(
                case=case, event=event, round=0, reason="parts", starts_at=now, until=now + SOON
            )
            Case.objects.filter(pk=case.pk).update(paused_until=now + SOON)
        if name.endswith("ordered"):
            SupervisionOrder.objects.create(
                case=case,
                event=event,
                number=f"T{case.pk}",
                demand="请书面回复",
                reply_by=timezone.localdate(now),
            )
            Case.objects.filter(pk=case.pk).update(open_orders=1)
        return Case.objects.get(pk=case.pk)


def _row_for(case: Case, kind: ApprovalKind) -> CaseEvent:
    """A row of the history for each request: which one does not matter here."""
    return case.events.order_by("sequence")[list(ApprovalKind).index(kind)]


def article_of(street: Street, *, now: datetime) -> Article:
    """A published article of the sub-district."""
    content = Content(
        question="垃圾几点可以投放？",
        short_answer="早上七点到九点，晚上六点到八点。",
        keywords=["垃圾", "投放"],
        category=street.category("0402"),
    )
    article = write_article(content, area=street.areas["subdistrict"], by=COMMAND_LINE, now=now)
    return publish_article(article, seen=1, by=COMMAND_LINE, now=now)


def topic_of(case: Case, *, now: datetime) -> Topic:
    """A proposed topic that holds the case."""
    portrait = Portrait("吊扇噪音", "东里1幢", ("吊扇",), 0.2, 9, (("reporters", 3, 9),), now, now)
    return propose_topic(case.subdistrict_id, [case.pk], portrait, now=now)


def table_of_orders(street: Street, *, now: datetime) -> int:
    """A table that the duty desk of the sub-district gave, ready to be taken in."""
    who = "duty_desk" if "duty_desk" in street.users else "officer"
    return examined(street, now=now, who=who).pk


def give_to_member(street: Street, *, now: datetime) -> dict[str, Case]:
    """Cases that the property firm handles, one not yet signed for."""
    given: dict[str, Case] = {}
    payload = moves.Dispatch(party=street.parties["property_firm"], party_summary="楼道灯不亮")
    with everywhere(EverywhereReason.VERIFICATION):
        for state in ("member_dispatched", "member_in_progress"):
            case = case_in(State.ACCEPTED, street, now=now)
            given[state] = apply_move(case, payload, by=street.staff("officer"), now=now)
        clerk = party_member(street.users["property_clerk"])
        signed = payload_of(MoveName.SIGN, street, now=now)
        given["member_in_progress"] = apply_move(given["member_in_progress"], signed, by=clerk, now=now)
        for name in ("member_spoken", "member_asked_nothing", "member_paused", "member_ordered"):
            case = apply_move(
                case_in(State.ACCEPTED, street, now=now), payload, by=street.staff("officer"), now=now
            )
            case = apply_move(case, signed, by=clerk, now=now)
            visited = payload_of(MoveName.VISIT, street, now=now)
            given[name] = prepared_for(name, apply_move(case, visited, by=clerk, now=now))
    return given
