"""Every page of the product, looked at in a browser: phone and desk, both languages, light and dark, elder view.

A page without a row in ``PAGES`` fails, so that no page is built that nobody looks at. Each page is loaded once a
language; width, colour scheme and elder view change in place, and axe judges each.
"""

from collections.abc import Callable
from datetime import datetime

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from shangju.accounts.models import User
from shangju.board.models import Publication
from shangju.board.services import propose_publication, publish
from shangju.cases.endorsement import MeToo, endorse
from shangju.cases.models import Case
from shangju.cases.rules import REPORTER
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.imports.tests.giving import imported
from shangju.measures.keeping import keep_figures
from tests.browser.looking import LANGUAGES, Looker
from tests.browser.page_addresses import arguments
from tests.browser.pages import ADDRESSED, NOT_PAGES, PAGES
from tests.permission_objects import draft_of
from tests.street import Street

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_every_page_is_looked_at_or_says_why_not() -> None:
    assert set(ADDRESSED) == set(PAGES) | set(NOT_PAGES)


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
