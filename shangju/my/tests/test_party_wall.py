"""S2: whatever a party can reach, nothing in it says who complained, nor in which words."""

import pytest
from django.test import Client

from shangju.cases import moves
from shangju.cases.models import Case, CaseEvent
from shangju.cases.workflow import MoveName
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.notices.tests.street import (
    NOW,
    SECRETS,
    SUMMARY,
    Street,
    accept,
    go,
    go_through,
    make_street,
    report,
)
from tests.planting import plant

pytestmark = pytest.mark.django_db


def _grow_told_case() -> tuple[Street, Case]:
    street = make_street()
    case = go_through(street, report(street, at_shop=True))
    tell_of_events(NOW)
    return street, case


@pytest.fixture
def told() -> tuple[Street, Case]:
    return plant(_grow_told_case)


@pytest.fixture
def street(told: tuple[Street, Case]) -> Street:
    return told[0]


@pytest.fixture
def case(told: tuple[Street, Case]) -> Case:
    return told[1]


@pytest.fixture
def merchant(client: Client, street: Street) -> Client:
    client.force_login(street.merchant)
    return client


def leaks_in(text: str) -> list[str]:
    return [name for name, word in SECRETS.items() if word in text]


def pages(case: Case) -> list[str]:
    number = case.number
    return [
        "/my/",
        "/my/notices/",
        "/my/concerns/",
        f"/my/concerns/{number}/",
        "/my/reports/",
        "/desk/",
        f"/desk/cases/{number}/",
        "/supervision/",
        "/api/v1/cases",
        f"/api/v1/cases/{number}",
    ]


def test_no_page_betrays_the_reporter(merchant: Client, case: Case) -> None:
    for page in pages(case):
        answer = merchant.get(page)
        assert leaks_in(answer.content.decode()) == [], page
    assert SUMMARY in merchant.get(f"/my/concerns/{case.number}/").content.decode()


@pytest.mark.parametrize("move", MoveName.values)
@pytest.mark.parametrize("contents", [{}, {"words": "我们晚上不开", "finding": "x", "answer": "x"}])
def test_no_answer_to_a_move_betrays_the_reporter(
    merchant: Client, case: Case, move: str, contents: dict[str, str]
) -> None:
    answer = merchant.post(f"/my/concerns/{case.number}/moves/{move}/", contents, follow=True)
    assert leaks_in(answer.content.decode()) == []
    if move != MoveName.ANSWER_AS_PARTY:
        assert answer.status_code in {403, 404}


def test_notices_of_the_party_betray_nobody(street: Street, case: Case) -> None:
    told = Notice.objects.filter(user=street.merchant)
    assert told.count() == 1
    assert leaks_in("".join(notice.subject + notice.body + notice.link for notice in told)) == []


def test_the_party_answers_and_reads_its_own_answer(merchant: Client, street: Street, case: Case) -> None:
    path = f"/my/concerns/{case.number}/"
    answer = merchant.post(f"{path}moves/answer_as_party/", {"words": "今晚拆掉"})
    assert answer.status_code == 302
    assert "今晚拆掉" in merchant.get(path).content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        event = CaseEvent.objects.get(case=case, kind="answer_as_party")
        assert (event.note, event.by_id, event.role) == ("今晚拆掉", street.merchant.pk, "party")


def test_an_empty_answer_is_asked_for_again(merchant: Client, case: Case) -> None:
    answer = merchant.post(f"/my/concerns/{case.number}/moves/answer_as_party/", {"words": ""})
    assert answer.status_code == 422


def test_a_stranger_finds_nothing(client: Client, street: Street, case: Case) -> None:
    assert client.get(f"/my/concerns/{case.number}/").status_code == 302
    client.force_login(street.worker)
    assert client.get("/my/concerns/").status_code == 403
    assert client.get(f"/my/concerns/{case.number}/").status_code == 404


def test_a_handling_party_signs_visits_and_resolves(merchant: Client, street: Street) -> None:
    case = report(street)
    go(street, case, accept(), moves.Dispatch(party=street.shop, party_summary=SUMMARY))
    path = f"/my/concerns/{case.number}/moves"
    assert merchant.post(f"{path}/sign/", {"note": ""}).status_code == 302
    assert merchant.post(f"{path}/resolve/", {"outcome": "explained", "answer": "已处理"}).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        case.refresh_from_db()
        stopped = set(case.clocks.filter(stopped_at__isnull=False).values_list("step", flat=True))
    assert case.state == "resolved"
    assert {"sign", "first_contact", "close"} <= stopped, "a member's move stops the clocks as a post's does"
    assert case.due_step == "call_back"


def test_home_says_what_is_mine_by_role(client: Client, street: Street) -> None:
    case = go(street, report(street), *_to_dispatched(street))
    tell_of_events(NOW)
    client.force_login(street.worker)
    assert case.title in client.get("/my/").content.decode()
    assert client.post("/my/notices/read/").status_code == 302
    assert not Notice.objects.filter(user=street.worker, read_at__isnull=True).exists()


def _to_dispatched(street: Street) -> list[moves.Payload]:
    return [accept(), moves.Dispatch(post=street.post)]


def test_a_stale_page_does_not_overwrite_what_happened_meanwhile(
    merchant: Client, street: Street, case: Case
) -> None:
    page = f"/my/concerns/{case.number}/"
    seen = f'name="seen" value="{case.history_length}"'
    assert seen in merchant.get(page).content.decode()
    go(street, case, moves.RecordContact(way="phone"))
    answer = {"words": "马上处理", "seen": str(case.history_length)}
    address = f"{page}moves/{MoveName.ANSWER_AS_PARTY}/"
    response = merchant.post(address, answer)
    assert response.status_code == 409
    assert "马上处理" in response.content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        assert not CaseEvent.objects.filter(kind=MoveName.ANSWER_AS_PARTY).exists()
    response = merchant.post(address, {**answer, "seen": str(case.history_length + 1)})
    assert response.status_code == 302


@pytest.mark.parametrize("seen", ["9" * 5000, "x", "-1", "", "٣" * 30])
def test_a_spoiled_count_of_what_was_seen_is_no_fault_of_ours(
    merchant: Client, case: Case, seen: str
) -> None:
    address = f"/my/concerns/{case.number}/moves/{MoveName.ANSWER_AS_PARTY}/"
    assert merchant.post(address, {"words": "马上处理", "seen": seen}).status_code in {302, 409}
