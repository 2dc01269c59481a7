"""The resident's pages, as a phone without JavaScript sends them, and what is stored of it."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone, translation

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.models import Area
from shangju.areas.tests.trees import NOW, small_tree
from shangju.cases import moves
from shangju.cases.codes import format_code
from shangju.cases.models import Case, ReporterContact
from shangju.cases.rules import REPORTER, SYSTEM
from shangju.cases.services import apply_move
from shangju.cases.workflow import State
from shangju.consent.services import seed_consent_notices
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party
from shangju.parties.services import PartyPlan, admit_party
from shangju.photos.models import Photo
from shangju.photos.tests.pictures import encoded, picture, upload

pytestmark = pytest.mark.django_db

WORDS = "楼下面馆抽油烟机半夜还响，睡不着"


@pytest.fixture(autouse=True)
def _counts_from_zero() -> Iterator[None]:
    """The limits of one test do not reach into the next."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def tree(settings: Any) -> dict[str, Area]:
    """A sub-district with two communities."""
    settings.INTAKE_PER_MINUTE = 0
    with everywhere(EverywhereReason.VERIFICATION):
        seed_consent_notices(now=NOW)
        return small_tree()


def form_of(client: Client, **changed: object) -> dict[str, object]:
    """What the form of the page sends: its key, and what a person filled in."""
    page = client.get("/report/", headers={"accept-language": "en"}).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    return {
        "key": key[1],
        "text": WORDS,
        "area": "A1G1",
        "address": "",
        "request_type": "complaint",
        "none_of_these": "1",
        **changed,
    }


def stored() -> list[Case]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(Case.objects.select_related("area", "place_party").order_by("pk"))


def reported(client: Client, **changed: object) -> Case:
    """A case that came in by the page."""
    answer = client.post("/report/", form_of(client, **changed))
    assert answer.status_code == 302, answer.content.decode()
    return stored()[-1]


def put_in_state(case: Case, state: str) -> Case:
    """The case answered directly (so that the reporter has the word), or closed, by its own moves where they need
    no post."""
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(
            state=State.RESOLVED, resolved_at=timezone.now(), outcome="explained", accepted_at=timezone.now()
        )
        if state == State.CLOSED:
            apply_move(
                case, moves.Confirm(solved="yes", satisfaction="satisfied"), by=REPORTER, now=timezone.now()
            )
        return Case.objects.get(pk=case.pk)


def address_of(case: Case, step: str = "") -> str:
    return f"/track/{format_code(case.tracking_code)}/{step}"


@pytest.mark.parametrize("address", ["/", "/report/", "/track/", "/privacy/"])
def test_pages_go_out_compressed(tree: dict[str, Area], client: Client, address: str) -> None:
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain
    assert len(packed.content) < len(plain.content) / 2


def test_a_report_without_javascript_is_stored_as_it_was_written(
    tree: dict[str, Area], client: Client
) -> None:
    photo = upload(encoded(picture()))
    form = form_of(
        client, happening_now="on", phone="138 0000 5678", name="李", may_be_called="on", photos=[photo]
    )
    answer = client.post("/report/", form)
    assert (answer.status_code, answer.url) == (302, "/report/received/")  # type: ignore[attr-defined]
    (case,) = stored()
    assert (case.text, case.area.code, case.state, case.channel, case.happening_now) == (
        WORDS, "A1G1", "registered", "web", True,
    )  # fmt: skip
    with everywhere(EverywhereReason.VERIFICATION):
        contact = ReporterContact.objects.get(case=case)
        assert (contact.name, contact.phone, contact.consent_version) == ("李", "13800005678", "2026-11")
        assert case.photos.count() == 1
        assert case.events.count() == 1


def test_the_code_is_shown_once_and_not_in_the_address(tree: dict[str, Area], client: Client) -> None:
    case = reported(client)
    first = client.get("/report/received/")
    assert format_code(case.tracking_code) in first.content.decode()
    assert case.number in first.content.decode()
    assert first.headers["Cache-Control"] == "private, no-store"
    assert first.headers["Referrer-Policy"] == "same-origin"
    again = client.get("/report/received/")
    assert (again.status_code, again.url) == (302, "/track/")  # type: ignore[attr-defined]


def test_the_form_sent_twice_is_one_case_and_the_same_answer(tree: dict[str, Area], client: Client) -> None:
    form = form_of(client)
    client.post("/report/", form)
    client.get("/report/received/")
    client.post("/report/", form)
    (case,) = stored()
    assert format_code(case.tracking_code) in client.get("/report/received/").content.decode()


def test_other_words_under_the_same_key_become_a_report_of_their_own(
    tree: dict[str, Area], client: Client
) -> None:
    form = form_of(client)
    client.post("/report/", form)
    answer = client.post("/report/", form | {"text": "另一件事"})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "另一件事" in page
    key = re.search(r'name="key" value="([^"]+)"', page)
    assert key is not None
    assert key[1] != form["key"]
    client.post("/report/", form | {"text": "另一件事", "key": key[1]})
    assert [case.text for case in stored()] == [WORDS, "另一件事"]


@pytest.mark.parametrize(
    ("changed", "kept"),
    [
        ({"text": ""}, "138 0000 5678"),
        ({"phone": "12"}, WORDS),
        ({"request_type": "nothing"}, WORDS),
        ({"area": "A9"}, WORDS),
    ],
)
def test_a_wrong_field_keeps_everything_photos_too(
    tree: dict[str, Area], client: Client, changed: dict[str, object], kept: str
) -> None:
    form = form_of(client, **{"phone": "138 0000 5678", "photos": [upload(encoded(picture()))], **changed})
    answer = client.post("/report/", form)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert stored() == []
    assert kept in page
    assert str(form["key"]) in page
    assert str(Photo.objects.get().pk) in page


def test_the_photo_kept_through_an_error_belongs_to_the_case_afterwards(
    tree: dict[str, Area], client: Client
) -> None:
    form = form_of(client, text="", photos=[upload(encoded(picture()))])
    client.post("/report/", form)
    photo = Photo.objects.get()
    client.post("/report/", {**form, "text": WORDS, "photos": [], "photo_ids": [str(photo.pk)]})
    (case,) = stored()
    with everywhere(EverywhereReason.VERIFICATION):
        assert [link.photo_id for link in case.photos.all()] == [photo.pk]


def test_the_name_of_a_shop_is_a_place(tree: dict[str, Area], client: Client) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        shop: Party = admit_party(
            PartyPlan(tree["market"], "merchant", "老街面馆（示范）"), by=COMMAND_LINE, now=NOW
        )
    case = reported(client, area="", address="老街面馆（示范）")
    assert (case.place_party_id, case.area.code) == (shop.pk, "A1G2")


def test_too_many_reports_get_a_sentence_and_keep_the_text(
    tree: dict[str, Area], client: Client, settings: Any
) -> None:
    settings.INTAKE_PER_MINUTE = 2
    answers = [client.post("/report/", form_of(client)) for _time in range(3)]
    assert answers[2].status_code == 429
    assert WORDS in answers[2].content.decode()
    assert len(stored()) == 2


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", " "), lambda code: f" {code} "])
def test_the_code_is_found_however_it_is_typed(tree: dict[str, Area], client: Client, change: Any) -> None:
    case = reported(client)
    answer = client.post("/track/", {"code": change(format_code(case.tracking_code))})
    assert answer.url == address_of(case)  # type: ignore[attr-defined]
    page = client.get(address_of(case))
    assert WORDS in page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_wrong_code_says_so_at_the_field_and_guessing_is_stopped(
    tree: dict[str, Area], client: Client
) -> None:
    case = reported(client)
    for _time in range(10):
        assert client.post("/track/", {"code": "0000-0000-00000"}).status_code == 404
        assert client.get("/track/0000-0000-00000/").status_code == 404
    assert client.post("/track/", {"code": case.tracking_code}).status_code == 429
    assert client.get(address_of(case)).status_code == 429


def test_right_codes_are_not_counted(tree: dict[str, Area], client: Client) -> None:
    case = reported(client)
    assert {client.get(address_of(case)).status_code for _time in range(25)} == {200}


@pytest.mark.parametrize(
    ("solved", "state", "rounds"), [("yes", "closed", 0), ("partly", "closed", 0), ("no", "accepted", 1)]
)
def test_the_reporter_has_the_last_word(
    tree: dict[str, Area], client: Client, solved: str, state: str, rounds: int
) -> None:
    case = put_in_state(reported(client), State.RESOLVED)
    answers = {"solved": solved, "satisfaction": "basically_satisfied", "words": "谢谢"}
    assert client.post(address_of(case, "confirm/"), answers).status_code == 302
    (after,) = stored()
    assert (after.state, after.reopen_count, after.solved) == (state, rounds, solved)
    with everywhere(EverywhereReason.VERIFICATION):
        assert [row.words for row in after.confirmations.all()] == ["谢谢"]


def test_an_answer_without_a_choice_keeps_the_words(tree: dict[str, Area], client: Client) -> None:
    case = put_in_state(reported(client), State.RESOLVED)
    answer = client.post(address_of(case, "confirm/"), {"words": "还在响"})
    assert answer.status_code == 422
    assert "还在响" in answer.content.decode()
    assert stored()[0].state == State.RESOLVED


def test_a_closed_case_can_be_reopened_for_fifteen_days(tree: dict[str, Area], client: Client) -> None:
    case = put_in_state(reported(client), State.CLOSED)
    no = {"solved": "no", "satisfaction": "dissatisfied", "words": "又响了"}
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=16))
    assert 'value="no"' not in client.get(address_of(case)).content.decode()
    assert client.post(address_of(case, "confirm/"), no).status_code == 422
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(closed_at=timezone.now() - timedelta(days=14))
    assert 'value="no"' in client.get(address_of(case)).content.decode()
    assert client.post(address_of(case, "confirm/"), no).status_code == 302
    assert stored()[0].reopen_count == 1


def test_more_words_and_photos_reach_the_case(tree: dict[str, Area], client: Client) -> None:
    case = reported(client)
    photo = upload(encoded(picture()))
    client.post(address_of(case, "words/"), {"words": "今晚又响了", "photos": [photo]})
    with everywhere(EverywhereReason.VERIFICATION):
        event = case.events.get(kind="add_words")
        link = case.photos.get()
    assert (event.reporter_text, link.event_id) == ("今晚又响了", event.pk)
    picture_answer = client.get(address_of(case, f"photos/{link.photo_id}/full/"))
    assert picture_answer.status_code == 200
    assert b"".join(picture_answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    other = reported(client)
    assert client.get(address_of(other, f"photos/{link.photo_id}/full/")).status_code == 404


def test_withdrawing_works_before_the_result_and_not_after(tree: dict[str, Area], client: Client) -> None:
    first, second = reported(client), reported(client)
    assert client.post(address_of(first, "withdraw/")).status_code == 302
    put_in_state(second, State.RESOLVED)
    client.post(address_of(second, "withdraw/"))
    assert [case.state for case in stored()] == [State.WITHDRAWN, State.RESOLVED]


def test_a_move_that_came_too_late_is_a_sentence_on_the_page(tree: dict[str, Area], client: Client) -> None:
    case = reported(client)
    client.post(address_of(case, "withdraw/"))
    answer = client.post(address_of(case, "words/"), {"words": "还有一句"})
    assert answer.status_code == 409
    assert stored()[0].history_length == 2


def test_a_page_shows_its_own_case_and_no_inner_words(tree: dict[str, Area], client: Client) -> None:
    mine, other = reported(client), reported(client, text="别人家的事")
    with everywhere(EverywhereReason.VERIFICATION):
        case = put_in_state(mine, State.RESOLVED)
        Case.objects.filter(pk=case.pk).update(call_back_tries=3)
        apply_move(case, moves.CloseUnreachable(note="内部备注"), by=SYSTEM, now=timezone.now())
    page = client.get(address_of(mine)).content.decode()
    assert WORDS in page
    for hidden in ("别人家的事", other.number, "内部备注"):
        assert hidden not in page


@pytest.mark.parametrize(("language", "sentence"), [("en", "What is the matter?"), ("zh-hans", "请")])
def test_every_page_answers_in_both_languages(
    tree: dict[str, Area], client: Client, language: str, sentence: str
) -> None:
    case = reported(client)
    client.cookies["django_language"] = language
    for address in ("/", "/report/", "/track/", "/privacy/", address_of(case)):
        answer = client.get(address)
        assert answer.status_code == 200
        expected = "en" if language == "en" else "zh-Hans"
        assert f'<html lang="{expected}"' in answer.content.decode(), address
    translation.deactivate()


@pytest.mark.parametrize("prefers_call", [True, False])
@pytest.mark.usefixtures("tree")
def test_who_does_not_read_messages_is_called_with_the_result(prefers_call: bool) -> None:
    box = {"prefers_call": "on"} if prefers_call else {}
    case = reported(Client(), phone="13800005678", may_be_called="on", **box)
    with everywhere(EverywhereReason.VERIFICATION):
        assert case.reporter_contact.prefers_call is prefers_call
