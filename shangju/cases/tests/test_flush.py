"""Emptying the database empties the search index, on both databases."""

from datetime import datetime

import pytest
from django.core.management import call_command
from django.db import connection

from shangju.cases.models import Case
from shangju.cases.search import matching
from shangju.cases.tests.stories import raised
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import build_street


def indexed() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_search")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_flush_takes_the_search_index_along_and_leaves_a_usable_database(now: datetime) -> None:
    raised(build_street(), now=now)
    assert indexed() == 1
    call_command("flush", interactive=False, verbosity=0)
    assert indexed() == 0
    case = raised(build_street(), now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        assert list(matching(Case.objects.all(), "噪音")) == [case]
