"""S6: what holds for every answer, whoever asks and whatever for; and the page of threats names tests that exist."""

import ast
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from shangju.accounts.models import User
from shangju.cases.models import Case
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.photos.models import Photo, ScanState
from shangju.photos.services import store_photo
from shangju.photos.tests.pictures import encoded, picture, upload
from tests.street import Street
from tools.run_checks import PRODUCTION

pytestmark = pytest.mark.django_db

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
ADDRESSES = {
    "the first page": "/",
    "the resident's form": "/report/",
    "following a concern": "/track/",
    "signing in": "/accounts/login/",
    "a page for staff, not signed in": "/desk/",
    "an address that is none": "/nowhere/",
    "the interface": "/api/v1/concerns/NONE",
    "its description": "/api/v1/openapi.json",
    "health": "/healthz",
    "an address opened in the wrong way": "/preferences/view/",
}
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "http:///evil.example",
    "javascript:alert(1)",
]


def directives(policy: str) -> dict[str, str]:
    return {
        name: value for name, _space, value in (part.strip().partition(" ") for part in policy.split(";"))
    }


@pytest.mark.parametrize("what", ADDRESSES)
def test_every_answer_carries_the_headers(client: Client, what: str) -> None:
    answer = client.get(ADDRESSES[what])
    policy = directives(answer["Content-Security-Policy"])
    assert policy["default-src"] == "'none'"
    assert (policy["script-src"], policy["style-src"], policy["connect-src"]) == ("'self'",) * 3
    assert (policy["frame-ancestors"], policy["base-uri"], policy["form-action"]) == (
        "'none'",
        "'none'",
        "'self'",
    )
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=(self)" in answer["Permissions-Policy"]
    assert "Server" not in answer


def test_pages_have_nothing_that_the_policy_would_stop(client: Client) -> None:
    for address in ("/", "/report/", "/track/", "/accounts/login/"):
        html = client.get(address).content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son[a-z]+=|\sstyle=|<style|javascript:", html), address
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", html), address


@pytest.mark.parametrize("target", ELSEWHERE)
@pytest.mark.parametrize(
    ("address", "extra"),
    [("/preferences/view/", {"theme": "dark"}), ("/preferences/language/", {"language": "en"})],
)
def test_no_form_leads_elsewhere(client: Client, address: str, extra: dict[str, str], target: str) -> None:
    answer = client.post(address, {**extra, "next": target}, headers={"referer": target})
    assert answer.status_code == HTTPStatus.FOUND
    assert answer["Location"].startswith("/")
    assert not answer["Location"].startswith(("//", "/\\"))


@pytest.mark.parametrize("target", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client: Client, target: str) -> None:
    User.objects.create_user("officer-7", password="Right-password-7")
    answer = client.post(
        reverse("account_login"), {"login": "officer-7", "password": "Right-password-7", "next": target}
    )
    assert answer["Location"] == reverse("my:home")


@pytest.mark.parametrize("address", ["/", "/report/", "/accounts/login/", "/api/v1/concerns/NONE"])
def test_another_host_is_refused_everywhere(client: Client, address: str) -> None:
    assert client.get(address, headers={"host": "evil.example"}).status_code == HTTPStatus.BAD_REQUEST
    forwarded = client.get(address, headers={"x-forwarded-host": "evil.example"})
    assert b"evil.example" not in forwarded.content


def test_signing_out_ends_the_session_and_a_new_password_ends_the_others(client: Client) -> None:
    user = User.objects.create_user("officer-7", password="Right-password-7")
    other = Client()
    for each in (client, other):
        each.force_login(user, backend=BACKEND)
    stolen = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get(reverse("my:home")).status_code == HTTPStatus.FOUND
    assert other.get(reverse("my:home")).status_code == HTTPStatus.OK
    user.set_password("Another-password-7")
    user.save()
    assert other.get(reverse("my:home")).status_code == HTTPStatus.FOUND


def test_the_cookies_are_not_for_scripts_nor_for_other_sites(client: Client) -> None:
    User.objects.create_user("officer-7", password="Right-password-7")
    client.post(reverse("account_login"), {"login": "officer-7", "password": "Right-password-7"})
    client.get("/report/")
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    assert client.cookies["csrftoken"]["samesite"] == "Lax"


@pytest.mark.parametrize("address", ["/report/", "/track/", "/preferences/view/", "/preferences/language/"])
def test_no_form_is_taken_without_its_token(address: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address, {"text": "words"}).status_code == HTTPStatus.FORBIDDEN


def test_in_production_nothing_is_missing(tmp_path: Path) -> None:
    """Django's own deploy check, and what it does not ask."""
    program = (
        "import django; django.setup(); from django.conf import settings as s;"
        "from django.core.management import call_command;"
        "call_command('check', deploy=True, fail_level='WARNING');"
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SECURE_SSL_REDIRECT and s.SECURE_HSTS_SECONDS > 3e7;"
        "assert not s.DEBUG and not s.DEMO and '*' not in s.ALLOWED_HOSTS;"
        "from django.urls import get_resolver;"
        "assert not {'styleguide/', 'demo/'} & {str(p.pattern) for p in get_resolver().url_patterns}"
    )
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("SHANGJU_", "DATABASE_", "DJANGO_"))
    }
    environment = {
        **kept, **PRODUCTION, "SHANGJU_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "shangju.config.settings"
    }  # fmt: skip
    command = [sys.executable, "-c", program]
    done = subprocess.run(
        command, cwd=settings.BASE, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@dataclass(frozen=True, slots=True)
class Shown:
    """A case with a photo, and one without."""

    case: Case
    other_case: Case
    photo: Photo


@pytest.fixture
def shown(street: Street, now: datetime, tmp_path: Path, settings: Any) -> Shown:
    settings.MEDIA_ROOT = tmp_path
    photo = store_photo(upload(encoded(picture())), by=None, now=now)
    case = case_in(State.IN_PROGRESS, street, now=now, photo_ids=[photo.pk])
    return Shown(case, case_in(State.IN_PROGRESS, street, now=now), photo)


# Every view that serves an uploaded file. A new one is added here, to the matrix (tests/permission_matrix.py) and below.
FILE_VIEWS = {
    "shangju/desk/views/cases.py": "desk:photo",
    "shangju/desk/views/bulletin_files.py": "bulletins:word",
    "shangju/public/views.py": "public:photo",
    "shangju/public/own_data.py": "public:export_own_data",
    "shangju/public/me_too_views.py": "public:export_endorsement",
    "shangju/my/own_data.py": "my:export_own_data",
    "shangju/desk/views/exports.py": "ledgers:file",
    "shangju/api/pictures.py": "api:case_photo, api:concern_photo",
}


def test_every_view_that_serves_a_file_is_known() -> None:
    serving = re.compile(r"\b(?:photo_response|FileResponse|StreamingHttpResponse|default_storage\.open)\(")
    found = set()
    for path in (settings.BASE / "shangju").rglob("*.py"):
        name = path.relative_to(settings.BASE).as_posix()
        is_door = name.split("/")[1] in {"public", "desk", "my", "administration", "api"}
        if is_door and "/tests/" not in name and serving.search(path.read_text(encoding="utf-8")):
            found.add(name)
    assert found == set(FILE_VIEWS)


def test_no_address_leads_to_the_folder_of_photos(client: Client, shown: Shown) -> None:
    for address in ("/media/", "/photos/", "/static/../media/", "/static/..%2fmedia/"):
        assert client.get(f"{address}{shown.photo.image.name}").status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("size", ["thumbnail", "full"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer", 200),
        ("grid_worker", 200),
        ("other_officer", 404),
        ("far_desk", 404),
        ("shopkeeper", 403),
        ("resident", 403),
        ("system_administrator", 403),
        (None, 302),
    ],
)
def test_a_photo_is_for_who_may_see_its_case(
    client: Client, street: Street, shown: Shown, who: str | None, status: int, size: str
) -> None:
    if who:
        client.force_login(street.users[who], backend=BACKEND)
    address = reverse("desk:photo", args=[shown.case.number, shown.photo.pk, size])
    answer = client.get(address)
    answer.close()
    assert answer.status_code == status


def test_a_photo_of_another_case_is_not_there(client: Client, street: Street, shown: Shown) -> None:
    client.force_login(street.users["officer"], backend=BACKEND)
    address = reverse("desk:photo", args=[shown.other_case.number, shown.photo.pk, "full"])
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("state", [ScanState.WAITING, ScanState.INFECTED])
def test_a_photo_that_was_not_cleared_is_for_nobody(
    client: Client, street: Street, shown: Shown, state: ScanState
) -> None:
    Photo.objects.filter(pk=shown.photo.pk).update(scan_state=state)
    client.force_login(street.users["officer"], backend=BACKEND)
    address = reverse("desk:photo", args=[shown.case.number, shown.photo.pk, "full"])
    assert client.get(address).status_code == HTTPStatus.NOT_FOUND
    page = client.get(reverse("desk:case", args=[shown.case.number]))
    assert page.status_code == HTTPStatus.OK
    assert address.encode() not in page.content


def named_tests() -> list[tuple[str, str]]:
    """Every ``path::test`` that the page of threats names."""
    page = (settings.BASE / "docs" / "security.md").read_text(encoding="utf-8")
    return re.findall(r"`([\w/]+\.py)(?:::(\w+))?`", page)


def test_the_page_of_threats_names_tests_that_exist() -> None:
    named = named_tests()
    assert len(named) > 40
    for path, test in named:
        file = settings.BASE / path
        assert file.exists(), path
        functions = {
            node.name
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
            if isinstance(node, ast.FunctionDef)
        }
        assert not test or test in functions, f"{path}::{test}"


def test_each_threat_has_an_answer_and_a_test() -> None:
    page = (settings.BASE / "docs" / "security.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1:-1] for line in page.splitlines() if re.match(r"\| [A-Z]\d+ \|", line)]
    assert len(rows) > 25
    for row in rows:
        assert all(cell.strip() for cell in row), row
        assert re.search(r"`[\w/]+\.py", row[-1]), row
