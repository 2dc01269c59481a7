"""Makes the rows of generated cases: a case as it stands, its history, and what the search is to find it by.

The rows keep every constraint of the tables and every chain verifies.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from bench.concerns import Told, texts
from bench.places import Spot, spots
from shangju.cases import chain
from shangju.cases.codes import CODE_ALPHABET, CODE_LENGTH, code_print
from shangju.cases.models import Case
from shangju.cases.workflow import REGISTER, CaseRole, Channel, MoveName, RequestType, State
from shangju.core.sealing import seal

HOME_SHARE = 0.1
"""Of all cases lie in Dashikou, whose people the pages are opened by: of a million 100,000."""
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
LONG_HISTORY = 40
LONG_EVERY = 50_000
"""Among Dashikou's cases in progress one in ``rows / LONG_EVERY`` has a history of ``LONG_HISTORY`` rows."""
HISTORY_KINDS = (MoveName.CONTACT, MoveName.VISIT, MoveName.MEDIATE)

CHANNELS = [str(channel) for channel in Channel]
COMPLAINT, IN_PROGRESS = str(RequestType.COMPLAINT), str(State.IN_PROGRESS)
REPORTING, HANDLING = str(CaseRole.REPORTER), str(CaseRole.HANDLER)
HANDLED = frozenset({State.DISPATCHED, State.IN_PROGRESS, State.RESOLVED, State.CLOSED})
NUMBERED_FROM = 100_000
"""Generated numbers begin here, beyond any that were given before."""


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
        row = self._registered(place, spot, told, age)
        self._standing(row, spot, row["received_at"])
        at_home, one_in = spot.prefix == "DSK", max(1, self.rows // LONG_EVERY)
        is_long = at_home and row["state"] == IN_PROGRESS and not place % one_in
        self._history(batch, row, is_long=is_long)
        batch.cases.append(row)
        rest = f"{row['number']}{told.first_sign}\0{told.last_sign}{row['place_note']}"
        batch.searched.append((row["id"], spot.subdistrict, told, rest))

    def _registered(self, place: int, spot: Spot, told: Told, age: float) -> dict[str, Any]:
        """What is known of a case from the first; ``age`` in days."""
        rng = self.rng
        received = self.now - timedelta(days=age)
        is_open = rng.random() < next(share for days, share in OPEN_BY_AGE if age <= days)
        states = OPEN_WEIGHTS if is_open else CLOSED_STATES
        code = "".join(rng.choices(CODE_ALPHABET, k=CODE_LENGTH))
        note = f"{rng.randint(1, 400)}号{rng.randint(101, 1804)}室外"
        return {
            **self.blank,
            "id": self.first + place,
            "number": self._take_number(spot.prefix, received),
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
            "place_note": note if place % RARE_EVERY else f"{RARE_TEXT}{note}",
            **dict.fromkeys(("received_at", "registered_at", "clocks_start_at"), received),
        }

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
