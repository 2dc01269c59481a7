"""S2: whatever a member can ask for, nothing in any answer says who complained, nor shows the inner view.

The cases go through every move with a token of its own in each inner word; then a shopkeeper, the member that handles
the case and a member of staff with a stake in the shop ask every page and operation, by every method that it has.
"""

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from shangju.board.services import propose_publication, publish
from shangju.cases import moves
from shangju.cases.codes import format_code
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.party_view import shown_to_party
from shangju.cases.places import Place
from shangju.cases.reporter import reveal_contact
from shangju.cases.rules import REPORTER, Actor, party_member
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice
from shangju.notices.services import send_notices
from shangju.notices.telling import tell_of_events
from shangju.photos.services import store_photo
from shangju.photos.tests.pictures import encoded, picture, upload
from tests.permission_matrix import MATRIX
from tests.permission_objects import Objects, far_side, objects_of
from tests.permission_requests import asked
from tests.planting import plant
from tests.routes import ROUTES
from tests.street import Street, build_street
from tests.test_permissions import BACKEND, page_of

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
INNER = {
    "text": "独文甲", "note": "独记乙", "contact": "独联丙", "visit": "独访丁", "people_met": "独见戊",
    "visit_place": "独处己", "cause": "独因庚", "account": "独劝辛", "mediation_place": "独地壬",
    "answer": "独答癸", "plan": "独划子",
    "confirmation": "独认丑", "reopening": "独重寅", "more_words": "独补卯", "title": "独题辰", "reveal": "独由巳要打电话",
    "note_place": "独址午",
}  # fmt: skip
"""What staff and reporter write among themselves, a token for each field."""

PERSON = {"name": "独名未申", "phone": "13877665544", "address": "独栋酉单元戌室"}
SUMMARY = "吊扇声影响楼上"
TOLD = {"summary": SUMMARY, "agreed": "三日内更换吊扇", "own answer": "马上检查吊扇"}
"""What the members may read: without it an empty page would pass for a safe one."""


def raise_concern(street: Street, *, photos: int = 0, **fields: Any) -> Case:
    """A concern with a token in everything that a reporter can leave."""
    kept = [store_photo(upload(encoded(picture())), by=None, now=NOW).pk for _ in range(photos)]
    place = Place(
        street.areas["building"], note=INNER["note_place"], exact_address=PERSON["address"],
        party=street.parties["shop"], longitude=116.1234567, latitude=39.7654321,
    )  # fmt: skip
    contact = ContactDetails(name=PERSON["name"], phone=PERSON["phone"])
    submission = Submission(text=INNER["text"], place=place, contact=contact, photo_ids=kept, **fields)
    reporter = Actor(REPORTER.kind, street.users["resident"])
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        return register_concern(submission, by=reporter, now=NOW).case


def go_all_the_way(street: Street, case: Case, *, to_member: bool) -> Case:
    """Every move that a case can meet on its way to resolved, with a token in each inner word."""
    officer, worker = street.staff("officer"), street.staff("grid_worker")
    member = party_member(street.users["property_clerk"])
    shopkeeper = party_member(street.users["shopkeeper"])
    note, handler = INNER["note"], {"post": street.posts["grid_worker"]}
    if to_member:
        handler = {"party": street.parties["property_firm"], "party_summary": SUMMARY}
    lead = member if to_member else worker
    assistant = street.staff("building_head")
    steps: list[tuple[moves.Payload, Actor]] = [
        (moves.Accept(street.category("0103"), "complaint", "D", title=INNER["title"], note=note), officer),
        (moves.Dispatch(**handler, assistants=[street.posts["building_head"]], note=note), officer),
        (moves.Sign(note=note), lead),
        (moves.RecordContact("phone", note=INNER["contact"]), assistant),
        (moves.RecordVisit("upstairs", INNER["visit"], INNER["visit_place"], INNER["people_met"]), assistant),
        (moves.FindCause(INNER["cause"], street.parties["shop"], SUMMARY), assistant),
        (moves.Mediate("店主", INNER["account"], "agreed", INNER["mediation_place"], TOLD["agreed"]), assistant),
        (moves.AnswerAsParty(TOLD["own answer"]), shopkeeper),
        (moves.AddWords(INNER["more_words"]), REPORTER),
        (moves.Resolve("partly", INNER["answer"], plan=INNER["plan"]), lead),
        (moves.Reopen(INNER["reopening"]), REPORTER),
        (moves.Resolve("solved", INNER["answer"]), lead),
        (moves.Confirm("partly", "basically_satisfied", INNER["confirmation"]), REPORTER),
        (moves.Reopen(INNER["reopening"]), street.staff("task_force")),
    ]  # fmt: skip
    with everywhere(EverywhereReason.VERIFICATION):
        for payload, by in steps:
            case = apply_move(case, payload, by=by, now=NOW)
        if not case.is_anonymous:
            reveal_contact(
                case,
                fields=["name", "phone", "words"],
                code="call",
                reason=INNER["reveal"],
                by=officer,
                now=NOW,
            )
    return case


def _grow_wall() -> tuple[Objects, dict[str, str]]:
    street = build_street()
    objects = objects_of(street, now=NOW)
    secret = {
        "concerning": go_all_the_way(street, raise_concern(street, photos=1), to_member=False),
        "handled": go_all_the_way(street, raise_concern(street), to_member=True),
        "confidential": go_all_the_way(street, raise_concern(street, is_confidential=True), to_member=False),
        "anonymous": go_all_the_way(street, raise_concern(street, is_anonymous=True), to_member=True),
    }
    objects_of(far_side(street), now=NOW)
    objects.cases.update(secret)
    for _pass in range(3):
        tell_of_events(NOW)
        send_notices(NOW)
    tokens = INNER | PERSON | {"point": "116.1234567"}
    for name, case in secret.items():
        tokens |= {
            f"code of {name}": case.tracking_code,
            f"shown code of {name}": format_code(case.tracking_code),
        }
    return objects, tokens


@pytest.fixture
def wall(db: None) -> Iterator[tuple[Objects, dict[str, str]]]:
    """The objects that addresses name, and every token that no member may meet."""
    logging.disable(logging.CRITICAL)
    yield plant(_grow_wall)
    logging.disable(logging.NOTSET)


def leaks(text: str, tokens: dict[str, str]) -> list[str]:
    """Names of the tokens that stand in a text, as such or as JSON escapes them."""
    return [
        name
        for name, token in tokens.items()
        if token in text or token.encode("unicode_escape").decode() in text
    ]


def everything_in(response: Any) -> str:
    """Status line, headers, cookies and body of an answer, as text."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{response.headers}\n{response.cookies}\n{body.decode(errors='replace')}"


MEMBERS = ("shopkeeper", "property_clerk", "officer_with_shop")
OPEN_TO_THE_CODE = frozenset(
    {
        "public:track",
        "public:case",
        "public:confirm",
        "public:add_words",
        "public:withdraw",
        "public:photo",
        "public:protect",
        "public:own_data",
        "public:export_own_data",
        "public:forget_contact",
        "public:ask_about_data",
    }
) | {"api:follow", "api:confirm", "api:add_words", "api:withdraw"}
"""Whoever holds the code is the reporter. Members do not hold it: no answer gives it to them, which is asserted here."""
STANDS_FOR_PHONES = frozenset({"demo:mailbox"})
"""The demonstration's mailbox stands for everybody's phones. It exists in demo mode only, where all people are invented."""


@pytest.mark.once(by="tests.test_permissions.test_each_answer_of_the_matrix_is_given")
@pytest.mark.parametrize("who", MEMBERS)
def test_no_answer_of_any_address_betrays_anything(who: str, wall: tuple[Objects, dict[str, str]]) -> None:
    objects, tokens = wall
    client = Client(raise_request_exception=False)
    client.force_login(objects.street.users[who], backend=BACKEND)
    found, read = {}, ""
    for key in MATRIX:
        if page_of(key) in OPEN_TO_THE_CODE | STANDS_FOR_PHONES:
            continue
        for name in cases_for(key):
            cache.clear()
            text = ask(client, key, objects, objects.cases[name])
            read += text
            if leaks(text, tokens):
                found[key, name] = leaks(text, tokens)
    assert found == {}
    own = {"shopkeeper": TOLD, "property_clerk": {"summary": SUMMARY}, "officer_with_shop": TOLD}[who]
    assert all(words in read for words in own.values()), "the walk went past what the member may read"


def cases_for(key: str) -> tuple[str, ...]:
    """Which of the four cases a row is asked about: all where the address names one."""
    if "number>" not in ROUTES[page_of(key)]:
        return ("concerning",)
    return (
        ("concerning", "handled") if "move" in key else ("concerning", "handled", "confidential", "anonymous")
    )


def ask(client: Client, key: str, objects: Objects, case: Case) -> str:
    """The whole answer to a row's request about ``case``, with the page that it leads on to; nothing of it stays."""
    about = replace(objects, cases=dict.fromkeys(objects.cases, case))
    request = asked(key, ROUTES[page_of(key)], about)
    kept = client.cookies.copy()
    with transaction.atomic():
        response = getattr(client, request.method.lower())(request.address, **request.options)
        text = everything_in(response)
        if response.status_code == 302 and not response["Location"].startswith("/accounts/"):
            text += everything_in(client.get(response["Location"]))
        transaction.set_rollback(True)
    client.cookies = kept
    return text


SEARCHES = (
    "/desk/?q={}&state=all",
    "/api/v1/cases?q={}&state=all",
    "/supervision/?reason=today",
    "/admin/people/?q={}",
)


@pytest.mark.parametrize("who", MEMBERS)
def test_no_search_finds_the_case_by_what_is_secret(who: str, wall: tuple[Objects, dict[str, str]]) -> None:
    objects, tokens = wall
    client = Client(raise_request_exception=False)
    client.force_login(objects.street.users[who], backend=BACKEND)
    numbers = {
        name: objects.cases[name].number for name in ("concerning", "handled", "confidential", "anonymous")
    }
    walled = numbers if who != "property_clerk" else {}
    for token in INNER.values():
        for address in SEARCHES:
            text = everything_in(client.get(address.format(token)))
            assert leaks(text.replace(token, ""), tokens | walled) == [], address


def test_no_notice_and_no_timeline_of_a_member_betrays_anything(wall: tuple[Objects, dict[str, str]]) -> None:
    objects, tokens = wall
    for who in MEMBERS:
        user = objects.street.users[who]
        told = list(Notice.objects.filter(user=user))
        assert (
            leaks(repr([(n.key, n.channel, n.recipient, n.subject, n.body, n.link) for n in told]), tokens)
            == []
        )
        for name in ("concerning", "handled", "confidential", "anonymous"):
            with objects.street.seen_by(who):
                assert leaks(repr(shown_to_party(objects.cases[name], user=user, now=NOW)), tokens) == []
    assert Notice.objects.filter(user=objects.street.users["shopkeeper"]).exists()
    assert Notice.objects.filter(user=objects.street.users["property_clerk"]).exists()


def test_no_text_message_or_letter_goes_to_a_member(wall: tuple[Objects, dict[str, str]]) -> None:
    sent = Notice.objects.exclude(channel="in_app")
    assert {notice.recipient for notice in sent} == {PERSON["phone"], MARKERS["phone"]}
    for notice in sent:
        assert leaks(notice.subject + notice.link, wall[1]) == []


LIKE_WORDS = "吊扇嗡嗡响，整夜睡不着"


@pytest.mark.parametrize("who", [*MEMBERS, ""])
def test_what_is_offered_as_already_reported_and_what_is_public_betray_nothing(
    who: str, wall: tuple[Objects, dict[str, str]]
) -> None:
    objects, tokens = wall
    street, client = objects.street, Client()
    told = {name: objects.cases[name] for name in ("concerning", "handled", "confidential", "anonymous")}
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk__in=[case.pk for case in told.values()]).update(
            text=LIKE_WORDS + INNER["text"]
        )
        for name in ("concerning", "confidential"):
            Case.objects.filter(pk=told[name].pk).update(state="resolved", outcome="solved")
        publication = propose_publication(
            told["concerning"], result=RESULT, by=street.staff("officer"), now=NOW
        )
        publish(publication, by=street.staff("secretary"), now=NOW)
        with pytest.raises(DomainError):
            propose_publication(told["confidential"], result=RESULT, by=street.staff("officer"), now=NOW)
        Case.objects.filter(is_open=True).update(registered_at=timezone.now())
    if who:
        client.force_login(street.users[who], backend=BACKEND)
    report = {
        "text": LIKE_WORDS,
        "area": "A1G1",
        "address": "里院面馆",
        "request_type": "complaint",
        "key": "web-9",
    }
    offered = everything_in(client.post("/report/", report))
    board = everything_in(client.get("/board/"))
    numbers = {name: case.number for name, case in told.items()}
    assert told["handled"].tracking_print in offered
    assert told["confidential"].tracking_print not in offered
    assert RESULT in board
    assert leaks(offered + board, tokens | numbers) == []


RESULT = "噪声源已拆除，夜间安静。"
