"""The wall in a browser: nothing overlaps on a wall, a laptop or a phone, it renews itself, and keeps the page's policy."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from shangju.areas.models import Area
from shangju.cases.tests.stories import case_in, raised
from shangju.cases.workflow import State
from shangju.cockpit.services import count_days
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.keeping import keep_figures
from tests.browser.signing_in import language_cookie, session_cookie
from tests.street import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WALLS = ({"width": 1920, "height": 1080}, {"width": 1366, "height": 768})
PHONE = {"width": 390, "height": 844}
CHARTS = 3

OVERLAPS = """() => {
  const boxes = [...document.querySelectorAll(".panel, .rate, .wall__ways, .wall__title, .wall__time")]
    .map(one => [one.className, one.getBoundingClientRect()]);
  const meet = (one, other) => one.left < other.right - 1 && other.left < one.right - 1
    && one.top < other.bottom - 1 && other.top < one.bottom - 1;
  return boxes.flatMap(([name, box], at) => boxes.slice(at + 1)
    .filter(([_name, other]) => meet(box, other)).map(([other]) => `${name} and ${other}`));
}"""

CUT_OFF = """() => [...document.querySelectorAll(".panel > *, .panel li, .panel td, .panel th")]
  .filter(one => !one.closest(".chart__rows"))
  .filter(one => { const panel = one.closest(".panel").getBoundingClientRect(), box = one.getBoundingClientRect();
    return box.bottom > panel.bottom + 1 || box.right > panel.right + 1; })
  .map(one => one.className || one.textContent.trim().slice(0, 30))"""

WATCH = """() => { window.violations = [];
  document.addEventListener("securitypolicyviolation", event => window.violations.push(event.violatedDirective)); }"""


def outlined(area: Area, west: float) -> None:
    corners = [[west, 32.2], [west + 0.01, 32.2], [west + 0.01, 32.21], [west, 32.21], [west, 32.2]]
    with everywhere(EverywhereReason.VERIFICATION):
        Area.objects.filter(pk=area.pk).update(outline={"type": "Polygon", "coordinates": [corners]})


@pytest.fixture
def wall(browser: Browser, live_server: LiveServer, street: Street) -> Iterator[Page]:
    """The leader's wall of a street where something happened, with a clock that the test moves."""
    cache.clear()
    now = timezone.now()
    outlined(street.areas["first"], 119.44)
    outlined(street.areas["second"], 119.45)
    for state in (State.REGISTERED, State.IN_PROGRESS, State.CLOSED):
        case_in(state, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        keep_figures(now)
        count_days(now=now)
    context: Any = browser.new_context(viewport=WALLS[0], locale="en", reduced_motion="reduce")  # type: ignore[arg-type]
    url = live_server.url
    context.add_cookies([session_cookie(street.users["leader"], url), language_cookie("en", url)])
    context.add_init_script(f"({WATCH})()")
    page = context.new_page()
    page.clock.install()
    page.goto(f"{live_server.url}/cockpit/{street.areas['subdistrict'].code}/")
    expect(page.locator("canvas")).to_have_count(CHARTS)
    yield page
    context.close()


def fit(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)  # type: ignore[arg-type]
    page.clock.run_for(1000)
    assert page.evaluate(OVERLAPS) == [], size
    assert page.evaluate(CUT_OFF) == [], size
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, size


def test_nothing_overlaps_and_a_wall_does_not_scroll(wall: Page) -> None:
    for size in WALLS:
        fit(wall, size)
        assert wall.evaluate("document.documentElement.scrollHeight - innerHeight") <= 0, size
    fit(wall, PHONE)
    found = Axe().run(wall).response["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert wall.evaluate("violations") == []


def test_it_renews_itself_and_says_when_the_connection_is_lost(wall: Page, street: Street) -> None:
    everything = wall.locator(".panel--map .panel__source")
    expect(everything).to_have_text("2 open · 0 overdue")
    raised(street, now=timezone.now(), area="other_grid")
    wall.clock.run_for(31_000)
    expect(everything).to_have_text("3 open · 0 overdue")
    expect(wall.locator("canvas")).to_have_count(CHARTS)
    wall.context.set_offline(True)
    wall.clock.run_for(31_000)
    expect(wall.locator("[data-said]")).to_contain_text("Connection lost")
    expect(everything).to_have_text("3 open · 0 overdue")
    wall.context.set_offline(False)
    wall.clock.run_for(31_000)
    expect(wall.locator("[data-said]")).not_to_contain_text("Connection lost")
    assert wall.evaluate("violations") == []


def test_a_chart_leads_where_its_table_leads(wall: Page) -> None:
    links, switch = wall.locator(".chart--heat tbody a"), wall.locator("[data-switch=heat]")
    assert links.first.get_attribute("tabindex") == "-1", "the keyboard passes by what the chart hides"
    switch.click()
    expect(links.first).to_be_visible()
    before = wall.locator("[data-wall] > *").first.element_handle()
    wall.clock.run_for(31_000)
    before.wait_for_element_state("hidden")  # taken out, with all of the old wall
    expect(switch).to_have_attribute("aria-pressed", "true")
    expect(wall.locator(".chart--heat canvas")).to_have_count(0)
    switch.click()
    expect(wall.locator("canvas")).to_have_count(CHARTS)
    wall.mouse.click(*newest_point(wall))
    expect(wall.get_by_role("heading", level=1)).to_contain_text("Received")
    expect(wall.locator("main tbody tr")).to_have_count(3)
    assert wall.evaluate("violations") == []


def newest_point(page: Page) -> tuple[float, float]:
    """Where the line of what was received ends, at the top right, as nearly as a finger finds it."""
    box = page.locator(".chart--lines .chart__picture").bounding_box()
    assert box is not None
    return box["x"] + box["width"] - 12, box["y"] + 44


def test_a_community_is_a_touch_away(wall: Page, street: Street) -> None:
    wall.get_by_role("link", name="East: 2 open, 0 overdue").focus()
    wall.keyboard.press("Enter")
    expect(wall.get_by_role("heading", level=1)).to_contain_text("East")
    wall.get_by_role("link", name=str(street.areas["subdistrict"])).click()
    expect(wall.locator("canvas")).to_have_count(CHARTS)


def test_without_scripts_every_figure_is_in_a_table(wall: Page, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, storage_state=wall.context.storage_state())
    page = context.new_page()
    page.goto(wall.url)
    for table in page.locator(".chart__table").all():
        expect(table).to_be_visible()
    assert page.locator(".chart__table").count() >= CHARTS - 1
    context.close()
