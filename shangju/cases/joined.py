"""Cases that hang together: merged into one another, or parts of one. What a move of one brings to the others."""

from dataclasses import dataclass, replace

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.effects import Draft, FollowUp
from shangju.cases.models import Case, CaseEvent
from shangju.cases.rules import visible_to
from shangju.cases.workflow import MoveName
from shangju.core.errors import Conflict, DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.posts.rights import Standing

TOLD_TO_MERGED = frozenset(
    {
        MoveName.GRANT_EXTENSION,
        MoveName.RESOLVE,
        MoveName.ANSWER_DIRECTLY,
        MoveName.CONFIRM,
        MoveName.REOPEN,
        MoveName.CLOSE_UNREACHABLE,
        MoveName.DECLINE,
        MoveName.REFER,
    }
)
"""What the reporters of cases merged into this one are told as well (cases.md §3: every reporter is told the result)."""

AFTER_THE_PARTS = frozenset(
    {
        MoveName.RESOLVE,
        MoveName.ANSWER_DIRECTLY,
        MoveName.DECLINE,
        MoveName.REFER,
        MoveName.MERGE,
    }
)
"""A case ends after its parts (cases.md §3); only its reporter may take the whole back."""


def lock_joined(case: Case, payload: moves.Payload) -> tuple[Case, moves.Payload]:
    """The case, locked until the transaction ends, together with all that hang on it, in the order of their ids.

    The order is everybody's: so two moves that each need the other's case wait in line and never for each other. The
    other cases may lie where the actor's scope does not reach; nothing of them is shown. Returns the payload with the
    other case as it is now. Raises :class:`JoinedMeanwhile`; then the caller begins anew.
    """
    wanted = {case.pk, case.merged_into_id, case.part_of_id} - {None}
    if isinstance(payload, moves.Merge):
        wanted.add(payload.into.pk)
    # Asked in the actor's own scope: a case out of reach is none.
    if not wanted - {case.pk} and not case.is_joined:
        alone = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if not (alone.is_joined or alone.merged_into_id or alone.part_of_id):
            return alone, payload
        locked = {alone.pk: alone}
    else:
        Case.objects.only("pk").get(pk=case.pk)
        with everywhere(EverywhereReason.JOINED_CASES):
            joined = Q(pk__in=wanted) | Q(merged_into__in=_leaders(case, payload)) | Q(part_of=case.pk)
            rows = Case.objects.select_for_update(of=("self",)).filter(joined).order_by("pk")
            locked = {row.pk: row for row in rows}
    locked |= _joined_meanwhile(locked[case.pk], payload, locked)
    mine = locked[case.pk]
    mine.merged_into = locked.get(mine.merged_into_id) if mine.merged_into_id else None
    mine.part_of = locked.get(mine.part_of_id) if mine.part_of_id else None
    if isinstance(payload, moves.Merge):
        payload = replace(payload, into=locked[payload.into.pk])
    return mine, payload


def _leaders(case: Case, payload: moves.Payload) -> list[int]:
    """The cases whose followers a move of ``case`` may bring something to."""
    return [case.pk, payload.into.pk] if isinstance(payload, moves.Merge) else [case.pk]


def _joined_meanwhile(case: Case, payload: moves.Payload, locked: dict[int, Case]) -> dict[int, Case]:
    """What hangs on ``case`` by now and is not locked yet. It is out of the order, so nobody is waited for."""
    hanging = Q(merged_into__in=_leaders(case, payload)) | Q(part_of=case.pk)
    hanging |= Q(pk__in=[pk for pk in (case.merged_into_id, case.part_of_id) if pk])
    if not (case.is_joined or case.merged_into_id or case.part_of_id):
        return {}
    with everywhere(EverywhereReason.JOINED_CASES):
        missing = [pk for pk in Case.objects.filter(hanging).values_list("pk", flat=True) if pk not in locked]
        if not missing:
            return {}
        nowait = connection.features.has_select_for_update_nowait
        rows = Case.objects.select_for_update(of=("self",), nowait=nowait).filter(pk__in=missing)
        try:
            with transaction.atomic():
                return {row.pk: row for row in rows.order_by("pk")}
        except OperationalError as held:
            raise JoinedMeanwhile from held


class JoinedMeanwhile(Conflict):
    """What hangs on the case changed while its lock was waited for, and the rest is held by somebody else."""

    def __init__(self) -> None:
        super().__init__(_("Somebody was first: this case was just changed. Look at it again."))


def ensure_parts_have_ended(case: Case, move: MoveName) -> None:
    """Refuse an end while parts are open, naming them."""
    if not case.is_joined or move not in AFTER_THE_PARTS:
        return
    with everywhere(EverywhereReason.JOINED_CASES):
        numbers = list(
            case.parts.filter(is_open=True).order_by("part_number").values_list("number", flat=True)
        )
    if numbers:
        raise DomainError(
            _("First its parts must have ended: %(numbers)s.") % {"numbers": ", ".join(numbers)}
        )


def follow_ups_of(case: Case, event: CaseEvent, draft: Draft) -> list[FollowUp]:
    """What the row brings to other cases, and what the effect itself demands, in the order of writing."""
    follow_ups = list(draft.follow_ups)
    if case.is_joined:
        follow_ups += _to_those_behind(case, event)
    has_ended = not case.is_open and event.from_state != event.to_state
    if case.part_of_id is not None and case.part_of is not None and has_ended:
        follow_ups.append(FollowUp(case.part_of, moves.PartEnded(case, event.reporter_text)))
    return follow_ups


def _to_those_behind(case: Case, event: CaseEvent) -> list[FollowUp]:
    is_news = event.kind in TOLD_TO_MERGED and event.data.get("reached") is not False
    if not is_news and event.kind != MoveName.WITHDRAW:
        return []
    merged = list(case.merged_cases.select_for_update(of=("self",)).order_by("pk"))
    for other in merged:
        other.merged_into = case
    if event.kind == MoveName.WITHDRAW:
        parts = list(case.parts.filter(is_open=True).select_for_update(of=("self",)).order_by("pk"))
        # Its reporter took it back; the others did not.
        reason = _("The case it was merged into was withdrawn by its reporter.")
        alone = [FollowUp(other, moves.Unmerge(reason)) for other in merged]
        return alone + [FollowUp(part, moves.Withdraw(_("The whole case was withdrawn."))) for part in parts]
    return [FollowUp(other, moves.Follow(event)) for other in merged]


@dataclass(frozen=True, slots=True)
class JoinedCase:
    """A case that hangs together with another, as far as a reader may know of it."""

    kind: str
    relation: str
    number: str
    state: str
    state_label: str
    title: str
    is_open_to_reader: bool


def joined_cases(standing: Standing, case: Case) -> list[JoinedCase]:
    """What hangs together with ``case``: number and state of each; the title where ``standing`` may open it."""
    if not (case.is_joined or case.merged_into_id or case.part_of_id):
        return []
    condition = Q(merged_into=case.pk) | Q(part_of=case.pk) | Q(pk__in=[case.merged_into_id, case.part_of_id])
    with everywhere(EverywhereReason.JOINED_CASES):
        joined = Case.objects.filter(condition).annotate(
            may_be_opened=ExpressionWrapper(visible_to(standing), output_field=BooleanField())
        )
        rows = list(joined.order_by("part_number", "pk").defer("text"))
    return [
        JoinedCase(
            _kind(case, row),
            _relation(case, row),
            row.number,
            row.state,
            str(row.get_state_display()),
            row.title_in_lists if row.may_be_opened else "",
            bool(row.may_be_opened),
        )
        for row in rows
    ]


def _kind(case: Case, other: Case) -> str:
    """How ``other`` hangs on ``case``, in a word for programs."""
    if other.pk == case.merged_into_id:
        return "merged_into"
    if other.pk == case.part_of_id:
        return "part_of"
    return "part" if other.part_of_id == case.pk else "merged_here"


def _relation(case: Case, other: Case) -> str:
    if other.pk == case.merged_into_id:
        return _("Merged into")
    if other.pk == case.part_of_id:
        return _("Part %(part)s of") % {"part": case.part_number}
    if other.part_of_id == case.pk:
        return _("Part %(part)s") % {"part": other.part_number}
    return _("Merged into this one")
