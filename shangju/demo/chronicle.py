"""Stores many finished stories at once: the rows that the services would have written one by one."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from shangju.cases.clocks import ClockBoard
from shangju.cases.intake import Prepared
from shangju.cases.models import Case, CaseClock, CaseEvent, CasePhoto, ReporterContact
from shangju.cases.models.work import WorkRecord
from shangju.cases.search import index_cases
from shangju.photos.models import Photo


@dataclass(slots=True)
class Told:
    """A story's case with everything that happened to it, unsaved."""

    case: Case
    board: ClockBoard
    contact: ReporterContact | None
    events: list[CaseEvent] = field(default_factory=list)
    records: list[tuple[WorkRecord, CaseEvent]] = field(default_factory=list)
    photos: list[tuple[UUID, str, CaseEvent]] = field(default_factory=list)

    @classmethod
    def beginning(cls, prepared: Prepared) -> "Told":
        """A story that has just been registered."""
        return cls(prepared.case, prepared.board, prepared.contact, [prepared.event])


@transaction.atomic
def store(stories: list[Told], *, now: datetime) -> None:
    """Store the stories of a batch, parents before children."""
    cases = Case.objects.bulk_create([told.case for told in stories])
    events, clocks, contacts = [], [], []
    for told in stories:
        rows: list[Any] = [*told.events, *told.board.take_new(), *([told.contact] if told.contact else [])]
        for row in rows:
            row.case = told.case
        events += told.events
        clocks += told.board.take_new()
        contacts += [told.contact] if told.contact else []
    CaseEvent.objects.bulk_create(events, batch_size=500)
    CaseClock.objects.bulk_create(clocks, batch_size=500)
    ReporterContact.objects.bulk_create(contacts)
    _store_records(stories)
    _store_photos(stories, now=now)
    index_cases(cases, are_new=True)


def _store_records(stories: list[Told]) -> None:
    by_kind: dict[type[WorkRecord], list[WorkRecord]] = defaultdict(list)
    for told in stories:
        for record, event in told.records:
            record.case, record.event = told.case, event
            by_kind[type(record)].append(record)
    for kind, records in by_kind.items():
        kind.objects.bulk_create(records)


def _store_photos(stories: list[Told], *, now: datetime) -> None:
    links = [
        CasePhoto(case=told.case, event=event, photo_id=photo_id, purpose=purpose)
        for told in stories
        for photo_id, purpose, event in told.photos
    ]
    Photo.objects.filter(pk__in=[link.photo_id for link in links]).update(claimed_at=now)
    CasePhoto.objects.bulk_create(links)
