"""One person's look at a page from every side: its words, its width, and what axe says of it."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.signing_in import language_cookie, session_cookie
from tests.street import Street

LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


class Looker:
    """One browser context a person and language; loads each page once and looks at it from every side."""

    def __init__(self, browser: Browser, server: LiveServer, street: Street, language: str) -> None:
        self.browser, self.server, self.street, self.language = browser, server, street, language
        self.axe = Axe()
        self.pages: dict[str, Page] = {}
        self.faults: list[str] = []
        self.at = ""

    def page(self, who: str) -> Page:
        if who not in self.pages:
            # Without motion: a colour that is still fading when it is measured is no finding.
            context = self.browser.new_context(
                viewport=PHONE,  # type: ignore[arg-type]
                locale=self.language,
                reduced_motion="reduce",
            )
            self._set_cookies(context, who)
            context.add_init_script(self.axe.axe_script)  # sent once, not with each page
            page = context.new_page()
            page.on("console", self._hear)
            page.on("pageerror", lambda error: self.faults.append(f"{self.at}: {error}"))
            self.pages[who] = page
        return self.pages[who]

    def _set_cookies(self, context: BrowserContext, who: str) -> None:
        cookies = [language_cookie(self.language, self.server.url)]
        if who:
            user = self.street.users[who]
            methods = [{"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True}]
            told = {
                "account_authentication_methods": methods,
                "account_authentication_methods_user": str(user.pk),
            }
            cookies.append(session_cookie(user, self.server.url, **told))
        context.add_cookies(cookies)  # type: ignore[arg-type]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "status of 4" not in message.text:
            self.faults.append(f"{self.at}: console says {message.text[:200]}")

    def open(self, name: str, path: str, who: str, status: int) -> None:
        page = self.page(who)
        self.at = f"{name} [{self.language}]"
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.emulate_media(color_scheme="light")
        answer = page.goto(f"{self.server.url}{path}", wait_until="load")
        assert answer is not None
        if (
            answer.status != status
            or page.url.partition("?")[0] != f"{self.server.url}{path}".partition("?")[0]
        ):
            self.faults.append(f"{self.at}: {path} answers {answer.status} at {page.url}")
            return
        self.look(page)

    def look(self, page: Page) -> None:
        """Words and structure once; then axe and the width in every view.

        A view that shows what another one has shown, in other sizes or words, is judged by what these can change.
        """
        self._read(page)
        elder = "elder => document.documentElement.toggleAttribute('data-elder', elder)"
        self._judge(page, "phone", WORDS if self.language == "en" else None)
        if self.language == "en":
            page.set_viewport_size(DESK)  # type: ignore[arg-type]
            self._judge(page, "desk", LENGTHS)
            page.emulate_media(color_scheme="dark")
            self._judge(page, "desk, dark", COLOURS)
        else:
            page.emulate_media(color_scheme="dark")
            self._judge(page, "phone, dark", COLOURS)
            page.emulate_media(color_scheme="light")
            page.evaluate(elder, True)
            self._judge(page, "elder", SIZES)
            self._measure(page)
            page.evaluate(elder, False)
            page.set_viewport_size(DESK)  # type: ignore[arg-type]
            self._judge(page, "desk")

    def _read(self, page: Page) -> None:
        facts = page.evaluate(READ)
        if facts["lang"] != LANGUAGES[self.language]:
            self.faults.append(f"{self.at}: lang is {facts['lang']}")
        if facts["headings"] != 1:
            self.faults.append(f"{self.at}: {facts['headings']} headings of the first level")
        if not facts["purpose"]:
            self.faults.append(f"{self.at}: no line says what the page is for")

    def _judge(self, page: Page, view: str, rules: dict[str, Any] | None = None) -> None:
        page.evaluate(SETTLED)
        found = page.evaluate("options => axe.run(options)", QUICKLY | (rules or {}))
        for rule in found["violations"]:
            self.faults.append(f"{self.at}, {view}: {rule['id']}: {rule['nodes'][0]['html'][:160]}")
        over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if over > 0:
            self.faults.append(f"{self.at}, {view}: {over} px too wide")

    def _measure(self, page: Page) -> None:
        for target in page.evaluate(SMALL_TARGETS, 60):
            self.faults.append(f"{self.at}, elder: target too small: {target}")


QUICKLY = {"resultTypes": ["violations"], "preload": False}
"""Only what is wrong is told, and no style sheet is fetched a second time: the rule that wants that is about sound."""


def only(*rules: str) -> dict[str, Any]:
    """These rules of axe's alone."""
    return {"runOnly": {"type": "rule", "values": rules}}


COLOURS = only("color-contrast")
"""What a colour scheme can change; structure was judged in the light."""

BY_LENGTH = ("link-in-text-block", "scrollable-region-focusable")
LENGTHS = only(*BY_LENGTH)
"""What words of another length can change where the colours are judged next, in the dark."""

BY_SIZE = ("color-contrast", *BY_LENGTH)
SIZES = only(*BY_SIZE)
"""What larger signs, and words of another length, can change where the same is shown and hidden."""

NAMED = (
    "aria-command-name", "aria-dialog-name", "aria-input-field-name", "aria-toggle-field-name", "button-name",
    "document-title", "empty-heading", "empty-table-header", "frame-title", "html-has-lang", "html-lang-valid",
    "html-xml-lang-mismatch", "image-alt", "input-button-name", "input-image-alt", "label", "link-name", "select-name",
    "summary-name", "svg-img-alt", "table-duplicate-name", "valid-lang", "label-title-only", "region",
)  # fmt: skip
WORDS = only(*BY_SIZE, *NAMED)
"""What another language can change in a page whose structure was judged in the first: every name must be there, too."""

SETTLED = """() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => Promise.all(document.getAnimations().map(one => one.finished.catch(() => null))))"""
"""Colours of a switched scheme are drawn with the next frame."""

READ = """() => ({
  lang: document.documentElement.lang,
  headings: document.querySelectorAll("h1").length,
  purpose: (document.querySelector(".band__purpose, .desk__purpose, .sign-in__purpose, h1 + p")?.textContent ?? "").trim(),
})"""

SMALL_TARGETS = """least => [...document.querySelectorAll("button, a.button, summary, select, input")]
  .filter(one => one.checkVisibility() && !one.closest(".visually-hidden, [hidden], .check, .choice, pre"))
  .filter(one => !["hidden", "checkbox", "radio", "image"].includes(one.type))
  .filter(one => { const box = one.getBoundingClientRect(); return box.height > 1 && box.height < least - 0.5; })
  .map(one => one.outerHTML.slice(0, 120))"""
