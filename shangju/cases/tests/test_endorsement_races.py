"""Two real connections at once: one person counts once, whoever is first; every counted one is in the sum."""

from datetime import datetime
from itertools import count

import pytest

from shangju.cases.endorsement import MeToo, endorse
from shangju.cases.intake import ContactDetails
from shangju.cases.models import Case, Endorsement
from shangju.cases.rules import REPORTER, Actor, ActorKind
from shangju.cases.tests.stories import raised
from shangju.cases.tests.test_races import THREADS, at_once, lasting_street
from shangju.core.errors import Conflict
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
__all__ = ["lasting_street"]


@pytest.mark.parametrize("same", ["form", "device", "account", "phone", "nothing"])
def test_many_at_once_count_as_one_person_where_they_are_one(
    lasting_street: Street, now: datetime, same: str
) -> None:
    case, numbers = raised(lasting_street, now=now), count()

    def work() -> str:
        number = next(numbers)
        said = MeToo(
            "key" if same == "form" else f"key-{number}",
            "device" if same == "device" else f"device-{number}",
            ContactDetails(phone="13911112222" if same == "phone" else ""),
        )
        by = Actor(ActorKind.REPORTER, lasting_street.users["resident"]) if same == "account" else REPORTER
        try:
            return endorse(case, said, by=by, now=now).tracking_code
        except Conflict:
            return "conflict"

    answers = at_once(work, times=THREADS)
    people = THREADS if same == "nothing" else 1
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.get(pk=case.pk).me_too_count == people
        assert Endorsement.objects.filter(is_counted=True).count() == people
    told_no = {"device": THREADS - 1, "account": THREADS - 1}.get(same, 0)
    assert answers.count("conflict") == told_no
    assert len(set(answers) - {"conflict"}) == (1 if same in {"form", "device", "account"} else THREADS)
