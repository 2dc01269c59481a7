"""``make permissions``: writes ``docs/permissions.md`` from the permission matrix of the tests.

With ``--check`` it writes nothing and says by its exit status whether the document is current.
"""

import inspect
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

DOCUMENT = ROOT / "docs" / "permissions.md"

INTRO = """\
# Who may do what

Made from `tests/permission_matrix.py` by `make permissions`; do not edit it. The tests ask every page and operation as every
role and fail on any other answer than the one here, on an address without a row, and on a method without a row.

How to read it:
- **Open to** names whose request is carried out. "Everybody signed in" means a page that shows one's own things only.
- Where it depends on the place, two cases are told apart. The first lies in the grid of the grid worker; a shop is
  concerned by it, the grid worker handles it, the building head assists (the moves of a member are tried on a case
  that a firm handles). The case *elsewhere* lies in the neighbouring sub-district.
- Everybody else is refused. **403**: the case lies in an area of theirs, or the page is no door of theirs whatever it
  is about. **404**: the case lies elsewhere, and they cannot tell it from one that does not exist. Who has a stake in
  the shop concerned gets 404 at the doors of staff, whatever post they hold. Who is not signed in is sent to the
  sign-in page, at the programming interface 401.
- A move is bound to the state of the case as well: who has the right at the wrong time gets 409
  (`shangju/cases/workflow.py`).
- Rights come from posts (`shangju/posts/rights.py`), never from an account. The three administrators hold no post and
  open no case.

Roles: {roles}.
"""

DOORS = {
    "public": "Public pages: the tracking code is the key",
    "desk": "The desk of staff",
    "knowledge": "Knowledge base",
    "supervision": "Supervision",
    "my": "One's own pages, and those of members",
    "administration": "Set-up pages",
    "account": "Signing in, and the own account",
    "api": "Programming interface",
    "": "For every reader and for machines",
    "demo": "In demo mode only",
}
"""Sections of the document by the first word of the page's name, in order."""

REFUSED = {"sign-in", "401", "403", "404", "422"}
UNTOLD = {
    "account_logout": "Sign out",
    "account_reauthenticate": "Give the password once more",
    "mfa_index": "The second factor",
    "mfa_authenticate": "Enter the code of the second factor",
    "mfa_reauthenticate": "Give the code once more",
    "mfa_activate_totp": "Set up the second factor",
    "mfa_deactivate_totp": "Remove the second factor (where one is set up)",
    "mfa_view_recovery_codes": "See the recovery codes (where a second factor is set up)",
    "mfa_generate_recovery_codes": "Make new recovery codes",
    "mfa_download_recovery_codes": "Download the recovery codes (where a second factor is set up)",
    "api:openapi-json": "The description of the interface",
    "api:api-root": "Nothing",
    "set_language": "Keep the reader's language",
}
"""What pages are for that have no view of ours with a sentence."""


def page_views() -> dict[str, tuple[str, object]]:
    """Address and view of every page, by name."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(resolver: URLResolver, space: str, prefix: str) -> Iterator[tuple[str, tuple[str, object]]]:
        for pattern in resolver.url_patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(
                    pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space, route
                )
            elif isinstance(pattern, URLPattern):
                yield f"{space}{pattern.name}", (route, pattern.callback)

    return dict(walk(get_resolver(), "", "/"))


def operation_sentences() -> dict[tuple[str, str], str]:
    """What each operation of the interface is for, by method and address."""
    from shangju.api.interface import api

    return {
        (method.upper(), re.sub(r"{(\w+)}", r"<\1>", address)): operation.get("description", "")
        for address, operations in api.get_openapi_schema()["paths"].items()
        for method, operation in operations.items()
    }


def sentence_of(page: str, view: object, operation: str) -> str:
    """The first sentence of what the page or the operation is for."""
    told = UNTOLD.get(page) or operation or inspect.getdoc(inspect.unwrap(view)) or ""  # type: ignore[arg-type]
    return " ".join(told.split("\n\n")[0].split()).split(". ")[0].rstrip(".").replace("``", "`")


def words_for(roles: set[str]) -> str:
    """Roles in words: the short ways to say all of them, or the list."""
    from tests.permission_roles import GROUPS, ROLES

    everybody = set(ROLES)
    posts = everybody - {"anonymous", *GROUPS["outsiders"].split()}
    enterers = {*GROUPS["enterers"].split(), *GROUPS["enterers_elsewhere"].split()}
    for words, group in {
        "everybody": everybody,
        "everybody signed in": everybody - {"anonymous"},
        "every post": posts,
        "every post that may enter cases": enterers,
        "handler, assistant, and every post of the area that may see its cases": {*GROUPS["readers"].split()},
        "nobody": set(),
    }.items():
        if roles == group:
            return words
    return ", ".join(ROLES[role] for role in ROLES if role in roles)


def cells(key: str) -> str:
    """Who is let through near and, where the row tells two cases apart, far."""
    from tests.permission_matrix import near_and_far

    told = near_and_far(key)
    may = [words_for({role for role, answer in row.items() if answer not in REFUSED}) for row in told]
    return " | ".join([*may, ""][:2])


def section_of(page: str) -> str:
    """The key of the section that a page belongs to."""
    space = page.partition(":")[0] if ":" in page else ""
    if page.startswith(("account", "mfa_")):
        return "account"
    return {"styleguide": "demo"}.get(space, space)


def document() -> str:
    """The whole text."""
    from tests.permission_matrix import MATRIX
    from tests.permission_roles import ROLES

    pages, operations = page_views(), operation_sentences()
    parts = [INTRO.format(roles="; ".join(ROLES.values()))]
    for door, title in DOORS.items():
        rows = [key for key in MATRIX if section_of(key.split()[1]) == door]
        parts.append(f"## {title}\n| what | address | open to | the case elsewhere, to |\n|---|---|---|---|")
        for key in rows:
            method, page, move = [*key.split(), ""][:3]
            route, view = pages[page]
            what = f"Move `{move}`" if move else sentence_of(page, view, operations.get((method, route), ""))
            address = re.sub(r"<\w+:", "<", route).replace("<move>", move or "<move>").replace("^.+$", "…")
            parts.append(f"| {what} | `{method} {address}` | {cells(key)} |")
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


def main() -> int:
    """Write the document, or check it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shangju.config.settings_test")
    import django

    django.setup()
    if "--check" not in sys.argv[1:]:
        DOCUMENT.write_text(document(), encoding="utf-8")
        return 0
    if DOCUMENT.read_text(encoding="utf-8") == document():
        return 0
    print("docs/permissions.md is not current: run make permissions")
    return 1


if __name__ == "__main__":
    sys.exit(main())
