"""Effects of what protects reporter and work: stepping aside, and confidentiality."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.approvals import leave_work
from shangju.cases.effects.draft import Draft, handler_of
from shangju.cases.models import Case, CaseAssistant, Recusal
from shangju.cases.rules import Actor, ActorKind
from shangju.cases.walls import posts_without_free_holder
from shangju.cases.workflow import CaseRole, MoveName, State
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.steps import Step
from shangju.posts.models import Post, StakeReason


def recuse(case: Case, board: ClockBoard, payload: moves.Recuse, by: Actor, now: datetime) -> Draft:
    """回避: the wall goes up for whoever acts; a lead post with nobody else left gives the case back."""
    if payload.reason not in StakeReason.values:
        raise DomainError(_("Choose a reason."), fields={"reason": _("Choose one of the reasons listed.")})
    assert by.user is not None, "only staff stands in a role that may step aside"
    draft = Draft(
        note=payload.note,
        data={"reason": payload.reason},
        records=[Recusal(case=case, user=by.user, reason=payload.reason)],
    )
    lead, empty = _posts_left_empty(case, by.user.pk, now)
    CaseAssistant.objects.filter(case=case, post__in=empty).delete()
    if lead is not None and lead in empty:
        draft.data["from"] = lead.name
        leave_work(case, board, now=now)
        case.handler_post = case.signed_at = None
        draft.data |= handler_of(case)
        board.stop([Step.SIGN], now=now)
        draft.leads_to = State.ACCEPTED
    return draft


def _posts_left_empty(case: Case, leaving: int, now: datetime) -> tuple[Post | None, list[Post]]:
    """The post that leads, and those of the case's posts with nobody left who may open it."""
    with everywhere(EverywhereReason.WALL):
        posts = [assistant.post for assistant in case.assistants.select_related("post")]
        lead = case.handler_post if case.state in {State.DISPATCHED, State.IN_PROGRESS} else None
        asked = [*posts, lead] if lead else posts
        day = timezone.localdate(now)
        return lead, posts_without_free_holder(asked, case, day=day, also_walled=[leaving])


def protect(case: Case, board: ClockBoard, payload: moves.Protect, by: Actor, now: datetime) -> Draft:
    """Confidential or not, about a minor or not. What the reporter asked for, only the reporter takes back."""
    marks = {"is_confidential": payload.is_confidential, "concerns_minor": payload.concerns_minor}
    changed = {
        name: value for name, value in marks.items() if value is not None and value != getattr(case, name)
    }
    if not changed:
        raise DomainError(_("This is how it is already; nothing was changed."))
    if (
        changed.get("is_confidential") is False
        and by.kind is not ActorKind.REPORTER
        and _asked_by_reporter(case)
    ):
        raise DomainError(_("The reporter asked for it; only the reporter can take it back."))
    if changed.get("concerns_minor") is False and not payload.reason.strip():
        raise DomainError(
            _("Something is missing."), fields={"reason": _("Say why it is not about a minor after all.")}
        )
    for name, value in changed.items():
        setattr(case, name, value)
    return Draft(note=payload.reason, data=changed)


def _asked_by_reporter(case: Case) -> bool:
    rows = case.events.filter(kind=MoveName.PROTECT).order_by("-sequence")
    last = next((row for row in rows if "is_confidential" in row.data), None)
    return last is None or last.role == CaseRole.REPORTER
