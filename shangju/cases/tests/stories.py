"""Cases brought to any state by the moves themselves, and a sound payload for every move."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from shangju.cases import moves
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case, CaseEvent
from shangju.cases.places import Place
from shangju.cases.rules import REPORTER
from shangju.cases.rungs import RungCall
from shangju.cases.services import apply_move
from shangju.cases.workflow import MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

WORDS = "家中长期被噪音困扰，嗡嗡响，不知是何原因"
MARKERS = {"name": "某居民标记", "phone": "13800005678", "address": "东里1幢2单元301室"}
"""What must never be seen by the party concerned."""


def raised(street: Street, *, now: datetime, area: str = "building", **fields: Any) -> Case:
    """A concern with everything a reporter can leave, in state ``registered``."""
    party = fields.pop("place_party", None)
    place = Place(street.areas[area], note="东里1幢", exact_address=MARKERS["address"], party=party)
    contact = ContactDetails(name=MARKERS["name"], phone=MARKERS["phone"])
    submission = Submission(**{"text": WORDS, "place": place, "contact": contact, **fields})
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        return register_concern(submission, by=REPORTER, now=now).case


def payload_of(name: str, street: Street, *, now: datetime) -> moves.Payload:
    """A payload of the move that every guard lets pass."""
    return {
        MoveName.ACCEPT: moves.Accept(street.category("0103"), "complaint", "D"),
        MoveName.DECLINE: moves.Decline("too_vague", "请补充时间和地点。"),
        MoveName.REFER: moves.Refer("诉讼", "此事请向法院提出。"),
        MoveName.ANSWER_DIRECTLY: moves.AnswerDirectly("办事大厅九点开门。"),
        MoveName.DISPATCH: moves.Dispatch(
            post=street.posts["grid_worker"], assistants=[street.posts["building_head"]]
        ),
        MoveName.SIGN: moves.Sign(),
        MoveName.CONTACT: moves.RecordContact("phone"),
        MoveName.VISIT: moves.RecordVisit("upstairs", "楼上无异常", visited_at=now),
        MoveName.FIND_CAUSE: moves.FindCause("吊扇老化", street.parties["shop"], "吊扇嗡嗡声影响楼上"),
        MoveName.MEDIATE: moves.Mediate("店主", "劝导更换", "agreed", agreed="三日内更换"),
        MoveName.RESOLVE: moves.Resolve("solved", "吊扇已拆除"),
        MoveName.CONFIRM: moves.Confirm("yes", "satisfied"),
        MoveName.REOPEN: moves.Reopen("又响了"),
        MoveName.CLOSE_UNREACHABLE: moves.CloseUnreachable(),
        MoveName.WITHDRAW: moves.Withdraw("已自行解决"),
        MoveName.ADD_WORDS: moves.AddWords("夜里更响"),
        MoveName.ANSWER_AS_PARTY: moves.AnswerAsParty("马上检查"),
        MoveName.CHANGE_ASSISTANTS: moves.ChangeAssistants([street.posts["building_head"]]),
        MoveName.ASK_RETURN: moves.AskReturn("不属本网格"),
        MoveName.GRANT_RETURN: moves.GrantReturn("同意"),
        MoveName.ASK_PAUSE: moves.AskPause("parts", "等配件", now + timedelta(days=2)),
        MoveName.GRANT_PAUSE: moves.GrantPause("同意"),
        MoveName.RESUME: moves.Resume("配件已到"),
        MoveName.ASK_EXTENSION: moves.AskExtension(3, "施工需要时间"),
        MoveName.GRANT_EXTENSION: moves.GrantExtension("施工还需三天，给您添麻烦了。"),
        MoveName.ASK_REVEAL: moves.AskReveal(["phone"], "call", "需要与监护人联系"),
        MoveName.GRANT_REVEAL: moves.GrantReveal("同意"),
        MoveName.REFUSE: moves.Refuse("return", "请继续办理"),
        MoveName.UNMERGE: moves.Unmerge("不是同一件事"),
        MoveName.SPLIT: moves.Split(["油烟", "噪音"]),
        MoveName.PROTECT: moves.Protect(is_confidential=True),
        MoveName.RECUSE: moves.Recuse("own_home"),
        **_payloads_of_supervision(street, now=now),
    }.get(MoveName(name)) or _payload_with_another_case(MoveName(name), street, now=now)


def _payloads_of_supervision(street: Street, *, now: datetime) -> dict[MoveName, moves.Payload]:
    return {
        MoveName.URGE: moves.Urge("请抓紧"),
        MoveName.SUPERVISE: moves.Supervise("三日内书面回复", timezone.localdate(now) + timedelta(days=3)),
        MoveName.REPLY: moves.Reply("已约谈店主"),
        MoveName.ESCALATE: moves.Escalate("久拖未决"),
        MoveName.REMIND: moves.Remind(RungCall("orange", "close", now, ("responsible",))),
        MoveName.CONVENE: moves.Convene(
            [street.posts["grid_worker"], street.posts["building_head"]], "现场会商", "综合执法队三日内复查"
        ),
        MoveName.ENTRUST: moves.Entrust(
            "噪声整治专班", [street.posts["building_head"]], "久拖未决，请专班协调"
        ),
        MoveName.RELEASE: moves.Release("噪声整治专班", [street.posts["building_head"].pk], "已协调完毕"),
        MoveName.CITE: moves.Cite(1, "yellow", "proposed", "东社区", "overdue"),
    }


def _payload_with_another_case(name: MoveName, street: Street, *, now: datetime) -> moves.Payload:
    other = raised(street, now=now)
    makers: dict[MoveName, Callable[[], moves.Payload]] = {
        MoveName.MERGE: lambda: moves.Merge(other, "与另一位居民反映的是同一件事，一并办理。"),
        MoveName.TAKE_IN: lambda: moves.TakeIn(other),
        MoveName.LET_GO: lambda: moves.LetGo(other),
        MoveName.HEAR: lambda: moves.Hear(other, "夜里更响"),
        MoveName.PART_ENDED: lambda: moves.PartEnded(other, "油烟已治理"),
        MoveName.FOLLOW: lambda: moves.Follow(CaseEvent.objects.filter(case=other)[0]),
    }
    return makers[name]()


WAY: dict[str, tuple[tuple[MoveName, str], ...]] = {
    State.REGISTERED: (),
    State.ACCEPTED: ((MoveName.ACCEPT, "officer"),),
    State.DISPATCHED: ((MoveName.ACCEPT, "officer"), (MoveName.DISPATCH, "officer")),
    State.DECLINED: ((MoveName.DECLINE, "officer"),),
    State.REFERRED: ((MoveName.REFER, "officer"),),
    State.WITHDRAWN: ((MoveName.WITHDRAW, "reporter"),),
    State.MERGED: ((MoveName.MERGE, "officer"),),
}
WAY[State.IN_PROGRESS] = (
    *WAY[State.DISPATCHED],
    (MoveName.SIGN, "grid_worker"),
    (MoveName.FIND_CAUSE, "grid_worker"),
)
WAY[State.RESOLVED] = (*WAY[State.IN_PROGRESS], (MoveName.RESOLVE, "grid_worker"))
WAY[State.CLOSED] = (*WAY[State.RESOLVED], (MoveName.CONFIRM, "reporter"))
"""By which moves, made by whom, a case gets into each state."""


def go(case: Case, name: str, who: str, street: Street, *, now: datetime) -> Case:
    """One sound move by the user of this short name, or by the reporter."""
    with everywhere(EverywhereReason.VERIFICATION):
        by = REPORTER if who == "reporter" else street.staff(who)
        return apply_move(case, payload_of(name, street, now=now), by=by, now=now)


def case_in(state: str, street: Street, *, now: datetime, **fields: Any) -> Case:
    """A case in ``state``; a move a minute, the first at ``now``."""
    case = raised(street, now=now, **fields)
    for minute, (name, who) in enumerate(WAY[state], start=1):
        case = go(case, name, who, street, now=now + timedelta(minutes=minute))
    return case
