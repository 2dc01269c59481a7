"""Generated cases in bulk, each with its history: COPY from one process a core on PostgreSQL, ``executemany`` on SQLite.

The rows keep every constraint of the tables and every chain verifies; texts come from the demonstration's corpus. Cases
lie in the table as they came in, the newest last, and the newest are the open ones. What is left out to save time, and
said with the figures: clocks of their own only for the cases with a long history, no reporter's contact.
"""

import argparse
import json
import multiprocessing
import os
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import django

django.setup()

from django.db import connection, connections, transaction  # noqa: E402 - after the set-up

from shangju.accounts.actors import COMMAND_LINE  # noqa: E402
from shangju.areas.models import Area  # noqa: E402
from shangju.areas.services import AreaPlan, plant_areas  # noqa: E402
from shangju.cases import chain  # noqa: E402
from shangju.cases.clocks import ClockBoard  # noqa: E402
from shangju.cases.codes import CODE_ALPHABET, CODE_LENGTH, code_print  # noqa: E402
from shangju.cases.intake import INTAKE_STEPS  # noqa: E402
from shangju.cases.models import Case, CaseEvent, NumberSeries  # noqa: E402
from shangju.cases.search import mark_of  # noqa: E402
from shangju.cases.workflow import REGISTER, CaseRole, Channel, MoveName, RequestType, State  # noqa: E402
from shangju.categories.models import Category  # noqa: E402
from shangju.core.scoping import EverywhereReason, everywhere  # noqa: E402
from shangju.core.sealing import seal  # noqa: E402
from shangju.core.text_search import fold, gram_numbers, search_grams  # noqa: E402
from shangju.demo.corpus import Place, choose_category, concern_for  # noqa: E402
from shangju.posts.models import Post, PostKind  # noqa: E402

SUBDISTRICTS = 20
COMMUNITIES = 8
GRIDS = 10
HOME_SHARE = 0.1
"""Of all cases lie in Dashikou, whose people the pages are opened by: of a million 100,000."""
DISTINCT_TEXTS = 20_000
RARE_TEXT = "墙上长出白蘑菇"
RARE_EVERY = 40_000
"""One case in so many also says :data:`RARE_TEXT`, for the search of what hardly occurs."""
BATCH = 10_000
DAYS = 3 * 365
OPEN_BY_AGE = ((10, 0.9), (30, 0.5), (90, 0.1), (DAYS + 1, 0.003))
"""Share of open cases among those not older than so many days: of a million some 25,000."""

CLOSED_STATES = {
    State.CLOSED: 0.85, State.DECLINED: 0.05, State.REFERRED: 0.06, State.WITHDRAWN: 0.04,
}  # fmt: skip
OPEN_WEIGHTS = {
    State.REGISTERED: 0.15, State.ACCEPTED: 0.1, State.DISPATCHED: 0.2, State.IN_PROGRESS: 0.4, State.RESOLVED: 0.15,
}  # fmt: skip
WAY = (
    (MoveName.ACCEPT, State.ACCEPTED), (MoveName.DISPATCH, State.DISPATCHED), (MoveName.SIGN, State.IN_PROGRESS),
    (MoveName.VISIT, State.IN_PROGRESS), (MoveName.RESOLVE, State.RESOLVED), (MoveName.CONFIRM, State.CLOSED),
)  # fmt: skip
"""The usual way; a case in some state went it so far."""
OTHER_ENDS = {
    State.DECLINED: MoveName.DECLINE, State.REFERRED: MoveName.REFER, State.WITHDRAWN: MoveName.WITHDRAW,
}  # fmt: skip
LONG_HISTORIES = 50
LONG_HISTORY = 40
LONG_EVERY = 50_000
"""Among Dashikou's cases in progress one in ``rows / LONG_EVERY`` has a history of ``LONG_HISTORY`` rows."""
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


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said, with the pieces of two signs that the search index gets from it."""

    category: int
    deadline_class: str
    title: str
    text: str
    grams: tuple[str, ...]
    numbers: tuple[int, ...]
    first_sign: str
    last_sign: str


@dataclass(slots=True)
class EventRow:
    """A history row with the names of :class:`~shangju.cases.models.CaseEvent`, without what a model costs."""

    case_id: int
    sequence: int
    kind: str
    from_state: str
    to_state: str
    role: str
    post_name: str
    data: dict[str, Any]
    note: str
    reporter_text: str
    at: datetime
    previous_hash: str
    by_id: int | None = None
    party_text: str = ""
    redacted_at: datetime | None = None
    hash: str = ""
    notified_at: datetime | None = None


EVENT_COLUMNS = tuple(EventRow.__slots__)


def plant_more_areas(now: datetime, first: int = 1, last: int = SUBDISTRICTS) -> None:
    """Invented sub-districts beside Dashikou, each with communities, grids and grid workers."""
    plans = []
    for number in range(first, last + 1):
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
    return sorted(found, key=lambda spot: spot.area)


@lru_cache(maxsize=1)
def texts(seed: int) -> list[Told]:
    """Concerns as people tell them; made before the processes part, so that each finds them made."""
    rng = random.Random(seed)
    categories = {category.code: category for category in Category.objects.all()}
    told = []
    for number in range(DISTINCT_TEXTS):
        category = categories[code := choose_category(rng)]
        place = Place(f"社区{number % 8 + 1}", f"{number % 30 + 1}号巷", f"{number % 40 + 1}幢")
        concern = concern_for(rng, code, place)
        title = concern.title[:60]
        folded, grams = fold(title + concern.text), tuple(search_grams(title + concern.text))
        told.append(
            Told(
                category.pk,
                category.deadline_class,
                title,
                concern.text,
                grams,
                tuple(gram_numbers(grams)),
                folded[:1],
                folded[-1:],
            )
        )
    return told


def blank_row() -> dict[str, Any]:
    """Every column of a case with its default."""
    blank = Case()
    return {column.column: getattr(blank, column.attname) for column in Case._meta.concrete_fields}


@dataclass(slots=True)
class Batch:
    """Rows of the three tables."""

    cases: list[dict[str, Any]] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    searched: list[tuple[int, int, Told, str]] = field(default_factory=list)
    """Id of the case, its sub-district, what was told, and the rest of what is searched: number and place."""


@dataclass(slots=True)
class CaseMaker:
    """Makes case number ``share``, ``share + shares``, … of ``rows``, the same for the same seed."""

    rows: int
    now: datetime
    first: int
    share: int = 0
    shares: int = 1
    seed: int = 1
    rng: random.Random = field(init=False)
    home: list[Spot] = field(init=False)
    elsewhere: list[Spot] = field(init=False)
    blank: dict[str, Any] = field(init=False)
    texts: list[Told] = field(init=False)
    given: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        """Read areas and categories."""
        self.texts = texts(self.seed)
        self.rng = random.Random(f"{self.seed} {self.share}")
        every = spots()
        self.home = [spot for spot in every if spot.prefix == "DSK"]
        self.elsewhere = [spot for spot in every if spot.prefix != "DSK"]
        self.blank = blank_row()
        self.given = {}

    def batches(self) -> Iterator[Batch]:
        """All of this maker's cases."""
        places = range(self.share, self.rows, self.shares)
        for begin in range(0, len(places), BATCH):
            batch = Batch()
            for place in places[begin : begin + BATCH]:
                self._add(batch, place)
            yield batch

    def _take_number(self, prefix: str, at: datetime) -> str:
        key = f"{prefix}{at:%y}"
        self.given[key] = self.given.get(key, NUMBERED_FROM - self.shares + self.share) + self.shares
        return f"{key}-{self.given[key]:06d}"

    def _add(self, batch: Batch, place: int) -> None:
        rng = self.rng
        spot = rng.choice(self.home if rng.random() < HOME_SHARE else self.elsewhere)
        told = rng.choice(self.texts)
        age = DAYS * (1 - (place + rng.random()) / self.rows)
        received = self.now - timedelta(days=age)
        is_open = rng.random() < next(share for days, share in OPEN_BY_AGE if age <= days)
        states = OPEN_WEIGHTS if is_open else CLOSED_STATES
        code = "".join(rng.choices(CODE_ALPHABET, k=CODE_LENGTH))
        number, note = (
            self._take_number(spot.prefix, received),
            f"{rng.randint(1, 400)}号{rng.randint(101, 1804)}室外",
        )
        if not place % RARE_EVERY:
            note = f"{RARE_TEXT}{note}"
        row = {
            **self.blank,
            "id": self.first + place,
            "number": number,
            "tracking_print": code_print(code),
            "tracking_code": seal(code),
            "state": str(rng.choices(list(states), weights=list(states.values()))[0]),
            "is_open": is_open,
            "request_type": COMPLAINT,
            "channel": rng.choice(CHANNELS),
            "category_id": told.category,
            "category_is_confirmed": True,
            "deadline_class": told.deadline_class,
            "title": told.title,
            "text": told.text,
            "area_id": spot.area,
            "area_path": spot.path,
            "subdistrict_id": spot.subdistrict,
            "community_id": spot.community,
            "grid_id": spot.area,
            "place_note": note,
            "received_at": received,
            "registered_at": received,
            "clocks_start_at": received,
        }
        self._standing(row, spot, received)
        self._history(
            batch,
            row,
            is_long=spot.prefix == "DSK"
            and row["state"] == IN_PROGRESS
            and not place % max(1, self.rows // LONG_EVERY),
        )
        batch.cases.append(row)
        batch.searched.append(
            (row["id"], spot.subdistrict, told, f"{number}{told.first_sign}\0{told.last_sign}{note}")
        )

    def _standing(self, row: dict[str, Any], spot: Spot, received: datetime) -> None:
        row["accepted_at"] = received + timedelta(hours=1)
        if row["state"] == State.CLOSED:
            row["closed_at"], row["outcome"] = min(received + timedelta(days=4), self.now), "solved"
        if row["state"] in HANDLED:
            row["handler_post_id"] = spot.post
            if spot.post is None and row["state"] in {State.DISPATCHED, State.IN_PROGRESS}:
                row["state"] = str(State.ACCEPTED)
        if row["is_open"]:
            due = received + timedelta(days=self.rng.choice((3, 5, 15, 60)), minutes=self.rng.randint(0, 600))
            length = due - received
            row["due_step"], row["due_at"], row["close_due_at"] = "close", due, due
            row["yellow_at"], row["orange_at"] = received + length * 0.5, received + length * 0.8
            row["purple_at"] = due + length

    def _history(self, batch: Batch, row: dict[str, Any], *, is_long: bool) -> None:
        steps = _way_to(row["state"])
        if is_long:
            spare = LONG_HISTORY - len(steps)
            steps += [(str(HISTORY_KINDS[n % 3]), IN_PROGRESS) for n in range(spare)]
        state, head, at = "", "", row["received_at"]
        between = min(timedelta(hours=9), (self.now - at) / (len(steps) + 1))
        for sequence, (kind, to_state) in enumerate(steps, start=1):
            note = row["text"] if sequence == 1 else f"第{sequence - 1}次办理，已与双方沟通。"
            told = f"第{sequence - 1}次上门查看。" if sequence % 4 == 3 else ""
            digests = {"note": _digest(note)} | ({"reporter_text": _digest(told)} if told else {})
            event = EventRow(
                row["id"], sequence, kind, state, to_state, REPORTING if sequence == 1 else HANDLING,
                "" if sequence == 1 else "网格员", {"digests": digests}, note, told, at, head, notified_at=self.now,
            )  # fmt: skip
            head = event.hash = chain.hash_of(event, number=row["number"])
            batch.events.append(event)
            state, at = to_state, at + between
        row["history_length"], row["history_head"], row["last_progress_at"] = len(steps), head, at - between


CHANNELS = [str(channel) for channel in Channel]
COMPLAINT, IN_PROGRESS = str(RequestType.COMPLAINT), str(State.IN_PROGRESS)
REPORTING, HANDLING = str(CaseRole.REPORTER), str(CaseRole.HANDLER)
HANDLED = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.RESOLVED, State.CLOSED})
NUMBERED_FROM = 100_000
"""Generated numbers begin here, beyond any that were given before."""


_digests: dict[str, str] = {}


def _digest(text: str) -> str:
    """:func:`chain.digest`, remembered: there are few texts."""
    if text not in _digests:
        _digests[text] = chain.digest(text)
    return _digests[text]


def _way_to(state: str) -> list[tuple[str, str]]:
    steps = [(REGISTER, str(State.REGISTERED))]
    if state in OTHER_ENDS:
        return [*steps, (str(OTHER_ENDS[State(state)]), state)]
    if state == State.REGISTERED:
        return steps
    for kind, reached in WAY:
        steps.append((str(kind), str(reached)))
        if reached == state and (reached != State.IN_PROGRESS or kind == MoveName.VISIT):
            break
    return steps


ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _copied(value: Any) -> str:
    """One value in the text format of COPY."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(ESCAPES) if "\\" in value or "\n" in value or "\t" in value else value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return json.dumps(value).translate(ESCAPES)
    return str(value)


def _copy(table: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        copy.write("".join("\t".join(map(_copied, row)) + "\n" for row in rows))


def _insert(table: str, columns: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(map(_adapted, row)) for row in rows]
        )


def _adapted(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return json.dumps(value) if isinstance(value, dict) else value


def write(batch: Batch) -> None:
    """Store a batch of cases with their histories and enter them into the search index."""
    put = _copy if connection.vendor == "postgresql" else _insert
    put("cases_case", list(batch.cases[0]), (row.values() for row in batch.cases))
    put(
        "cases_caseevent",
        EVENT_COLUMNS,
        ([getattr(event, name) for name in EVENT_COLUMNS] for event in batch.events),
    )
    if connection.vendor == "postgresql":
        _copy(
            "cases_search",
            ["case_id", "grams"],
            ((pk, _numbers_of(mark, told, rest)) for pk, mark, told, rest in batch.searched),
        )
    else:
        _insert(
            "cases_search",
            ["rowid", "grams"],
            ((pk, _grams_of(mark, told, rest)) for pk, mark, told, rest in batch.searched),
        )


def _rest_grams(rest: str) -> list[str]:
    return [gram for part in rest.split("\0") for gram in search_grams(part)]


def _numbers_of(mark: int, told: Told, rest: str) -> str:
    numbers = {mark, *told.numbers, *gram_numbers(_rest_grams(rest))}
    return "{" + ",".join(map(str, sorted(numbers))) + "}"


def _grams_of(mark: int, told: Told, rest: str) -> str:
    return " ".join(dict.fromkeys((mark_of(mark), *told.grams, *_rest_grams(rest))))


def take_indexes_away(*tables: str) -> list[str]:
    """Drop what only speeds up reading these tables, on PostgreSQL; returns the statements that bring it back."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s)"
            " AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
            [list(tables)],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _name, definition in found]


def bring_back(definition: str) -> None:
    """Make one of the indexes that :func:`take_indexes_away` took."""
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        cursor.execute(definition)


def finish(definitions: list[str], last: int, now: datetime) -> None:
    """Bring the indexes back, move series and sequences past the rows, gather statistics."""
    in_parallel(bring_back, [(definition,) for definition in definitions])
    prefixes = {spot.prefix for spot in spots()}
    for year in range(now.year - DAYS // 365 - 1, now.year + 1):
        for prefix in prefixes:
            NumberSeries.objects.update_or_create(
                key=f"{prefix}{year % 100:02}", defaults={"last": NUMBERED_FROM + last}
            )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT setval(pg_get_serial_sequence('cases_case', 'id'), %s)", [last + 1])
            cursor.execute("VACUUM ANALYZE")
        else:
            cursor.execute("ANALYZE")


def give_clocks() -> list[str]:
    """Clocks for a sample of Dashikou's open cases with a long history; their numbers."""
    long_ones = Case.objects.filter(
        subdistrict__number_prefix="DSK", is_open=True, history_length=LONG_HISTORY
    ).order_by("-pk")[:LONG_HISTORIES]
    cases = list(long_ones)
    for case in cases:
        board = ClockBoard(case)
        board.start(INTAKE_STEPS, start=case.clocks_start_at)
        board.refresh_due()
        case.save()
        board.save()
    return [case.number for case in cases]


def _make_share(rows: int, now: datetime, first: int, share: int, shares: int, seed: int) -> None:
    with everywhere(EverywhereReason.DEMO):
        maker = CaseMaker(rows, now, first, share, shares, seed)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                # Millions of look-ups that the maker makes needless: every key it writes it has read.
                cursor.execute("SET session_replication_role = replica")
                cursor.execute("SET synchronous_commit = off")
        for batch in maker.batches():
            with transaction.atomic():
                write(batch)


def in_parallel(work: Any, arguments: list[tuple[Any, ...]]) -> None:
    """``work`` in one process a core on PostgreSQL, else here, one after the other."""
    if connection.vendor != "postgresql" or len(arguments) < 2 or connection.in_atomic_block:
        for values in arguments:
            work(*values)
        return
    connections.close_all()
    connection.close_pool()  # a connection of the pool must not be shared by two processes
    with multiprocessing.get_context("fork").Pool(min(len(arguments), os.cpu_count() or 1)) as pool:
        pool.starmap(work, arguments, chunksize=1)


def generate(rows: int, *, seed: int = 1, now: datetime) -> dict[str, Any]:
    """Store ``rows`` cases with all that belongs to them; how long it took and the numbers of the sample."""
    began = time.monotonic()
    with everywhere(EverywhereReason.DEMO):
        with transaction.atomic():
            plant_more_areas(now)
        definitions = take_indexes_away("cases_case", "cases_search", "cases_caseevent")
        first = (Case.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        texts(seed)
        shares = (os.cpu_count() or 1) if connection.vendor == "postgresql" else 1
        in_parallel(_make_share, [(rows, now, first, share, shares, seed) for share in range(shares)])
        finish(definitions, first + rows, now)
        with transaction.atomic():
            sample = give_clocks()
        history_rows = CaseEvent.objects.count()
    return {
        "rows": rows,
        "history_rows": history_rows,
        "seconds": round(time.monotonic() - began, 1),
        "sample": sample,
        "now": now.isoformat(),
    }


def main() -> None:
    """Generate into the installation that the environment names; prints one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, required=True)
    options = parser.parse_args()
    print(json.dumps(generate(options.rows, now=datetime.now(UTC))))


if __name__ == "__main__":
    main()
