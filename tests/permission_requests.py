"""The requests behind the permission matrix: for every row a sound one, at an object near and at one far away.

*Near* lies in the grid of the grid worker; *far* in the neighbouring sub-district, whose duty desk alone may see it.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.accounts.services import issue_token
from shangju.areas.services import AreaPlan, add_area
from shangju.board.services import propose_publication
from shangju.bulletins.kinds import BulletinKind, last_full_span
from shangju.bulletins.services import draft_bulletin
from shangju.bulletins.text.parts import Part
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
from shangju.cases.rungs import Rung
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, case_in, go, payload_of
from shangju.cases.workflow import ApprovalKind, MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.gateways.models import MessageTemplate
from shangju.gateways.services import TemplatePlan, seed_templates
from shangju.imports.tests.giving import ORDERS, examined
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

MOVE_VALUES: dict[str, tuple[str, dict[str, Any]]] = {
    "accept": ("registered", {"category": "0103", "request_type": "complaint"}),
    "decline": ("registered", {"reason": "too_vague", "explanation": "请补充时间和地点。"}),
    "refer": ("registered", {"legal_channel": "诉讼", "explanation": "此事请向法院提出。"}),
    "answer_directly": ("registered", {"answer": "办事大厅九点开门。"}),
    "dispatch": ("accepted", {"handler": "post-{post}"}),
    "sign": ("dispatched", {}),
    "contact": ("in_progress", {"way": "phone", "reached": True}),
    "visit": ("in_progress", {"place": "upstairs", "finding": "楼上无异常"}),
    "find_cause": ("in_progress", {"root_cause": "吊扇老化"}),
    "mediate": ("in_progress", {"with_whom": "店主", "account": "劝导更换", "result": "agreed"}),
    "resolve": ("in_progress", {"outcome": "explained", "answer": "吊扇已拆除"}),
    "confirm": ("resolved", {"reached": True, "solved": "yes", "satisfaction": "satisfied"}),
    "reopen": ("resolved", {"reason": "又响了"}),
    "close_unreachable": ("resolved", {}),
    "answer_as_party": ("in_progress", {"words": "马上检查"}),
    "change_assistants": ("in_progress", {"assistants": []}),
    "ask_return": ("in_progress", {"reason": "不属本网格"}),
    "ask_pause": ("spoken", {"reason": "parts", "until": "{soon}", "explanation": "等配件"}),
    "ask_extension": ("asked_nothing", {"amount": 2, "reason": "施工需要时间"}),
    "grant_return": ("asked", {"note": "同意"}),
    "grant_pause": ("asked", {"note": "同意"}),
    "grant_extension": ("asked", {"explanation": "施工还需两天。"}),
    "ask_reveal": ("minor", {"fields_needed": ["phone"], "code": "call", "reason": "需要与监护人联系"}),
    "grant_reveal": ("asked", {"note": "同意"}),
    "refuse": ("asked", {"what": "return", "explanation": "请继续办理"}),
    "resume": ("paused", {"note": "配件已到"}),
    "merge": ("accepted", {"into": "{registered}", "explanation": "同一件事"}),
    "unmerge": ("merged", {"reason": "不是同一件事"}),
    "split": ("accepted", {"parts": "油烟\n\n噪音"}),
    "urge": ("in_progress", {"words": "请抓紧"}),
    "supervise": ("in_progress", {"demand": "书面回复", "reply_by": "{soon}"}),
    "escalate": ("in_progress", {"reason": "久拖未决"}),
    "convene": (
        "in_progress",
        {"others": "环境监测站、市场监管所", "account": "现场会商", "agreed": "三日内复查"},
    ),
    "reply": ("ordered", {"reply": "已约谈店主"}),
    "protect": ("in_progress", {"is_confidential": True}),
    "recuse": ("in_progress", {"reason": "own_home"}),
}
"""Every move that staff and members make: the state of the case it is tried on, and values that its form accepts."""

HANDLED_BY_MEMBER = {
    "sign": "member_dispatched",
    "visit": "member_in_progress",
    "resolve": "member_in_progress",
    "ask_return": "member_in_progress",
    "ask_pause": "member_spoken",
    "ask_extension": "member_asked_nothing",
    "resume": "member_paused",
    "reply": "member_ordered",
}
"""What a member does with a case that was given to it, tried on such a case."""


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


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, ready for Django's client."""

    method: str
    address: str
    options: dict[str, Any]


PASSWORD = "Lantern-2026"
"""Of the resident, the only one on the street who has one."""

CONFIRMATION = {"solved": "yes", "satisfaction": "satisfied"}
REASON = {"reason": "调整"}
NEW_AREA = {"kind": "community", "code": "A9", "name": "新社区"}
NEW_PERSON = {"username": "new-worker", "display_name": "网格员 9号"}
NEW_PARTY = {"kind": "merchant", "name": "东里粮店", "area": "{grid}", "joined_on": "2026-11-01"}
NEW_WEBHOOK = {"name": "数据平台", "address": "https://example.cn/hook"}
CONCERN = {"text": "楼道灯不亮", "place": {"area_code": "A1G1"}}
CALL = {
    "text": "楼道灯不亮",
    "area": "A1G1",
    "channel": "phone",
    "request_type": "complaint",
    "key": "desk-1",
}
VISIT = {"text": "楼道灯不亮", "address": "东里1幢", "visited": "shared_space", "key": "visit-1"}
ARTICLE = {"question": "垃圾怎么投放？", "short_answer": "看投放点公示。", "audience": "public"}
REPORT = {"text": "楼道灯不亮", "area": "A1G1", "request_type": "complaint", "key": "web-1"}
LADDER = {
    "save": "1",
    "dormant_days": "4",
    "long_pause_days": "10",
    **{f"{rung}-action": "urge" for rung in Rung},
    **{f"{rung}-after": "2" for rung in Rung},
    **{f"{rung}-receivers": "responsible" for rung in Rung},
}
MEASURES = {"weight_contacted": "20", "weight_solved": "40", "weight_satisfied": "40", "minimum": "5"}
NEW_PASSWORD = {"oldpassword": PASSWORD, "password1": "correct horse 7", "password2": "correct horse 7"}

FORMS: dict[str, dict[str, Any]] = {
    "public:report": REPORT,
    "public:me_too": {**REPORT, "case": "{case}"},
    "public:confirm": CONFIRMATION,
    "public:add_words": {"words": "夜里更响"},
    "public:withdraw": {"reason": "已自行解决"},
    "public:ask_about_data": {"words": "电话写错了"},
    "desk:enter": CALL,
    "desk:visit": VISIT,
    "desk:visit_categories": {"text": "楼道灯不亮"},
    "desk:earlier": {"phone": "13900001111"},
    "desk:me_too": {**CALL, "phone": "13955556666", "case": "{case}"},
    "desk:propose": {"result": "噪声源已拆除"},
    "desk:withdraw_publication": REASON,
    "public:help_opinion": {"was_helpful": "yes"},
    "knowledge:write": {**ARTICLE, "area": "{subdistrict}", "language": "zh-hans"},
    "knowledge:revise": {**ARTICLE, **REASON, "seen": "1"},
    "knowledge:move": REASON,
    "topics:move": REASON,
    "topics:gather": {"case": "{number}", "into": ""},
    "imports:give": {"area": "A"},
    "imports:name_columns": {"column_0": "id", "column_2": "text"},
    "desk:reveal": {"fields_needed": "phone", "code": "call", "reason": "回访预约时间"},
    "public:protect": {"is_confidential": "yes"},
    "ledgers:keep": {"name": "本月"},
    "ledgers:export": {"form": "csv"},
    "ledgers:decide": {"answer": "allow"},
    "supervision:urge": {"case": "{number}", "words": "请抓紧办理"},
    "supervision:ladder": LADDER,
    "supervision:measure-settings": MEASURES,
    "supervision:entrust": {
        "case": "{number}",
        "entrust-task_force": "{task_force}",
        "entrust-reason": "久拖未决",
    },
    "supervision:release": {"reason": "已协调完毕"},
    "supervision:start_card": {"case": "{number}"},
    "supervision:card_step": {"reason": "误报"},
    "supervision:set_up_task_force": {
        "name": "油烟专班",
        "mandate": "治理沿街油烟",
        "lead": "post-{leading}",
        "starts_on": "2026-03-05",
    },
    "supervision:change_task_force": {
        "name": "噪声专班",
        "mandate": "治理噪声",
        "lead": "post-{leading}",
        "starts_on": "2026-03-05",
    },
    "supervision:add_task_force_member": {"body": "party-{shop}", "role_word": "商户代表"},
    "my:card": {"words": "已整改"},
    "bulletins:new": {"first": "week:{last_week}", "language": "zh-hans"},
    "bulletins:edit": {"seen": "1", "title": "周通报", **dict.fromkeys(Part.values, "无")},
    "bulletins:issue": {"seen": "1", "is_read": "on"},
    "bulletins:withdraw": REASON,
    "administration:add_area": NEW_AREA,
    "administration:rename_area": {"name": "东一网格新", **REASON},
    "administration:move_area": {"parent": "{other_parent}", **REASON},
    "administration:retire_area": {"on": "2026-12-31", **REASON},
    "administration:outline": {"outline": "", "datum": "wgs84"},
    "administration:add_address": {"shown_as": "东里后巷"},
    "administration:remove_address": REASON,
    "administration:add_post": {"kind": "grid_worker", "name": "网格员岗 9号"},
    "administration:retire_post": {"on": "2026-12-31", **REASON},
    "administration:appoint": {"user": "resident", "starts_on": "2026-12-01"},
    "administration:end_appointment": {"last_day": "2026-12-31", **REASON},
    "administration:add_person": NEW_PERSON,
    "administration:change_activity": REASON,
    "administration:change_phone": {"phone": "", **REASON},
    "administration:change_wecom": {"wecom_id": "member-7", **REASON},
    "administration:template": {"text": "事项${{number}}已受理。", "provider_template": "SMS_1"},
    "administration:add_webhook": {**NEW_WEBHOOK, "area": "{subdistrict}"},
    "administration:change_webhook": {**NEW_WEBHOOK, "area": "{subdistrict}"},
    "administration:admit_party": NEW_PARTY,
    "administration:change_party": {**NEW_PARTY, **REASON},
    "administration:change_membership": {"status": "suspended", **REASON},
    "administration:delegate": {"user": "resident", "starts_on": "2026-12-01"},
    "administration:end_delegation": {"last_day": "2026-12-31", **REASON},
    "administration:add_stake": {"user": "resident", "party": "{shop}", "reason": "family"},
    "administration:end_stake": REASON,
    "administration:limits": {"gateway_minute": "10", "receiver_day": "20"},
    "administration:sending_times": {"begins": "20:00", "ends": "08:30"},
    "my:notice_settings": {"reset": "1"},
    "my:stakes": {"building": "{building}", "reason": "own_home"},
    "administration:retention_rule": {"days": "2", "reason": "statutory_duty"},
    "accounts:profile": {"language": "en"},
    "accounts:make_key": {"name": "grid program", "scopes": "read_cases", "days": "90"},
    "accounts:unlock": {"name": "resident"},
    "public:track": {"code": "{code}"},
    "account_login": {"login": "resident", "password": PASSWORD},
    "account_reauthenticate": {"password": PASSWORD},
    "account_request_login_code": {"phone": "13800001111"},
    "account_change_password": NEW_PASSWORD,
    "set_view_preference": {"theme": "dark"},
    "set_language": {"language": "en"},
}
"""What a POST of a page carries; nothing where it is not named."""

BODIES: dict[str, dict[str, Any]] = {
    "api:report": CONCERN,
    "api:confirm": CONFIRMATION,
    "api:reveal": {"fields": ["phone"], "code": "call", "reason": "回访预约时间"},
    "api:add_words": {"words": "夜里更响"},
    "api:withdraw": {"reason": "已自行解决"},
    "api:make_token": {
        "username": "resident",
        "password": PASSWORD,
        "name": "grid program",
        "scopes": ["read_cases"],
    },
    "api:add_webhook": {**NEW_WEBHOOK, "area": "A"},
    "api:change_webhook": {**NEW_WEBHOOK, "area": "A"},
}
"""What a POST of the interface carries."""


def case_for_row(page: str, doing: str, objects: Objects) -> Case:
    """The case that the row's request is about."""
    if page == "my:move" and doing in HANDLED_BY_MEMBER:
        return objects.cases.get(HANDLED_BY_MEMBER[doing], objects.cases["in_progress"])
    if page in {"public:confirm", "api:confirm", "desk:propose", "desk:call_back_phone"}:
        return objects.cases["resolved"]
    if page == "public:data_request_step":
        return objects.cases["registered"]
    return objects.cases[MOVE_VALUES[doing][0] if doing else "in_progress"]


def arguments(page: str, doing: str, objects: Objects) -> dict[str, Any]:
    """What the address of the row's page is made with."""
    case, street = case_for_row(page, doing, objects), objects.street
    person = street.users["grid_worker"].pk
    rows = {
        "end_appointment": objects.appointment, "post": street.posts["grid_worker"].pk,
        "retire_post": objects.empty_post, "retire_area": objects.empty_area, "appoint": street.posts["grid_worker"].pk,
        "person": person, "change_activity": person, "change_phone": person, "mediation": objects.mediation,
        "order": objects.order, "coordination": objects.coordination,
        **dict.fromkeys(("party", "change_party", "change_membership", "delegate"), objects.party),
        "end_delegation": objects.delegation, "end_stake": objects.stake,
        "change_wecom": person, "template": objects.template,
        "send_again": objects.notice, "revoke_key": objects.token, "end_token": objects.token, "revoke_all": person,
        "deliver_again": objects.delivery, "sending_times": street.areas["subdistrict"].pk,
        **dict.fromkeys(("webhook", "test_webhook", "stop_webhook", "start_webhook"), objects.webhook),
        **dict.fromkeys(("change_webhook", "remove_webhook", "change_webhook_secret"), objects.webhook),
        "deliveries": objects.webhook,
        "check_publication": objects.publication, "withdraw_publication": objects.publication,
        **dict.fromkeys(("article", "help_article", "help_opinion"), objects.article),
        **dict.fromkeys(("run", "name_columns", "start", "discard", "refused", "answers"), objects.table),
        **dict.fromkeys(("data_request", "answer_data_request", "data_request_step"), objects.data_request),
        **dict.fromkeys(("card", "card_step"), objects.card), "end_task_force_member": objects.member,
        **dict.fromkeys(("task_force", "change_task_force", "end_task_force"), objects.task_force),
        **dict.fromkeys(("add_task_force_member", "brief", "brief_text"), objects.task_force),
        **dict.fromkeys(("retention_run", "confirm_retention", "discard_retention"), objects.retention_run),
    }  # fmt: skip
    if page.startswith("ledgers:"):
        return {"kind": "case", "pk": objects.ledgers.get(page.removeprefix("ledgers:"))}
    if page.startswith("bulletins:"):
        return {"pk": objects.bulletin}
    if page.startswith("knowledge:"):
        return {"pk": objects.article, "number": 1, "move": "retire"}
    if page.startswith("topics:"):
        return {"pk": objects.topic, "move": "dismiss"}
    code = objects.endorsement_code if "endorsement" in page else case.tracking_code
    return {
        "place": street.areas["grid"].code, "area": street.areas["subdistrict"].code, "member": objects.party,
        "number": case.number, "code": code, "tracking_code": case.tracking_code,
        "photo_id": objects.photo.pk, "size": "thumbnail", "version": "2026-06", "move": doing, "entry_pk": objects.address,
        "step": "withdraw" if page.endswith(("data_request_step", "card_step")) else "take",
        "kind": "sessions" if page.startswith("administration:") else "correction",
        "pk": rows.get(page.rpartition(":")[2], street.areas["grid"].pk), "channel": "sms",
    }  # fmt: skip


def move_values(doing: str, objects: Objects) -> dict[str, Any]:
    """Sound values of a move."""
    known = {
        "post": objects.street.posts["grid_worker"].pk,
        "registered": objects.cases["registered"].number,
        "soon": timezone.localdate() + timedelta(days=1),
    }
    return {
        name: value.format(**known) if isinstance(value, str) else value
        for name, value in MOVE_VALUES[doing][1].items()
    }


def asked(key: str, route: str, objects: Objects) -> Asked:
    """The request of a row such as ``POST desk:move sign``."""
    method, page, doing = ([*key.split(), ""])[:3]
    if page == "api:unknown":
        return Asked(method, "/api/v1/nothing-here", {})
    known = arguments(page, doing, objects)
    address = reverse(page, kwargs={name: known[name] for name in re.findall(r"<(?:\w+:)?(\w+)>", route)})
    if page == "administration:add_area":
        address += f"?parent={objects.street.areas['subdistrict'].pk}"
    if method not in {"POST", "PUT"}:
        return Asked(method, address, {})
    return Asked(method, address, contents(page, doing, objects))


def contents(page: str, doing: str, objects: Objects) -> dict[str, Any]:
    """Body and content type of a POST."""
    if page == "imports:give":
        return {"data": {**FORMS[page], "file": SimpleUploadedFile("orders.csv", ORDERS.encode())}}
    if page == "api:upload":
        return {"data": {"file": SimpleUploadedFile("wall.jpg", encoded(picture()))}}
    if page.startswith("api:"):
        body = {"move": doing, **move_values(doing, objects)} if doing else BODIES.get(page, {})
        return {"data": body, "content_type": "application/json"}
    if doing:
        return {
            "data": {
                name: "on" if value is True else value for name, value in move_values(doing, objects).items()
            }
        }
    known = {
        "other_parent": objects.street.areas["second"].pk,
        "grid": objects.street.areas["grid"].pk,
        "subdistrict": objects.street.areas["subdistrict"].pk,
        "building": objects.street.areas["building"].pk,
        "shop": objects.street.parties["shop"].pk,
        "code": objects.cases["in_progress"].tracking_code,
        "case": objects.cases["in_progress"].tracking_print,
        "number": objects.cases["in_progress"].number,
        "task_force": objects.task_force,
        "leading": objects.street.posts["grid_worker"].pk,
        "last_week": last_full_span(BulletinKind.WEEK, timezone.localdate())[0].isoformat(),
    }
    return {"data": {name: value.format(**known) for name, value in FORMS.get(page, {}).items()}}
