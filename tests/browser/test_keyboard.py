"""Cases entered by keyboard alone."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from shangju.cases.models import Case
from shangju.core.scoping import EverywhereReason, everywhere
from tests.browser.device import WORDS, at_visit, stored
from tests.street import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


class Keyboard:
    """Presses keys and counts them; the mouse is never touched."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def press(self, key: str, times: int = 1) -> None:
        for _time in range(times):
            self.page.keyboard.press(key)
        self.presses += times

    def type(self, words: str) -> None:
        self.page.keyboard.type(words)

    def at(self) -> str:
        name: str = self.page.evaluate(
            "document.activeElement.name || document.activeElement.dataset.name || ''"
        )
        return name


@pytest.mark.usefixtures("gazetteer")
def test_a_call_is_entered_by_keyboard_alone(
    browser: Browser, live_server: LiveServer, street: Street
) -> None:
    page = at_visit(browser, live_server, street.users["duty_desk"]).open("/desk/new/")
    keys = Keyboard(page)
    assert keys.at() == "phone", "the first key already says who calls"
    keys.type("13900001111")
    expect(page.locator("[data-look-up=phone]")).to_contain_text("Nothing was reported from this phone")
    keys.press("Tab")
    assert keys.at() == "text"
    keys.type(WORDS)
    keys.press("Tab")
    assert keys.at() == "address"
    keys.type("东里1幢")
    keys.press("Enter")
    page.wait_for_url("**/desk/new/received/")
    assert keys.presses == 3
    [first] = stored()
    assert (first.text, first.channel) == (WORDS, "phone")

    # Enter again opens the next one: the same caller, and the words go to the case that is open.
    page.goto(f"{live_server.url}/desk/new/")
    keys = Keyboard(page)
    keys.type("13900001111")
    keys.press("Tab")
    keys.type("现在连门口的灯也不亮了")
    expect(page.locator("[name=add_to]")).to_have_count(1)
    for _time in range(12):
        keys.press("Tab")
        if keys.at() == "add_to":
            break
    keys.press("Enter")
    page.wait_for_url(f"**/desk/cases/{first.number}/")
    assert keys.presses <= 10
    [case] = stored()
    with everywhere(EverywhereReason.VERIFICATION):
        row = case.events.last()
    assert (row.kind, row.role, row.by_id) == ("add_words", "reporter", street.users["duty_desk"].pk)
    assert row.note == "现在连门口的灯也不亮了"


def test_control_and_enter_send_from_the_text(
    browser: Browser, live_server: LiveServer, street: Street
) -> None:
    page = at_visit(browser, live_server, street.users["grid_worker"]).open("/desk/new/")
    keys = Keyboard(page)
    keys.press("Tab")
    keys.type(WORDS)
    keys.press("Control+Enter")
    page.wait_for_url("**/desk/new/received/")
    assert [(case.area.code, case.channel) for case in stored_with_area()] == [("A1G1", "grid_visit")]


def stored_with_area() -> list[Case]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(Case.objects.select_related("area"))
