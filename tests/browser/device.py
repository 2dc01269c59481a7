"""A person's own device in the tests: a browser that keeps what it stores, and what is stored in the end."""

from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from shangju.accounts.models import User
from shangju.cases.models import Case
from shangju.core.scoping import EverywhereReason, everywhere
from tests.browser.signing_in import session_cookie

PHONE: Any = {"width": 390, "height": 844}
WORDS = "三楼楼道灯不亮，晚上看不见台阶"


class Device:
    """One browser of one person: what it stores stays when its pages close. Where the test breaks the network by hand
    it runs without service worker, which would hide requests from it."""

    def __init__(self, browser: Browser, server: LiveServer, *, workers: bool = False) -> None:
        self.server = server
        self.context: BrowserContext = browser.new_context(
            viewport=PHONE, locale="en", service_workers="allow" if workers else "block"
        )

    def sign_in(self, user: User) -> None:
        self.context.add_cookies([session_cookie(user, self.server.url)])  # type: ignore[list-item]

    def open(self, path: str = "/report/") -> Page:
        page = self.context.new_page()
        page.goto(f"{self.server.url}{path}")
        return page


def stored() -> list[Case]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(Case.objects.prefetch_related("photos"))


def at_visit(browser: Browser, server: LiveServer, user: User, *, workers: bool = False) -> Device:
    device = Device(browser, server, workers=workers)
    device.sign_in(user)
    return device
