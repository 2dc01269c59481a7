"""Every page of the product, looked at in a browser: phone and desk, both languages, light and dark, elder view.

A page without a row in ``PAGES`` fails, so that no page is built that nobody looks at. Each page is loaded once a
language; width, colour scheme and elder view change in place, and axe judges each.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.board.models import Publication
from shangju.board.services import propose_publication, publish
from shangju.bulletins.models import Bulletin
from shangju.cases.codes import format_code
from shangju.cases.endorsement import MeToo, endorse
from shangju.cases.models import Case, Mediation
from shangju.cases.rules import REPORTER
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.gateways.models import MessageTemplate
from shangju.gateways.services import seed_templates
from shangju.imports.models import ImportRun
from shangju.imports.tests.giving import imported
from shangju.knowledge.models import Article
from shangju.ledgers.tests.reading import taken_out
from shangju.measures.keeping import keep_figures
from shangju.notices.seeds import DELIVERED
from shangju.posts.models import Stake
from shangju.posts.stakes import declare_stake
from shangju.privacy.models import DataRequest
from shangju.privacy.requests import Asking, ask_about_case
from shangju.privacy.services import prepare_run
from shangju.supervision.models import Card, TaskForce
from shangju.topics.models import Topic
from shangju.webhooks.models import Delivery, Subscription
from shangju.webhooks.signing import new_secret
from tests.permission_requests import article_of, draft_of, papers_of, topic_of
from tests.street import Street
from tests.supervised import card_of, task_force_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
LANGUAGES = {"zh-hans": "zh-Hans", "en": "en"}
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


@dataclass(frozen=True, slots=True)
class Row:
    """Who looks at a page, and what is asked for; ``status`` is what a person gets there."""

    who: str = ""
    query: str = ""
    status: int = 200


EVERYBODY, RESIDENT, SHOP = Row(), Row("resident"), Row("shopkeeper")
OFFICER, LEADER, DUTY_DESK = Row("officer"), Row("leader"), Row("duty_desk")
SYSTEM, SECURITY, AUDIT = (
    Row("system_administrator"),
    Row("security_administrator"),
    Row("audit_administrator"),
)

PAGES: dict[str, Row] = {
    "public:home": EVERYBODY,
    "public:report": EVERYBODY,
    "public:report_shell": EVERYBODY,
    "public:place": EVERYBODY,
    "public:member_place": EVERYBODY,
    "public:endorsement": EVERYBODY,
    "public:board": EVERYBODY,
    "public:figures": EVERYBODY,
    "public:track": EVERYBODY,
    "public:case": EVERYBODY,
    "public:privacy": EVERYBODY,
    "public:help": EVERYBODY,
    "public:help_article": EVERYBODY,
    "public:privacy_version": EVERYBODY,
    "account_login": EVERYBODY,
    "account_request_login_code": EVERYBODY,
    "account_logout": RESIDENT,
    "account_change_password": RESIDENT,
    "account_reauthenticate": RESIDENT,
    "mfa_index": RESIDENT,
    "mfa_activate_totp": RESIDENT,
    "mfa_deactivate_totp": Row("grid_secretary"),
    "mfa_view_recovery_codes": Row("grid_secretary"),
    "mfa_generate_recovery_codes": Row("grid_secretary"),
    "accounts:profile": RESIDENT,
    "accounts:locks": SECURITY,
    "my:home": Row("grid_worker"),
    "my:notices": Row("grid_worker"),
    "my:notice_settings": Row("grid_worker"),
    "my:today": Row("leader"),
    "my:reports": RESIDENT,
    "my:stakes": Row("grid_worker"),
    "my:concerns": SHOP,
    "my:concern": SHOP,
    "desk:worklist": OFFICER,
    "desk:enter": OFFICER,
    "desk:visit": Row("grid_worker"),
    "desk:visit_shell": EVERYBODY,
    "desk:approvals": OFFICER,
    "desk:call_backs": OFFICER,
    "desk:case": OFFICER,
    "imports:list": DUTY_DESK,
    "imports:give": DUTY_DESK,
    "imports:run": DUTY_DESK,
    "desk:board": Row("secretary"),
    "desk:place_codes": Row("officer", "?area=A1G1&size=a4&buildings=on&shops=on"),
    "supervision:list": LEADER,
    "ledgers:list": OFFICER,
    "ledgers:kind": OFFICER,
    "ledgers:view": OFFICER,
    "ledgers:exports": OFFICER,
    "ledgers:row": Row("secretary"),
    "bulletins:list": LEADER,
    "bulletins:new": LEADER,
    "bulletins:bulletin": LEADER,
    "bulletins:edit": LEADER,
    "bulletins:issue": LEADER,
    "bulletins:withdraw": LEADER,
    "bulletins:text": LEADER,
    "knowledge:list": OFFICER,
    "knowledge:article": Row("duty_desk"),
    "knowledge:version": OFFICER,
    "knowledge:write": OFFICER,
    "knowledge:revise": Row("duty_desk"),
    "supervision:reveals": LEADER,
    "supervision:orders": LEADER,
    "supervision:ladder": LEADER,
    "topics:list": OFFICER,
    "topics:gather": Row("officer", "?case={number}"),
    "topics:topic": OFFICER,
    "cockpit:home": LEADER,
    "cockpit:rows": Row("leader", "?figure=received&first={today}&last={today}"),
    "supervision:measures": Row("leader", "?span=this_year&by=category"),
    "supervision:measure-rows": Row("leader", "?span=this_year&measure=closed&part=denominator"),
    "supervision:measure-settings": LEADER,
    "supervision:task_forces": LEADER,
    "supervision:set_up_task_force": LEADER,
    "supervision:task_force": LEADER,
    "supervision:change_task_force": LEADER,
    "supervision:brief": LEADER,
    "supervision:cards": LEADER,
    "supervision:propose_card": LEADER,
    "supervision:card": LEADER,
    "my:cards": SHOP,
    "my:card": SHOP,
    "desk:order": LEADER,
    "desk:coordination": LEADER,
    "desk:mediation": LEADER,
    "administration:home": SYSTEM,
    "administration:areas": SYSTEM,
    "administration:add_area": SYSTEM,
    "administration:area": SYSTEM,
    "administration:rename_area": SYSTEM,
    "administration:move_area": SYSTEM,
    "administration:retire_area": SYSTEM,
    "administration:outline": SYSTEM,
    "administration:add_address": SYSTEM,
    "administration:add_post": SYSTEM,
    "administration:post": SYSTEM,
    "administration:retire_post": SYSTEM,
    "administration:appoint": SYSTEM,
    "administration:end_appointment": SYSTEM,
    "administration:change_wecom": SYSTEM,
    "administration:retention": SECURITY,
    "administration:retention_rule": SECURITY,
    "administration:retention_run": SECURITY,
    "accounts:all_keys": SECURITY,
    "accounts:keys": RESIDENT,
    "accounts:make_key": RESIDENT,
    "desk:data_requests": DUTY_DESK,
    "desk:data_request": DUTY_DESK,
    "my:own_data": RESIDENT,
    "public:own_data": EVERYBODY,
    "administration:templates": SYSTEM,
    "administration:template": SYSTEM,
    "administration:sending": SYSTEM,
    "administration:limits": SYSTEM,
    "administration:sending_times": SYSTEM,
    "administration:outgoing": SYSTEM,
    "administration:people": SYSTEM,
    "administration:add_person": SYSTEM,
    "administration:person": SYSTEM,
    "administration:change_activity": SYSTEM,
    "administration:change_phone": SYSTEM,
    "administration:parties": SYSTEM,
    "administration:admit_party": SYSTEM,
    "administration:party": SYSTEM,
    "administration:change_party": SYSTEM,
    "administration:change_membership": SYSTEM,
    "administration:delegate": SYSTEM,
    "administration:end_delegation": SYSTEM,
    "administration:webhooks": SYSTEM,
    "administration:add_webhook": SYSTEM,
    "administration:webhook": SYSTEM,
    "administration:change_webhook": SYSTEM,
    "administration:remove_webhook": SYSTEM,
    "administration:audit": AUDIT,
    "administration:stakes": SECURITY,
    "administration:add_stake": SECURITY,
    "administration:end_stake": SECURITY,
    "demo:mailbox": EVERYBODY,
    "styleguide:home": EVERYBODY,
}
"""Pages by name, with who looks at each."""

NOT_PAGES = {
    "public:places": "a part of the report's page, sent to its script",
    "public:report_worker": "a script", "desk:service_worker": "a script",
    "kept_form_token": "data for the script of a kept form",
    "desk:earlier": "a part of the entry page, sent to its script",
    "desk:visit_categories": "a part of the page of visits, sent to its script",
    "desk:visited": "shown once after a visit was entered",
    "public:received": "shown once after a report; the founding story looks at it",
    "public:confirm": "takes a form", "public:add_words": "takes a form", "public:withdraw": "takes a form",
    "public:protect": "takes a form",
    "public:photo": "a picture", "public:help_opinion": "takes a form", "knowledge:move": "takes a form",
    "public:me_too": "takes a form", "public:withdraw_endorsement": "takes a form",
    "public:endorsed": "shown once after a “me too”; its own story looks at it",
    "desk:me_too": "takes a form", "desk:propose": "takes a form",
    "desk:check_publication": "takes a form", "desk:withdraw_publication": "takes a form",
    "desk:endorsed": "shown once after a “me too” for a caller",
    "account_confirm_login_code": "shown between two steps of signing in",
    "mfa_authenticate": "shown between two steps of signing in",
    "mfa_reauthenticate": "asks for the same as account_reauthenticate, by the app",
    "mfa_download_recovery_codes": "a file",
    "accounts:unlock": "takes a form",
    "my:read_notices": "takes a form", "my:move": "takes a form",
    "supervision:urge": "takes a form", "topics:move": "takes a form",
    "cockpit:wall": "the page of cockpit:home, of an area that is named",
    "cockpit:figures": "a part of the wall's page, sent to its script",
    "supervision:entrust": "takes a form",
    "supervision:release": "takes a form", "supervision:start_card": "takes a form",
    "supervision:card_step": "takes a form", "supervision:end_task_force": "takes a form",
    "supervision:add_task_force_member": "takes a form",
    "supervision:end_task_force_member": "takes a form",
    "supervision:brief_text": "plain text",
    "ledgers:keep": "takes a form", "ledgers:remove": "takes a form", "ledgers:export": "takes a form",
    "ledgers:decide": "takes a form", "ledgers:take": "takes a form", "ledgers:file": "a file",
    "bulletins:figures": "takes a form", "bulletins:settings": "takes a form", "bulletins:word": "a file",
    "desk:received": "shown once after an entry",
    "desk:move": "takes a form", "desk:reveal": "takes a form", "desk:photo": "a picture",
    "imports:name_columns": "takes a form", "imports:start": "takes a form", "imports:discard": "takes a form",
    "public:figures_table": "a file", "imports:refused": "a file", "imports:answers": "a file",
    "administration:remove_address": "needs an entry of the gazetteer; the same template as retire_area",
    "administration:send_again": "takes a form",
    **dict.fromkeys(
        (
            "accounts:revoke_key", "accounts:revoke_all", "administration:confirm_retention",
            "administration:discard_retention", "administration:prepare_retention", "desk:answer_data_request",
            "my:ask_about_data", "public:ask_about_data", "public:forget_contact", "public:data_request_step",
            "my:data_request_step",
        ),
        "takes a form",
    ),
    "my:export_own_data": "a file", "public:export_own_data": "a file", "public:export_endorsement": "a file",
    "desk:call_back_phone": "takes a form; the page of desk:call_backs",
    "administration:test_webhook": "takes a form",
    "administration:stop_webhook": "takes a form",
    "administration:start_webhook": "takes a form",
    "administration:change_webhook_secret": "takes a form",
    "administration:deliver_again": "takes a form",
    "healthz": "data for machines", "set_view_preference": "takes a form", "set_language": "takes a form",
}  # fmt: skip
"""What answers no person's GET with a page of its own, and why. The programming interface is left out by its prefix."""


def names_of(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, str]]:
    """Name and route of everything that the resolver knows outside the programming interface."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            if not str(pattern.pattern).startswith("api/"):
                inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
                yield from names_of(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", str(pattern.pattern)


ROUTES = dict(names_of(get_resolver()))


def test_every_page_is_looked_at_or_says_why_not() -> None:
    assert set(ROUTES) == set(PAGES) | set(NOT_PAGES)


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
        cookies = {settings.LANGUAGE_COOKIE_NAME: self.language}
        if who:
            client = Client()
            client.force_login(self.street.users[who], backend=BACKEND)
            session = client.session
            session["account_authentication_methods"] = [
                {"method": "password", "at": timezone.now().timestamp(), "reauthenticated": True}
            ]
            session["account_authentication_methods_user"] = str(self.street.users[who].pk)
            session.save()
            cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
        context.add_cookies(
            [{"name": name, "value": value, "url": self.server.url} for name, value in cookies.items()]  # type: ignore[list-item]
        )

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


@pytest.fixture
def now() -> datetime:
    """The live server answers with the clock of the machine."""
    return timezone.now()


@pytest.fixture
def story(street: Street, now: datetime) -> Case:
    """A case in work in the grid worker's grid that concerns the shop."""
    cache.clear()
    resident = street.users["resident"]
    resident.set_password("Lantern-2026")
    resident.save()
    TOTP.activate(street.users["grid_secretary"], "JBSWY3DPEHPK3PXP")
    _recovery_codes(street.users["grid_secretary"])
    imported(street, now=now)
    case = case_in(State.IN_PROGRESS, street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        Case.objects.filter(pk=case.pk).update(concerned_party=street.parties["shop"])
        publish(proposed_result(street, now), by=street.staff("secretary"), now=now)
        proposed_result(street, now)
        draft_of(street, now=now)
        endorse(case, MeToo("key", "device", words="我家也听得到"), by=REPORTER, now=now)
        keep_figures(now)
        return Case.objects.get(pk=case.pk)


def proposed_result(street: Street, now: datetime) -> Publication:
    """A result that the officer proposes for the board."""
    ended = case_in(State.CLOSED, street, now=now)
    return propose_publication(ended, result="噪声源已拆除，夜间安静。", by=street.staff("officer"), now=now)


def _recovery_codes(user: User) -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes  # noqa: PLC0415 - needs the apps loaded

    RecoveryCodes.activate(user)


def _template() -> MessageTemplate:
    """A message's words; the page of all messages lists them."""
    seed_templates(DELIVERED, now=timezone.now())
    return MessageTemplate.objects.filter(is_active=True)[0]


def _of_privacy(case: Case) -> dict[str, Any]:
    """A request about one's own data, and what a run of the retention found."""
    asking = Asking("correction", words="姓名写错了")
    with everywhere(EverywhereReason.VERIFICATION):
        asked = DataRequest.objects.first() or ask_about_case(case, asking, by=REPORTER, now=timezone.now())
        return {"data_request": asked, "retention_run": prepare_run(by=COMMAND_LINE, now=timezone.now())}


def _papers(case: Case) -> dict[str, Any]:
    """An order, a note of coordination and a record of mediation."""
    with everywhere(EverywhereReason.VERIFICATION):
        if not case.supervisionorders.exists():
            papers_of(case, now=timezone.now())
            Mediation.objects.create(
                case=case, event=case.events.latest("sequence"), with_whom="店主", account="请夜间停用风扇",
                result="agreed", agreed="二十二时后不开风扇", mediated_at=timezone.now(),
            )  # fmt: skip
        return {
            "order": case.supervisionorders.get(),
            "coordination": case.coordinations.get(),
            "mediation": case.mediations.get(),
        }


def _supervised(street: Street, case: Case) -> dict[str, Any]:
    """A task force, and a card for the shop."""
    now = timezone.now()
    with everywhere(EverywhereReason.VERIFICATION):
        force = TaskForce.objects.first() or task_force_of(street, now=now).task_force
        other = Case.objects.exclude(pk=case.pk).order_by("pk")[:1] or [
            case_in(State.ACCEPTED, street, now=now)
        ]
        card = Card.objects.first() or card_of(street, [case, other[0]], now=now)
    forces = ("task_force", "change_task_force", "brief")
    return {"card": card, **dict.fromkeys(forces, force)}


def _stake(street: Street) -> Stake:
    """What somebody declared about themselves."""
    worker = street.users["other_worker"]
    with everywhere(EverywhereReason.VERIFICATION):
        return declare_stake(
            worker,
            party=street.parties["other_shop"],
            reason="family",
            by=worker,
            now=timezone.now(),
        )


def _webhook(street: Street) -> Subscription:
    """A webhook with a call that was taken."""
    now, owner = timezone.now(), street.users["system_administrator"]
    marks = {"owner": owner, "secret": new_secret(), "seen_at": now, "created_at": now}
    with everywhere(EverywhereReason.VERIFICATION):
        known = {"name": "数据平台", "area": street.areas["first"], "address": "https://example.cn/hook"}
        made, _new = Subscription.objects.get_or_create(**known, defaults=marks)
        taken = {"state": "delivered", "kind": "ping", "due_at": now, "created_at": now, "delivered_at": now}
        Delivery.objects.get_or_create(key="ping-1", subscription=made, defaults=taken)
    return made


def arguments(name: str, street: Street, case: Case) -> dict[str, Any]:
    """What the address of a page needs."""
    with everywhere(EverywhereReason.VERIFICATION):
        appointment = street.posts["grid_worker"].appointments.get()
        delegation = street.parties["shop"].delegations.first()
        table = ImportRun.objects.first()
    person = street.users["resident"]
    subjects = {
        "end_appointment": appointment, "post": street.posts["grid_worker"], "retire_post": street.posts["unit"],
        "appoint": street.posts["unit"], "person": person, "change_activity": person, "change_phone": person,
        "sending_times": street.areas["subdistrict"],
        "end_delegation": delegation, "change_wecom": person, "template": _template(), "run": table,
        **dict.fromkeys(("webhook", "change_webhook", "remove_webhook"), _webhook(street)),
        **dict.fromkeys(("party", "change_party", "change_membership", "delegate"), street.parties["shop"]),
    }  # fmt: skip
    if name in {"desk:data_request", "administration:retention_run"}:
        subjects |= _of_privacy(case)
    if name in {"desk:order", "desk:coordination", "desk:mediation"}:
        subjects |= _papers(case)
    if name.startswith("supervision:") or name == "my:card":
        subjects |= _supervised(street, case)
    if name == "administration:end_stake":
        subjects["end_stake"] = _stake(street)
    if name.startswith("bulletins:"):
        with everywhere(EverywhereReason.VERIFICATION):
            return {"pk": Bulletin.objects.get().pk} if "pk>" in ROUTES[name] else {}
    subject: Any = subjects.get(name.rpartition(":")[2], street.areas["grid"])
    with everywhere(EverywhereReason.VERIFICATION):
        endorsed = case.endorsements.get()
    code = endorsed.tracking_code if name == "public:endorsement" else case.tracking_code
    known = {
        "number": case.number, "code": format_code(code), "pk": subject.pk,
        "place": street.areas["building"].code, "area": street.areas["subdistrict"].code,
        "member": street.parties["shop"].pk, "version": "2026-06", "kind": "case_contact", "channel": "sms",
    }  # fmt: skip
    if name.startswith("ledgers:"):
        with everywhere(EverywhereReason.VERIFICATION):
            taken = taken_out(street, now=timezone.now())
        known |= {"kind": "case", "pk": taken.get(name.removeprefix("ledgers:"))}
    if name.startswith(("knowledge:", "public:help_")):
        with everywhere(EverywhereReason.VERIFICATION):
            known |= {
                "number": 1,
                "pk": (Article.objects.first() or article_of(street, now=timezone.now())).pk,
            }
    if name == "topics:topic":
        with everywhere(EverywhereReason.VERIFICATION):
            known["pk"] = (Topic.objects.first() or topic_of(case, now=timezone.now())).pk
    return {key: value for key, value in known.items() if f":{key}>" in ROUTES[name]}


@pytest.fixture
def looker(browser: Browser, live_server: LiveServer, street: Street) -> Callable[[str], Looker]:
    return lambda language: Looker(browser, live_server, street, language)


SHARES = 3
"""Into so many tests the pages are parted: one of all would keep one process busy when the other has nothing left."""
IN_TURN = sorted(PAGES.items(), key=lambda page: page[1].who)
"""Those that one person looks at follow each other: a share opens a browser's window for few people."""


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_view(
    language: str, share: int, looker: Callable[[str], Looker], street: Street, story: Case
) -> None:
    seen = looker(language)
    known = {"number": story.number, "today": timezone.localdate().isoformat()}
    for name, row in IN_TURN[len(IN_TURN) * share // SHARES : len(IN_TURN) * (share + 1) // SHARES]:
        path = reverse(name, kwargs=arguments(name, street, story)) + row.query.format(**known)
        seen.open(name, path, row.who, row.status)
    if share == 0:
        seen.open("not found", "/no-such-page/", "", 404)
        seen.open("not allowed", reverse("desk:worklist"), "resident", 403)
    assert seen.faults == [], "\n".join(seen.faults)
