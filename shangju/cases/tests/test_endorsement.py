"""附议: which cases are offered, and how often one person counts; what is stored decides."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from shangju.cases import chain
from shangju.cases.endorsement import (
    EndorsementReceipt,
    MeToo,
    endorse,
    endorsement_by_code,
    endorsements_for_staff,
    withdraw_endorsement,
)
from shangju.cases.intake import ContactDetails, Submission
from shangju.cases.likeness import Nearness
from shangju.cases.models import Case, Endorsement
from shangju.cases.moves import Merge, Unmerge
from shangju.cases.nearby import LikeCase, case_by_key, like_cases
from shangju.cases.places import Place
from shangju.cases.queries import WorklistFilters, worklist
from shangju.cases.rules import REPORTER, Actor, ActorKind, staff
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import MARKERS, WAY, WORDS, case_in, go, raised
from shangju.cases.workflow import MoveName, RequestType, State
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, area_scope, everywhere
from shangju.notices.models import Notice
from shangju.notices.telling import tell_of_events
from shangju.posts.rights import standing_of
from tests.street import Street

pytestmark = pytest.mark.django_db
ALIKE = "屋里嗡嗡的噪音困扰很久"
PHONE = "13911112222"


def report_at(street: Street, area: str = "building", text: str = ALIKE, **fields: object) -> Submission:
    note = str(fields.pop("note", "东里1幢"))
    point = {name: fields.pop(name, None) for name in ("longitude", "latitude", "party")}
    return Submission(text=text, place=Place(street.areas[area], note=note, **point), **fields)  # type: ignore[arg-type]


def found_by(submission: Submission, now: datetime) -> list[LikeCase]:
    return like_cases(submission, now=now)


def join(
    case: Case, key: str = "k-1", device: str = "d-1", phone: str = "", **more: object
) -> EndorsementReceipt:
    by = more.pop("by", REPORTER)
    now = more.pop("now")
    said = MeToo(key, device, ContactDetails(phone=phone), str(more.pop("words", "")))
    with everywhere(EverywhereReason.PUBLIC_INTAKE):
        return endorse(case, said, by=by, now=now)  # type: ignore[arg-type]


def stored(case: Case) -> Case:
    with everywhere(EverywhereReason.VERIFICATION):
        return Case.objects.get(pk=case.pk)


def test_a_like_report_in_the_same_building_is_offered_as_a_summary_only(
    street: Street, now: datetime
) -> None:
    case = case_in(State.ACCEPTED, street, now=now)
    (like,) = found_by(report_at(street), now + timedelta(days=3))
    assert like.key == case.tracking_print
    assert like.summary.category == street.category("0103")
    shown = json.dumps([str(part) for part in (like.summary, like.place, like.key)], ensure_ascii=False)
    for secret in (WORDS, case.number, case.title, "1幢", *MARKERS.values()):
        assert secret not in shown


@pytest.mark.parametrize(
    "changed",
    [
        {"text": "楼下面馆油烟很大"},
        {"area": "other_grid", "note": "西里1幢"},
        {"is_confidential": True},
        {"request_type": RequestType.HELP},
        {"request_type": RequestType.ENQUIRY},
    ],
)
def test_another_matter_place_or_sort_is_offered_nothing(
    street: Street, now: datetime, changed: dict[str, object]
) -> None:
    raised(street, now=now)
    assert found_by(report_at(street), now) != []
    assert found_by(report_at(street, **changed), now) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "hidden",
    [{"is_confidential": True}, {"request_type": RequestType.REPORT}, {"request_type": RequestType.HELP}],
)
def test_what_strangers_may_not_know_is_never_offered(
    street: Street, now: datetime, hidden: dict[str, object]
) -> None:
    case = raised(street, now=now, **hidden)
    assert found_by(report_at(street), now) == []
    assert case_by_key(case.tracking_print) is None


@pytest.mark.parametrize("code", ["1101", "1104", "1206"])
def test_walled_and_sealed_categories_are_never_offered(street: Street, now: datetime, code: str) -> None:
    case = raised(street, now=now, category=street.category(code))
    assert found_by(report_at(street), now) == []
    assert case_by_key(case.tracking_print) is None


def test_an_ended_or_old_case_is_not_offered(street: Street, now: datetime) -> None:
    case_in(State.WITHDRAWN, street, now=now)
    raised(street, now=now - timedelta(days=200))
    assert found_by(report_at(street), now) == []


def test_a_point_finds_across_the_border_of_grids_and_the_distance_decides(
    street: Street, now: datetime
) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        place = {"longitude": 119.45, "latitude": 32.2}
    case = raised(street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(longitude=119.45, latitude=32.2, grid=None, place_note="")
    near = report_at(street, "first", note="", **{**place, "longitude": 119.4512})
    far = report_at(street, "first", note="", **{**place, "longitude": 119.4545})
    assert [like.near for like in found_by(near, now)] == [Nearness.WITHIN_REACH]
    assert found_by(far, now) == []


def test_looking_costs_the_same_for_one_and_for_many_and_never_more_than_a_few_statements(
    street: Street, now: datetime
) -> None:
    counts = []
    for more in (1, 12):
        for _one in range(more):
            raised(street, now=now)
        found_by(report_at(street), now)
        with CaptureQueriesContext(connection) as captured:
            assert len(found_by(report_at(street), now)) == min(4, 1 if more == 1 else 4)
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 5


def test_a_me_too_counts_and_weighs(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    before = case.priority
    receipt = join(case, phone=PHONE, words="我家也听得到", now=now)
    assert (stored(case).me_too_count, stored(case).priority) == (1, before + 4)
    row = endorsement_by_code(receipt.tracking_code.lower())
    assert (row.case_id, row.phone, row.words, row.is_counted) == (case.pk, PHONE, "我家也听得到", True)


def test_phone_and_code_are_sealed_in_the_table(street: Street, now: datetime) -> None:
    receipt = join(raised(street, now=now), phone=PHONE, now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM cases_endorsement")
        row = repr(cursor.fetchall())
    assert PHONE not in row
    assert receipt.tracking_code.replace("-", "") not in row


def test_the_same_form_sent_twice_counts_once_and_gets_the_same_code(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    first, second = join(case, now=now), join(case, device="", now=now)
    assert second.tracking_code == first.tracking_code
    assert (second.is_repeat, stored(case).me_too_count) == (True, 1)


def test_a_device_and_an_account_count_once_each(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    resident = Actor(ActorKind.REPORTER, street.users["resident"])
    join(case, now=now)
    with pytest.raises(Conflict):
        join(case, key="k-2", now=now)
    join(case, key="k-3", device="d-2", by=resident, now=now)
    with pytest.raises(Conflict):
        join(case, key="k-4", device="d-3", by=resident, now=now)
    assert stored(case).me_too_count == 2


def test_nobody_finds_out_by_trying_whether_a_phone_has_reported_or_joined(
    street: Street, now: datetime
) -> None:
    case = raised(street, now=now)
    join(case, phone=PHONE, now=now)
    for number, known in enumerate((MARKERS["phone"], PHONE, f"+86 {PHONE}"), start=2):
        receipt = join(case, key=f"k-{number}", device=f"d-{number}", phone=known, now=now)
        row = endorsement_by_code(receipt.tracking_code)
        assert (row.is_counted, row.phone, row.phone_print) == (False, "", "")
    assert stored(case).me_too_count == 1


def test_ones_own_concern_is_not_joined(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    resident = street.users["resident"]
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(reporter_user=resident)
    with pytest.raises(Conflict):
        join(case, by=Actor(ActorKind.REPORTER, resident), now=now)


@pytest.mark.parametrize("end", [State.WITHDRAWN, State.DECLINED, State.CLOSED])
def test_an_ended_case_takes_no_more(street: Street, now: datetime, end: str) -> None:
    with pytest.raises(Conflict):
        join(case_in(end, street, now=now), now=now)
    assert not how_many()


def how_many() -> int:
    with everywhere(EverywhereReason.VERIFICATION):
        return Endorsement.objects.count()


def test_staff_enter_a_caller_by_phone_in_their_own_area_only(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    officer, elsewhere = street.staff("officer"), street.staff("other_officer")
    with pytest.raises(DomainError) as refused:
        join(case, device="", by=officer, now=now)
    assert list(refused.value.fields) == ["phone"]
    with pytest.raises(NotAllowed):
        join(case, device="", phone=PHONE, by=elsewhere, now=now)
    join(case, device="", phone=PHONE, by=officer, now=now)
    with pytest.raises(Conflict):
        join(case, key="k-2", device="", phone=PHONE, by=officer, now=now)
    assert stored(case).me_too_count == 1


def test_taking_back_counts_no_more_and_deletes_contact_and_words(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    receipt = join(case, phone=PHONE, words="我家也听得到", now=now)
    with everywhere(EverywhereReason.TRACKING_CODE):
        withdraw_endorsement(receipt.endorsement, now=now)
        withdraw_endorsement(receipt.endorsement, now=now)
    row = endorsement_by_code(receipt.tracking_code)
    assert (row.phone, row.name, row.words, row.phone_print, row.device_print) == ("", "", "", "", "")
    assert (stored(case).me_too_count, stored(case).priority) == (0, case.priority)
    join(case, key="k-2", phone=PHONE, now=now)
    assert stored(case).me_too_count == 1


@pytest.mark.parametrize("twice", ["device_print", "phone_print", "user_id"])
def test_the_database_itself_counts_once(street: Street, now: datetime, twice: str) -> None:
    case = raised(street, now=now)
    value = street.users["resident"].pk if twice == "user_id" else "print"
    rows = [
        Endorsement(case=case, tracking_print=f"t{n}", tracking_code=f"t{n}", key=f"k{n}", created_at=now, **{twice: value})
        for n in (1, 2)
    ]  # fmt: skip
    with everywhere(EverywhereReason.VERIFICATION):
        rows[0].save()
        with pytest.raises(IntegrityError), transaction.atomic():
            rows[1].save()
        with pytest.raises(IntegrityError), transaction.atomic():
            Endorsement.objects.create(
                case=case, tracking_print="t3", tracking_code="t3", key="k3", created_at=now
            )


def test_who_joined_is_told_the_beginning_and_the_result_and_nothing_of_the_reporter(
    street: Street, now: datetime
) -> None:
    case = raised(street, now=now)
    tell_of_events(now)
    receipt = join(case, phone=PHONE, by=Actor(ActorKind.REPORTER, street.users["resident"]), now=now)
    gone = join(case, key="k-2", device="d-2", phone="13922223333", now=now)
    with everywhere(EverywhereReason.TRACKING_CODE):
        withdraw_endorsement(gone.endorsement, now=now)
    for minute, (name, who) in enumerate(WAY[State.CLOSED], start=1):
        go(case, name, who, street, now=now + timedelta(minutes=minute))
    for _pass in range(3):
        tell_of_events(now + timedelta(hours=1))
    with everywhere(EverywhereReason.VERIFICATION):
        told = list(Notice.objects.select_related("event"))
    mine = [notice for notice in told if notice.key.endswith(f"endorser-{receipt.endorsement.pk}")]
    assert sorted((notice.channel, notice.event.kind) for notice in mine) == sorted(
        (channel, kind) for channel in ("sms", "in_app") for kind in ("accept", "resolve", "confirm")
    )
    assert {notice.recipient for notice in mine if notice.channel == "sms"} == {PHONE}
    for notice in mine:
        assert receipt.tracking_code in notice.body
        assert receipt.tracking_code not in notice.link
        for secret in (case.number, case.title, *MARKERS.values()):
            assert secret not in notice.body + notice.subject
    assert not [notice for notice in told if notice.key.endswith(f"endorser-{gone.endorsement.pk}")]


def test_who_joined_a_case_that_is_merged_is_told_the_result_of_the_one_that_goes_on(
    street: Street, now: datetime
) -> None:
    merged, into = raised(street, now=now), case_in(State.IN_PROGRESS, street, now=now)
    receipt = join(merged, phone=PHONE, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        apply_move(merged, Merge(into=into, explanation="同一件事"), by=street.staff("officer"), now=now)
    go(into, MoveName.RESOLVE, "grid_worker", street, now=now + timedelta(hours=1))
    for _pass in range(3):
        tell_of_events(now + timedelta(hours=2))
    told = Notice.objects.filter(key__endswith=f"endorser-{receipt.endorsement.pk}")
    (notice,) = told
    assert (notice.channel, notice.recipient, notice.purpose) == ("sms", PHONE, "met_too")
    assert json.loads(notice.values)["code"] == receipt.tracking_code


def test_staff_read_what_the_others_said_and_list_the_most_pressing_first(
    street: Street, now: datetime
) -> None:
    quiet, loud = raised(street, now=now), raised(street, now=now)
    untouched = raised(street, now=now)
    join(quiet, key="a", now=now)
    for number in range(3):
        join(loud, key=f"b{number}", device=f"b{number}", words=f"话{number}", now=now)
    standing = standing_of(street.users["officer"])
    with area_scope(standing.scope):
        assert [row.words for row in endorsements_for_staff(loud)] == ["话0", "话1", "话2"]
        filters = WorklistFilters(met="yes")
        first = worklist(standing, filters, limit=1, now=now)
        second = worklist(standing, filters, limit=1, cursor=first.next_cursor, now=now)
        everything = worklist(standing, WorklistFilters(), now=now)
    assert [row.pk for row in first.items + second.items] == [loud.pk, quiet.pk]
    assert second.next_cursor is None
    assert untouched.pk in {row.pk for row in everything.items}
    with street.seen_by("shopkeeper"):
        assert list(Endorsement.objects.all()) == []
    assert staff(street.users["officer"]).standing == standing


def test_who_joined_either_of_two_merged_cases_counts_once_and_comes_back_with_the_unmerge(
    street: Street, now: datetime
) -> None:
    goes_on, other = raised(street, now=now, text=ALIKE), raised(street, now=now, text=ALIKE)
    for case, devices in ((goes_on, ("d-1", "d-2")), (other, ("d-2", "d-3", "d-4"))):
        for device in devices:
            join(case, f"{case.pk}-{device}", device, now=now)
    officer = street.staff("duty_desk")
    with everywhere(EverywhereReason.VERIFICATION):
        apply_move(stored(other), Merge(stored(goes_on), "同一事项"), by=officer, now=now)
    before = stored(goes_on)
    assert (before.me_too_count, stored(other).me_too_count) == (4, 3)
    with everywhere(EverywhereReason.VERIFICATION):
        row = Endorsement.objects.filter(case=other).order_by("pk").last()
        assert row is not None
        withdraw_endorsement(row, now=now)
    assert (stored(goes_on).me_too_count, stored(other).me_too_count) == (3, 2)
    assert stored(goes_on).priority < before.priority
    with everywhere(EverywhereReason.VERIFICATION):
        apply_move(stored(other), Unmerge("不是同一件事"), by=officer, now=now)
        for case in (goes_on, other):
            assert chain.first_break(stored(case), case.events.all()) is None
    assert (stored(goes_on).me_too_count, stored(other).me_too_count) == (2, 2)
