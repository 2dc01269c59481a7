"""The supervision desk: reasons, urging several, orders and notes on paper, the ladder with its preview."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from shangju.cases import moves
from shangju.cases.models import Case, Coordination, Mediation, SupervisionOrder
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go
from shangju.cases.workflow import MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.supervision.ladder import DEFAULT_LADDER, Limits
from shangju.supervision.queries import ladder_of
from shangju.supervision.reasons import REASONS, rows_with_reasons
from tests.permission_forms import LADDER
from tests.street import Street

pytestmark = pytest.mark.django_db


@pytest.fixture
def past() -> datetime:
    """An instant from which every clock of a D case has long run out."""
    return timezone.now() - timedelta(days=40)


def signed_in(street: Street, name: str) -> Client:
    client = Client()
    client.force_login(street.users[name], backend=settings.AUTHENTICATION_BACKENDS[-1])
    return client


def reasons_of(case: Case, now: datetime) -> set[str]:
    with everywhere(EverywhereReason.VERIFICATION):
        ((_case, reasons),) = rows_with_reasons(Case.objects.filter(pk=case.pk), now=now, limits=Limits())
    return {key for key, reason in REASONS.items() if reason in reasons}


def test_every_reason_holds_when_it_should(street: Street, now: datetime) -> None:
    """In work since ``now``; what is true on the same day, and what is true after three weeks."""
    case = go(case_in(State.IN_PROGRESS, street, now=now), "contact", "grid_worker", street, now=now)
    assert reasons_of(case, now + timedelta(hours=1)) == set()
    assert case.due_at
    assert reasons_of(case, case.due_at - timedelta(hours=1)) == {"today", "dormant"}
    assert reasons_of(case, now + timedelta(days=21)) == {"overdue", "dormant"}


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda case, street, now: go(case, "ask_return", "grid_worker", street, now=now), "awaiting"),
        (lambda case, street, now: go(case, "escalate", "leader", street, now=now), "climbed"),
        (lambda case, street, now: go(case, "escalate", "leader", street, now=now), "unsigned"),
        (lambda case, street, now: Case.objects.filter(pk=case.pk).update(return_count=2), "returned"),
        (lambda case, street, now: Case.objects.filter(pk=case.pk).update(reopen_count=1), "reopened"),
        (
            lambda case, street, now: Case.objects.filter(pk=case.pk).update(dissatisfaction_count=2),
            "dissatisfied",
        ),
    ],
)  # fmt: skip
def test_a_reason(
    street: Street, now: datetime, prepare: Callable[[Case, Street, datetime], object], reason: str
) -> None:
    case = go(case_in(State.IN_PROGRESS, street, now=now), "contact", "grid_worker", street, now=now)
    assert reason not in reasons_of(case, now)
    with everywhere(EverywhereReason.VERIFICATION):
        prepare(case, street, now)
    assert reason in reasons_of(case, now)


def test_a_pause_explains_why_nothing_moves_until_it_is_long(street: Street, now: datetime) -> None:
    case = go(case_in(State.IN_PROGRESS, street, now=now), "contact", "grid_worker", street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        asked = moves.AskPause("parts", "等配件", now + timedelta(days=14))
        apply_move(case, asked, by=street.staff("grid_worker"), now=now)
        apply_move(case, moves.GrantPause("同意"), by=street.staff("officer"), now=now)
    assert reasons_of(case, now + timedelta(days=5)) == set()
    assert reasons_of(case, now + timedelta(days=11)) == {"paused"}
    assert "dormant" in reasons_of(case, now + timedelta(days=15))


def test_an_order_is_unanswered_from_the_day_after(street: Street, now: datetime) -> None:
    case = go(case_in(State.IN_PROGRESS, street, now=now), MoveName.SUPERVISE, "leader", street, now=now)
    assert "unanswered" not in reasons_of(case, now + timedelta(days=3))
    assert "unanswered" in reasons_of(case, now + timedelta(days=4))
    go(case, MoveName.REPLY, "grid_worker", street, now=now + timedelta(days=4))
    assert "unanswered" not in reasons_of(case, now + timedelta(days=5))


class TestUrgingSeveral:
    def test_each_ticked_case_is_urged_and_nothing_else(self, street: Street, past: datetime) -> None:
        cases = [case_in(State.IN_PROGRESS, street, now=past) for _each in range(3)]
        answer = signed_in(street, "leader").post(
            "/supervision/urge/?reason=overdue",
            {"case": [case.number for case in cases[:2]], "words": "请今天内回复"},
        )
        assert (answer.status_code, answer["Location"]) == (302, "/supervision/?reason=overdue")
        with everywhere(EverywhereReason.VERIFICATION):
            urged = [list(case.events.filter(kind="urge").values_list("note", "role")) for case in cases]
        assert urged == [[("请今天内回复", "supervisor")], [("请今天内回复", "supervisor")], []]

    @pytest.mark.parametrize(("ticked", "words"), [(False, "请抓紧"), (True, ""), (True, "   ")])
    def test_what_is_missing_is_asked_for_and_the_rest_is_kept(
        self, street: Street, past: datetime, ticked: bool, words: str
    ) -> None:
        case = case_in(State.IN_PROGRESS, street, now=past)
        values = {"case": [case.number] if ticked else [], "words": words}
        answer = signed_in(street, "leader").post("/supervision/urge/", values)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert (f'value="{case.number}" checked' in page) is ticked
        assert (words in page) if words.strip() else True
        with everywhere(EverywhereReason.VERIFICATION):
            assert not case.events.filter(kind="urge").exists()

    def test_another_area_is_as_if_it_were_not_there(self, street: Street, past: datetime) -> None:
        far = case_in(State.REGISTERED, street, now=past, area="far:grid")
        answer = signed_in(street, "leader").post(
            "/supervision/urge/", {"case": [far.number], "words": "请抓紧"}
        )
        assert answer.status_code == 422
        with everywhere(EverywhereReason.VERIFICATION):
            assert not far.events.filter(kind="urge").exists()


def test_an_order_has_a_number_of_its_series(street: Street, now: datetime) -> None:
    with everywhere(EverywhereReason.VERIFICATION):
        for _each in range(2):
            case = case_in(State.IN_PROGRESS, street, now=now)
            go(case, MoveName.SUPERVISE, "leader", street, now=now)
        numbers = list(SupervisionOrder.objects.order_by("pk").values_list("number", flat=True))
    prefix = case.number.split("26-")[0]
    assert numbers == [f"{prefix}督〔2026〕1号", f"{prefix}督〔2026〕2号"]


def test_the_papers_and_the_list(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    go(case, MoveName.SUPERVISE, "leader", street, now=now)
    case = go(case, MoveName.CONVENE, "leader", street, now=now)
    go(case, MoveName.MEDIATE, "grid_worker", street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        order, note = SupervisionOrder.objects.get(case=case), Coordination.objects.get(case=case)
        mediation = Mediation.objects.get(case=case)
        Mediation.objects.update(with_whom="店主 13877665544", place_note="店内")
    client = signed_in(street, "leader")
    paper = client.get(f"/desk/cases/{case.number}/orders/{order.pk}/").content.decode()
    assert order.number in paper
    assert "三日内书面回复" in paper
    area = street.areas["grid"]
    assert f"{area} · {street.posts['grid_worker']}" in paper
    held = client.get(f"/desk/cases/{case.number}/coordinations/{note.pk}/").content.decode()
    assert "综合执法队三日内复查" in held
    talked = client.get(f"/desk/cases/{case.number}/mediations/{mediation.pk}/").content.decode()
    assert f'<p class="official__office">{street.areas["first"]}</p>' in talked
    assert mediation.account in talked
    assert "13877665544" not in talked
    assert order.number in client.get("/supervision/orders/").content.decode()
    assert order.number not in client.get("/supervision/orders/?state=replied").content.decode()
    elsewhere = signed_in(street, "far_desk").get(f"/desk/cases/{case.number}/orders/{order.pk}/")
    assert elsewhere.status_code == 404
    # A case that is over lets nobody reply: its order waits no longer.
    for name, who in ((MoveName.RESOLVE, "grid_worker"), (MoveName.CONFIRM, "reporter")):
        go(case, name, who, street, now=now)
    lists = {
        state: order.number in client.get(f"/supervision/orders/?state={state}").content.decode()
        for state in ("waiting", "late", "replied", "ended", "all")
    }
    assert [state for state, is_there in lists.items() if is_there] == ["ended", "all"]


def test_an_order_in_a_case_that_nobody_has_goes_to_its_community(street: Street, now: datetime) -> None:
    case = go(case_in(State.ACCEPTED, street, now=now), MoveName.SUPERVISE, "leader", street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        order = SupervisionOrder.objects.get(case=case)
    paper = signed_in(street, "leader").get(f"/desk/cases/{case.number}/orders/{order.pk}/")
    assert paper.context["addressee"] == str(street.areas["first"])


def test_who_has_to_reply_is_led_to_the_reply(street: Street, now: datetime) -> None:
    case = go(case_in(State.IN_PROGRESS, street, now=now), MoveName.SUPERVISE, "leader", street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        paper = f"/desk/cases/{case.number}/orders/{SupervisionOrder.objects.get(case=case).pk}/"
    reply = f"/desk/cases/{case.number}/?step=reply#move-reply"
    handler, leader = signed_in(street, "grid_worker"), signed_in(street, "leader")
    pages = ((handler, "/my/"), (handler, paper), (leader, paper))
    assert [reply in client.get(page).content.decode() for client, page in pages] == [True, True, False]
    go(case, MoveName.REPLY, "grid_worker", street, now=now)
    assert [reply in client.get(page).content.decode() for client, page in pages] == [False, False, False]


def test_reasons_without_a_case_take_no_room(street: Street, past: datetime) -> None:
    case_in(State.IN_PROGRESS, street, now=past)
    client = signed_in(street, "leader")
    tabs = {tab["href"]: tab["count"] for tab in client.get("/supervision/").context["tabs"]}
    for address in ("/supervision/", "/supervision/?reason=returned"):
        page = client.get(address).content.decode()
        shown = {href for href in tabs if f'href="{href}"' in page}
        assert shown == {href for href, count in tabs.items() if count} | {
            f"?reason={address.partition('=')[2]}"
        }


def test_convening_by_the_form(street: Street, past: datetime) -> None:
    """Who came assists from then on; a task is of somebody who was there."""
    case = case_in(State.IN_PROGRESS, street, now=past)
    unit, building = street.posts["unit"], street.posts["building_head"]
    values = {
        "posts": [unit.pk, building.pk], "account": "现场会商油烟问题", "agreed": "加装净化器",
        "unit_1": unit.pk, "task_1": "三日内复查", "due_1": (timezone.localdate() + timedelta(days=3)).isoformat(),
    }  # fmt: skip
    client, address = signed_in(street, "leader"), f"/desk/cases/{case.number}/moves/convene/"
    assert client.post(address, {**values, "unit_1": street.posts["officer"].pk}).status_code == 422
    assert client.post(address, {**values, "task_1": ""}).status_code == 422
    assert client.post(address, {**values, "posts": [unit.pk]}).status_code == 422
    with everywhere(EverywhereReason.VERIFICATION):
        assert not Coordination.objects.exists()
    assert client.post(address, values).status_code == 302
    with everywhere(EverywhereReason.VERIFICATION):
        note = Coordination.objects.get()
        assert [task["task"] for task in note.tasks] == ["三日内复查"]
        assert set(case.assistants.values_list("post_id", flat=True)) == {unit.pk, building.pk}
    due = timezone.localdate() + timedelta(days=3)
    paper = client.get(f"/desk/cases/{case.number}/coordinations/{note.pk}/").content.decode()
    assert f"{due.year}年{due.month}月{due.day}日" in paper


class TestLadderPage:
    def test_trying_stores_nothing_and_saving_does(self, street: Street, past: datetime) -> None:
        case_in(State.IN_PROGRESS, street, now=past)
        client, area = signed_in(street, "leader"), street.areas["subdistrict"].pk
        tried = {key: value for key, value in LADDER.items() if key != "save"} | {"try": "1"}
        answer = client.post("/supervision/ladder/", tried)
        assert answer.status_code == 200
        assert answer.context["is_tried"]
        assert ladder_of(area) == DEFAULT_LADDER
        assert client.post("/supervision/ladder/", LADDER).status_code == 302
        assert [rule.action for rule in ladder_of(area)] == ["urge"] * 5

    def test_who_may_only_read_it_sees_no_form(self, street: Street) -> None:
        page = signed_in(street, "secretary").get("/supervision/ladder/")
        assert page.status_code == 200
        assert b"dormant_days" not in page.content
        assert signed_in(street, "secretary").post("/supervision/ladder/", LADDER).status_code == 403
        assert ladder_of(street.areas["subdistrict"].pk) == DEFAULT_LADDER


def test_who_was_convened_before_the_dispatch_may_lead_or_assist(street: Street, now: datetime) -> None:
    case = go(case_in(State.ACCEPTED, street, now=now), MoveName.CONVENE, "leader", street, now=now)
    assert case.assistants.count() == 2
    case = go(case, MoveName.DISPATCH, "officer", street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        assert case.handler_post == street.posts["grid_worker"]
        assert [row.post for row in case.assistants.all()] == [street.posts["building_head"]]
