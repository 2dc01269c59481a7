"""One key from many connections at once: one concern, and everybody gets the same answer."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from shangju.api.tests.calls import Caller
from shangju.cases import chain
from shangju.cases.models import Case, IdempotencyKey, NumberSeries
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street, build_street

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
CLIENTS = 8


@pytest.fixture
def lasting_street(transactional_db: None) -> Street:
    return build_street()


def post_at_once(bodies: list[dict[str, object]], key: str) -> list[tuple[int, str]]:
    """Status and content of the same key sent by as many clients as there are bodies, all at the same moment."""
    barrier = Barrier(len(bodies))

    def post(body: dict[str, object]) -> tuple[int, str]:
        try:
            barrier.wait(timeout=30)
            response = Caller().post("/concerns", body, Idempotency_Key=key)
            return response.status_code, response.content.decode()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(post, bodies))


def body_of(street: Street, text: str) -> dict[str, object]:
    return {"text": text, "place": {"area_code": street.areas["building"].code}}


def test_the_same_body_makes_one_concern(lasting_street: Street) -> None:
    answers = post_at_once([body_of(lasting_street, "夜里太吵")] * CLIENTS, "race-1")
    assert Counter(status for status, _content in answers) == {201: CLIENTS}
    assert len({json.loads(content)["tracking_code"] for _status, content in answers}) == 1
    assert len({content for _status, content in answers}) == 1
    with everywhere(EverywhereReason.VERIFICATION):
        case = Case.objects.get()
        assert chain.first_break(case, case.events.all()) is None
    assert IdempotencyKey.objects.count() == 1
    # Who came in the same instant may have taken a number that nobody uses (docs/adr/0007).
    assert 1 <= NumberSeries.objects.get().last <= CLIENTS


def test_of_different_bodies_one_wins_and_the_others_are_told(lasting_street: Street) -> None:
    bodies = [body_of(lasting_street, f"夜里太吵 {number}") for number in range(CLIENTS)]
    answers = post_at_once(bodies, "race-2")
    assert Counter(status for status, _content in answers) == {201: 1, 409: CLIENTS - 1}
    with everywhere(EverywhereReason.VERIFICATION):
        assert Case.objects.count() == 1
