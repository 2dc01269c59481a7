"""The pages of ledgers: columns in their order, saved views, files that come at once, later or after a decision."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from shangju.accounts.actors import COMMAND_LINE
from shangju.cases.models import ContactReveal
from shangju.cases.tests.stories import MARKERS, raised
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.tests.giving import imported
from shangju.ledgers import work
from shangju.ledgers.models import Export, LedgerView
from shangju.ledgers.tests.reading import rows_in, taken_out
from shangju.posts.models import Appointment
from shangju.posts.services import TermPlan, appoint_each
from tests.street import SINCE, Street

pytestmark = pytest.mark.django_db
SignIn = Callable[[str], Client]


@pytest.fixture
def signed_in(street: Street) -> SignIn:
    def sign_in(name: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        client.force_login(street.users[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
        return client

    return sign_in


def headers_of(content: str) -> list[str]:
    head = content.partition("<thead>")[2].partition("</thead>")[0]
    return [part.partition("</th>")[0] for part in head.split('<th scope="col">')[1:]]


def test_numbered_columns_stand_in_the_order_of_their_numbers(
    street: Street, now: datetime, signed_in: SignIn
) -> None:
    raised(street, now=now)
    numbers = {"place_state": "2", "place_number": "1", "place_title": "2", "place_channel": "", "by": ""}
    answer = signed_in("officer").get("/ledgers/kind/case/", numbers)
    assert answer.url == "/ledgers/kind/case/?columns=number%2Ctitle%2Cstate&by="
    content = signed_in("officer").get(answer.url).content.decode()
    assert headers_of(content) == ["Number", "Title", "State"]


def test_a_month_is_one_link_away_and_the_rest_of_the_choice_stays(street: Street, signed_in: SignIn) -> None:
    officer = signed_in("officer")
    answer = officer.get("/ledgers/kind/case/", {"columns": "number,title", "by": "", "state": "registered"})
    (_label, last_month), (_this, this_month) = answer.context["months"]
    today = timezone.localdate()
    choice = officer.get(f"/ledgers/kind/case/?{last_month}").context["choice"]
    assert (choice.columns, choice.filters.state) == (["number", "title"], "registered")
    assert choice.filters.last == today.replace(day=1) - timedelta(days=1)
    assert choice.filters.first == choice.filters.last.replace(day=1)
    assert officer.get(f"/ledgers/kind/case/?{this_month}").context["choice"].filters.first == today.replace(
        day=1
    )


def test_a_number_that_is_none_is_told_at_its_field(street: Street, signed_in: SignIn) -> None:
    answer = signed_in("officer").get("/ledgers/kind/case/", {"place_state": "first"})
    assert answer.status_code == 422
    assert answer.context["columns_form"].errors.keys() == {"place_state"}


def test_a_saved_ledger_keeps_columns_and_rows_and_is_changed_under_its_name(
    street: Street, now: datetime, signed_in: SignIn
) -> None:
    officer = signed_in("officer")
    for columns in ("title,number", "state,number"):
        address = f"/ledgers/kind/case/keep/?columns={columns}&by=&state=registered"
        assert officer.post(address, {"name": "未办事项"}).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        (view,) = LedgerView.objects.all()
    assert (view.columns, view.filters, view.is_shared) == (
        ["state", "number"],
        {"state": "registered"},
        False,
    )
    raised(street, now=now)
    assert headers_of(officer.get(f"/ledgers/views/{view.pk}/").content.decode()) == ["State", "Number"]
    assert signed_in("second_officer").get(f"/ledgers/views/{view.pk}/").status_code == 404
    assert officer.post(f"/ledgers/views/{view.pk}/remove/").status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        assert not LedgerView.objects.exists()


def test_a_shared_ledger_is_there_for_the_whole_sub_district_and_nobody_else(
    street: Street, signed_in: SignIn
) -> None:
    address = "/ledgers/kind/case/keep/?columns=number&by="
    signed_in("officer").post(address, {"name": "全街道", "is_shared": "on"})
    with everywhere(EverywhereReason.VERIFICATION):
        assert not LedgerView.objects.filter(is_shared=True).exists()
    signed_in("duty_desk").post(address, {"name": "全街道", "is_shared": "on"})
    with everywhere(EverywhereReason.VERIFICATION):
        shared = LedgerView.objects.get(is_shared=True)
    statuses = {
        who: signed_in(who).get(f"/ledgers/views/{shared.pk}/").status_code
        for who in ("grid_worker", "officer", "far_desk")
    }
    assert statuses == {"grid_worker": 200, "officer": 200, "far_desk": 404}
    assert signed_in("grid_worker").post(f"/ledgers/views/{shared.pk}/remove/").status_code == 403


def test_a_long_one_is_fetched_by_who_asked_and_nobody_else(
    street: Street, now: datetime, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shangju.ledgers.exporting.AT_ONCE_AT_MOST", 0)
    case, officer = raised(street, now=now), signed_in("officer")
    page = officer.post("/ledgers/kind/case/export/?columns=number&by=", {"form": "csv"}).url
    assert officer.get(page).status_code == 200
    assert officer.get(f"{page}file/").status_code == 404
    work.write_exports(now)
    answer = officer.get(f"{page}file/")
    assert rows_in(b"".join(answer.streaming_content), "csv")[1] == ["1", case.number]
    assert answer["Content-Disposition"].startswith("attachment")
    others = {
        who: signed_in(who).get(f"{page}file/").status_code
        for who in ("secretary", "second_officer", "far_desk")
    }
    assert others == {"secretary": 403, "second_officer": 404, "far_desk": 404}


def test_who_works_in_two_communities_names_one_before_a_file_leaves(
    street: Street, now: datetime, signed_in: SignIn
) -> None:
    terms = [TermPlan(street.posts["other_officer"], street.users["officer"], SINCE)]
    with everywhere(EverywhereReason.SETUP):
        appoint_each(terms, by=COMMAND_LINE, now=now)
    raised(street, now=now)
    raised(street, now=now, area="other_grid")
    officer, address = signed_in("officer"), "/ledgers/kind/case/export/?columns=number&by="
    answer = officer.post(address, {"form": "csv"})
    assert (answer.status_code, answer.context["export_form"].errors.keys()) == (422, {"__all__"})
    code = street.areas["second"].code
    taken = officer.post(f"{address}&area={code}", {"form": "csv"})
    assert len(rows_in(taken.content, "csv")) == 3
    with everywhere(EverywhereReason.VERIFICATION):
        assert Export.objects.get().area_id == street.areas["second"].pk


def test_who_lost_the_right_does_not_fetch_what_was_written_before(
    street: Street, now: datetime, signed_in: SignIn
) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        done = taken_out(street, now=now)["file"]
        Export.objects.filter(pk=done).update(area=street.areas["grid"])
    officer = signed_in("officer")
    fetched = officer.get(f"/ledgers/exports/{done}/file/")
    assert b"".join(fetched.streaming_content) == b"1"
    with everywhere(EverywhereReason.VERIFICATION):
        Appointment.objects.filter(user=street.users["officer"]).update(post=street.posts["grid_worker"])
    assert officer.get(f"/ledgers/exports/{done}/file/").status_code == 403
    page = officer.get(f"/ledgers/exports/{done}/")
    assert (page.status_code, page.context["may_fetch"]) == (200, False)


def test_contacts_in_plain_from_the_page_over_the_approvals_desk_to_the_file(
    street: Street, now: datetime, signed_in: SignIn
) -> None:
    raised(street, now=now)
    officer, secretary = signed_in("officer"), signed_in("secretary")
    address = "/ledgers/kind/case/export/?columns=reporter_name,reporter_phone&by="
    full = {"form": "csv", "is_full": "on", "reason": "停电通知，逐户电话告知"}
    refused = officer.post(address, {**full, "reason": "急"})
    assert (refused.status_code, refused.context["export_form"].errors.keys()) == (422, {"reason"})
    page = officer.post(address, full).url
    assert "停电通知，逐户电话告知" in secretary.get("/desk/approvals/").content.decode()
    assert officer.post(f"{page}decide/", {"answer": "allow"}).status_code == 403
    assert secretary.post(f"{page}decide/", {"answer": "refuse"}).status_code == 422
    assert (
        secretary.post(f"{page}decide/", {"answer": "allow", "back": "approvals"}).url == "/desk/approvals/"
    )
    taken = officer.post(f"{page}take/")
    assert rows_in(taken.content, "csv")[1] == ["1", MARKERS["name"], MARKERS["phone"]]
    assert officer.post(f"{page}take/").status_code == 409
    with everywhere(EverywhereReason.VERIFICATION):
        assert ContactReveal.objects.count() == 2


def test_answers_for_the_hotline_are_linked_and_stand_in_the_log(
    street: Street, now: datetime, signed_in: SignIn
) -> None:
    run, desk = imported(street, now=now), signed_in("duty_desk")
    assert 'href="/desk/imports/"' in desk.get("/ledgers/").content.decode().partition("<main")[2]
    content = desk.get(f"/desk/imports/{run.pk}/answers/").content
    desk.get(f"/desk/imports/{run.pk}/refused/")
    with everywhere(EverywhereReason.VERIFICATION):
        logged = list(
            Export.objects.order_by("pk").values_list("kind", "state", "size", "asked_by__username")
        )
    assert logged[0] == ("answers", "done", len(content), "duty-desk")
    assert [row[0] for row in logged] == ["answers", "refused_rows"]


def test_the_auditor_reads_the_logs_and_no_concern(street: Street, now: datetime, signed_in: SignIn) -> None:
    raised(street, now=now)
    signed_in("officer").post("/ledgers/kind/case/export/?columns=number&by=", {"form": "csv"})
    auditor = signed_in("audit_administrator")
    assert "officer 1号" in auditor.get("/ledgers/exports/").content.decode()
    statuses = {
        kind: auditor.get(f"/ledgers/kind/{kind}/").status_code for kind in ("look", "minor", "case", "visit")
    }
    assert statuses == {"look": 200, "minor": 200, "case": 403, "visit": 403}
    assert auditor.get("/ledgers/kind/nothing/").status_code == 404
    with everywhere(EverywhereReason.VERIFICATION):
        pk = Export.objects.get().pk
    assert auditor.get(f"/ledgers/exports/{pk}/").status_code == 200


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_can_be_opened_whatever_somebody_calls_it(
    street: Street, now: datetime, signed_in: SignIn, form: str
) -> None:
    raised(street, now=now)
    for title in ("a\nb\r\nSet-Cookie: x=y", "a\x0bb\x1f", "History", "  ", '"=1+1"/..\\x'):
        answer = signed_in("officer").post(
            "/ledgers/kind/case/export/?columns=number&by=", {"form": form, "title": title}
        )
        assert answer.status_code == 200, title
        assert len(rows_in(answer.content, form)) == 3
        assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "period", [{"first": "0001-01-01"}, {"last": "9999-12-31"}, {"first": "0001-01-01", "last": "0001-01-01"}]
)
@pytest.mark.parametrize("kind", ["case", "visit"])
def test_days_at_the_ends_of_the_calendar_are_days(
    street: Street, now: datetime, signed_in: SignIn, kind: str, period: dict[str, str]
) -> None:
    raised(street, now=now)
    for by in ("", "received", "act"):
        answer = signed_in("officer").get(f"/ledgers/kind/{kind}/", {"by": by, **period})
        assert answer.status_code == 200
