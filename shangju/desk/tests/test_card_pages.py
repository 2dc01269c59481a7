"""Cards on the desk and on the member's own page: from ticked cases to the signature, and what each reader is shown."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, go
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.desk.tests.test_supervision_desk import signed_in
from shangju.supervision import card_queries
from shangju.supervision.models import Card
from tests.street import Street

pytestmark = pytest.mark.django_db


@pytest.fixture
def past() -> datetime:
    """An instant from which every clock of a D case has long run out."""
    return timezone.now() - timedelta(days=40)


def unsigned_by_firm(street: Street, past: datetime) -> Case:
    case = case_in(State.ACCEPTED, street, now=past)
    given = moves.Dispatch(party=street.parties["property_firm"], party_summary="楼道灯不亮")
    with everywhere(EverywhereReason.VERIFICATION):
        return apply_move(case, given, by=street.staff("officer"), now=past + timedelta(minutes=5))


def test_from_ticked_cases_to_the_signature(street: Street, past: datetime) -> None:
    cases = [unsigned_by_firm(street, past) for _each in range(2)]
    numbers = [case.number for case in cases]
    desk, firm = signed_in(street, "task_force"), street.parties["property_firm"]
    started = desk.post(reverse("supervision:start_card"), {"case": numbers, "words": ""})
    address = started["Location"]
    assert all(number in address for number in numbers)
    page = desk.get(address, headers={"accept-language": "en"}).content.decode()
    assert f"party-{firm.pk}" in page
    chosen = desk.get(f"{address}&unit=party-{firm.pk}").content.decode()
    assert chosen.count('type="checkbox" name="case"') == 2
    values = {"unit": f"party-{firm.pk}", "colour": "yellow", "grounds": "两件均未按期签收"}
    alone = desk.post(address, {**values, "case": numbers[:1]})
    assert (alone.status_code, "两件均未按期签收" in alone.content.decode()) == (422, True)
    made = desk.post(address, {**values, "case": numbers})
    with everywhere(EverywhereReason.VERIFICATION):
        card = Card.objects.get()
    paper = reverse("supervision:card", args=[card.pk])
    assert made["Location"] == paper
    step = {
        name: reverse("supervision:card_step", args=[card.pk, name])
        for name in ("sign", "withdraw", "answer")
    }
    assert step["sign"] not in desk.get(paper).content.decode()
    leader = signed_in(street, "leader")
    assert step["sign"] not in leader.get(paper).content.decode(), "the unit was not heard yet"
    assert leader.post(step["sign"]).status_code == 422
    clerk = signed_in(street, "property_clerk")
    own = reverse("my:card", args=[card.pk])
    assert own in clerk.get(reverse("my:cards")).content.decode()
    shown = clerk.get(own).content.decode()
    assert all(number in shown for number in numbers)
    assert not [marker for marker in (*MARKERS.values(), WORDS, cases[0].title) if marker in shown]
    assert clerk.post(own, {"words": ""}).status_code == 422
    assert clerk.post(own, {"words": "值班空缺，已补齐"}).status_code == 302
    assert clerk.post(own, {"words": "再说一遍"}).status_code == 409
    assert desk.post(step["sign"]).status_code == 403, "the proposer does not sign, nor hold the right"
    assert leader.post(step["sign"]).status_code == 302
    signed = leader.get(paper).content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        card = Card.objects.get()
    assert card.number is not None
    assert all(word in signed for word in (card.number, "值班空缺，已补齐", *numbers))
    assert card.number in clerk.get(own).content.decode()
    assert card.number in leader.get(f"{reverse('supervision:cards')}?state=signed").content.decode()
    history = signed_in(street, "officer").get(reverse("desk:case", args=[numbers[0]])).content.decode()
    assert card.number in history


def test_the_candidates_of_a_unit_are_those_with_a_stored_fault(street: Street, past: datetime) -> None:
    late, done = (case_in(State.IN_PROGRESS, street, now=past) for _each in range(2))
    go(done, "resolve", "grid_worker", street, now=past + timedelta(hours=2))
    go(late, "contact", "grid_worker", street, now=past + timedelta(hours=1))
    unit = f"area-{street.areas['first'].pk}"
    address = f"{reverse('supervision:propose_card')}?unit={unit}"
    page = signed_in(street, "leader").get(address).content.decode()
    assert (late.number in page, done.number in page) == (True, False)


def test_of_many_cases_none_is_lost(street: Street, past: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks at so many cases; those in which nothing can be stored take no room, the others follow."""
    monkeypatch.setattr(card_queries, "LOOKED_AT", 2)
    late = [case_in(State.IN_PROGRESS, street, now=past + timedelta(hours=hour)) for hour in range(3)]
    for _each in range(3):
        done = case_in(State.IN_PROGRESS, street, now=past + timedelta(hours=5))
        go(done, "contact", "grid_worker", street, now=past + timedelta(hours=5))
        go(done, "resolve", "grid_worker", street, now=past + timedelta(hours=6))
    desk = signed_in(street, "leader")
    address = f"{reverse('supervision:propose_card')}?unit=area-{street.areas['first'].pk}"
    first, second = (desk.get(f"{address}&page={page}") for page in (1, 2))
    listed = [[row.case for row in page.context["rows"]] for page in (first, second)]
    assert listed == [[late[2], late[1]], [late[0]]]
    assert (first.context["next"], second.context["next"], second.context["previous"]) == (2, None, 1)
    assert 'rel="next"' in first.content.decode()


def test_a_community_answers_on_the_desk(street: Street, past: datetime) -> None:
    cases = [case_in(State.IN_PROGRESS, street, now=past) for _each in range(2)]
    desk, unit = signed_in(street, "leader"), f"area-{street.areas['first'].pk}"
    values = {"unit": unit, "colour": "yellow", "grounds": "超期", "case": [case.number for case in cases]}
    assert desk.post(reverse("supervision:propose_card"), values).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        card = Card.objects.get()
    secretary = signed_in(street, "secretary")
    paper = reverse("supervision:card", args=[card.pk])
    answer = reverse("supervision:card_step", args=[card.pk, "answer"])
    assert answer in secretary.get(paper).content.decode()
    assert secretary.post(answer, {"words": " "}).status_code == 422
    assert secretary.post(answer, {"words": "人手不足"}).status_code == 302
    assert answer not in secretary.get(paper).content.decode()
    with everywhere(EverywhereReason.VERIFICATION):
        assert Card.objects.get().answer == "人手不足"
    assert desk.post(reverse("supervision:card_step", args=[card.pk, "burn"])).status_code == 404


def test_a_paper_handed_to_a_member_keeps_the_words_of_the_reporter(street: Street, past: datetime) -> None:
    case = unsigned_by_firm(street, past)
    demand = moves.Supervise("三日内书面回复", timezone.localdate() + timedelta(days=3))
    units = [street.posts["unit"], street.posts["officer"]]
    with everywhere(EverywhereReason.VERIFICATION):
        case = apply_move(case, demand, by=street.staff("leader"), now=timezone.now())
        note = moves.Convene(units, "现场会商", "三日内修好", others="东里物业")
        case = apply_move(case, note, by=street.staff("leader"), now=timezone.now())
        order, meeting = case.supervisionorders.get(), case.coordinations.get()
    leader = signed_in(street, "leader")
    for name, record in (("desk:order", order), ("desk:coordination", meeting)):
        paper = leader.get(reverse(name, args=[case.number, record.pk])).content.decode()
        assert "楼道灯不亮" in paper, "what the member is told of it"
        assert case.title not in paper
