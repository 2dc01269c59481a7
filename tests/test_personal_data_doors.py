"""Personal data in free text: asked about before it is taken, and masked wherever others read it (docs/adr/0009)."""

import json
import re
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

import pytest
from django.core.cache import cache
from django.forms import BaseForm, Textarea
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import shangju
from shangju.cases.models import Case
from shangju.cases.party_view import shown_to_party
from shangju.cases.tests.stories import case_in, raised
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from tests.street import Street
from tests.test_permissions import BACKEND

NUMBER, MASKED = "13877665544", "138****5544"
WORDS = f"{NUMBER}是店主电话，半夜还在响"
REPORT = {"text": WORDS, "area": "A1G1", "request_type": "complaint", "key": "web-personal"}
ENTRY = {
    "text": WORDS,
    "area": "A1G1",
    "channel": "phone",
    "request_type": "complaint",
    "key": "desk-personal",
}


@pytest.fixture(autouse=True)
def _counts_from_zero(settings: Any) -> None:
    cache.clear()
    settings.INTAKE_PER_MINUTE = 0


def signed_in(street: Street, who: str) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(street.users[who], backend=BACKEND)
    return client


def stored() -> list[Case]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(Case.objects.order_by("pk"))


@pytest.mark.parametrize(("page", "values"), [("public:report", REPORT), ("desk:enter", ENTRY)])
@pytest.mark.parametrize(("choice", "kept"), [("mask", WORDS.replace(NUMBER, MASKED)), ("keep", WORDS)])
def test_a_report_is_asked_about_then_taken_as_chosen(
    street: Street, page: str, values: dict[str, str], choice: str, kept: str
) -> None:
    client = signed_in(street, "officer")
    asked = client.post(reverse(page), values)
    assert asked.status_code == 422
    assert stored() == []
    text = asked.content.decode()
    assert f">{NUMBER}</mark>" in text
    assert 'name="personal_data" value="mask"' in text
    assert 'name="personal_data" value="keep"' in text
    assert client.post(reverse(page), {**values, "personal_data": choice}).status_code == 302
    (case,) = stored()
    assert case.text == kept
    assert NUMBER not in case.title


def test_a_form_that_comes_back_for_another_reason_keeps_the_masked_text(street: Street) -> None:
    wrong = {**REPORT, "request_type": "no such type", "personal_data": "mask"}
    page = Client().post(reverse("public:report"), wrong).content.decode()
    assert MASKED in page
    assert NUMBER not in page


def test_looking_for_a_place_asks_nothing(street: Street) -> None:
    page = Client().post(reverse("public:report"), {**REPORT, "look_up": "1"})
    assert page.status_code == 200
    assert 'name="personal_data"' not in page.content.decode()


def test_more_words_of_the_reporter_are_asked_about(street: Street) -> None:
    case = case_in(State.IN_PROGRESS, street, now=timezone.now())
    address = reverse("public:add_words", args=[case.tracking_code])
    refused = Client().post(address, {"words": WORDS})
    assert refused.status_code == 422
    assert Client().post(address, {"words": WORDS, "personal_data": "mask"}).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        last = case.events.order_by("-sequence")[0]
    assert last.note == last.reporter_text == WORDS.replace(NUMBER, MASKED)


MOVES_THAT_TELL = [
    ("answer_directly", State.REGISTERED, "officer", {}, "answer"),
    ("decline", State.REGISTERED, "officer", {"reason": "too_vague"}, "explanation"),
    ("refer", State.REGISTERED, "officer", {"legal_channel": "诉讼"}, "explanation"),
    ("dispatch", State.ACCEPTED, "officer", {"handler": "party-{firm}"}, "party_summary"),
    (
        "find_cause",
        State.IN_PROGRESS,
        "grid_worker",
        {"root_cause": "吊扇", "party": "{shop}"},
        "party_summary",
    ),
    ("resolve", State.IN_PROGRESS, "grid_worker", {"outcome": "explained"}, "answer"),
]


@pytest.mark.parametrize(("move", "state", "who", "values", "field"), MOVES_THAT_TELL)
def test_what_is_told_to_others_demands_the_choice_on_page_and_interface(
    street: Street, move: str, state: State, who: str, values: dict[str, str], field: str
) -> None:
    case, client = case_in(state, street, now=timezone.now(), area="grid"), signed_in(street, who)
    known = {"firm": street.parties["property_firm"].pk, "shop": street.parties["shop"].pk}
    sent = {name: value.format(**known) for name, value in values.items()} | {field: WORDS}
    page = client.post(reverse("desk:move", args=[case.number, move]), sent)
    assert page.status_code == 422
    assert 'value="mask"' in page.content.decode()
    address = reverse("api:make_move", args=[case.number])
    refused = client.post(address, {"move": move, **sent}, content_type="application/json")
    assert refused.status_code == 422
    assert list(json.loads(refused.content)["errors"]) == [field]
    done = client.post(
        address, {"move": move, **sent, "personal_data": "mask"}, content_type="application/json"
    )
    assert done.status_code == 200, done.content
    with everywhere(EverywhereReason.VERIFICATION):
        told = repr([(event.reporter_text, event.party_text) for event in case.events.all()])
        case.refresh_from_db()
    assert NUMBER not in told + case.party_summary
    assert MASKED in told + case.party_summary


def test_the_answer_of_a_member_is_asked_about(street: Street) -> None:
    case = case_in(State.IN_PROGRESS, street, now=timezone.now())
    client = signed_in(street, "shopkeeper")
    address = reverse("my:move", args=[case.number, "answer_as_party"])
    assert client.post(address, {"words": WORDS}).status_code == 422
    assert client.post(address, {"words": WORDS, "personal_data": "keep"}).status_code == 302


def test_what_was_kept_is_masked_at_every_door(street: Street) -> None:
    now = timezone.now()
    case = raised(street, now=now, text=WORDS, words_shareable=True, place_party=street.parties["shop"])
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(concerned_party=street.parties["shop"])
        case.refresh_from_db()
    tell_of_events(now)
    officer, keeper = signed_in(street, "officer"), signed_in(street, "shopkeeper")
    pages = [
        officer.get(reverse("desk:case", args=[case.number])),
        officer.get(reverse("desk:worklist")),
        officer.get(reverse("desk:worklist"), {"q": "半夜"}),
        officer.get(reverse("api:case", args=[case.number])),
        officer.get(reverse("api:cases")),
        keeper.get(reverse("my:concern", args=[case.number])),
    ]
    for page in pages:
        assert page.status_code == 200
        text = page.content.decode()
        assert NUMBER not in text
    assert MASKED in pages[0].content.decode()
    assert MASKED in json.loads(pages[3].content)["text"]
    with street.seen_by("shopkeeper"):
        shown = shown_to_party(case, user=street.users["shopkeeper"], now=now)
    assert shown.description == WORDS.replace(NUMBER, MASKED)
    assert NUMBER not in repr([(notice.subject, notice.body) for notice in Notice.objects.all()])


def test_the_interface_warns_and_stores_what_was_said(street: Street) -> None:
    body = {"text": WORDS, "place": {"area_code": "A1G1"}}
    answer = Client().post(reverse("api:report"), body, content_type="application/json")
    assert answer.status_code == 201
    (warning,) = json.loads(answer.content)["personal_data"]
    assert WORDS[warning["start"] : warning["end"]] == NUMBER
    assert (warning["field"], warning["kind"]) == ("text", "mobile")
    assert [case.text for case in stored()] == [WORDS]


def test_the_answer_is_carried_through_the_page_of_reports_nearby(street: Street) -> None:
    raised(street, now=timezone.now(), area="grid", text=WORDS.replace(NUMBER, ""))
    client = Client()
    nearby = client.post(reverse("public:report"), {**REPORT, "personal_data": "keep"})
    assert nearby.status_code == 200
    assert '<input type="hidden" name="personal_data" value="keep">' in nearby.content.decode()
    sent = {**REPORT, "personal_data": "keep", "none_of_these": "1"}
    assert client.post(reverse("public:report"), sent).status_code == 302
    assert stored()[-1].text == WORDS


WITHIN_THE_WALL = (
    "read by those who work on the case, who may see the contact itself; nobody else is shown it"
)
NOT_ASKED_ABOUT = {
    "outline": "a polygon",
    "shangju.administration.forms TemplateForm text": "a text for everybody, with gaps for what is one's own",
    "shangju.board.forms ProposalForm result": "refused outright, with the sentence at the field",
    "shangju.desk.forms_bulletins": "refused outright, with the sentence at the field",
    "shangju.desk.forms_knowledge": "refused outright, with the sentence at the field; offices keep their numbers",
    "shangju.privacy.forms": "between a person and who answers them, about that person's own data",
    "shangju.cases.forms.joining SplitForm parts": "the words of the case itself, asked about when they came in",
    "shangju.cases.forms": WITHIN_THE_WALL,
    "shangju.desk.forms_topics": WITHIN_THE_WALL,
    "shangju.desk.forms_supervision UrgeSeveralForm words": WITHIN_THE_WALL,
    "shangju.desk.forms_task_forces": WITHIN_THE_WALL,
    "shangju.desk.forms_cards": "about a unit, masked wherever it is shown",
    "shangju.supervision.forms CardAnswerForm": "a unit's own words about itself, masked wherever they are shown",
}
"""Texts that no form asks about, by field, form or module, each with its reason."""


def test_every_free_text_is_asked_about_or_has_a_reason_not_to() -> None:
    unknown, used = [], set()
    for module in walk_packages(shangju.__path__, "shangju."):
        if ".tests" in module.name or not re.search(r"\bforms|_form\b", module.name):
            continue
        for name, form in vars(import_module(module.name)).items():
            if not (isinstance(form, type) and issubclass(form, BaseForm)):
                continue
            for field, made in getattr(form, "base_fields", {}).items():
                if not isinstance(made.widget, Textarea) or field in getattr(form, "scanned", ()):
                    continue
                full = f"{form.__module__} {name} {field}"
                reason = next((key for key in NOT_ASKED_ABOUT if full.startswith(key) or key == field), None)
                used.add(reason)
                unknown += [] if reason else [full]
    assert unknown == []
    assert used == set(NOT_ASKED_ABOUT), "a reason without a field"


@pytest.mark.parametrize("choice", ["mask", "keep"])
def test_a_visit_is_asked_about_then_taken_as_chosen(street: Street, choice: str) -> None:
    client = signed_in(street, "grid_worker")
    spot = f"party-{street.parties['shop'].pk}"
    values = {"text": WORDS, "spot": spot, "visited": "shop", "key": "visit-personal"}
    asked = client.post(reverse("desk:visit"), values)
    assert (asked.status_code, stored()) == (422, [])
    assert f">{NUMBER}</mark>" in asked.content.decode()
    taken = client.post(reverse("desk:visit"), {**values, "personal_data": choice})
    assert taken.status_code in {200, 302}, taken.context["form"].errors
    (case,) = stored()
    assert (NUMBER in case.text) == (choice == "keep")
