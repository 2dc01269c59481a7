"""A walk through the grid: what somebody of the staff saw, passed on, or settled on the spot in one go."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.intake import Receipt, Submission, register_concern
from shangju.cases.rules import Actor
from shangju.cases.services import apply_move
from shangju.cases.workflow import Outcome
from shangju.core.errors import DomainError
from shangju.posts.models import Post
from shangju.posts.rights import Holding, Right


@dataclass(frozen=True, slots=True)
class GridVisit:
    """What was seen and where; ``done`` is what was done about it there and then, empty where it is passed on."""

    submission: Submission
    visited: str
    done: str = ""


@dataclass(frozen=True, slots=True)
class VisitReceipt:
    """The receipt, and whether the case is resolved: not every visitor may say so alone."""

    receipt: Receipt
    is_settled: bool


def settling_post(by: Actor, area_path: str) -> Holding | None:
    """The actor's post that may accept and give out a case here and handle it, so that one person may do it all.

    A grid worker has none: what they settled goes to the dispatcher with their words, who answers it directly.
    """
    needed = {Right.DISPATCH, Right.HANDLE}
    fitting = [
        held
        for held in by.standing.holdings
        if needed <= held.rights and area_path.startswith(held.area.path)
    ]
    return fitting[-1] if fitting else None


def enter_visit(
    visit: GridVisit, *, by: Actor, now: datetime, idempotency_key: str, content: object
) -> VisitReceipt:
    """Register what was seen; where it was settled and the moves allow it, accept, visit and resolve it as well.

    All or nothing, each step a row of the history. The same key and content give the same receipt. Raises what
    :func:`register_concern` and :func:`apply_move` raise.
    """
    post = settling_post(by, visit.submission.place.area.path) if visit.done.strip() else None
    if post and visit.submission.category is None:
        sentence = _("Choose what it is about: a case that is settled needs it.")
        raise DomainError(sentence, fields={"category": sentence})
    with transaction.atomic():
        receipt = register_concern(
            submission_of(visit, is_settled=post is not None),
            by=by,
            now=now,
            idempotency_key=idempotency_key,
            content=content,
        )
        if post and not receipt.is_repeat:
            case = receipt.case
            for payload in settling_moves(visit, post):
                case = apply_move(case, payload, by=by, now=now)
            receipt = replace(receipt, case=case)
    return VisitReceipt(receipt, is_settled=post is not None)


def submission_of(visit: GridVisit, *, is_settled: bool) -> Submission:
    """What is registered: photos of a settled visit are the proof of its result, words of another go along."""
    if is_settled:
        return replace(visit.submission, photo_ids=())
    if not visit.done.strip():
        return visit.submission
    words = _("Done on the spot: %(done)s") % {"done": visit.done.strip()}
    return replace(visit.submission, text=f"{visit.submission.text.strip()}\n\n{words}")


def settling_moves(visit: GridVisit, post: Holding) -> Iterator[moves.Payload]:
    """The moves of a case settled on the spot, in the order of the table."""
    category = visit.submission.category
    assert category is not None, "asked for before"
    yield moves.Accept(category, visit.submission.request_type, category.deadline_class)
    yield moves.Dispatch(post=Post.objects.get(pk=post.post_id))
    yield moves.Sign()
    yield moves.RecordVisit(
        place=visit.visited, finding=visit.submission.text, place_note=visit.submission.place.note
    )
    yield moves.Resolve(
        outcome=Outcome.SOLVED, answer=visit.done.strip(), photo_ids=visit.submission.photo_ids
    )
