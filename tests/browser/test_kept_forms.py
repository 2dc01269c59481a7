"""Forms that a device keeps: drafts after a closed browser, a queue that sends itself, and never a case twice."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from playwright.sync_api import Browser, Page, Route, expect
from pytest_django.live_server_helper import LiveServer

from shangju.cases.models import Case
from shangju.photos.tests.pictures import encoded, picture
from tests.browser.device import WORDS, Device, at_visit, stored
from tests.street import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


PHOTO: Any = {"name": "stairs.jpg", "mimeType": "image/jpeg", "buffer": encoded(picture())}
WAITING, RECEIPTS, DRAFTS = "[data-kept-waiting]", "[data-kept-receipts]", "[data-kept-drafts]"


@pytest.fixture(autouse=True)
def _fresh_limits() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def device(browser: Browser, live_server: LiveServer, street: Street) -> Device:
    return Device(browser, live_server)


def write(page: Page, street: Street) -> None:
    """A report as a resident writes it."""
    page.fill("[name=text]", WORDS)
    page.select_option("[name=area]", street.areas["grid"].code)


def send(page: Page) -> None:
    page.locator("form[data-kept-form] .actions--send button").click()


def kept(page: Page, store: str) -> list[dict[str, Any]]:
    """What the device holds, read past our own code."""
    rows: list[dict[str, Any]] = page.evaluate(
        """async name => {
          if (!(await indexedDB.databases()).some(one => one.name === "shangju")) return [];
          return new Promise(done => { const open = indexedDB.open("shangju"); open.onsuccess = () => {
            const all = open.result.transaction(name).objectStore(name).getAll();
            all.onsuccess = () => { open.result.close(); done(all.result); }; }; }); }""",
        store,
    )
    return rows


def wait_until_kept(page: Page, count: int, store: str = "drafts") -> None:
    for _turn in range(100):
        if len(kept(page, store)) == count:
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"{store}: {kept(page, store)}")


def test_a_draft_is_offered_again_and_gone_once_sent(device: Device, street: Street) -> None:
    page = device.open()
    page.fill("[name=phone]", "13800000002")
    write(page, street)
    page.set_input_files("input[type=file]", PHOTO)
    wait_until_kept(page, 1)
    draft = kept(page, "drafts")[0]
    assert len(draft["photos"]) == 1
    assert "13800000002" not in str(draft), "who reports is kept in no draft"
    page.close()

    again = device.open()
    expect(again.locator(DRAFTS)).to_contain_text(WORDS)
    assert again.input_value("[name=text]") == ""
    again.click("[data-go-on]")
    assert again.input_value("[name=text]") == WORDS
    assert again.input_value("[name=area]") == street.areas["grid"].code
    send(again)
    again.wait_for_url("**/report/received/")
    assert [(case.text, case.photos.count()) for case in stored()] == [(WORDS, 1)]
    assert kept(again, "drafts") == kept(again, "waiting") == []
    expect(device.open().locator(DRAFTS)).to_be_hidden()


def test_a_draft_is_thrown_away_when_asked_to(device: Device, street: Street) -> None:
    page = device.open()
    write(page, street)
    wait_until_kept(page, 1)
    page.close()
    again = device.open()
    again.click("[data-throw]")
    wait_until_kept(again, 0)
    expect(again.locator(DRAFTS)).to_be_hidden()


def test_without_network_it_waits_and_then_sends_itself_once(device: Device, street: Street) -> None:
    page = device.open()
    write(page, street)
    page.set_input_files("input[type=file]", PHOTO)
    wait_until_kept(page, 1)
    device.context.set_offline(True)
    send(page)
    expect(page.locator(f"{WAITING} [data-count]")).to_have_text("1")
    assert page.input_value("[name=text]") == ""
    assert stored() == []
    device.context.set_offline(False)
    expect(page.locator(RECEIPTS)).to_be_visible()
    [case] = stored()
    assert (case.text, case.photos.count()) == (WORDS, 1)
    assert page.locator("[data-number]").inner_text() == case.number
    assert kept(page, "waiting") == []
    # The receipt stays until somebody has seen it.
    page.close()
    again = device.open()
    expect(again.locator(RECEIPTS)).to_contain_text(case.number)
    again.click("[data-seen]")
    wait_until_kept(again, 0, "receipts")


def test_several_wait_and_each_is_stored_once(device: Device, street: Street) -> None:
    page = device.open()
    write(page, street)
    wait_until_kept(page, 1)
    device.context.set_offline(True)
    send(page)
    expect(page.locator(f"{WAITING} [data-count]")).to_have_text("1")
    write(page, street)
    send(page)
    expect(page.locator(f"{WAITING} [data-count]")).to_have_text("2")
    device.context.set_offline(False)
    expect(page.locator(f"{RECEIPTS} li")).to_have_count(2)
    assert len({case.number for case in stored()}) == 2


def break_off(route: Route) -> None:
    """The server has stored it; the answer never arrives."""
    route.fetch()
    route.abort("connectionreset")


def fail(route: Route) -> None:
    route.fulfill(status=503, body="")


@pytest.mark.parametrize(("fault", "stored_meanwhile"), [(break_off, 1), (fail, 0)])
def test_a_fault_on_the_way_makes_no_second_case(
    device: Device, street: Street, fault: Any, stored_meanwhile: int
) -> None:
    page = device.open()
    write(page, street)
    page.set_input_files("input[type=file]", PHOTO)

    def only_posts(route: Route) -> None:
        if route.request.method == "POST":
            fault(route)
        else:
            route.continue_()

    page.route("**/report/", only_posts)
    send(page)
    expect(page.locator(WAITING)).to_be_visible()
    assert len(stored()) == stored_meanwhile
    page.unroute("**/report/")
    page.click("[data-kept-send]")
    expect(page.locator(RECEIPTS)).to_be_visible()
    [case] = stored()
    assert case.photos.count() == 1
    assert page.locator("[data-number]").inner_text() == case.number


def test_a_refusal_comes_back_with_everything_kept(device: Device, street: Street) -> None:
    page = device.open()
    write(page, street)
    page.fill("[name=phone]", "12")
    wait_until_kept(page, 1)
    device.context.set_offline(True)
    send(page)
    expect(page.locator(WAITING)).to_be_visible()
    device.context.set_offline(False)
    expect(page.locator("[data-kept-refused]")).to_contain_text("This does not look like a phone number")
    page.click("[data-open]")
    expect(page.locator("[name=text]")).to_have_value(WORDS)
    assert page.input_value("[name=phone]") == "12"
    page.fill("[name=phone]", "13800000002")
    send(page)
    page.wait_for_url("**/report/received/")
    assert len(stored()) == 1


def test_with_network_a_refusal_is_the_pages_own(device: Device, street: Street) -> None:
    page = device.open()
    write(page, street)
    page.fill("[name=phone]", "12")
    send(page)
    expect(page.locator("[data-error-summary]")).to_be_visible()
    assert page.input_value("[name=text]") == WORDS
    assert kept(page, "waiting") == []


def test_the_shell_opens_without_network_and_holds_nobodys_data(
    browser: Browser, live_server: LiveServer, street: Street
) -> None:
    device = Device(browser, live_server, workers=True)
    device.sign_in(street.users["resident"])
    page = device.open()
    page.focus("[name=text]")
    page.evaluate("navigator.serviceWorker.ready")
    page.goto(f"{live_server.url}/my/")
    page.goto(f"{live_server.url}/report/")
    cached = page.evaluate(
        """async () => { const names = await caches.keys(); const all = [];
          for (const name of names) all.push(...await (await caches.open(name)).keys());
          return all.map(one => new URL(one.url).pathname); }"""
    )
    assert {path for path in cached if not path.startswith("/static/")} == {"/report/offline/"}
    shell = page.evaluate("async () => (await caches.match('/report/offline/')).text()")
    assert "csrfmiddlewaretoken" not in shell
    assert str(street.users["resident"]) not in shell
    assert 'data-kept-owner=""' in shell
    device.context.set_offline(True)
    page.goto(f"{live_server.url}/report/")
    expect(page.locator("form[data-kept-shell]")).to_be_visible()
    write(page, street)
    send(page)
    expect(page.locator(f"{WAITING} [data-count]")).to_have_text("1")
    device.context.set_offline(False)
    expect(page.locator(RECEIPTS)).to_be_visible()
    assert [case.text for case in stored()] == [WORDS]


VISIT = "/desk/visit/"


def test_a_visit_without_network_is_entered_once_under_the_workers_name(
    browser: Browser, live_server: LiveServer, street: Street
) -> None:
    device = at_visit(browser, live_server, street.users["grid_worker"], workers=True)
    page = device.open(VISIT)
    page.evaluate("navigator.serviceWorker.ready")
    wait_until_kept(page, 2, "facts")
    device.context.set_offline(True)
    page.goto(f"{live_server.url}{VISIT}")
    expect(page.locator("form[data-kept-shell]")).to_be_visible()
    shop = f"party-{street.parties['shop'].pk}"
    expect(page.locator(f"[name=spot] option[value={shop}]")).to_have_count(1)
    page.select_option("[name=spot]", shop)
    page.fill("[name=text]", "面馆后厨的排风口正对着住户的窗")
    page.set_input_files("input[type=file]", PHOTO)
    send(page)
    expect(page.locator(f"{WAITING} [data-count]")).to_have_text("1")
    device.context.set_offline(False)
    expect(page.locator(RECEIPTS)).to_be_visible()
    [case] = stored()
    assert (case.channel, case.registered_by_id) == ("grid_visit", street.users["grid_worker"].pk)
    assert (case.place_party_id, case.photos.count()) == (street.parties["shop"].pk, 1)


@pytest.mark.usefixtures("gazetteer")
def test_what_one_user_wrote_is_neither_shown_to_nor_sent_by_the_next(
    browser: Browser, live_server: LiveServer, street: Street
) -> None:
    device = at_visit(browser, live_server, street.users["grid_worker"])
    page = device.open(VISIT)
    page.fill("[name=address]", "东里1幢")
    page.fill("[name=text]", WORDS)
    wait_until_kept(page, 1)
    device.context.set_offline(True)
    send(page)
    expect(page.locator(f"{WAITING} [data-count]")).to_have_text("1")
    device.context.set_offline(False)
    page.wait_for_timeout(0)
    [first] = wait_for_cases(page, 1)
    page.fill("[name=text]", "草稿：垃圾桶满了")
    wait_until_kept(page, 1)
    device.context.set_offline(True)
    page.fill("[name=address]", "东里1幢")
    send(page)
    expect(page.locator(f"{WAITING} [data-count]")).to_have_text("1")
    page.fill("[name=text]", "另一份草稿")
    wait_until_kept(page, 1)
    page.close()
    device.sign_in(street.users["officer"])
    device.context.set_offline(False)
    other = device.open(VISIT)
    wait_until_kept(other, 0)
    expect(other.locator(DRAFTS)).to_be_hidden()
    expect(other.locator(WAITING)).to_be_hidden()
    assert len(kept(other, "waiting")) == 1
    assert stored() == [first]
    device.sign_in(street.users["grid_worker"])
    back = device.open(VISIT)
    wait_until_kept(back, 0, "waiting")
    assert {case.registered_by_id for case in wait_for_cases(back, 2)} == {street.users["grid_worker"].pk}


def wait_for_cases(page: Page, count: int) -> list[Case]:
    for _turn in range(100):
        if len(found := stored()) == count:
            return found
        page.wait_for_timeout(50)
    raise AssertionError(f"{len(stored())} cases")


def test_signing_out_drops_the_drafts(browser: Browser, live_server: LiveServer, street: Street) -> None:
    device = at_visit(browser, live_server, street.users["grid_worker"])
    page = device.open(VISIT)
    page.fill("[name=text]", WORDS)
    wait_until_kept(page, 1)
    page.locator("form[data-sign-out]").first.evaluate("form => form.requestSubmit()")
    page.wait_for_url(f"{live_server.url}/")
    assert kept(page, "drafts") == kept(page, "facts") == []
