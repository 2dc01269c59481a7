"""Requests of signed-in people and of residents for :mod:`bench.pages`, as JSON files in a folder: one for each figure.

A program: it signs people in at the installation that the environment names and picks cases by chance.
"""

import argparse
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from bench.reading import USERS, WORDS_LONG, WORDS_SHORT, deep_cursor  # noqa: E402
from shangju.accounts.models import TokenScope, User  # noqa: E402
from shangju.accounts.services import issue_token  # noqa: E402
from shangju.areas.models import Area  # noqa: E402
from shangju.cases.models import Case  # noqa: E402
from shangju.cases.queries import WorklistFilters  # noqa: E402
from shangju.cases.workflow import State  # noqa: E402
from shangju.core.scoping import EverywhereReason, everywhere  # noqa: E402

DIFFERENT = 200
"""Addresses in each list."""
DEEP_PAGES = 100
MOVES = 1000
Request = dict[str, Any]


def cookie_of(user: User) -> dict[str, str]:
    """A session of the user's, as the header a browser sends."""
    client = Client()
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
    return {"Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())}


def lists(sample: list[str], now: datetime) -> dict[str, list[Request]]:
    """All lists, by the name of their figure."""
    rng = random.Random(3)
    people = [
        (user, cookie_of(user)) for user in User.objects.filter(username__in=USERS).order_by("username")
    ]
    leader = next(pair for pair in people if pair[0].username == "subdistrict-leader")
    task_force = next(pair for pair in people if pair[0].username == "task-force")
    desk, areas = reverse("desk:worklist"), _areas_of_home()

    def listed(made: Callable[[], tuple[str, dict[str, str]]]) -> list[Request]:
        return [{"path": path, "headers": headers} for path, headers in (made() for _one in range(DIFFERENT))]

    def worklist_of(person: tuple[User, dict[str, str]], **query: str) -> tuple[str, dict[str, str]]:
        return f"{desk}?{urlencode(query)}" if query else desk, person[1]

    states = [str(State.IN_PROGRESS), "open", "all", str(State.CLOSED), "ended"]
    cursors = [
        worklist_of(
            person, state=state, cursor=deep_cursor(person[0], WorklistFilters(state=state), now, DEEP_PAGES)
        )
        for person in people
        for state in ("open", "all")
    ]
    with everywhere(EverywhereReason.VERIFICATION):
        codes = list(Case.objects.filter(number__in=sample).values_list("tracking_code", flat=True))
    return {
        "worklist page of 50": listed(lambda: worklist_of(rng.choice(people))),
        "filtered (state, area)": listed(
            lambda: worklist_of(leader, state=rng.choice(states), area=rng.choice(areas))
        ),
        f"{DEEP_PAGES} pages down": listed(lambda: rng.choice(cursors)),
        "word search": listed(
            lambda: worklist_of(leader, state="all", q=rng.choice(WORDS_SHORT + WORDS_LONG))
        ),
        "one case's page, 40 history rows": listed(
            lambda: (reverse("desk:case", args=[rng.choice(sample)]), task_force[1])
        ),
        "public look-up of one case": listed(lambda: (reverse("public:case", args=[rng.choice(codes)]), {})),
        "overdue list of the supervisor": listed(lambda: (reverse("supervision:list"), leader[1])),
    }


def _areas_of_home() -> list[str]:
    with everywhere(EverywhereReason.STRUCTURE):
        home = Area.objects.get(number_prefix="DSK")
        below = Area.objects.filter(path__startswith=home.path, kind__in=("community", "grid"))
        return list(below.values_list("code", flat=True))


def moves(now: datetime) -> list[Request]:
    """An acceptance of each case that waits for one: a change of state, each possible once."""
    user = User.objects.get(username="duty-desk")
    _token, key = issue_token(user, name="bench", scopes=TokenScope.values, by=user, now=now)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with everywhere(EverywhereReason.VERIFICATION):
        waiting = Case.objects.filter(subdistrict__number_prefix="DSK", is_open=True, state=State.REGISTERED)
        found = list(waiting.values_list("number", "category__code", "request_type")[:MOVES])
    return [
        {
            "method": "POST",
            "path": f"/api/v1/cases/{number}/moves",
            "headers": headers,
            "body": json.dumps({"move": "accept", "category": category, "request_type": request_type}),
        }
        for number, category, request_type in found
    ]


def main() -> None:
    """Write the lists and say what is where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--sample", required=True, help="numbers of cases with a long history, by commas")
    options = parser.parse_args()
    settings.ALLOWED_HOSTS = ["*"]
    now, written = datetime.now(UTC), {}
    made = lists(options.sample.split(","), now)
    accepted = moves(now)
    # Few for one client, since each case is accepted once: the rest is for eight at once.
    share = len(accepted) // 4
    made["a move, one client"], made["a move, eight clients"] = accepted[:share], accepted[share:]
    for number, (name, requests) in enumerate(made.items()):
        path = options.folder / f"requests-{number}.json"
        path.write_text(json.dumps(requests), encoding="utf-8")
        written[name] = str(path)
    print(json.dumps(written, ensure_ascii=False))


if __name__ == "__main__":
    main()
