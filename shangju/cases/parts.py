"""Parts of a split case: made from the whole, stored with it."""

from collections.abc import Sequence
from datetime import datetime

from shangju.cases import chain
from shangju.cases.clocks import ClockBoard
from shangju.cases.intake import (
    Prepared,
    Submission,
    entry_role,
    new_case,
    store_rows,
)
from shangju.cases.models import Case, CasePhoto
from shangju.cases.numbering import number_prefix, take_number
from shangju.cases.places import Place, put_in_area
from shangju.cases.rules import Actor
from shangju.cases.workflow import REGISTER
from shangju.deadlines.steps import Step


def prepare_part(case: Case, text: str, *, part_number: int, by: Actor, now: datetime) -> Prepared:
    """A part of a split case: its place, source and reporter's promise are those of the whole; its reporter, too.

    It has no contact of its own: whoever needs to talk with the reporter does so in the whole case, where each look is
    recorded. Acceptance counts from now, the close from when the reporter spoke.
    """
    submission = Submission(
        text=text,
        place=Place(case.area, note=case.place_note, party=case.place_party),
        channel=case.channel,
        request_type=case.request_type,
        category=case.category,
        is_anonymous=case.is_anonymous,
        is_confidential=case.is_confidential,
        concerns_minor=case.concerns_minor,
        received_at=case.received_at,
        clocks_start_at=case.clocks_start_at,
    )
    part = new_case(submission, by=by, now=now)
    part.part_of, part.part_number = case, part_number
    part.longitude, part.latitude = case.longitude, case.latitude
    put_in_area(part, case.area)
    part.deadline_class = case.deadline_class
    part.weigh()
    board = ClockBoard(part)
    board.start([Step.ACCEPT], start=now)
    board.start([Step.CLOSE], start=case.clocks_start_at)
    board.refresh_due()
    part.number = take_number(number_prefix(case.area), now=now)
    event = chain.next_event(
        part,
        kind=REGISTER,
        from_state="",
        by_id=by.user_id,
        role=entry_role(by),
        at=now,
        data={"part_of": case.number, "class": part.deadline_class, "area": part.area.code},
        note=part.text,
    )
    return Prepared(part, board, event, None)


def store_parts(parts: Sequence[Prepared]) -> None:
    """Store what :func:`prepare_part` prepared, with the pictures of the whole; the caller's transaction holds it."""
    if not parts:
        return
    store_rows(parts)
    whole = parts[0].case.part_of
    assert whole is not None, "prepared as a part"
    links = list(whole.photos.filter(purpose=CasePhoto.Purpose.REPORT))
    CasePhoto.objects.bulk_create(
        CasePhoto(case=part.case, event=part.event, photo_id=link.photo_id, purpose=link.purpose)
        for part in parts
        for link in links
    )
