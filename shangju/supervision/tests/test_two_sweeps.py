"""Two workers sweep at once: they share the work, and no rung is climbed twice."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from shangju.cases import chain
from shangju.cases.models import Case, CaseEvent, LadderMark
from shangju.cases.tests.stories import case_in, go
from shangju.cases.tests.test_races import at_once
from shangju.cases.workflow import State
from shangju.core.models import SetAside
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.supervision import sweeping
from shangju.supervision.sweeping import climb_ladder
from tests.street import Street, build_street

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

CASES = 12


@pytest.fixture
def lasting_street(transactional_db: None) -> Street:
    return build_street()


def test_each_rung_once(lasting_street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    street = lasting_street
    monkeypatch.setattr(sweeping, "AT_ONCE", 3)
    for _each in range(CASES):
        go(case_in(State.IN_PROGRESS, street, now=now), "contact", "grid_worker", street, now=now)
    late = now + timedelta(days=30)
    done = at_once(lambda: climb_ladder(late), times=3)
    with everywhere(EverywhereReason.VERIFICATION):
        # What one worker held when another came by is nobody's yet: a further pass finds it, and then nothing.
        further = climb_ladder(late)
        assert climb_ladder(late) == 0
        assert sum(int(str(each)) for each in done) + further == 3 * CASES
        made = Counter(CaseEvent.objects.filter(role="system").values_list("kind", flat=True))
        assert made == {"remind": CASES, "urge": CASES, "escalate": CASES}
        assert LadderMark.objects.count() == 3 * CASES
        assert not SetAside.objects.exists()
        for case in Case.objects.all():
            assert chain.first_break(case, case.events.all()) is None
