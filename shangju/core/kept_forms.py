"""Forms that a device keeps until they are sent: what the server says to them. docs/offline.md describes the whole.

A form of ``js/keeping.js`` comes with the header ``X-Kept-Form``: ``now`` while somebody looks at the page, ``later``
when it waited in the device's queue. It is the same form at the same address under the same rules; only the answer is
made for a script: a receipt, or sentences.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.templatetags.static import static
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from shangju import __version__

NO_STORE = {"Cache-Control": "private, no-store"}
SHELL_ASSETS = (
    "favicon.svg", "css/base.css", "css/components.css", "css/frames.css", "js/submit-once.js", "js/photo-preview.js",
    "js/keeping.js", "js/device.js",
)  # fmt: skip
"""Styles and scripts of every shell."""


def is_kept_form(request: HttpRequest) -> bool:
    """Whether the script of a kept form sent it and reads the answer."""
    return request.headers.get("X-Kept-Form") in {"now", "later"}


def waited(request: HttpRequest) -> bool:
    """Whether it comes out of a device's queue: nobody is there to be asked anything."""
    return request.headers.get("X-Kept-Form") == "later"


def owner_mark(request: HttpRequest) -> str:
    """A sign for whoever is signed in, the same on every page, that names nobody; empty for nobody."""
    if not request.user.is_authenticated:
        return ""
    return salted_hmac("shangju.kept-form-owner", str(request.user.pk), algorithm="sha256").hexdigest()[:24]


def is_anothers(request: HttpRequest) -> bool:
    """Whether a kept form was written by somebody else than who is signed in now: a device that several use."""
    return is_kept_form(request) and request.headers.get("X-Kept-Owner", "") != owner_mark(request)


def receipt_answer(*, number: str, code: str, follow: str, page: str) -> JsonResponse:
    """It is stored: its number and code, where it is followed, and the page that says so."""
    content = {"number": number, "code": code, "follow": follow, "page": page}
    return JsonResponse(content, status=201, headers=NO_STORE)


def refusal_answer(form: BaseForm, *, status: int) -> JsonResponse:
    """It is not stored: every sentence, those of a field with the field's name before it."""
    sentences = []
    for name, errors in form.errors.items():
        label = str(form.fields[name].label or "") if name in form.fields else ""
        sentences += [f"{label}: {error}" if label else str(error) for error in errors]
    return JsonResponse({"sentences": sentences}, status=status, headers=NO_STORE)


@require_GET
@never_cache
def token(request: HttpRequest) -> JsonResponse:
    """A fresh token for a form that waited, and the mark of whoever is signed in now."""
    return JsonResponse({"token": get_token(request), "owner": owner_mark(request)}, headers=NO_STORE)


def worker_script(
    request: HttpRequest, *, scope: str, shells: Mapping[str, str], assets: Iterable[str]
) -> HttpResponse:
    """The service worker of one scope: it keeps the ``shells`` of some pages (path: path) and what these need.

    Its text, and with it the browser's copy of everything, changes with version, files, language and view, and once a
    day, so that lists in a shell are never older.
    """
    files = [static(name) for name in (*SHELL_ASSETS, *assets)]
    view = [request.COOKIES.get(name, "") for name in ("theme", "elder_view")]
    told = [__version__, get_language(), *view, str(timezone.localdate()), *files, *shells.values()]
    version = hashlib.sha256("\n".join(map(str, told)).encode()).hexdigest()[:16]
    plan = json.dumps({"version": version, "scope": scope, "shells": dict(shells), "assets": files})
    script = f'import {{ serve }} from "{static("js/service-worker.js")}";\nserve({plan});\n'
    answer = HttpResponse(script, content_type="text/javascript", headers={"Cache-Control": "no-cache"})
    patch_vary_headers(answer, ["Cookie", "Accept-Language"])
    return answer
