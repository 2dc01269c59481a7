"""Writes of bulletins: draft, take the figures anew, edit, issue, withdraw. Each appends a row of the history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from shangju.areas.models import Area, AreaKind
from shangju.bulletins.figures import Figures, as_data
from shangju.bulletins.freezing import hash_of_content, hash_of_event
from shangju.bulletins.gathering import gather_figures
from shangju.bulletins.gathering_topics import behind_a_readers_wall
from shangju.bulletins.kinds import BulletinKind, Span, before_words, span_of
from shangju.bulletins.models import Bulletin, BulletinEvent, BulletinSection, BulletinSetting
from shangju.bulletins.paper import office_of
from shangju.bulletins.rules import may_make, post_for
from shangju.bulletins.telling import tell_task_force
from shangju.bulletins.text.parts import Part, as_text, parts_of
from shangju.bulletins.text.revising import as_rows, from_rows, revised
from shangju.bulletins.text.sentences import Frame, Paragraph
from shangju.bulletins.workflow import MOVES, BulletinMove, BulletinState
from shangju.cases.numbering import number_prefix, take_bulletin_number
from shangju.cases.rules import Actor, ActorKind
from shangju.core import audit
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.personal_data import find_personal_data, kinds_in
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.measures.periods import Period

TEXT_AT_MOST = 4000
TITLE_AT_MOST = 120
REASON_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Made:
    """Figures with the sentences that tell them."""

    figures: Figures
    parts: Mapping[Part, list[Paragraph]]
    texts: Mapping[Part, str]


def draft_bulletin(
    area: Area, *, kind: str, first: date, by: Actor, now: datetime, language: str = ""
) -> Bulletin:
    """Draft the bulletin of the week or month that begins on ``first``, with figures as they are now.

    It takes the place of a withdrawn one of the same period and then begins with its text. Raises ``NotAllowed``
    without the right, ``DomainError`` at ``first`` where the time is not over, ``Conflict`` where there is one already.
    """
    _check_right(by, BulletinMove.DRAFT, area)
    span = _checked_span(area, kind, first, now=now)
    written_in = language or settings.LANGUAGE_CODE
    made = _make(area, kind, span, language=written_in, now=now)
    with transaction.atomic():
        _lock(area)
        of_period = Bulletin.objects.filter(area=area, kind=kind, first=first)
        if of_period.exclude(state=BulletinState.WITHDRAWN).exists():
            raise Conflict(_("There is a bulletin of this period already."))
        withdrawn = of_period.filter(replaced_by__isnull=True).order_by("-pk").first()
        bulletin = Bulletin.objects.create(
            area=area,
            kind=kind,
            first=span[0],
            last=span[1],
            language=written_in,
            title=title_of(area, kind, language=written_in),
            figures=as_data(made.figures),
            figures_taken_at=now,
            drafted_by=by.user,
            drafted_at=now,
            replaces=withdrawn,
        )
        BulletinSection.objects.bulk_create(_new_sections(bulletin, made, withdrawn))
        _append(bulletin, BulletinMove.DRAFT, by=by, now=now)
        if by.kind is ActorKind.SYSTEM:
            tell_task_force(bulletin, now=now)
    return bulletin


def _new_sections(bulletin: Bulletin, made: Made, withdrawn: Bulletin | None) -> list[BulletinSection]:
    earlier = {section.part: section for section in withdrawn.sections.all()} if withdrawn else {}
    sections = []
    for position, part in enumerate(Part):
        text = made.texts[part]
        if part in earlier:
            was = earlier[part]
            text = revised(was.text, from_rows(was.generated), made.parts[part], as_text=text)
        sections.append(
            BulletinSection(
                bulletin=bulletin,
                part=part,
                position=position,
                text=text[:TEXT_AT_MOST],
                generated=as_rows(made.parts[part]),
            )
        )
    return sections


def title_of(area: Area, kind: str, *, language: str) -> str:
    """How a bulletin is headed until somebody writes another title."""
    with translation.override(language):
        if kind == BulletinKind.WEEK:
            return _("%(area)s: weekly bulletin on concerns of the people") % {"area": area}
        return _("%(area)s: monthly bulletin on concerns of the people") % {"area": area}


def _make(area: Area, kind: str, span: Span, *, language: str, now: datetime) -> Made:
    """Figures and sentences, read outside the transaction that stores them."""
    figures = gather_figures(area, span, language=language, now=now)
    with translation.override(language):
        parts = parts_of(figures, Frame(Period(*span).label, before_words(kind)))
        return Made(figures, parts, {part: as_text(paragraphs) for part, paragraphs in parts.items()})


def take_figures(bulletin: Bulletin, *, by: Actor, now: datetime) -> Bulletin:
    """Take the figures of a draft anew. What nobody changed in the text follows them, what somebody wrote stays.

    Raises ``NotAllowed`` without the right and ``Conflict`` where it is no draft any more.
    """
    _check_right(by, BulletinMove.TAKE_FIGURES, bulletin.area)
    made = _make(
        bulletin.area, bulletin.kind, (bulletin.first, bulletin.last), language=bulletin.language, now=now
    )
    with transaction.atomic():
        held = _held(bulletin, BulletinMove.TAKE_FIGURES)
        for section in held.sections.all():
            part = Part(section.part)
            old = from_rows(section.generated)
            section.text = revised(section.text, old, made.parts[part], as_text=made.texts[part])[
                :TEXT_AT_MOST
            ]
            section.generated = as_rows(made.parts[part])
            section.save(update_fields=["text", "generated"])
        held.figures, held.figures_taken_at = as_data(made.figures), now
        held.edition += 1
        held.save(update_fields=["figures", "figures_taken_at", "edition"])
        _append(held, BulletinMove.TAKE_FIGURES, by=by, now=now)
    return held


@transaction.atomic
def edit_bulletin(
    bulletin: Bulletin, *, title: str, texts: Mapping[str, str], seen: int, by: Actor, now: datetime
) -> Bulletin:
    """Change title and sections of a draft; ``seen`` is the edition that the writer had before them.

    Raises ``NotAllowed``, ``Conflict`` where somebody else has changed or issued it meanwhile, and ``DomainError`` at
    ``title`` or the name of a section.
    """
    _check_right(by, BulletinMove.EDIT, bulletin.area)
    held = _held(bulletin, BulletinMove.EDIT)
    _check_seen(held, seen)
    clean = {part: _tidy(text) for part, text in texts.items()}
    _check_words({"title": title.strip(), **clean})
    changed = []
    for section in held.sections.all():
        if section.part in clean and clean[section.part] != section.text:
            section.text = clean[section.part]
            section.save(update_fields=["text"])
            changed.append(section.part)
    if title.strip() != held.title:
        held.title = title.strip()
        changed.append("title")
    if changed:
        held.edition += 1
        held.save(update_fields=["title", "edition"])
        _append(held, BulletinMove.EDIT, by=by, now=now, data={"changed": changed})
    return held


@transaction.atomic
def issue_bulletin(bulletin: Bulletin, *, seen: int, by: Actor, now: datetime) -> Bulletin:
    """Freeze text and figures under the next number of the year, with a hash over all of it.

    Raises ``NotAllowed`` without the right, ``Conflict`` where it was changed or issued meanwhile, ``DomainError`` at
    the section that is empty, or at the topics where a reader has come to have a stake in one of them.
    """
    _check_right(by, BulletinMove.ISSUE, bulletin.area)
    held = _held(bulletin, BulletinMove.ISSUE)
    _check_seen(held, seen)
    sections = list(held.sections.all())
    _check_words({"title": held.title, **{section.part: section.text for section in sections}})
    _check_topics(held, now=now)
    held.number = take_bulletin_number(number_prefix(held.area), kind=held.kind, now=now)
    held.state, held.issued_by, held.issued_at = MOVES[BulletinMove.ISSUE].target, by.user, now
    held.issued_as = post_for(by.standing, BulletinMove.ISSUE, held.area)
    with translation.override(held.language):
        held.office = office_of(held.area)
    held.content_hash = hash_of_content(held, sections, area_code=held.area.code)
    frozen = ["number", "state", "issued_by", "issued_at", "issued_as", "office", "content_hash"]
    held.save(update_fields=frozen)
    data = {"number": held.number, "hash": held.content_hash}
    _append(held, BulletinMove.ISSUE, by=by, now=now, data=data)
    return held


@transaction.atomic
def withdraw_bulletin(bulletin: Bulletin, *, reason: str, by: Actor, now: datetime) -> Bulletin:
    """Take back an issued bulletin; it stays readable, marked, and a corrected one of the period can be drafted.

    Raises ``NotAllowed``, ``Conflict`` where it is not issued, ``DomainError`` at ``reason``.
    """
    _check_right(by, BulletinMove.WITHDRAW, bulletin.area)
    held = _held(bulletin, BulletinMove.WITHDRAW)
    words = " ".join(reason.split())
    if not words or len(words) > REASON_AT_MOST:
        sentence = _("Say in at most %(limit)s characters what was wrong.") % {"limit": REASON_AT_MOST}
        raise DomainError(sentence, fields={"reason": sentence})
    _check_words({"reason": words})
    held.state, held.withdrawn_at, held.withdrawn_reason = MOVES[BulletinMove.WITHDRAW].target, now, words
    held.save(update_fields=["state", "withdrawn_at", "withdrawn_reason"])
    _append(held, BulletinMove.WITHDRAW, by=by, now=now, data={"reason": words})
    return held


@transaction.atomic
def set_automatic_drafts(
    area: Area, *, drafts_weeks: bool, drafts_months: bool, by: Actor, now: datetime
) -> None:
    """Say which drafts the system makes by itself in the sub-district. Raises ``NotAllowed`` without the right."""
    _check_right(by, BulletinMove.ISSUE, area)
    _lock(area)
    after = {"drafts_weeks": drafts_weeks, "drafts_months": drafts_months}
    setting, _new = BulletinSetting.objects.get_or_create(area=area)
    audit.change_and_record(
        setting, after, allowed=after.keys(), action="bulletins.automatic_drafts", by=by.user, now=now
    )


def _check_right(by: Actor, move: BulletinMove, area: Area) -> None:
    if by.kind is ActorKind.SYSTEM and move == BulletinMove.DRAFT:
        return
    if by.kind is not ActorKind.STAFF or not may_make(by.standing, move, area):
        raise NotAllowed(
            _("Only the leaders and the task force of the sub-district do this.")
            if MOVES[move].right != MOVES[BulletinMove.DRAFT].right
            else _("Only those who supervise cases in the sub-district do this.")
        )


def _checked_span(area: Area, kind: str, first: date, *, now: datetime) -> Span:
    if area.kind != AreaKind.SUBDISTRICT or kind not in BulletinKind.values:
        raise DomainError(_("A bulletin tells of a week or month of a sub-district."))
    span = span_of(kind, first)
    if span[0] != first:
        sentence = _("Choose one of the weeks or months.")
        raise DomainError(sentence, fields={"first": sentence})
    if span[1] >= timezone.localdate(now):
        sentence = _("Choose a week or month that is over.")
        raise DomainError(sentence, fields={"first": sentence})
    return span


def _lock(area: Area) -> None:
    """Whoever drafts for the same sub-district takes turns."""
    with everywhere(EverywhereReason.STRUCTURE):
        Area.objects.select_for_update(of=("self",)).only("pk").get(pk=area.pk)


def _held(bulletin: Bulletin, move: BulletinMove) -> Bulletin:
    """The bulletin, locked, in the state from which the move goes."""
    held = Bulletin.objects.select_for_update(of=("self",)).select_related("area").get(pk=bulletin.pk)
    if held.state != MOVES[move].source:
        raise Conflict(_("Somebody else was faster: open the bulletin again to see where it stands."))
    return held


def _check_seen(held: Bulletin, seen: int) -> None:
    if seen != held.edition:
        raise Conflict(
            _("Somebody else changed the draft meanwhile. Compare with the draft before you go on.")
        )


def _tidy(text: str) -> str:
    """Lines without blanks around them and without empty ones between."""
    return "\n".join(line.strip() for line in text.replace("\r", "").split("\n") if line.strip())


def _check_words(words: Mapping[str, str]) -> None:
    faults = {name: sentence for name, text in words.items() if (sentence := _fault_of(name, text))}
    if faults:
        raise DomainError(_("Please correct the marked fields."), fields=faults)


def _check_topics(held: Bulletin, *, now: datetime) -> None:
    """Nobody gets a paper that tells of a case which they must not know of; asked again, for stakes come and go."""
    told = [each["pk"] for each in held.figures.get("topics", ())]
    if told and behind_a_readers_wall(held.area, told, day=timezone.localdate(now)):
        sentence = _(
            "Somebody who reads the bulletin has come to have a stake in a topic of it. Take the figures anew."
        )
        raise DomainError(sentence, fields={Part.TOPICS: sentence})


def _fault_of(name: str, text: str) -> str:
    limit = TITLE_AT_MOST if name == "title" else TEXT_AT_MOST
    if not text:
        return _("Write something here, or that there is nothing to tell.")
    if len(text) > limit:
        return _("At most %(limit)s characters, please; this has %(length)s.") % {
            "limit": limit,
            "length": len(text),
        }
    if "\x00" in text:
        return _("The text holds characters that cannot be stored.")
    if found := find_personal_data(text):
        return _("Everybody who gets the bulletin reads this. Leave out: %(kinds)s.") % {
            "kinds": kinds_in(found)
        }
    return ""


def _append(
    bulletin: Bulletin, move: BulletinMove, *, by: Actor, now: datetime, data: dict[str, Any] | None = None
) -> None:
    """The next row of the history; the caller holds the bulletin."""
    event = BulletinEvent(
        bulletin=bulletin,
        sequence=bulletin.history_length + 1,
        move=move,
        by=by.user,
        post_name=post_for(by.standing, move, bulletin.area),
        data={"figures": bulletin.figures["taken_at"], **(data or {})},
        at=now,
        previous_hash=bulletin.history_head,
    )
    event.hash = hash_of_event(event)
    event.save(force_insert=True)
    bulletin.history_length, bulletin.history_head = event.sequence, event.hash
    bulletin.save(update_fields=["history_length", "history_head"])
