"""Somebody calls again: what the same phone told before, and more words for a case that is open already."""

from datetime import datetime

from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.models import Case
from shangju.cases.reporter import phone_print
from shangju.cases.rules import Actor, ActorKind, may_view, visible_to
from shangju.cases.services import apply_move
from shangju.cases.workflow import MoveName
from shangju.core.errors import DomainError, NotAllowed
from shangju.posts.rights import Right, Standing

EARLIER_CONCERNS = 5


def earlier_concerns(standing: Standing, phone: str) -> list[Case]:
    """What the same phone told before, open ones first, as far as the reader may see it."""
    mark = phone_print(phone)
    if not mark:
        return []
    seen = Case.objects.filter(visible_to(standing), reporter_contact__phone_print=mark)
    return list(seen.order_by("-is_open", "-registered_at")[:EARLIER_CONCERNS])


def add_words_of_caller(case: Case, *, phone: str, words: str, by: Actor, now: datetime) -> Case:
    """Write down what the reporter of ``case`` says when they call again; the same words twice are written once.

    The row stands in the reporter's role and names who wrote it down. Only for a case whose inner view is open to the
    clerk and whose reporter left this very phone; raises ``NotAllowed`` otherwise, ``Conflict`` where it has ended.
    """
    mark = phone_print(phone)
    is_clerk = by.kind is ActorKind.STAFF and by.standing.may(Right.ENTER_CASE, path=case.area_path)
    if not is_clerk or not mark or not may_view(by.standing, case):
        raise NotAllowed(_("You can add a caller's words in your own area only."))
    if not Case.objects.filter(pk=case.pk, reporter_contact__phone_print=mark).exists():
        raise DomainError(
            _("This case was not reported from this phone."),
            fields={"phone": _("The chosen case was reported from another phone.")},
        )
    if not words.strip():
        sentence = _("Write down what the caller says.")
        raise DomainError(sentence, fields={"text": sentence})
    last = case.events.order_by("-sequence").first()
    if last and (last.kind, last.by_id, last.note) == (MoveName.ADD_WORDS, by.user_id, words.strip()):
        return case
    return apply_move(
        case, moves.AddWords(words=words.strip()), by=Actor(ActorKind.REPORTER, by.user), now=now
    )
