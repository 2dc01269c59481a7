"""Writes of the board: propose, publish after a second look, take down. Each is in the audit trail."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.board.models import Publication, Stage
from shangju.board.rules import WITH_A_RESULT, may_be_published, may_check, may_propose, may_take_down
from shangju.cases.models import Case
from shangju.cases.rules import Actor
from shangju.cases.safe_summary import area_for_strangers, road_names, road_of
from shangju.core import audit
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.personal_data import find_personal_data, kinds_in
from shangju.core.scoping import EverywhereReason, everywhere

RESULT_AT_MOST = 300
TAKEN_UP_AGAIN = "taken_up_again"
MADE_CONFIDENTIAL = "made_confidential"
BATCH = 200


@transaction.atomic
def propose_publication(case: Case, *, result: str, by: Actor, now: datetime) -> Publication:
    """Propose a case for the board, with the sentence that everybody may read. A second person looks at it.

    Category, road, outcome and days are copied now, so that the board never reads the case. Raises ``NotAllowed``
    without the right, ``DomainError`` where the case or the words do not allow it, ``Conflict`` for a second proposal.
    """
    held = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if not may_propose(by, held):
        raise NotAllowed(_("Only those who work on cases of this area propose them for the public board."))
    _check_case(held)
    words = check_words(result)
    if Publication.objects.filter(case=held).exclude(stage=Stage.TAKEN_DOWN).exists():
        raise Conflict(_("This case has been proposed for the board, or is on it already."))
    publication = _new_publication(held, words, by=by, now=now)
    publication.save(force_insert=True)
    _record(publication, "publication.proposed", by=by, now=now)
    return publication


def _check_case(case: Case) -> None:
    if not may_be_published(case):
        raise DomainError(
            _(
                "Only a case with a result and a confirmed category can be on the public board, "
                "never a confidential one, a request for help, a report of a breach, or one whose data is walled."
            ),
            code="not_for_the_board",
        )


def check_words(result: str) -> str:
    """The sentence for everybody, without blanks around it; raises ``DomainError`` at the field ``result``."""
    words = result.strip()
    sentence = ""
    if not words:
        sentence = _("Say in a sentence what was done.")
    elif len(words) > RESULT_AT_MOST:
        sentence = _("At most %(limit)s characters, please; this has %(length)s.") % {
            "limit": RESULT_AT_MOST,
            "length": len(words),
        }
    elif "\x00" in words:
        sentence = _("The text holds characters that cannot be stored.")
    elif found := find_personal_data(words):
        sentence = _("Everybody can read this. Leave out: %(kinds)s.") % {"kinds": kinds_in(found)}
    if sentence:
        raise DomainError(sentence, fields={"result": sentence})
    return words


def _new_publication(case: Case, words: str, *, by: Actor, now: datetime) -> Publication:
    ended = timezone.localdate(case.resolved_at or now)
    assert case.category_id is not None, "a confirmed category is one"
    begun = timezone.localdate(case.registered_at)
    return Publication(
        case=case,
        area_path=case.area_path,
        subdistrict_id=case.subdistrict_id,
        community_id=case.community_id,
        category_id=case.category_id,
        place=road_of(case.place_note, road_names([area_for_strangers(case)]))[:40],
        outcome=case.outcome,
        days_taken=max(0, (ended - begun).days),
        ended_on=ended,
        result=words,
        proposed_by=by.user,
        proposed_at=now,
    )


@transaction.atomic
def publish(publication: Publication, *, by: Actor, now: datetime) -> Publication:
    """The second look said yes: the proposal is on the board. The case is asked once more whether it may be.

    Raises ``NotAllowed`` for its proposer and without the right, ``Conflict`` where it is no proposal any more.
    """
    case = Case.objects.select_for_update(of=("self",)).get(pk=publication.case_id)
    held = Publication.objects.select_for_update(of=("self",)).select_related("case").get(pk=publication.pk)
    if not may_check(by, held):
        raise NotAllowed(_("A dispatcher of the area who did not propose it takes the second look."))
    if held.stage != Stage.PROPOSED:
        raise Conflict(_("Somebody else has decided on this proposal already."))
    _check_case(case)
    held.stage, held.checked_by, held.published_at = Stage.PUBLISHED, by.user, now
    held.save(update_fields=["stage", "checked_by", "published_at"])
    _record(held, "publication.published", by=by, now=now)
    return held


@transaction.atomic
def take_down(publication: Publication, *, reason: str, by: Actor, now: datetime) -> Publication:
    """Refuse a proposal, or take a publication down, at once. Raises ``NotAllowed`` and ``DomainError`` at ``reason``."""
    held = Publication.objects.select_for_update(of=("self",)).select_related("case").get(pk=publication.pk)
    if not may_take_down(by, held) and held.proposed_by_id != by.user_id:
        raise NotAllowed(_("Only a dispatcher of the area and who proposed it take it down."))
    if not reason.strip():
        sentence = _("Say in a few words why.")
        raise DomainError(sentence, fields={"reason": sentence})
    if held.stage == Stage.TAKEN_DOWN:
        raise Conflict(_("It is taken down already."))
    _end(held, reason.strip()[:120], by=by, now=now)
    return held


def take_down_confidential(case_id: int, *, now: datetime) -> int:
    """Take down what is proposed or public of a case that became confidential; in the caller's transaction."""
    return _end_all(Publication.objects.filter(case_id=case_id), MADE_CONFIDENTIAL, now=now)


def take_down_stale(now: datetime) -> int:
    """Take down what no longer holds, because its case is worked on again or became confidential by any way.

    A step of the worker; safe to repeat, and two workers take turns at a row.
    """
    with everywhere(EverywhereReason.WORKER), transaction.atomic():
        # Asked of what is on the board, case by case: a join may read all cases to find the few that are there.
        case = Case.objects.filter(pk=OuterRef("case_id"))
        kept = Q(is_confidential=True) | Q(concerns_minor=True)
        confidential = Publication.objects.filter(Exists(case.filter(kept)))
        again = Publication.objects.filter(Exists(case.exclude(kept).exclude(state__in=WITH_A_RESULT)))
        return _end_all(confidential, MADE_CONFIDENTIAL, now=now) + _end_all(again, TAKEN_UP_AGAIN, now=now)


def _end_all(rows: QuerySet[Publication], reason: str, *, now: datetime) -> int:
    with everywhere(EverywhereReason.PUBLIC_BOARD):
        alive = rows.exclude(stage=Stage.TAKEN_DOWN).values_list("pk", flat=True)[:BATCH]
        locked = list(Publication.objects.select_for_update(of=("self",)).filter(pk__in=list(alive)))
        for held in locked:
            _end(held, reason, by=None, now=now)
    return len(locked)


def _end(held: Publication, reason: str, *, by: Actor | None, now: datetime) -> None:
    held.stage, held.taken_down_at, held.taken_down_reason = Stage.TAKEN_DOWN, now, reason
    held.save(update_fields=["stage", "taken_down_at", "taken_down_reason"])
    _record(held, "publication.taken_down", by=by, now=now, reason=reason)


def _record(
    publication: Publication, action: str, *, by: Actor | None, now: datetime, reason: str = ""
) -> None:
    audit.record(
        publication,
        action=action,
        by=by.user if by else None,
        now=now,
        after={"case": publication.case_id, "stage": publication.stage},
        reason=reason,
    )
