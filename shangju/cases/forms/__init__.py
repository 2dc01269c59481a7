"""One form a move: pages render them, the API reads its fields from them, both get the same payload."""

from collections.abc import Iterable
from datetime import datetime

from shangju.cases.forms.approvals import (
    AskExtensionForm,
    AskPauseForm,
    AskReturnForm,
    AskRevealForm,
    GrantExtensionForm,
    GrantPauseForm,
    GrantReturnForm,
    GrantRevealForm,
    RefuseForm,
    ResumeForm,
)
from shangju.cases.forms.coordination import ConveneForm
from shangju.cases.forms.feedback import AnswerAsPartyForm, CloseUnreachableForm, ConfirmForm, ReopenForm
from shangju.cases.forms.joining import MergeForm, SplitForm, UnmergeForm
from shangju.cases.forms.move_form import MoveForm
from shangju.cases.forms.protection import ProtectForm, RecuseForm
from shangju.cases.forms.supervision import EscalateForm, ReplyForm, SuperviseForm, UrgeForm
from shangju.cases.forms.triage import (
    AcceptForm,
    AnswerDirectlyForm,
    ChangeAssistantsForm,
    DeclineForm,
    DispatchForm,
    ReferForm,
)
from shangju.cases.forms.work import ContactForm, FindCauseForm, MediateForm, ResolveForm, SignForm, VisitForm
from shangju.cases.models import Case
from shangju.cases.rules import Actor, open_moves
from shangju.cases.workflow import MoveName

__all__ = ["MOVE_FORMS", "MoveForm", "move_forms_for"]

_FORMS: tuple[type[MoveForm], ...] = (
    AcceptForm,
    DeclineForm,
    ReferForm,
    AnswerDirectlyForm,
    DispatchForm,
    SignForm,
    ContactForm,
    VisitForm,
    FindCauseForm,
    MediateForm,
    ResolveForm,
    ConfirmForm,
    ReopenForm,
    CloseUnreachableForm,
    AnswerAsPartyForm,
    ChangeAssistantsForm,
    AskReturnForm,
    AskPauseForm,
    AskExtensionForm,
    GrantReturnForm,
    GrantPauseForm,
    GrantExtensionForm,
    AskRevealForm,
    GrantRevealForm,
    RefuseForm,
    ResumeForm,
    MergeForm,
    UnmergeForm,
    SplitForm,
    UrgeForm,
    SuperviseForm,
    ReplyForm,
    EscalateForm,
    ConveneForm,
    ProtectForm,
    RecuseForm,
)
MOVE_FORMS: dict[MoveName, type[MoveForm]] = {form.move: form for form in _FORMS}
"""The moves that staff and parties make; the reporter's own have their forms on the public pages."""


def move_forms_for(
    case: Case, actor: Actor, *, now: datetime, moves: Iterable[MoveName] | None = None
) -> dict[MoveName, MoveForm]:
    """An empty form for each move that is open to ``actor`` now, in the table's order; or for those of ``moves``."""
    wanted = open_moves(actor, case, now=now) if moves is None else moves
    return {move: MOVE_FORMS[move](case=case, actor=actor, now=now) for move in wanted if move in MOVE_FORMS}
