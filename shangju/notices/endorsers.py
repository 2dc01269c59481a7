"""What people who said "me too" are told: that it is accepted, and how it ended; never a word of the reporter's."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from shangju.accounts.models import User
from shangju.cases.codes import format_code
from shangju.cases.models import CaseEvent, Endorsement
from shangju.cases.workflow import MoveName
from shangju.notices.models import NoticeChannel
from shangju.notices.wording import Wording

TOLD_TO_ENDORSERS = frozenset(
    {
        MoveName.ACCEPT,
        MoveName.DECLINE,
        MoveName.REFER,
        MoveName.ANSWER_DIRECTLY,
        MoveName.RESOLVE,
        MoveName.REOPEN,
        MoveName.CONFIRM,
        MoveName.CLOSE_UNREACHABLE,
        MoveName.WITHDRAW,
    }
)
"""The beginning and every end; a contact or an answer to the reporter is none of theirs."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One message to one person: by which way, under which name in the notice's key, and what it says."""

    channel: str
    whom: str
    words: Wording
    user: User | None = None
    recipient: str = ""
    link: str = ""
    values: dict[str, str] = field(default_factory=dict)


def tellings(event: CaseEvent) -> Iterator[Telling]:
    """The messages that follow from a history row: one statement, none where nobody joined in."""
    kind = told_kind(event)
    if kind not in TOLD_TO_ENDORSERS or not event.case.me_too_count:
        return
    if kind == MoveName.CONFIRM and event.data.get("reached") is False:
        return
    with override(settings.LANGUAGE_CODE):
        state = event.case.get_state_display()
    alive = Endorsement.objects.filter(
        case_id=event.case_id, withdrawn_at__isnull=True, created_at__lte=event.at
    )
    for row in alive.select_related("user").order_by("pk"):
        yield from _to_one(kind, row, state)


def told_kind(event: CaseEvent) -> str:
    """What happened: in a merged case, what happened to the one that goes on."""
    return str(event.data.get("move", "")) if event.kind == MoveName.FOLLOW else event.kind


PURPOSE = "met_too"
"""The approved template for text messages: one for everything that happens, with state and code."""


def _to_one(kind: str, row: Endorsement, state: str) -> Iterator[Telling]:
    address = reverse("public:endorsement", args=[format_code(row.tracking_code)])
    if row.phone:
        values = {"state": state, "code": format_code(row.tracking_code)}
        words = for_endorser(kind, link=f"{settings.PUBLIC_URL}{address}", language=settings.LANGUAGE_CODE)
        yield Telling(NoticeChannel.SMS, f"endorser-{row.pk}", words, recipient=row.phone, values=values)
    if row.user:
        words = for_endorser(kind, link=f"{settings.PUBLIC_URL}{address}", language=row.user.language)
        # As with reporters: the code stays in the sealed body.
        link = reverse("my:reports")
        yield Telling(NoticeChannel.IN_APP, f"endorser-{row.pk}", words, user=row.user, link=link)


def for_endorser(kind: str, *, link: str, language: str) -> Wording:
    """A short message with the link, without number or place: it may be read over a shoulder."""
    with override(language):
        sentences = {
            MoveName.ACCEPT: _("A concern that you have met, too, is accepted."),
            MoveName.DECLINE: _("A concern that you have met, too, was not accepted."),
            MoveName.REFER: _("By law another channel is responsible for a concern that you have met, too."),
            MoveName.ANSWER_DIRECTLY: _("A concern that you have met, too, is answered."),
            MoveName.RESOLVE: _("There is a result for a concern that you have met, too."),
            MoveName.REOPEN: _("A concern that you have met, too, is taken up again."),
            MoveName.CONFIRM: _("A concern that you have met, too, is closed."),
            MoveName.CLOSE_UNREACHABLE: _("A concern that you have met, too, is closed."),
            MoveName.WITHDRAW: _(
                "A concern that you have met, too, was taken back by its reporter. "
                "If it still disturbs you, please report it."
            ),
        }
        subject = sentences[MoveName(kind)]
        return Wording(subject, _("%(sentence)s See %(link)s") % {"sentence": subject, "link": link})
