"""Generated cases in bulk: COPY on PostgreSQL, ``executemany`` on SQLite.

The rows keep every constraint of the tables; texts come from the demonstration's corpus. What is left out to save
time, and said with the figures: only a sample has clocks and history.
"""

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - after the set-up

from shangju.accounts.actors import COMMAND_LINE  # noqa: E402
from shangju.areas.models import Area  # noqa: E402
from shangju.areas.services import AreaPlan, plant_areas  # noqa: E402
from shangju.cases import chain  # noqa: E402
from shangju.cases.clocks import new_clocks, refresh_due  # noqa: E402
from shangju.cases.codes import CODE_ALPHABET, CODE_LENGTH, code_print  # noqa: E402
from shangju.cases.intake import INTAKE_STEPS  # noqa: E402
from shangju.cases.models import Case, CaseClock, CaseEvent, NumberSeries  # noqa: E402
from shangju.cases.search import gram_numbers, search_grams  # noqa: E402
from shangju.cases.workflow import REGISTER, CaseRole, Channel, MoveName, RequestType, State  # noqa: E402
from shangju.categories.models import Category  # noqa: E402
from shangju.core.scoping import EverywhereReason, everywhere  # noqa: E402
from shangju.core.sealing import seal  # noqa: E402
from shangju.demo.corpus import Place, choose_category, concern_for  # noqa: E402
from shangju.posts.models import Post, PostKind  # noqa: E402

SUBDISTRICTS = 20
COMMUNITIES = 8
GRIDS = 10
DISTINCT_TEXTS = 1500
BATCH = 20_000
DAYS = 3 * 365
OPEN_SHARE = 0.04
"""Of all cases; a sub-district with 50,000 cases then has 2,000 open ones."""

CLOSED_STATES = {
    State.CLOSED: 0.85, State.DECLINED: 0.05, State.REFERRED: 0.05, State.MERGED: 0.03, State.WITHDRAWN: 0.02,
}  # fmt: skip
OPEN_WEIGHTS = {
    State.REGISTERED: 0.15, State.ACCEPTED: 0.1, State.DISPATCHED: 0.2, State.IN_PROGRESS: 0.4, State.RESOLVED: 0.15,
}  # fmt: skip
LONG_HISTORIES = 50
LONG_HISTORY = 40
HISTORY_KINDS = (MoveName.CONTACT, MoveName.VISIT, MoveName.MEDIATE)


@dataclass(frozen=True, slots=True)
class Spot:
    """A grid with its ancestors and, where there is one, the post that handles its cases."""

    area: int
    path: str
    subdistrict: int
    community: int
    prefix: str
    post: int | None


def plant_more_areas(now: datetime) -> None:
    """Invented sub-districts beside Dashikou, each with communities, grids and grid workers."""
    plans = []
    for number in range(1, SUBDISTRICTS + 1):
        code = f"B{number:02}"
        plans.append(AreaPlan("subdistrict", code, f"{code}街道", number_prefix=code, is_invented=True))
        for second in range(1, COMMUNITIES + 1):
            below = f"{code}{second:02}"
            plans.append(AreaPlan("community", below, f"{below}社区", parent_code=code, is_invented=True))
            plans += [
                AreaPlan(
                    "grid",
                    f"{below}{third:02}",
                    f"{below}网格{third}",
                    parent_code=below,
                    grid_type="general",
                )
                for third in range(1, GRIDS + 1)
            ]
    areas = plant_areas(plans, by=COMMAND_LINE, now=now)
    grids = [area for area in areas if area.kind == "grid"]
    Post.objects.bulk_create([Post(area=grid, kind=PostKind.GRID_WORKER, name="网格员") for grid in grids])


def spots() -> list[Spot]:
    """Every grid of the installation."""
    areas = {area.pk: area for area in Area.objects.all()}
    posts = dict(Post.objects.filter(kind=PostKind.GRID_WORKER).values_list("area_id", "pk"))
    found = []
    for grid in areas.values():
        if grid.kind != "grid":
            continue
        above = {areas[pk].kind: areas[pk] for pk in grid.ancestor_ids}
        top = above["subdistrict"]
        found.append(
            Spot(grid.pk, grid.path, top.pk, above["community"].pk, top.number_prefix, posts.get(grid.pk))
        )
    return found


def texts(rng: random.Random) -> list[tuple[Category, str, str]]:
    """Category, title and text of concerns as people tell them."""
    categories = {category.code: category for category in Category.objects.all()}
    told = []
    for number in range(DISTINCT_TEXTS):
        code = choose_category(rng)
        concern = concern_for(
            rng, code, Place(f"社区{number % 8 + 1}", f"{number % 30 + 1}号巷", f"{number % 40 + 1}幢")
        )
        told.append((categories[code], concern.title[:60], concern.text))
    return told


def blank_row() -> dict[str, Any]:
    """Every column of a case with its default."""
    blank = Case()
    return {column.column: getattr(blank, column.attname) for column in Case._meta.concrete_fields}


class CaseMaker:
    """Makes rows of cases, one after the other, the same for the same seed but for their codes."""

    def __init__(self, *, seed: int, now: datetime, first: int) -> None:
        self.rng, self.now, self.next_id = random.Random(seed), now, first
        self.spots, self.blank = spots(), blank_row()
        self.texts = texts(self.rng)
        self.numbers: dict[str, int] = dict(NumberSeries.objects.values_list("key", "last"))

    def take_number(self, prefix: str, at: datetime) -> str:
        """The next number of the year under the prefix."""
        key = f"{prefix}{at:%y}"
        self.numbers[key] = self.numbers.get(key, 0) + 1
        return f"{key}-{self.numbers[key]:06d}"

    def row(self) -> dict[str, Any]:
        """One case as a row: column to value."""
        rng = self.rng
        spot, (category, title, text) = rng.choice(self.spots), rng.choice(self.texts)
        is_open = rng.random() < OPEN_SHARE
        states = OPEN_WEIGHTS if is_open else CLOSED_STATES
        age = rng.uniform(0, 20 if is_open else DAYS)
        received = self.now - timedelta(days=age, seconds=rng.random())
        code = "".join(rng.choices(CODE_ALPHABET, k=CODE_LENGTH))
        row = {
            **self.blank,
            "id": self.next_id,
            "number": self.take_number(spot.prefix, received),
            "tracking_print": code_print(code),
            "tracking_code": seal(code),
            "state": str(rng.choices(list(states), weights=list(states.values()))[0]),
            "is_open": is_open,
            "request_type": str(RequestType.COMPLAINT),
            "channel": str(rng.choice(list(Channel))),
            "category_id": category.pk,
            "category_is_confirmed": True,
            "deadline_class": category.deadline_class,
            "title": title,
            "text": text,
            "area_id": spot.area,
            "area_path": spot.path,
            "subdistrict_id": spot.subdistrict,
            "community_id": spot.community,
            "grid_id": spot.area,
            "place_note": f"{rng.randint(1, 400)}号{rng.randint(101, 1804)}室外",
            **dict.fromkeys(
                ("received_at", "registered_at", "clocks_start_at", "last_progress_at"), received
            ),
        }
        self.next_id += 1
        return {**row, **self._standing(row, spot, received)}

    def _standing(self, row: dict[str, Any], spot: Spot, received: datetime) -> dict[str, Any]:
        more: dict[str, Any] = {"accepted_at": received + timedelta(hours=1)}
        if row["state"] == State.CLOSED:
            more |= {"closed_at": min(received + timedelta(days=4), self.now), "outcome": "solved"}
        if row["state"] in {State.DISPATCHED, State.IN_PROGRESS, State.RESOLVED, State.CLOSED}:
            more["handler_post_id"] = spot.post
            if spot.post is None and row["state"] in {State.DISPATCHED, State.IN_PROGRESS}:
                more["state"] = str(State.ACCEPTED)
        if row["is_open"]:
            due = received + timedelta(days=self.rng.choice((1, 3, 5, 15)), minutes=self.rng.randint(0, 600))
            length = due - received
            more |= {
                "due_step": "close",
                "due_at": due,
                "yellow_at": received + length * 0.5,
                "orange_at": received + length * 0.8,
                "purple_at": due + length,
                "close_due_at": due,
            }
        return more


def searchable(row: dict[str, Any]) -> str:
    """As :func:`shangju.cases.search.searchable_text`, of a row."""
    return " ".join((row["number"], row["title"], row["text"], row["place_note"]))


def batches(maker: CaseMaker, rows: int) -> Iterator[list[dict[str, Any]]]:
    """``rows`` cases in batches."""
    for begin in range(0, rows, BATCH):
        yield [maker.row() for _row in range(min(BATCH, rows - begin))]


def _copy(table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(table: str, columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> None:
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    adapt = connection.ops.adapt_datetimefield_value
    adapted = [tuple(adapt(value) if isinstance(value, datetime) else value for value in row) for row in rows]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", adapted)


def write(batch: list[dict[str, Any]]) -> None:
    """Store a batch of cases and enter it into the search index."""
    columns = list(batch[0])
    values = (list(row.values()) for row in batch)
    grams = ((row["id"], search_grams(searchable(row))) for row in batch)
    if connection.vendor == "postgresql":
        _copy("cases_case", columns, values)
        _copy("cases_search", ["case_id", "grams"], ((pk, gram_numbers(found)) for pk, found in grams))
    else:
        _insert("cases_case", columns, values)
        _insert("cases_search", ["rowid", "grams"], ((pk, " ".join(found)) for pk, found in grams))


def take_indexes_away() -> list[str]:
    """Drop what only speeds up reading, on PostgreSQL; returns the statements that bring it back."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('cases_case', 'cases_search') "
            "AND indexdef NOT LIKE 'CREATE UNIQUE%%'"
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def finish(definitions: list[str], maker: CaseMaker) -> None:
    """Bring the indexes back, move the sequences past the rows, gather statistics."""
    for key, last in maker.numbers.items():
        NumberSeries.objects.update_or_create(key=key, defaults={"last": last})
    with connection.cursor() as cursor:
        for definition in definitions:
            cursor.execute(definition)
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), %s)", [maker.next_id])
            cursor.execute("VACUUM ANALYZE cases_case, cases_search")
        else:
            cursor.execute("ANALYZE")


def give_histories(now: datetime) -> list[str]:
    """Clocks and a history of 40 rows for a sample of open cases of Dashikou; their numbers."""
    cases = list(
        Case.objects.filter(subdistrict__number_prefix="DSK", is_open=True).order_by("pk")[:LONG_HISTORIES]
    )
    for case in cases:
        case.history_length, case.history_head = 0, ""
        events = [_event(case, number) for number in range(LONG_HISTORY)]
        CaseEvent.objects.bulk_create(events)
        clocks = new_clocks(case, INTAKE_STEPS, start=case.clocks_start_at)
        refresh_due(case, CaseClock.objects.bulk_create(clocks))
        case.save()
    CaseEvent.objects.update(notified_at=now)
    return [case.number for case in cases]


def _event(case: Case, number: int) -> CaseEvent:
    kind = str(HISTORY_KINDS[number % len(HISTORY_KINDS)]) if number else REGISTER
    return chain.next_event(
        case,
        kind=kind,
        from_state=case.state if number else "",
        by_id=None,
        role=str(CaseRole.HANDLER if number else CaseRole.REPORTER),
        at=case.received_at + timedelta(minutes=number),
        post_name="网格员" if number else "",
        note=f"第{number}次上门查看，已与双方沟通。" if number else case.text,
        reporter_text=f"第{number}次上门查看。" if number % 4 == 1 else "",
    )


def generate(rows: int, *, seed: int = 1, now: datetime) -> dict[str, Any]:
    """Store ``rows`` cases with all that belongs to them; how long it took and the numbers of the sample."""
    began = time.monotonic()
    with everywhere(EverywhereReason.DEMO):
        with transaction.atomic():
            plant_more_areas(now)
        definitions = take_indexes_away()
        last = Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        maker = CaseMaker(seed=seed, now=now, first=last + 1)
        for batch in batches(maker, rows):
            with transaction.atomic():
                write(batch)
        finish(definitions, maker)
        with transaction.atomic():
            sample = give_histories(now)
    return {"rows": rows, "seconds": round(time.monotonic() - began, 1), "sample": sample}


def main() -> None:
    """Generate into the installation that the environment names; prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(generate(options.rows, now=datetime.now(UTC))))


if __name__ == "__main__":
    main()
