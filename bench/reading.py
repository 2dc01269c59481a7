"""P4, P5, P6 in the process itself: pages through the whole middleware, without the network; SQL counted.

A program: it measures the installation that the environment names and prints one line of JSON.
"""

import argparse
import json
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402 - after the set-up
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import NoReverseMatch, reverse  # noqa: E402

from bench.load import percentile  # noqa: E402
from shangju.accounts.models import User  # noqa: E402
from shangju.cases.models import Case  # noqa: E402
from shangju.cases.queries import WorklistFilters, worklist  # noqa: E402
from shangju.core.scoping import EverywhereReason, area_scope, everywhere  # noqa: E402
from shangju.posts.rights import standing_of  # noqa: E402

USERS = (
    "community-desk",
    "community-secretary",
    "grid-worker",
    "task-force",
    "subdistrict-leader",
    "duty-desk",
)
FILTERS = (
    {}, {"state": "in_progress"}, {"state": "dispatched", "light": "red"}, {"light": "yellow"}, {"state": "closed"},
    {"state": "all"}, {"handler": "mine"},
)  # fmt: skip
WORDS_SHORT = ("油烟", "噪音", "停车", "垃圾", "漏水", "消防")
WORDS_LONG = ("餐馆", "占道经营", "垃圾桶", "物业费", "楼上漏水", "消防通道")
DEEP_PAGES = 20


def timed(name: str, samples: Iterator[Callable[[], Any]]) -> dict[str, Any]:
    """Run each sample once; the spread of times and the most SQL statements that one needed."""
    milliseconds, statements, slowest = [], [], ("", 0.0)
    for sample in samples:
        with CaptureQueriesContext(connection) as captured:
            began = time.monotonic()
            sample()
            milliseconds.append((time.monotonic() - began) * 1000)
        statements.append(len(captured))
        for query in captured.captured_queries:
            if float(query["time"]) > slowest[1]:
                slowest = (query["sql"][:1500], float(query["time"]))
    return {
        "what": name,
        "samples": len(milliseconds),
        "p50_ms": percentile(milliseconds, 50),
        "p95_ms": percentile(milliseconds, 95),
        "sql_most": max(statements, default=0),
        "slowest_sql": f"{slowest[1] * 1000:.0f} ms: {slowest[0]}",
    }


def page(client: Client, path: str, **query: str) -> Callable[[], Any]:
    """A sample that opens a page, which must answer."""

    def sample() -> Any:
        answer = client.get(path, query)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} {query}: {answer.status_code}")
        return answer

    return sample


def signed_in() -> list[tuple[User, Client]]:
    """Staff of Dashikou, each with a browser of their own."""
    found = []
    for user in User.objects.filter(username__in=USERS).order_by("username"):
        client = Client()
        client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        found.append((user, client))
    return found


def deep_cursor(user: User, filters: WorklistFilters, now: datetime, pages: int) -> str:
    """The cursor some pages down, or the last one there is."""
    cursor = None
    standing = standing_of(user)
    with area_scope(standing.scope):
        for _page in range(pages):
            following = worklist(standing, filters, cursor=cursor, now=now).next_cursor
            if following is None:
                break
            cursor = following
    return cursor or ""


def worklists(count: int, now: datetime) -> list[dict[str, Any]]:
    """P4: first pages by chance, deep pages, and the SQL for one row and for fifty."""
    rng, people, address = random.Random(4), signed_in(), reverse("desk:worklist")
    for _user, client in people:
        page(client, address)()
    first = timed(
        "P4 worklist page of 50, random users and filters",
        (page(rng.choice(people)[1], address, **rng.choice(FILTERS)) for _sample in range(count)),
    )
    deep = []
    for user, client in people:
        for state in ("open", "all"):
            cursor = deep_cursor(user, WorklistFilters(state=state), now, DEEP_PAGES)
            deep.append((client, {"state": state, "cursor": cursor}))
    below = timed(
        f"P4 worklist, {DEEP_PAGES} pages down",
        (page(client, address, **query) for client, query in deep for _again in range(max(1, count // 20))),
    )
    return [first, below, {"what": "P4 SQL for 1 row and for 50", **rows_and_sql(now)}]


def rows_and_sql(now: datetime) -> dict[str, int]:
    """How many statements the query layer needs for one row and for fifty."""
    user = User.objects.get(username="subdistrict-leader")
    counts = {}
    standing = standing_of(user)
    for limit in (1, 50):
        with area_scope(standing.scope), CaptureQueriesContext(connection) as captured:
            [str(case.area) for case in worklist(standing, WorklistFilters(), limit=limit, now=now).items]
        counts[f"sql_for_{limit}"] = len(captured)
    return counts


def case_pages(sample: list[str], count: int) -> list[dict[str, Any]]:
    """P5: the desk's and the reporter's page of cases with a history of 40 rows."""
    rng = random.Random(5)
    client = next(client for user, client in signed_in() if user.username == "task-force")
    with everywhere(EverywhereReason.VERIFICATION):
        codes = dict(Case.objects.filter(number__in=sample).values_list("number", "tracking_code"))
    desk = [reverse("desk:case", args=[number]) for number in sample]
    track = [reverse("public:case", args=[code]) for code in codes.values()]
    page(client, desk[0])()
    page(Client(), track[0])()
    return [
        timed("P5 case page, 40 history rows", (page(client, rng.choice(desk)) for _sample in range(count))),
        timed(
            "P5 tracking page, 40 history rows",
            (page(Client(), rng.choice(track)) for _sample in range(count)),
        ),
    ]


def searches(count: int) -> list[dict[str, Any]]:
    """P6: words in the worklist, among all cases of the sub-district."""
    rng = random.Random(6)
    client = next(client for user, client in signed_in() if user.username == "task-force")
    address = reverse("desk:worklist")
    return [
        timed(
            f"P6 search, {name}, state {state}",
            (page(client, address, q=rng.choice(words), state=state) for _s in range(count)),
        )
        for name, words in (("two signs", WORDS_SHORT), ("longer words", WORDS_LONG))
        for state in ("open", "all")
    ]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--sample", required=True, help="numbers of cases with a long history, by commas")
    parser.add_argument("--which", default="P4,P5,P6")
    options = parser.parse_args()
    settings.ALLOWED_HOSTS = ["*"]
    now, figures = datetime.now(UTC), []
    measured = {
        "P4": lambda: worklists(options.count, now),
        "P5": lambda: case_pages(options.sample.split(","), options.count),
        "P6": lambda: searches(max(10, options.count // 3)),
    }
    for name in options.which.split(","):
        try:
            figures += measured[name]()
        except NoReverseMatch as missing:
            figures.append({"what": name, "skipped": f"no such page: {missing}"})
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
