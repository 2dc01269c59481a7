"""The founding story in a browser: from the resident's phone to the closed case, with and without JavaScript."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from shangju.accounts.models import User
from shangju.cases.chain import first_break
from shangju.cases.models import Case
from shangju.core.scoping import EverywhereReason, everywhere
from tests.browser.signing_in import session_cookie
from tests.street import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


class Stage:
    """Opens pages for the people of the story, all in one language, and looks at each with axe."""

    def __init__(self, browser: Browser, server: LiveServer, *, language: str, scripts: bool) -> None:
        self.browser, self.server, self.language, self.scripts = browser, server, language, scripts

    def page(self, viewport: dict[str, int], user: User | None = None) -> Page:
        context = self.browser.new_context(
            viewport=viewport, locale=self.language, java_script_enabled=self.scripts
        )  # type: ignore[arg-type]
        if user is not None:
            context.add_cookies([session_cookie(user, self.server.url)])  # type: ignore[list-item]
        return context.new_page()

    def open(self, page: Page, path: str) -> None:
        answer = page.goto(f"{self.server.url}{path}")
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self.look(page)

    def look(self, page: Page) -> None:
        """No finding of axe, and nothing that scrolls sideways; axe itself is a script, so only with scripts."""
        if self.scripts:
            found = Axe().run(page).response["violations"]
            assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
            assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@pytest.fixture(
    params=[("zh-CN", True), ("en-US", True), ("zh-CN", False)], ids=["zh", "en", "zh-without-scripts"]
)
def stage(request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer) -> Stage:
    return Stage(browser, live_server, language=request.param[0], scripts=request.param[1])


def send(page: Page, move: str, **fields: str) -> None:
    """Fill in the form of a move on the case page and send it."""
    form = page.locator(f"#move-{move}")
    if form.get_attribute("open") is None:
        form.locator("summary").first.click()
    for name, value in fields.items():
        control = form.locator(f"[name={name}]")
        if control.evaluate("element => element.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value)
    form.locator("button[type=submit]").click()
    page.wait_for_load_state()


def tell_of_a_hum(stage: Stage, street: Street) -> tuple[Page, str, str]:
    """The resident reports from the phone; her page, the code that she was shown, and the number of the case."""
    resident = stage.page(PHONE)
    stage.open(resident, "/")
    stage.open(resident, "/report/")
    resident.fill("[name=text]", "家中长期被噪音困扰，不知是何原因")
    resident.select_option("[name=area]", street.areas["grid"].code)
    resident.fill("[name=phone]", "13800000002")
    resident.locator("main form button[type=submit]").last.click()
    resident.wait_for_url("**/report/received/")
    stage.look(resident)
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{5}", resident.content())
    assert code is not None
    with everywhere(EverywhereReason.VERIFICATION):
        return resident, code.group(0), Case.objects.get().number


def find_the_fan(stage: Stage, street: Street, number: str) -> None:
    """The grid worker signs, visits upstairs and the shop, and gets the fan taken down."""
    worker = stage.page(PHONE, street.users["grid_worker"])
    stage.open(worker, "/my/")
    stage.open(worker, f"/desk/cases/{number}/")
    send(worker, "sign")
    send(worker, "contact", way="phone", note="约好下午上门")
    send(worker, "visit", place="upstairs", finding="楼上没有电器在运行")
    send(worker, "visit", place="shop", finding="老式吊扇2档时嗡嗡作响")
    send(
        worker,
        "find_cause",
        root_cause="吊扇老化",
        party=str(street.parties["shop"].pk),
        party_summary="店内吊扇2档时有嗡嗡声",
    )
    send(worker, "mediate", with_whom="店主", account="劝导停用", result="agreed", agreed="拆除吊扇")
    send(worker, "resolve", outcome="explained", answer="吊扇已经拆除，改用落地扇。")
    stage.look(worker)


def test_the_hum_is_found_and_the_resident_is_satisfied(stage: Stage, street: Street) -> None:
    resident, code, number = tell_of_a_hum(stage, street)

    officer = stage.page(DESK, street.users["officer"])
    stage.open(officer, "/desk/")
    stage.open(officer, f"/desk/cases/{number}/")
    send(officer, "accept", category="0103")
    send(officer, "dispatch", handler=f"post-{street.posts['grid_worker'].pk}")
    stage.look(officer)

    find_the_fan(stage, street, number)

    merchant = stage.page(PHONE, street.users["shopkeeper"])
    stage.open(merchant, f"/my/concerns/{number}/")
    assert "13800000002" not in merchant.content()
    assert "不知是何原因" not in merchant.content()

    stage.open(resident, f"/track/{code}/")
    resident.check("[name=solved][value=yes]")
    resident.check("[name=satisfaction][value=satisfied]")
    resident.locator("form[action$='/confirm/'] button[type=submit]").click()
    resident.wait_for_load_state()
    stage.look(resident)

    with everywhere(EverywhereReason.VERIFICATION):
        case = Case.objects.get()
        assert (case.state, case.solved, case.satisfaction) == ("closed", "yes", "satisfied")
        assert first_break(case, case.events.all()) is None
        assert case.visits.count() == 2
