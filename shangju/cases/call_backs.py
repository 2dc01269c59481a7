"""The daily call-back list: whom somebody who did not handle the case calls today (cases.md §3)."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from shangju.cases.models import Case, CaseAssistant, CaseEvent
from shangju.cases.rules import WORKING, visible_to, within
from shangju.cases.walls import behind_wall
from shangju.cases.workflow import State
from shangju.deadlines.steps import Step
from shangju.posts.rights import Right, Standing


def to_call_back(standing: Standing, *, now: datetime) -> QuerySet[Case]:
    """Resolved cases whose reporter ``standing`` may ask how it went, due by the end of today.

    Whoever asked to be called instead of written to is there at once: for them the call is the notice. They come
    first, then the earliest due.
    """
    reach = Q(pk__in=[])
    for area in standing.areas_with(Right.CALL_BACK):
        reach |= within(area)
    day_ends = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    due = Q(due_step=Step.CALL_BACK, due_at__lt=day_ends) | Q(reporter_contact__prefers_call=True)
    own_work = CaseEvent.objects.filter(case=OuterRef("pk"), by_id=standing.user_id, kind__in=WORKING)
    assisted = CaseAssistant.objects.filter(case=OuterRef("pk"), post_id__in=standing.posts)
    found = Case.objects.filter(reach, due, visible_to(standing), ~Exists(own_work), ~Exists(assisted))
    found = found.filter(~behind_wall(standing), state=State.RESOLVED).exclude(
        handler_post_id__isnull=False, handler_post_id__in=standing.posts
    )
    related = ("area", "category", "reporter_contact", "handler_post", "handler_party")
    return found.select_related(*related).order_by("-reporter_contact__prefers_call", "due_at", "pk")
