"""The public board: who puts what on it, that a second person looks, and that it keeps its own words."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shangju.board.models import Publication, Stage
from shangju.board.queries import BoardFilters, public_page
from shangju.board.services import propose_publication, publish, take_down, take_down_stale
from shangju.cases.effects import EFFECTS
from shangju.cases.models import Case
from shangju.cases.moves import Reopen
from shangju.cases.tests.stories import MARKERS, WORDS, case_in, go
from shangju.cases.workflow import MoveName, RequestType, State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.photos.models import Photo
from tests.street import Street

pytestmark = pytest.mark.django_db
RESULT = "噪声源已拆除，夜间安静。"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def proposed(street: Street, now: datetime, *, who: str = "officer", **fields: object) -> Publication:
    case = case_in(State.CLOSED, street, now=now, **fields)
    with everywhere(EverywhereReason.VERIFICATION):
        return propose_publication(case, result=RESULT, by=street.staff(who), now=now)


def published(street: Street, now: datetime, **fields: object) -> Publication:
    publication = proposed(street, now, **fields)
    with everywhere(EverywhereReason.VERIFICATION):
        return publish(publication, by=street.staff("secretary"), now=now)


def stored(publication: Publication) -> Publication:
    with everywhere(EverywhereReason.VERIFICATION):
        return Publication.objects.select_related("case").get(pk=publication.pk)


def on_board(now: datetime, **filters: object) -> list[int]:
    return [row.pk for row in public_page(BoardFilters(**filters), cursor=None, now=now).items]  # type: ignore[arg-type]


def test_a_proposal_is_public_only_after_another_person_looked(street: Street, now: datetime) -> None:
    publication = proposed(street, now)
    assert on_board(now) == []
    with everywhere(EverywhereReason.VERIFICATION):
        with pytest.raises(NotAllowed):
            publish(publication, by=street.staff("officer"), now=now)
        publish(publication, by=street.staff("secretary"), now=now)
        with pytest.raises(Conflict):
            publish(publication, by=street.staff("duty_desk"), now=now)
    row = stored(publication)
    assert (row.stage, row.checked_by_id) == (Stage.PUBLISHED, street.users["secretary"].pk)
    assert on_board(now) == [publication.pk]
    kinds = (
        AuditEvent.objects.filter(object_type="board.publication")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert list(kinds) == ["publication.proposed", "publication.published"]


def test_it_keeps_safe_fields_of_its_own(street: Street, now: datetime) -> None:
    publication = published(street, now)
    row = stored(publication)
    assert (row.category, row.outcome, row.community_id) == (
        street.category("0103"),
        "solved",
        street.areas["first"].pk,
    )
    assert (row.days_taken, row.place) == (0, "")
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=row.case_id).update(outcome="partly", title="改", category=None)
    assert stored(publication).outcome == "solved"
    page = Client().get(reverse("public:board"), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert RESULT in page
    for secret in (WORDS, row.case.number, row.case.tracking_code, "1幢", *MARKERS.values()):
        assert secret not in page


@pytest.mark.parametrize(
    "fields",
    [
        {"is_confidential": True},
        {"request_type": RequestType.HELP},
        {"request_type": RequestType.REPORT},
    ],
)
def test_what_must_stay_inside_is_refused(street: Street, now: datetime, fields: dict[str, object]) -> None:
    case = case_in(State.CLOSED, street, now=now, **fields)
    if "request_type" in fields:
        with everywhere(EverywhereReason.VERIFICATION):
            Case.objects.filter(pk=case.pk).update(**fields)
    with everywhere(EverywhereReason.VERIFICATION), pytest.raises(DomainError):
        propose_publication(case, result=RESULT, by=street.staff("officer"), now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        assert not Publication.objects.exists()


@pytest.mark.parametrize("code", ["1101", "1206"])
def test_walled_and_sealed_categories_are_refused(street: Street, now: datetime, code: str) -> None:
    case = case_in(State.CLOSED, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(category=street.category(code))
        with pytest.raises(DomainError):
            propose_publication(case, result=RESULT, by=street.staff("officer"), now=now)


@pytest.mark.parametrize("state", [State.REGISTERED, State.IN_PROGRESS, State.WITHDRAWN, State.DECLINED])
def test_only_a_case_with_a_result_is_proposed(street: Street, now: datetime, state: str) -> None:
    case = case_in(state, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION), pytest.raises(DomainError):
        propose_publication(case, result=RESULT, by=street.staff("officer"), now=now)


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("officer", True), ("grid_worker", True), ("grid_secretary", True), ("secretary", True), ("duty_desk", True),
        ("officer_with_shop", False), ("contact", False), ("leader", False), ("other_officer", False), ("far_desk", False),
        ("market_worker", False), ("resident", False), ("shopkeeper", False),
    ],
)  # fmt: skip
def test_who_proposes(street: Street, now: datetime, who: str, may: bool) -> None:
    case = case_in(State.CLOSED, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        if not may:
            with pytest.raises(NotAllowed):
                propose_publication(case, result=RESULT, by=street.staff(who), now=now)
        else:
            propose_publication(case, result=RESULT, by=street.staff(who), now=now)
        assert Publication.objects.exists() is may


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("secretary", True), ("duty_desk", True), ("second_officer", True), ("officer", False), ("grid_worker", False),
        ("leader", False), ("task_force", False), ("officer_with_shop", False), ("other_officer", False),
        ("far_desk", False),
    ],
)  # fmt: skip
def test_who_takes_the_second_look(street: Street, now: datetime, who: str, may: bool) -> None:
    publication = proposed(street, now)
    with everywhere(EverywhereReason.VERIFICATION):
        if may:
            publish(publication, by=street.staff(who), now=now)
        else:
            with pytest.raises(NotAllowed):
                publish(publication, by=street.staff(who), now=now)
    assert stored(publication).stage == (Stage.PUBLISHED if may else Stage.PROPOSED)


@pytest.mark.parametrize("words", ["", "  ", "长" * 301, "a\0b"])
def test_words_that_cannot_stand_there_are_refused_at_their_field(
    street: Street, now: datetime, words: str
) -> None:
    case = case_in(State.CLOSED, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION), pytest.raises(DomainError) as refused:
        propose_publication(case, result=words, by=street.staff("officer"), now=now)
    assert list(refused.value.fields) == ["result"]


def test_one_publication_a_case_and_a_new_one_after_it_was_taken_down(street: Street, now: datetime) -> None:
    publication = published(street, now)
    officer = street.staff("officer")
    with everywhere(EverywhereReason.VERIFICATION):
        with pytest.raises(Conflict):
            propose_publication(publication.case, result=RESULT, by=officer, now=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Publication.objects.filter(pk=publication.pk).update(checked_by=publication.proposed_by)
        with pytest.raises(DomainError):
            take_down(publication, reason=" ", by=officer, now=now)
        take_down(publication, reason="门牌写进去了", by=officer, now=now)
        again = propose_publication(publication.case, result=RESULT, by=officer, now=now)
    assert on_board(now) == []
    assert (stored(publication).taken_down_reason, stored(again).stage) == ("门牌写进去了", Stage.PROPOSED)


def test_making_a_case_confidential_takes_it_down_in_the_same_moment(street: Street, now: datetime) -> None:
    publication = published(street, now)
    go(publication.case, MoveName.PROTECT, "officer", street, now=now)
    row = stored(publication)
    assert (row.stage, row.taken_down_reason, row.case.is_confidential) == (
        Stage.TAKEN_DOWN,
        "made_confidential",
        True,
    )
    assert on_board(now) == []


def test_whatever_move_makes_it_confidential_takes_it_down(
    street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    publication = published(street, now)
    effect = EFFECTS[Reopen]

    def confidential_too(case: Case, *rest: object) -> object:
        case.is_confidential = True
        return effect(case, *rest)  # type: ignore[arg-type]

    monkeypatch.setitem(EFFECTS, Reopen, confidential_too)
    go(publication.case, MoveName.REOPEN, "reporter", street, now=now)
    assert (stored(publication).stage, stored(publication).taken_down_reason) == (
        Stage.TAKEN_DOWN,
        "made_confidential",
    )


def test_the_worker_takes_down_what_was_taken_up_again(street: Street, now: datetime) -> None:
    publication, kept = published(street, now), published(street, now)
    go(publication.case, MoveName.REOPEN, "reporter", street, now=now + timedelta(days=1))
    assert take_down_stale(now) == 1
    assert take_down_stale(now) == 0
    assert (stored(publication).stage, stored(kept).stage) == (Stage.TAKEN_DOWN, Stage.PUBLISHED)
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=kept.case_id).update(is_confidential=True)
    assert take_down_stale(now) == 1
    assert on_board(now) == []


def test_filters_and_pages_of_the_board(street: Street, now: datetime) -> None:
    rows = [published(street, now + timedelta(hours=number)) for number in range(23)]
    last_month = now - timedelta(days=40)
    with everywhere(EverywhereReason.VERIFICATION):
        Publication.objects.filter(pk=rows[0].pk).update(ended_on=timezone.localdate(last_month))
    community = street.areas["first"].code
    newest_first = [row.pk for row in reversed(rows)]
    first = public_page(BoardFilters(community=community, category="01"), cursor=None, now=now)
    second = public_page(BoardFilters(community=community), cursor=first.next_cursor, now=now)
    assert [row.pk for row in first.items + second.items] == newest_first
    assert (len(first.items), second.next_cursor) == (20, None)
    assert on_board(now, community=street.areas["second"].code) == []
    assert on_board(now, category="02") == []
    later = now + timedelta(days=1)
    assert on_board(later, this_month=True) == newest_first[:20]
    assert rows[0].pk not in [
        row.pk
        for row in public_page(BoardFilters(this_month=True), cursor=first.next_cursor, now=later).items
    ]


def test_the_public_page_takes_the_same_statements_for_one_row_and_for_many(
    street: Street, now: datetime
) -> None:
    counts = []
    for more in (1, 15):
        for _one in range(more):
            published(street, now)
        Client().get(reverse("public:board"))
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(reverse("public:board")).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15


def desk(street: Street, who: str) -> Client:
    client = Client()
    client.force_login(street.users[who], backend=BACKEND)
    return client


def test_from_the_case_page_to_the_board_and_down_again(street: Street, now: datetime) -> None:
    case = case_in(State.CLOSED, street, now=now)
    officer, secretary = desk(street, "officer"), desk(street, "secretary")
    refused = officer.post(reverse("desk:propose", args=[case.number]), {"result": ""})
    assert (refused.status_code, RESULT in refused.content.decode()) == (422, False)
    assert officer.post(reverse("desk:propose", args=[case.number]), {"result": RESULT}).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        publication = Publication.objects.get()
    assert RESULT in secretary.get(reverse("desk:board")).content.decode()
    assert officer.post(reverse("desk:check_publication", args=[publication.pk])).status_code == 403
    assert secretary.post(reverse("desk:check_publication", args=[publication.pk])).status_code == 302
    assert RESULT in Client().get(reverse("public:board")).content.decode()
    address = reverse("desk:withdraw_publication", args=[publication.pk])
    assert secretary.post(address, {"reason": ""}).status_code == 422
    assert secretary.post(address, {"reason": "措辞不妥"}).status_code == 302
    assert RESULT not in Client().get(reverse("public:board")).content.decode()
    assert desk(street, "other_officer").post(address, {"reason": "x"}).status_code == 404
    assert not Photo.objects.exists()
