"""What goes out: the shapes, and how rows become them. No shape has room for who complained."""

from datetime import date, datetime
from typing import Any

from django.utils import timezone
from pydantic import BaseModel

from shangju.cases.joined import joined_cases
from shangju.cases.models import Case, CaseClock, CaseEvent
from shangju.cases.queries import light_of
from shangju.cases.reporter_view import Promise
from shangju.cases.workflow import CaseRole
from shangju.core.personal_data import find_personal_data, mask_personal_data
from shangju.deadlines.engine import Line, light_at
from shangju.deadlines.explanation import explain
from shangju.deadlines.steps import Step
from shangju.knowledge.models import Article, ArticleVersion
from shangju.posts.rights import Standing


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


class ConcernOut(BaseModel):
    """What the reporter is told."""

    number: str
    state: str
    state_label: str
    registered_at: datetime
    promises: list[PromiseOut]
    answers: list[AnswerOut]
    timeline: list[EntryOut]
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
    registered_at: datetime
    history_length: int


class ClockOut(BaseModel):
    """One deadline: running while ``stopped`` is empty."""

    step: str
    label: str
    round: int
    started: datetime
    due: datetime
    stopped: datetime | None
    met: bool | None
    paused: bool
    provisional: bool
    light: str
    explanation: list[str]


class HistoryRow(BaseModel):
    """One row of the hash-chained history."""

    sequence: int
    kind: str
    label: str
    from_state: str
    to_state: str
    role: str
    post: str
    by: str
    at: datetime
    note: str
    reporter_text: str
    party_text: str
    previous_hash: str
    hash: str


class JoinedOut(BaseModel):
    """A case merged into this one or the other way round, a part of it or its whole."""

    relation: str
    number: str
    state: str


class CaseOut(CaseRow):
    """A case with everything that its inner view holds."""

    text: str
    place_note: str
    is_anonymous: bool
    party_summary: str
    concerned_party: str
    outcome: str
    solved: str
    satisfaction: str
    closed_at: datetime | None
    joined: list[JoinedOut]
    clocks: list[ClockOut]
    history: list[HistoryRow]


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


class TokenOut(BaseModel):
    """A key, shown this once, to be sent as ``Authorization: Bearer …``."""

    token: str
    expires_at: datetime


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


def whole_case(standing: Standing, case: Case, *, now: datetime) -> dict[str, Any]:
    """A case whose inner view the reader may open, with clocks and history."""
    return case_row(case, now=now) | {
        "text": mask_personal_data(case.text),
        "place_note": case.place_note,
        "is_anonymous": case.is_anonymous,
        "title": case.title,
        "party_summary": case.party_summary,
        "concerned_party": str(case.concerned_party or ""),
        "outcome": case.outcome,
        "solved": case.solved,
        "satisfaction": case.satisfaction,
        "closed_at": local(case.closed_at),
        "joined": [
            {"relation": other.relation, "number": other.number, "state": other.state}
            for other in joined_cases(standing, case)
        ],
        "clocks": [_clock(clock, case, now=now) for clock in case.clocks.all()],
        "history": [_history_row(event) for event in case.events.select_related("by").order_by("sequence")],
    }


def _clock(clock: CaseClock, case: Case, *, now: datetime) -> dict[str, Any]:
    light = light_at(
        now, yellow_at=clock.yellow_at, orange_at=clock.orange_at, due=clock.due_at, purple_at=clock.purple_at
    )
    return {
        "step": clock.step,
        "label": clock.get_step_display(),
        "round": clock.round,
        "started": local(clock.started_at),
        "due": local(clock.due_at),
        "stopped": local(clock.stopped_at),
        "met": clock.is_met,
        "paused": clock.step == Step.CLOSE and clock.stopped_at is None and case.is_paused(now),
        "provisional": clock.is_provisional,
        "light": "done" if clock.stopped_at else str(light),
        "explanation": explain([Line.from_json(line) for line in clock.explanation]),
    }


OUTSIDERS = frozenset({CaseRole.REPORTER, CaseRole.PARTY, CaseRole.PARTY_HANDLER})
"""Whose rows name no person: a signed-in reporter would be known by their account."""


def _history_row(event: CaseEvent) -> dict[str, Any]:
    return {
        "sequence": event.sequence,
        "kind": event.kind,
        "label": event.get_kind_display(),
        "from_state": event.from_state,
        "to_state": event.to_state,
        "role": event.role,
        "post": event.post_name,
        "by": str(event.by) if event.by and event.role not in OUTSIDERS else "",
        "at": local(event.at),
        "note": mask_personal_data(event.note),
        # The reporter's own words stand in both texts; what staff told was asked about when it was written.
        "reporter_text": mask_personal_data(event.reporter_text)
        if event.reporter_text == event.note
        else event.reporter_text,
        "party_text": event.party_text,
        "previous_hash": event.previous_hash,
        "hash": event.hash,
    }
