"""Whoever had a case stays informed when it climbs (cases.md §3, §5)."""

from datetime import datetime

import pytest

from shangju.cases import moves
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from tests.street import Street

pytestmark = pytest.mark.django_db


def test_a_member_from_which_a_case_climbs_is_told_once(street: Street, now: datetime) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        case = case_in(State.ACCEPTED, street, now=now)
        given = moves.Dispatch(party=street.parties["property_firm"], party_summary="楼道灯不亮")
        case = apply_move(case, given, by=street.staff("officer"), now=now)
        tell_of_events(now)
        Notice.objects.all().delete()
        apply_move(case, moves.Escalate("久拖未决"), by=street.staff("task_force"), now=now)
        tell_of_events(now)
        told = Notice.objects.get(user=street.users["property_clerk"])
        assert (told.link, case.number in told.subject) == ("/my/concerns/", True)
        assert "久拖未决" not in told.subject + told.body
