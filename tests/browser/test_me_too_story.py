"""A resident with a phone and no JavaScript meets a report like theirs, says "me too", follows it, takes it back."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from shangju.cases.models import Endorsement
from shangju.cases.tests.stories import raised
from shangju.core.scoping import EverywhereReason, everywhere
from tests.street import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"width": 390, "height": 844}


def judged(page: Page) -> None:
    """No finding of axe, and nothing wider than the phone."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_me_too_by_keyboard_and_thumb(browser: Browser, live_server: LiveServer, street: Street) -> None:
    cache.clear()
    raised(street, now=timezone.now() - timedelta(days=1))
    plain = browser.new_context(viewport=PHONE, java_script_enabled=False, locale="en")  # type: ignore[arg-type]
    seeing = browser.new_context(viewport=PHONE, locale="zh-hans", reduced_motion="reduce")  # type: ignore[arg-type]
    for context in (plain, seeing):
        page = context.new_page()
        page.goto(f"{live_server.url}/report/")
        page.fill("textarea[name=text]", "屋里嗡嗡的噪音困扰很久")
        page.select_option("select[name=area]", "A1G1")
        page.fill("input[name=address]", "东里1幢3单元")
        page.locator(".actions--send button").click()
        page.wait_for_selector("button[name=case]")
        if context is seeing:
            judged(page)
        page.locator("button[name=case]").click()
        assert page.url.endswith("/report/me-too/received/")
        if context is seeing:
            judged(page)
        page.locator("a.button--primary").click()
        if context is seeing:
            judged(page)
        page.locator("main details.fold > summary").click()
        page.locator("button.button--danger").click()
        page.wait_for_load_state()
    with everywhere(EverywhereReason.VERIFICATION):
        rows = list(Endorsement.objects.order_by("pk"))
    assert [(row.withdrawn_at is None, row.words) for row in rows] == [(False, ""), (False, "")]
    assert rows[0].tracking_print != rows[1].tracking_print
