"""Effects of what supervision does with rows of its own: a case is given to a task force, taken back, cited for a card."""

from datetime import datetime

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.coordination import add_assistants
from shangju.cases.effects.draft import Draft, required
from shangju.cases.effects.triage import is_in_reach
from shangju.cases.models import Case, CaseAssistant
from shangju.cases.rules import Actor


def entrust(case: Case, board: ClockBoard, payload: moves.Entrust, by: Actor, now: datetime) -> Draft:
    """交专班: the posts that reach the place assist; whoever leads goes on leading. The row names who is new."""
    required(reason=payload.reason)
    reaching = [post for post in payload.posts if is_in_reach(post, case.area_path)]
    new = add_assistants(case, reaching, now=now)
    return Draft(
        note=payload.reason, data={"task_force": payload.task_force, "added": [post.pk for post in new]}
    )


def release(case: Case, board: ClockBoard, payload: moves.Release, by: Actor, now: datetime) -> Draft:
    """退回: those who came in by the task force assist no longer."""
    required(reason=payload.reason)
    CaseAssistant.objects.filter(case=case, post__in=payload.posts).delete()
    return Draft(note=payload.reason, data={"task_force": payload.task_force, "removed": list(payload.posts)})


def cite(case: Case, board: ClockBoard, payload: moves.Cite, by: Actor, now: datetime) -> Draft:
    """列入黄/红牌依据: the row alone; neither state nor clocks change, and the reporter is not told."""
    data: dict[str, object] = {
        "card": payload.card,
        "colour": payload.colour,
        "stage": payload.stage,
        "unit": payload.unit,
        "fault": payload.fault,
        "number": payload.number,
        "receivers": list(payload.receivers),
    }
    if payload.heard_until is not None:
        data["heard_until"] = payload.heard_until.isoformat()
    if payload.party is not None:
        data["party"] = payload.party
    return Draft(data=data)
