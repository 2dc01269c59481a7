"""Papers and texts that leave the screen: printed without the frame around them, copied by one press."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from shangju.cases.models import SupervisionOrder
from shangju.cases.tests.stories import case_in, go
from shangju.cases.workflow import MoveName, State
from shangju.core.scoping import EverywhereReason, everywhere
from tests.browser.signing_in import session_cookie
from tests.street import Street
from tests.supervised import task_force_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OUTSIDE = """() => [...document.querySelectorAll("main h1, main p, main a, main button, nav, aside, header")]
  .filter(one => one.checkVisibility() && !one.closest(".official")).map(one => one.outerHTML.slice(0, 120))"""

HELD_TOGETHER = """() => [...document.querySelectorAll(".card")]
  .filter(one => getComputedStyle(one).breakInside !== "auto").map(one => one.textContent.trim().slice(0, 30))"""


@pytest.fixture
def now() -> datetime:
    """The live server answers with the clock of the machine."""
    return timezone.now()


@pytest.fixture
def page(browser: Browser, live_server: LiveServer, street: Street) -> Iterator[Page]:
    """The leader's browser, which may read what was copied."""
    cache.clear()
    context: Any = browser.new_context(
        base_url=live_server.url, permissions=["clipboard-read", "clipboard-write"]
    )
    context.add_cookies([session_cookie(street.users["leader"], live_server.url)])
    yield context.new_page()
    context.close()


def test_a_paper_is_printed_alone_and_a_long_list_begins_on_the_first_page(
    page: Page, street: Street, now: datetime
) -> None:
    case = go(case_in(State.IN_PROGRESS, street, now=now), MoveName.SUPERVISE, "leader", street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        order = SupervisionOrder.objects.get(case=case)
    page.goto(f"/desk/cases/{case.number}/orders/{order.pk}/")
    expect(page.locator("h1")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.locator(".official")).to_be_visible()
    assert page.evaluate(OUTSIDE) == []
    page.goto(f"/desk/cases/{case.number}/")
    assert page.evaluate(HELD_TOGETHER) == []


def test_a_text_is_copied_by_one_press(page: Page, street: Street, now: datetime) -> None:
    member = task_force_of(street, now=now)
    page.goto(f"/supervision/task-forces/{member.task_force_id}/brief/")
    part = page.locator("[data-copy-text]")
    part.get_by_role("button").click()
    expect(part.get_by_role("status")).not_to_be_empty()
    assert page.evaluate("navigator.clipboard.readText()") == part.locator("textarea").input_value()
