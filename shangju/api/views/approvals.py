"""What waits for the caller's decision."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from shangju.api.authentication import SIGNED_IN, in_own_scope
from shangju.api.case_answers import ApprovalPage, waiting_row
from shangju.api.submitted import WaitingQuery
from shangju.api.views import REFUSALS
from shangju.api.views.cases import ensure_cursor
from shangju.cases.queries import approvals_waiting_for, read_cursor
from shangju.core.errors import NotAllowed
from shangju.deadlines.queries import steady_reference
from shangju.posts.middleware import standing_in
from shangju.posts.rights import Right

router = Router(tags=["cases"], auth=SIGNED_IN)
router.add_decorator(in_own_scope)


@router.get("/approvals", response={200: ApprovalPage, **REFUSALS})
def approvals(request: HttpRequest, query: Query[WaitingQuery]) -> dict[str, Any]:
    """Returns, pauses, extensions and looks that wait for the caller's decision, the longest waiting first."""
    standing = standing_in(request)
    if not (standing.holds_anywhere(Right.DISPATCH) or standing.holds_anywhere(Right.DECIDE_BEYOND)):
        raise NotAllowed(_("You are signed in, but this is not open to you."))
    ensure_cursor(query.cursor, is_known=read_cursor(query.cursor) is not None)
    page = approvals_waiting_for(standing, cursor=query.cursor or None, limit=query.limit)
    now = timezone.now()
    with steady_reference():
        items = [waiting_row(each, now=now) for each in page.items]
    return {"items": items, "next_cursor": page.next_cursor}
