"""One form a move: pages render them, the API reads its fields from them, both get the same payload."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shangju.areas.models import Area, AreaKind
from shangju.cases import moves
from shangju.cases.effects import classes_of
from shangju.cases.forms.base import MoveForm
from shangju.cases.forms.feedback import AnswerAsPartyForm, CloseUnreachableForm, ConfirmForm, ReopenForm
from shangju.cases.forms.triage import AcceptForm, AnswerDirectlyForm, DeclineForm, DispatchForm, ReferForm
from shangju.cases.forms.work import ContactForm, FindCauseForm, MediateForm, ResolveForm, SignForm, VisitForm
from shangju.cases.models import Case
from shangju.cases.places import subdistrict_path
from shangju.cases.rules import Actor, open_moves
from shangju.cases.workflow import (
    DeclineReason,
    MediationResult,
    MoveName,
    Outcome,
    RequestType,
    Satisfaction,
    Solved,
    VisitPlace,
)
from shangju.categories.queries import category_by_code, category_tree
from shangju.categories.suggest import suggest_categories
from shangju.deadlines.queries import class_names
from shangju.parties.models import Party, PartyStatus
from shangju.photos.forms import PhotosForm
from shangju.posts.models import Post
from shangju.posts.queries import dispatch_choices, posts_for_ladder_rung

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
)
MOVE_FORMS: dict[MoveName, type[MoveForm]] = {form.move: form for form in _FORMS}
"""The moves that staff and parties make; the reporter's own have their forms on the public pages."""


def move_forms_for(case: Case, actor: Actor, *, now: datetime) -> dict[MoveName, MoveForm]:
    """An empty form for each move that is open to ``actor`` now, in the table's order."""
    return {
        move: MOVE_FORMS[move](case=case, actor=actor, now=now)
        for move in open_moves(actor, case)
        if move in MOVE_FORMS
    }
