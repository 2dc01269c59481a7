"""What somebody asks about their own data: received, answered by a person within the limit, and told.

Whoever holds the tracking code of a case, or signed in by phone code to an account, asks for that case or account. The
contact of a matter that is over, or of a person who is not to be called, goes at once and by oneself.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from shangju.accounts.models import User
from shangju.areas.models import Area, AreaKind
from shangju.cases.models import Case, ReporterContact
from shangju.cases.reporter import normalise_phone, phone_print
from shangju.cases.rules import Actor, ActorKind
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.engine import compute_deadline
from shangju.deadlines.queries import calendar_for
from shangju.privacy.accounts import delete_account
from shangju.privacy.anonymising import forget_contact_of
from shangju.privacy.models import CaseErasure, DataRequest
from shangju.privacy.rules import ANSWERING, demand_answering
from shangju.privacy.telling import append_row, phone_of, tell_answer
from shangju.privacy.workflow import (
    ANSWER_LIMIT,
    MOVES_OF_STAFF,
    REQUEST_MOVES,
    ErasureCause,
    RefusalReason,
    RequestKind,
    RequestMove,
    RequestState,
    RetentionKind,
)

WORDS_AT_MOST = 1000
ANSWER_AT_MOST = 1000


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked: the kind, and for a correction what would be right."""

    kind: str
    words: str = ""
    new_name: str = ""
    new_phone: str = ""


@dataclass(frozen=True, slots=True)
class Answering:
    """What staff does with a request: the move, for a refusal its reason, and a sentence that the person reads."""

    move: str
    refusal: str = ""
    answer: str = ""


def ask_about_case(case: Case, asking: Asking, *, by: Actor, now: datetime) -> DataRequest:
    """Receive a request of the reporter of ``case``, whose clock starts now.

    Raises:
        NotAllowed: ``by`` is not the reporter, who came by the tracking code or their own list.
        DomainError: nothing is said that would be right, or the kind is none of a case.
        Conflict: the same is asked already and not answered yet.
    """
    if by.kind is not ActorKind.REPORTER:
        raise NotAllowed(_("Only the reporter may ask this, with the tracking code of the case."))
    if asking.kind not in {RequestKind.CORRECTION, RequestKind.CONTACT_DELETION}:
        raise DomainError(_("Choose what you ask for."), fields={"kind": _("Choose what you ask for.")})
    _check_words(asking)
    return _receive(asking, case=case, user=None, area=case.area, by=by.user, now=now)


def ask_about_account(user: User, asking: Asking, *, by: User, now: datetime) -> DataRequest:
    """Receive the request of ``user``, who is signed in, about the own account; raises as :func:`ask_about_case`."""
    if by.pk != user.pk:
        raise NotAllowed(_("You can ask this for your own account only."))
    if asking.kind != RequestKind.ACCOUNT_DELETION:
        raise DomainError(_("Choose what you ask for."), fields={"kind": _("Choose what you ask for.")})
    _check_words(asking)
    with everywhere(EverywhereReason.TRACKING_CODE):
        latest = (
            Case.objects.filter(reporter_user=user).select_related("area").order_by("-registered_at").first()
        )
        area = latest.area if latest else _first_subdistrict()
    if area is None:
        raise DomainError(_("Nobody is there yet who could answer. Please come back later."))
    return _receive(asking, case=None, user=user, area=area, by=by, now=now)


def _first_subdistrict() -> Area | None:
    """Whose staff answer where an account has reported nothing."""
    return Area.objects.filter(kind=AreaKind.SUBDISTRICT, retired_on=None).order_by("pk").first()


def _check_words(asking: Asking) -> None:
    fields: dict[str, object] = {}
    if len(asking.words) > WORDS_AT_MOST:
        fields["words"] = _("At most %(limit)s characters, please.") % {"limit": WORDS_AT_MOST}
    if asking.kind == RequestKind.CORRECTION and not (asking.words or asking.new_name or asking.new_phone):
        fields["words"] = _("Say what is wrong, or give the right name or phone.")
    if asking.new_phone and not 7 <= len(normalise_phone(asking.new_phone)) <= 13:
        fields["new_phone"] = _("This does not look like a phone number.")
    if fields:
        raise DomainError(_("The request is not complete yet."), fields=fields)


def _receive(
    asking: Asking, *, case: Case | None, user: User | None, area: Area, by: User | None, now: datetime
) -> DataRequest:
    with everywhere(EverywhereReason.TRACKING_CODE):
        subdistrict = area.tiers().get(AreaKind.SUBDISTRICT)
        deadline = compute_deadline(
            now, ANSWER_LIMIT, calendar=calendar_for(subdistrict.pk if subdistrict else None), now=now
        )
        try:
            with transaction.atomic():
                request = DataRequest.objects.create(
                    kind=asking.kind, case=case, user=user, area=area, area_path=area.path,
                    words=asking.words.strip(), new_name=asking.new_name.strip()[:60],
                    new_phone=normalise_phone(asking.new_phone), received_at=now,
                    due_at=deadline.due, yellow_at=deadline.yellow_at, orange_at=deadline.orange_at,
                    purple_at=deadline.purple_at, explanation=[line.as_json() for line in deadline.explanation],
                )  # fmt: skip
                append_row(request, RequestMove.RECEIVE, from_state="", by=by, now=now)
        except IntegrityError as error:
            raise Conflict(_("You have asked this already; the answer is on its way.")) from error
    return request


def may_forget_at_once(case: Case) -> bool:
    """Whether the contact may go without anybody's yes: the matter is over, or nobody is to call anyway."""
    return not case.is_open or not case.reporter_contact.may_be_called


def forget_contact(case: Case, *, by: Actor, now: datetime) -> DataRequest:
    """Remove the reporter's contact at once, at the reporter's wish, and keep a record that it was wished and done.

    Raises:
        NotAllowed: ``by`` is not the reporter.
        DomainError: there is no contact, or whoever handles the open case still needs it.
    """
    if by.kind is not ActorKind.REPORTER:
        raise NotAllowed(_("Only the reporter may ask this, with the tracking code of the case."))
    with everywhere(EverywhereReason.TRACKING_CODE), transaction.atomic():
        held = Case.objects.select_for_update(of=("self",)).select_related("area").get(pk=case.pk)
        contact = ReporterContact.objects.filter(case=held).first()
        if contact is None or not (
            contact.name or contact.phone or contact.exact_address or contact.exact_point
        ):
            raise DomainError(_("No contact of yours is kept with this concern."))
        if not may_forget_at_once(held):
            raise DomainError(
                _(
                    "Whoever handles your concern may still have to reach you. Ask for deletion: a person decides."
                )
            )
        asking = Asking(RequestKind.CONTACT_DELETION)
        open_one = DataRequest.objects.filter(
            case=held, kind=asking.kind, state__in=("received", "in_hand")
        ).first()
        request = open_one or _receive(asking, case=held, user=None, area=held.area, by=by.user, now=now)
        _erase_contact(request, held, cause=ErasureCause.OWN_WISH, now=now)
        for move, state in ((RequestMove.GRANT, RequestState.GRANTED), (RequestMove.TELL, RequestState.TOLD)):
            append_row(request, move, from_state=request.state, by=by.user, now=now, to_state=state)
        request.answered_at = request.told_at = now
        request.save(update_fields=["state", "answered_at", "told_at"])
    return request


def _erase_contact(request: DataRequest, case: Case, *, cause: ErasureCause, now: datetime) -> None:
    removed = forget_contact_of(case, now=now)
    CaseErasure.objects.create(
        case=case,
        kind=RetentionKind.CASE_CONTACT,
        cause=cause,
        request=request,
        removed=dict(removed),
        at=now,
    )


def answer_request(request: DataRequest, answering: Answering, *, by: Actor, now: datetime) -> DataRequest:
    """Take a request in hand, grant it (which does what was asked) or refuse it with a reason of the law.

    Raises:
        NotAllowed: without the right in the request's area, or with a stake in its case.
        Conflict: the request has moved on.
        DomainError: at the field: a refusal without reason or sentence; an account that cannot go yet.
    """
    sentence = _(
        "Requests about personal data are answered by the duty desk or the task force of the sub-district."
    )
    if by.user is None or by.kind is not ActorKind.STAFF:
        raise NotAllowed(sentence)
    if answering.move not in MOVES_OF_STAFF:
        raise DomainError(_("This is no step of a request."))
    with transaction.atomic():
        held = (
            DataRequest.objects.select_for_update(of=("self",))
            .select_related("case", "user")
            .get(pk=request.pk)
        )
        demand_answering(by.standing, held, sentence=sentence)
        move = RequestMove(answering.move)
        _demand_open(held, move)
        phone = held.new_phone or phone_of(held.case)
        if move is RequestMove.REFUSE:
            _refuse(held, answering)
        elif move is RequestMove.GRANT:
            _grant(held, answering, by=by.user, now=now)
        append_row(held, move, from_state=held.state, by=by.user, now=now, post_name=_post_of(by, held))
        held.answered_at = now if move is not RequestMove.TAKE else None
        held.save(update_fields=["state", "refusal", "answer", "answered_at"])
        if held.answered_at:
            tell_answer(held, phone=phone, now=now)
    return held


def _demand_open(request: DataRequest, move: RequestMove) -> None:
    if RequestState(request.state) not in REQUEST_MOVES[move][0]:
        raise Conflict(
            _("The request has moved on: %(state)s. Reload the page.")
            % {"state": request.get_state_display()}
        )


def _refuse(request: DataRequest, answering: Answering) -> None:
    fields: dict[str, object] = {}
    if answering.refusal not in RefusalReason.values:
        fields["refusal"] = _("A refusal needs a reason that the law knows. Choose one.")
    if not answering.answer.strip():
        fields["answer"] = _("Say in a sentence why. The person reads it.")
    if fields:
        raise DomainError(_("The refusal is not complete yet."), fields=fields)
    request.refusal, request.answer = answering.refusal, answering.answer.strip()[:ANSWER_AT_MOST]


def _grant(request: DataRequest, answering: Answering, *, by: User, now: datetime) -> None:
    request.answer = answering.answer.strip()[:ANSWER_AT_MOST]
    case = request.case
    if case is not None:
        case = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if request.kind == RequestKind.CORRECTION and case is not None:
        _correct(request, case)
    elif request.kind == RequestKind.CONTACT_DELETION and case is not None:
        _erase_contact(request, case, cause=ErasureCause.REQUEST, now=now)
    elif request.user is not None:
        delete_account(request.user, by=by, now=now)


def _correct(request: DataRequest, case: Case) -> None:
    """Put what the person says is right in the place of what is there."""
    changed: dict[str, str] = {}
    if request.new_name:
        changed["name"] = request.new_name
    if request.new_phone:
        changed |= {"phone": request.new_phone, "phone_print": phone_print(request.new_phone)}
    if changed and not ReporterContact.objects.filter(case=case).update(**changed):
        ReporterContact.objects.create(case=case, **changed)


def _post_of(by: Actor, request: DataRequest) -> str:
    """Under which post somebody answers: the one that holds the right nearest to the place."""
    fitting = [
        holding
        for holding in by.standing.holdings
        if ANSWERING in holding.rights and request.area_path.startswith(holding.area.path)
    ]
    return max(fitting, key=lambda holding: len(holding.area.path)).post_name if fitting else ""


def withdraw_request(request: DataRequest, *, by: Actor, now: datetime) -> DataRequest:
    """The person takes back what they asked, before it is answered.

    ``request`` was found among the person's own. Raises ``NotAllowed`` for anybody else and ``Conflict`` where it was
    answered meanwhile.
    """
    if by.kind is not ActorKind.REPORTER:
        raise NotAllowed(_("Only who asked this may take it back."))
    with everywhere(EverywhereReason.TRACKING_CODE), transaction.atomic():
        held = DataRequest.objects.select_for_update().get(pk=request.pk)
        _demand_open(held, RequestMove.WITHDRAW)
        append_row(held, RequestMove.WITHDRAW, from_state=held.state, by=by.user, now=now)
        held.answered_at = held.told_at = now
        held.save(update_fields=["state", "answered_at", "told_at"])
    return held
