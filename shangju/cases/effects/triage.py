"""Effects of the dispatcher's moves: accept, decline, refer, answer, dispatch."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.draft import ALL_STEPS, REPORTER_STEPS, Draft, handler_of, required, take_result
from shangju.cases.models import (
    Case,
    CaseAssistant,
    Resolution,
)
from shangju.cases.places import put_in_area, subdistrict_path
from shangju.cases.rules import Actor
from shangju.cases.walls import posts_without_free_holder
from shangju.cases.workflow import (
    DeclineReason,
    Outcome,
    State,
)
from shangju.categories.models import Category
from shangju.core.errors import DomainError
from shangju.deadlines.steps import Step
from shangju.parties.models import Party
from shangju.posts.models import Post


def classes_of(category: Category) -> tuple[str, ...]:
    """The classes among which a dispatcher may choose for a category, its own first."""
    return tuple(
        dict.fromkeys((category.deadline_class, *(entry["class"] for entry in category.alternatives)))
    )


def accept(case: Case, board: ClockBoard, payload: moves.Accept, by: Actor, now: datetime) -> Draft:
    """Confirm category and class; the reporter's clocks are computed anew when the class changed."""
    if payload.category.parent_id is None:
        raise DomainError(
            _("Choose a category of the second level."),
            fields={"category": _("Choose one of its sub-categories.")},
        )
    if payload.deadline_class not in classes_of(payload.category):
        raise DomainError(
            _("There is no such class."), fields={"deadline_class": _("Choose one of the classes listed.")}
        )
    if payload.area is not None:
        if not payload.area.path.startswith(subdistrict_path(case)):
            raise DomainError(
                _("That place is in another sub-district."),
                fields={"area": _("Choose a place in this sub-district.")},
            )
        put_in_area(case, payload.area)
    before = (case.deadline_class, case.night_class)
    case.category, case.category_is_confirmed = payload.category, True
    case.concerns_minor = case.concerns_minor or payload.category.concerns_minors
    case.request_type, case.deadline_class = payload.request_type, payload.deadline_class
    case.night_class = case.night_class if payload.category.night_class else ""
    case.title = payload.title.strip() or case.title
    case.accepted_at = now
    board.stop([Step.ACCEPT], now=now)
    if before != (case.deadline_class, case.night_class):
        board.restart(REPORTER_STEPS, start=case.clocks_start_at)
    return Draft(note=payload.note, data={"category": payload.category.code, "class": case.deadline_class})


def decline(case: Case, board: ClockBoard, payload: moves.Decline, by: Actor, now: datetime) -> Draft:
    """End it with a reason and a sentence for the reporter."""
    required(explanation=payload.explanation)
    if payload.reason not in DeclineReason.values:
        raise DomainError(_("Choose a reason."), fields={"reason": _("Choose one of the reasons listed.")})
    board.stop(ALL_STEPS, now=now)
    return Draft(reporter_text=payload.explanation, data={"reason": payload.reason})


def refer(case: Case, board: ClockBoard, payload: moves.Refer, by: Actor, now: datetime) -> Draft:
    """End it here by naming the channel that the law provides."""
    required(legal_channel=payload.legal_channel, explanation=payload.explanation)
    board.stop(ALL_STEPS, now=now)
    return Draft(reporter_text=payload.explanation, data={"legal_channel": payload.legal_channel})


def answer_directly(
    case: Case, board: ClockBoard, payload: moves.AnswerDirectly, by: Actor, now: datetime
) -> Draft:
    """Answer without sending anybody."""
    required(answer=payload.answer)
    case.accepted_at = case.accepted_at or now
    is_part = take_result(case, board, Outcome.EXPLAINED, now=now)
    resolution = Resolution(case=case, outcome=Outcome.EXPLAINED, answer=payload.answer)
    leads_to = State.CLOSED if is_part else ""
    return Draft(
        reporter_text=payload.answer, records=[resolution], leads_to=leads_to, data=_quick_answer(payload)
    )


def _quick_answer(payload: moves.AnswerDirectly) -> dict[str, object]:
    """Which article, in which version, was sent, and whether its words were changed."""
    version = payload.article
    if version is None:
        return {}
    is_changed = payload.answer.strip() != version.short_answer
    return {"article": version.article_id, "version": version.number, "is_changed": is_changed}


def dispatch(case: Case, board: ClockBoard, payload: moves.Dispatch, by: Actor, now: datetime) -> Draft:
    """Give it to a post or a member party; the "sign" clock starts."""
    if (payload.post is None) == (payload.party is None):
        raise DomainError(
            _("Choose one lead handler."), fields={"handler": _("Choose one post or one member party.")}
        )
    for post in payload.assistants:
        # Asked of the place as it was: the lead handler's own area may be narrower than where all of them work.
        demand_in_reach(post, case.area_path, "assistants")
    _demand_free_holders(case, payload, now)
    if payload.post is not None:
        _take_post(case, payload.post)
    if payload.party is not None:
        _take_party(case, payload.party, payload)
    case.handler_post, case.handler_party = payload.post, payload.party
    case.dispatched_at = now
    _set_assistants(case, payload.assistants)
    board.start([Step.SIGN], start=now)
    return Draft(note=payload.note, data=handler_of(case))


def _demand_free_holders(case: Case, payload: moves.Dispatch, now: datetime) -> None:
    """Nobody is given a case in which every holder of the post has a stake (回避)."""
    chosen = [*payload.assistants, *([payload.post] if payload.post else [])]
    for post in posts_without_free_holder(chosen, case, day=timezone.localdate(now)):
        raise DomainError(
            _("That post cannot take it."),
            fields={
                "handler" if post == payload.post else "assistants": _(
                    "Everybody who holds “%(post)s” has a stake in this case. Choose another post."
                )
                % {"post": post}
            },
        )


def is_in_reach(post: Post, area_path: str) -> bool:
    """One rule for who leads and who assists: the post's area includes the place, or lies within it.

    The second is how a case known only by its community reaches the building that it turns out to be about.
    """
    return area_path.startswith(post.area.path) or post.area.path.startswith(area_path)


def demand_in_reach(post: Post, area_path: str, field: str) -> None:
    """Refuse a post that is gone or not :func:`is_in_reach`, at the field it was chosen in."""
    if post.retired_on is not None:
        raise DomainError(_("That post no longer exists."), fields={field: _("Choose another post.")})
    if not is_in_reach(post, area_path):
        raise DomainError(
            _("That post is responsible for another area."),
            fields={field: _("Choose posts whose area includes the place or lies within it.")},
        )


def _take_post(case: Case, post: Post) -> None:
    demand_in_reach(post, case.area_path, "handler")
    if not case.area_path.startswith(post.area.path):
        put_in_area(case, post.area)


def _take_party(case: Case, party: Party, payload: moves.Dispatch) -> None:
    if not party.area.path.startswith(subdistrict_path(case)):
        raise DomainError(
            _("That member is in another sub-district."),
            fields={"handler": _("Choose a member of this sub-district.")},
        )
    case.words_shareable = payload.words_shareable
    case.party_summary = payload.party_summary.strip() or case.party_summary
    if not case.party_summary and not case.words_shareable:
        sentence = _("Describe the problem for the member in words that do not show who raised it.")
        raise DomainError(sentence, fields={"party_summary": sentence})
    if party.pk == case.place_party_id:
        case.concerned_party = party


def change_assistants(
    case: Case, board: ClockBoard, payload: moves.ChangeAssistants, by: Actor, now: datetime
) -> Draft:
    """Others assist from now on; those who no longer do lose the case from their lists."""
    for post in payload.assistants:
        demand_in_reach(post, case.area_path, "assistants")
    CaseAssistant.objects.filter(case=case).delete()
    _set_assistants(case, payload.assistants)
    return Draft(note=payload.note, data={"assistants": [post.name for post in payload.assistants]})


def _set_assistants(case: Case, posts: Sequence[Post]) -> None:
    """Add ``posts`` to those who assist; who came in by a coordination before stays, who leads now does not assist."""
    # A case that is told before it is stored (the demonstration's) has nobody yet.
    earlier = CaseAssistant.objects.filter(case=case.pk)
    if case.reopen_count or case.return_count or case.tier:
        earlier.delete()
    earlier.filter(post=case.handler_post).delete()
    there = {case.handler_post_id, *earlier.values_list("post_id", flat=True)}
    CaseAssistant.objects.bulk_create(
        CaseAssistant(case=case, post=post)
        for post in {post.pk: post for post in posts}.values()
        if post.pk not in there
    )
