"""The approvals desk: what handlers ask for and the reader decides, the longest waiting first."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from shangju.cases import queries
from shangju.cases.forms import MOVE_FORMS, MoveForm
from shangju.cases.forms.approvals import asked_for
from shangju.cases.models import Approval
from shangju.cases.rules import GRANTS, Actor, staff
from shangju.cases.workflow import MoveName
from shangju.categories.queries import category_tree
from shangju.deadlines.queries import steady_reference
from shangju.desk.access import needs_right
from shangju.desk.forms_ledgers import DecisionForm
from shangju.desk.views.exports import told
from shangju.ledgers.queries import exports_waiting_for
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

ROWS = 50
"""On one page; what is decided makes room for the rest."""

GRANT_OF = {kind.value: move for move, kind in GRANTS.items()}


@require_GET
@needs_right(Right.DISPATCH, Right.DECIDE_BEYOND, Right.DECIDE_EXPORTS)
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for the reader's decision, each with its yes and its no."""
    now = timezone.now()
    actor = staff(request.user)  # type: ignore[arg-type] # the decorator asks for sign-in
    page = queries.approvals_waiting_for(standing_in(request), limit=ROWS)
    with steady_reference():
        rows = [_row(approval, actor, now) for approval in page.items]
    is_cut = page.next_cursor is not None
    waiting = exports_waiting_for(standing_in(request), limit=ROWS)
    tree = category_tree()
    exports = [
        (export, told(export, tree), DecisionForm(auto_id=f"export-{export.pk}-%s")) for export in waiting
    ]
    shown = {"rows": rows, "exports": exports, "is_cut": is_cut, "now": now}
    return render(request, "desk/approvals.html", shown)


def _row(approval: Approval, actor: Actor, now: datetime) -> dict[str, Any]:
    case, grant = approval.case, GRANT_OF[approval.kind]
    return {
        "approval": approval,
        "case": case,
        "light": queries.light_of(case, now=now),
        "asked": asked_for(approval, deadline_class=case.deadline_class),
        "by": approval.event.post_name or approval.event.get_role_display(),
        "decisions": [(move, _form(move, approval, actor, now)) for move in (grant, MoveName.REFUSE)],
    }


def _form(move: MoveName, approval: Approval, actor: Actor, now: datetime) -> MoveForm:
    """The form of a decision, with names of its own among those of the other rows."""
    form = MOVE_FORMS[move](case=approval.case, actor=actor, now=now, waiting=[approval])
    form.auto_id, form.summary = f"{move}-{approval.pk}-%s", ""
    return form
