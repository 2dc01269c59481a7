"""The worker's part: the history is read on, and what that changes is counted anew (docs/adr/0013)."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, OuterRef, Q, Subquery

from shangju.cases.models import Case, CaseClock, CaseEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.models import ReadTo, Round
from shangju.measures.reading import rounds_of
from shangju.measures.tallies import Touched, count_anew

AT_ONCE = 500
"""Rounds stored in one statement, and cases read together where all are read anew."""

CASES_AT_ONCE = 50
"""Cases read on in one transaction: on SQLite nobody else writes meanwhile, and that must stay a blink."""

PAUSE_SECONDS = 0.1
"""Between two such transactions on SQLite, where whoever waits asks again only each tenth of a second."""

ROWS_AT_ONCE = 5_000
"""Rows of the history that are asked for their cases in one statement."""

OVERLAP = 5_000
"""Rows before the last one read that are looked at again.

Numbers are given to rows before they are committed: a row of a long transaction can appear behind one that was read
already. ``shangju recompute`` finds whatever was late by more than this.
"""


def keep_figures(now: datetime) -> int:
    """Read on from the last row; how many cases were read. Two workers at once: one reads, the other goes on.

    The place moves when all cases of the rows before it are read: a pass that ends before is taken up there again, and
    finds what it has done.
    """
    with everywhere(EverywhereReason.WORKER):
        done, position = 0, max(0, (ReadTo.objects.values_list("event", flat=True).first() or 0) - OVERLAP)
        while rows := list(_rows_after(position)):
            position = rows[-1][0]
            stale = _stale({case for _row, case in rows})
            for begin in range(0, len(stale), CASES_AT_ONCE):
                read = _read_on(stale[begin : begin + CASES_AT_ONCE])
                if read is None:
                    return done
                done += read
            if not _moved_to(position, now=now):
                return done
        return done


def _read_on(cases: Sequence[int]) -> int | None:
    """Read those of ``cases`` that nobody has read meanwhile; how many. None where somebody else reads just now."""
    with transaction.atomic():
        if place_in_history() is None:
            return None
        read = read_cases(_stale(cases))
    if connection.vendor == "sqlite" and len(cases) == CASES_AT_ONCE:
        time.sleep(PAUSE_SECONDS)
    return read


def _moved_to(position: int, *, now: datetime) -> bool:
    with transaction.atomic():
        place = place_in_history()
        if place is None:
            return False
        place.event, place.read_at = max(place.event, position), now
        place.save()
        return True


def place_in_history(*, waits: bool = False) -> ReadTo | None:
    """Where the history was read to, locked; none while somebody else reads, unless one waits for them."""
    ReadTo.objects.get_or_create(pk=1)
    skips = connection.features.has_select_for_update_skip_locked and not waits
    return ReadTo.objects.select_for_update(skip_locked=skips).first()


def _rows_after(row: int) -> Iterator[tuple[int, int]]:
    yield from CaseEvent.objects.filter(pk__gt=row).order_by("pk").values_list("pk", "case_id")[:ROWS_AT_ONCE]


def _stale(cases: Iterable[int]) -> list[int]:
    """Those whose history has grown since they were read, or that were never read; of one sub-district after the other,
    so that a few of them change few days and months.
    """
    read = Round.objects.filter(case=OuterRef("pk"), number=0).values("history_length")
    found = Case.objects.filter(pk__in=list(cases)).annotate(read=Subquery(read))
    grown = found.exclude(Q(read__isnull=False) & Q(read=F("history_length")))
    return list(grown.order_by("subdistrict", "pk").values_list("pk", flat=True))


def read_cases(cases: Sequence[int]) -> int:
    """Read the rounds of these cases anew and count what they change; how many cases were read."""
    touched = Touched()
    for begin in range(0, len(cases), AT_ONCE):
        some = cases[begin : begin + AT_ONCE]
        before = {key_of(each): each for each in Round.objects.filter(case__in=some)}
        after = fresh_rounds(some)
        for each in after:
            earlier = before.get(key_of(each))
            if earlier is None or facts_of(earlier) != facts_of(each):
                touched.add([each] if earlier is None else [earlier, each])
        store_rounds(after)
    count_anew(touched)
    return len(cases)


def key_of(each: Round) -> tuple[int, int]:
    """What a round is known by: its case and its number."""
    return each.case_id, each.number


def facts_of(each: Round) -> tuple[object, ...]:
    """All that is counted of a round."""
    return tuple(getattr(each, name) for name in FACTS)


def fresh_rounds(cases: Sequence[int]) -> list[Round]:
    """The rounds of these cases as their rows say now, unsaved."""
    events, clocks = defaultdict(list), defaultdict(list)
    for event in CaseEvent.objects.filter(case__in=cases).order_by("case_id", "sequence"):
        events[event.case_id].append(event)
    for clock in CaseClock.objects.filter(case__in=cases).defer("explanation"):
        clocks[clock.case_id].append(clock)
    found = Case.objects.filter(pk__in=cases).defer("text", "party_summary", "tracking_code").order_by("pk")
    return [each for case in found for each in rounds_of(case, events[case.pk], clocks[case.pk])]


def store_rounds(rounds: Sequence[Round]) -> None:
    """Store fresh rounds in the place of those that are there; a round never disappears from a history."""
    Round.objects.bulk_create(
        rounds,
        batch_size=AT_ONCE,
        update_conflicts=True,
        unique_fields=["case", "number"],
        update_fields=["history_length", *FACTS],
    )


_FIELDS = [each.attname for each in Round._meta.concrete_fields if not each.primary_key]
FACTS = [name for name in _FIELDS if name not in {"case_id", "number", "history_length"}]
