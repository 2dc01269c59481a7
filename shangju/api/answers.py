"""What goes out: the shapes, and how rows become them. No shape has room for who complained."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import timezone
from pydantic import BaseModel

from shangju.accounts.models import ApiToken
from shangju.cases.models import Case, CasePhoto
from shangju.cases.queries import light_of
from shangju.cases.reporter_view import Promise
from shangju.core.personal_data import find_personal_data
from shangju.knowledge.models import Article, ArticleVersion


class Problem(BaseModel):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: dict[str, list[str]]
    reference: str


class Named(BaseModel):
    """Something with a code and a name in the reader's language."""

    code: str
    name: str


class PromiseOut(BaseModel):
    """What is promised until when; ``explanation`` says how the date came about, line by line."""

    step: str
    label: str
    started: datetime
    due: datetime
    kept: bool | None
    explanation: list[str]


class PersonalDataOut(BaseModel):
    """Where a text seems to hold personal data: signs ``start`` to ``end`` (not included) of ``field``."""

    field: str
    kind: str
    label: str
    start: int
    end: int


class ReceiptOut(BaseModel):
    """The answer to a submission, as it stood at registration; ``tracking_code`` opens the case's public side.

    ``personal_data`` warns of what the text seems to hold of somebody: it is masked wherever others read it.
    """

    number: str
    tracking_code: str
    state: str
    promises: list[PromiseOut]
    personal_data: list[PersonalDataOut]


class AnswerOut(BaseModel):
    """A result with the words that the handler gave the reporter."""

    outcome: str
    outcome_label: str
    answer: str
    plan: str
    planned_on: date | None
    at: datetime


class EntryOut(BaseModel):
    """One line of the reporter's timeline."""

    title: str
    text: str
    at: datetime


class PhotoOut(BaseModel):
    """A picture of a case: read it at ``…/photos/{id}/full`` or ``…/photos/{id}/thumbnail``."""

    id: UUID
    purpose: str
    purpose_label: str
    width: int
    height: int


class ConcernOut(BaseModel):
    """What the reporter is told; ``contact_looks`` says how often somebody opened the contact."""

    number: str
    state: str
    state_label: str
    registered_at: datetime
    promises: list[PromiseOut]
    answers: list[AnswerOut]
    timeline: list[EntryOut]
    photos: list[PhotoOut]
    contact_looks: int
    open_to_reporter: list[str]


class HandlerOut(BaseModel):
    """A post or a member party."""

    kind: str
    id: int
    name: str


class CaseRow(BaseModel):
    """A case in a list."""

    number: str
    title: str
    is_confidential: bool
    concerns_minor: bool
    state: str
    state_label: str
    request_type: str
    channel: str
    deadline_class: str
    area: Named
    category: Named | None
    handler: HandlerOut | None
    light: str
    due_step: str
    due_at: datetime | None
    happening_now: bool
    reopen_count: int
    return_count: int
    extension_count: int
    paused_until: datetime | None
    tier: str
    me_too_count: int
    priority: int
    registered_at: datetime
    history_length: int


class RevealOut(BaseModel):
    """What was asked for of a reporter's data, for this one look; empty what was not asked for or not left."""

    name: str
    phone: str
    exact_address: str
    words: str


class CasePage(BaseModel):
    """One page of a worklist; ``next_cursor`` leads to the following one."""

    items: list[CaseRow]
    next_cursor: str | None


class ChoiceOut(BaseModel):
    """One value that a field may take."""

    value: str
    label: str


class FieldOut(BaseModel):
    """A field of a move: ``type`` is text, number, choice, choices, boolean, date, datetime or ids."""

    name: str
    type: str
    required: bool
    label: str
    choices: list[ChoiceOut] | None = None


class MoveOut(BaseModel):
    """A move that is open now, with its fields."""

    move: str
    label: str
    fields: list[FieldOut]


class AreaOut(Named):
    """An area of the tree; ``parent`` is the code of the area above."""

    kind: str
    parent: str | None


class CategoryOut(Named):
    """A category that a concern may carry."""

    deadline_class: str
    legal_basis: str


class CategoryGroup(Named):
    """A root with its categories."""

    children: list[CategoryOut]


class ArticleRow(BaseModel):
    """A question and its short answer, which can be sent as it is; ``area`` is empty where it holds everywhere."""

    id: int
    language: str
    question: str
    short_answer: str
    category: Named | None
    area: Named | None
    version: int
    published_at: datetime


class ArticleOut(ArticleRow):
    """An article in full: plain text, ``## `` begins a heading, ``- `` an item of a list."""

    text: str
    keywords: list[str]
    source: str
    valid_until: date | None


class ArticlePageOut(BaseModel):
    """One page of articles; ``next_cursor`` leads to the following one."""

    items: list[ArticleRow]
    next_cursor: str | None


class UploadOut(BaseModel):
    """A picture that was kept: name its id among ``photos`` within 24 hours."""

    id: str
    width: int
    height: int
    byte_size: int


class TokenRow(BaseModel):
    """A key without the key itself; ``last_used_on`` is a day, nothing finer is kept."""

    id: int
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime
    last_used_on: date | None
    revoked_at: datetime | None


class TokenOut(TokenRow):
    """A key, shown this once, to be sent as ``Authorization: Bearer …``."""

    token: str


def personal_data_in(**texts: str) -> list[dict[str, Any]]:
    """What each of ``texts`` seems to hold of somebody."""
    return [
        {
            "field": field,
            "kind": str(found.kind),
            "label": str(found.kind.label),
            "start": found.start,
            "end": found.end,
        }
        for field, text in texts.items()
        for found in find_personal_data(text)
    ]


def local(moment: datetime | None) -> datetime | None:
    """The instant with the offset of the installation's time zone: ``+08:00``."""
    return timezone.localtime(moment) if moment else None


def promise(made: Promise) -> dict[str, Any]:
    """A promise; whether it is late, the reader sees from ``due``."""
    return {
        "step": made.step,
        "label": made.label,
        "started": local(made.started),
        "due": local(made.due),
        "kept": made.is_kept,
        "explanation": made.explanation,
    }


def case_row(case: Case, *, now: datetime) -> dict[str, Any]:
    """A case for a list."""
    return {
        "number": case.number,
        "title": case.title_in_lists,
        "is_confidential": case.is_confidential,
        "concerns_minor": case.concerns_minor,
        "state": case.state,
        "state_label": case.get_state_display(),
        "request_type": case.request_type,
        "channel": case.channel,
        "deadline_class": case.deadline_class,
        "area": {"code": case.area.code, "name": str(case.area)},
        "category": {"code": case.category.code, "name": case.category.name} if case.category else None,
        "handler": _handler(case),
        "light": light_of(case, now=now),
        "due_step": case.due_step,
        "due_at": local(case.due_at),
        "happening_now": case.happening_now,
        "reopen_count": case.reopen_count,
        "return_count": case.return_count,
        "extension_count": case.extension_count,
        "paused_until": local(case.paused_until) if case.is_paused(now) else None,
        "tier": case.tier,
        "me_too_count": case.me_too_count,
        "priority": case.priority,
        "registered_at": local(case.registered_at),
        "history_length": case.history_length,
    }


def article_row(article: Article) -> dict[str, Any]:
    """A published article for a list."""
    version = _published(article)
    return {
        "id": article.pk,
        "language": article.language,
        "question": version.question,
        "short_answer": version.short_answer,
        "category": {"code": version.category.code, "name": version.category.name}
        if version.category
        else None,
        "area": {"code": article.area.code, "name": str(article.area)} if article.area else None,
        "version": version.number,
        "published_at": local(article.published_at),
    }


def whole_article(article: Article) -> dict[str, Any]:
    """A published article in full."""
    version = _published(article)
    return article_row(article) | {
        "text": version.text,
        "keywords": version.keyword_list,
        "source": version.source,
        "valid_until": version.valid_until,
    }


def _published(article: Article) -> ArticleVersion:
    if article.published is None:
        raise ValueError(f"article {article.pk} is not published")
    return article.published


def _handler(case: Case) -> dict[str, Any] | None:
    handler = case.handler_post or case.handler_party
    if handler is None:
        return None
    return {"kind": "post" if case.handler_post else "party", "id": handler.pk, "name": str(handler)}


def photo_row(link: CasePhoto) -> dict[str, Any]:
    """A picture of a case, with its photo."""
    return {
        "id": link.photo_id,
        "purpose": link.purpose,
        "purpose_label": link.get_purpose_display(),
        "width": link.photo.width,
        "height": link.photo.height,
    }


def token_row(token: ApiToken) -> dict[str, Any]:
    """A key for its holder."""
    return {
        "id": token.pk,
        "name": token.name,
        "scopes": token.scopes,
        "created_at": local(token.created_at),
        "expires_at": local(token.expires_at),
        "last_used_on": token.last_used_on,
        "revoked_at": local(token.revoked_at),
    }
