"""Effects of supervision on one case: remind, urge, order, reply, escalate (cases.md §3, §5)."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.areas.models import AreaKind
from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.approvals import leave_work
from shangju.cases.effects.draft import Draft, handler_of, required
from shangju.cases.models import Case, CaseAssistant, LadderMark, OrderMark, SupervisionOrder
from shangju.cases.numbering import number_prefix, take_order_number
from shangju.cases.rules import Actor
from shangju.cases.rungs import OrderCall, RungCall
from shangju.cases.workflow import State, Tier
from shangju.core.errors import DomainError
from shangju.deadlines.steps import Step
from shangju.posts.models import Post, PostKind
from shangju.posts.queries import posts_above

IN_CHARGE: dict[str, tuple[PostKind, ...]] = {
    Tier.COMMUNITY: (PostKind.COMMUNITY_SECRETARY, PostKind.COMMUNITY_OFFICER),
    Tier.SUBDISTRICT: (PostKind.TASK_FORCE, PostKind.DUTY_DESK),
    Tier.COMMITTEE: (PostKind.SUBDISTRICT_LEADER,),
}
"""Which posts answer for a tier, the first that is there."""


def remind(case: Case, board: ClockBoard, payload: moves.Remind, by: Actor, now: datetime) -> Draft:
    """提醒: the light has turned orange, or a reply is due tomorrow; nothing is late yet."""
    draft = Draft()
    if payload.call is not None:
        _climb_rung(case, payload.call, draft, now=now)
    if payload.order is not None:
        _call_for_reply(case, payload.order, draft, now=now)
    return draft


def urge(case: Case, board: ClockBoard, payload: moves.Urge, by: Actor, now: datetime) -> Draft:
    """催办: a word to whoever has it; from the ladder without words of its own."""
    draft = Draft(note=payload.words, party_text=_for_member(case, payload.words))
    if payload.call is not None:
        _climb_rung(case, payload.call, draft, now=now)
    elif payload.order is not None:
        _call_for_reply(case, payload.order, draft, now=now)
    else:
        required(words=payload.words)
    return draft


def _call_for_reply(case: Case, call: OrderCall, draft: Draft, *, now: datetime) -> None:
    """The row says which order waits for its reply and who issued it; the mark keeps it from being said again."""
    draft.data |= {
        "order": call.number,
        "stage": call.stage,
        "reply_by": call.reply_by.isoformat(),
        "ordered_by": call.ordered_by,
    }
    draft.records.append(OrderMark(case=case, order_id=call.order_id, stage=call.stage, made_at=now))


def _climb_rung(case: Case, call: RungCall, draft: Draft, *, now: datetime) -> None:
    """The row says which rung of which promise it stands on, and the mark keeps it from being climbed again."""
    draft.data |= {
        "rung": call.rung,
        "step": call.step,
        "due_at": call.due_at.isoformat(),
        "receivers": list(call.receivers),
    }
    mark = LadderMark(case=case, step=call.step, due_at=call.due_at, rung=call.rung, made_at=now)
    draft.records.append(mark)


def _for_member(case: Case, words: str) -> str:
    """What is said to whoever has the case is said to a member that has it, too."""
    return words if case.handler_party_id is not None else ""


def supervise(case: Case, board: ClockBoard, payload: moves.Supervise, by: Actor, now: datetime) -> Draft:
    """督办单: a written reply is due by a day."""
    required(demand=payload.demand)
    _demand_day_ahead(payload.reply_by, today=timezone.localdate(now))
    case.open_orders += 1
    number = take_order_number(number_prefix(case.area), now=now)
    order = SupervisionOrder(
        case=case, number=number, demand=payload.demand.strip(), reply_by=payload.reply_by
    )
    return Draft(
        note=payload.demand,
        party_text=_for_member(case, payload.demand),
        data={"reply_by": payload.reply_by.isoformat(), "number": number},
        records=[order],
    )


REPLY_WITHIN = timedelta(days=365)
"""A later day is a slip of the keyboard; nobody would ever ask for that reply."""


def _demand_day_ahead(reply_by: date, *, today: date) -> None:
    sentence = ""
    if reply_by < today:
        sentence = _("This has passed already. Choose a later day.")
    elif reply_by > today + REPLY_WITHIN:
        sentence = _("Choose a day within a year.")
    if sentence:
        raise DomainError(sentence, fields={"reply_by": sentence})


def reply(case: Case, board: ClockBoard, payload: moves.Reply, by: Actor, now: datetime) -> Draft:
    """The written reply to the order that has waited longest."""
    required(reply=payload.reply)
    waiting = case.supervisionorders.filter(replied_at__isnull=True)
    order = waiting.order_by("event__sequence").first()
    if order is None:
        raise DomainError(_("No supervision order waits for a reply."))
    case.open_orders = max(0, case.open_orders - 1)
    order.reply, order.replied_at = payload.reply.strip(), now
    return Draft(
        note=payload.reply,
        data={"in_time": timezone.localdate(now) <= order.reply_by, "number": order.number},
        concluded=[(order, "replied_event")],
    )


def next_tier(case: Case) -> tuple[Tier, Post] | None:
    """The tier above the one that answers for the case now, with its post; none where nobody is left above."""
    tiers = list(Tier)
    above = {post.kind: post for post in reversed(posts_above(case.area).order_by("area__path", "pk"))}
    for tier in tiers[_climbed(case) :]:
        for kind in IN_CHARGE[tier]:
            if kind in above and above[kind].pk != case.handler_post_id:
                return tier, above[kind]
    return None


def _climbed(case: Case) -> int:
    """How many tiers lie at or below whoever has it now."""
    if case.tier:
        return list(Tier).index(Tier(case.tier)) + 1
    if case.handler_post is None:
        return 0
    kinds = {AreaKind.COMMUNITY: 1, AreaKind.SUBDISTRICT: 2}
    return kinds.get(AreaKind(case.handler_post.area.kind), 0)


def escalate(case: Case, board: ClockBoard, payload: moves.Escalate, by: Actor, now: datetime) -> Draft:
    """The next tier answers for it; whoever had it assists and so stays informed (cases.md §5)."""
    if payload.call is None:
        required(reason=payload.reason)
    above = next_tier(case)
    if above is None:
        raise DomainError(_("It is at the highest tier already."))
    tier, post = above
    draft = Draft(note=payload.reason, data={"tier": tier.value, "handler": post.name})
    if payload.call is not None:
        _climb_rung(case, payload.call, draft, now=now)
    case.tier = tier
    if case.state in {State.DISPATCHED, State.IN_PROGRESS}:
        leave_work(case, board, now=now)
        if case.handler_party_id is not None:
            draft.data["from_party"] = case.handler_party_id
        _hand_over(case, post)
        draft.data |= handler_of(case)
        board.stop([Step.SIGN], now=now)
        board.start([Step.SIGN], start=now)
        case.dispatched_at, case.signed_at = now, None
        draft.leads_to = State.DISPATCHED
    return draft


def _hand_over(case: Case, post: Post) -> None:
    earlier = case.handler_post
    case.handler_post, case.handler_party = post, None
    CaseAssistant.objects.filter(case=case, post=post).delete()
    if earlier is not None:
        CaseAssistant.objects.get_or_create(case=case, post=earlier)
