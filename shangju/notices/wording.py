"""What is said to whom about which history row. Pure: from a row to sentences in the recipient's language."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from shangju.cases.codes import format_code
from shangju.cases.models import CaseEvent
from shangju.cases.workflow import REGISTER, MoveName
from shangju.deadlines.steps import Step
from shangju.supervision.workflow import Colour


@dataclass(frozen=True, slots=True)
class Wording:
    """A subject and a body."""

    subject: str
    body: str


TOLD_TO_REPORTER = frozenset(
    {
        MoveName.ACCEPT,
        MoveName.DECLINE,
        MoveName.REFER,
        MoveName.ANSWER_DIRECTLY,
        MoveName.CONTACT,
        MoveName.RESOLVE,
        MoveName.REOPEN,
        MoveName.CONFIRM,
        MoveName.CLOSE_UNREACHABLE,
        MoveName.GRANT_EXTENSION,
        MoveName.MERGE,
        MoveName.UNMERGE,
        MoveName.FOLLOW,
        MoveName.PART_ENDED,
    }
)
"""What the reporter is told of (cases.md §6): accept, contact, extension, resolve, reopen, close, and every end."""

TOLD_TO_HANDLER = frozenset(
    {
        MoveName.DISPATCH,
        MoveName.REOPEN,
        MoveName.ADD_WORDS,
        MoveName.ANSWER_AS_PARTY,
        MoveName.GRANT_PAUSE,
        MoveName.GRANT_EXTENSION,
        MoveName.REFUSE,
        MoveName.REMIND,
        MoveName.URGE,
        MoveName.SUPERVISE,
        MoveName.ESCALATE,
        MoveName.ENTRUST,
        MoveName.RELEASE,
        MoveName.HEAR,
        MoveName.PART_ENDED,
    }
)
TOLD_TO_ASSISTANTS = frozenset(
    {
        MoveName.DISPATCH,
        MoveName.CHANGE_ASSISTANTS,
        MoveName.ESCALATE,
        MoveName.CONVENE,
        MoveName.ENTRUST,
    }
)
TOLD_TO_DISPATCHER = frozenset(
    {
        REGISTER,
        MoveName.ASK_RETURN,
        MoveName.ASK_PAUSE,
        MoveName.ASK_EXTENSION,
        MoveName.ASK_REVEAL,
        MoveName.GRANT_RETURN,
        MoveName.REPLY,
    }
)
"""What goes beyond the dispatcher is told to the task force instead."""
TOLD_TO_PARTY = frozenset({MoveName.FIND_CAUSE, MoveName.CITE})
TOLD_TO_HANDLING_PARTY = frozenset(
    {
        MoveName.DISPATCH,
        MoveName.REOPEN,
        MoveName.GRANT_PAUSE,
        MoveName.GRANT_EXTENSION,
        MoveName.REFUSE,
        MoveName.REMIND,
        MoveName.URGE,
        MoveName.SUPERVISE,
    }
)


def for_reporter(event: CaseEvent, *, link: str, language: str) -> Wording:
    """A short message with the number and the link; never the reporter's own words."""
    with override(language):
        sentences = {
            MoveName.ACCEPT: _("Your concern %(number)s is accepted."),
            MoveName.DECLINE: _("Your concern %(number)s was not accepted; its page says why."),
            MoveName.REFER: _(
                "By law another channel is responsible for your concern %(number)s; its page names it."
            ),
            MoveName.ANSWER_DIRECTLY: _(
                "Your concern %(number)s is answered. Please say whether it is solved."
            ),
            MoveName.CONTACT: _(
                "Your concern %(number)s is being handled; we have contacted you or tried to."
            ),
            MoveName.RESOLVE: _(
                "There is a result for your concern %(number)s. Please say whether it is solved."
            ),
            MoveName.REOPEN: _("Your concern %(number)s has been reopened."),
            MoveName.CONFIRM: _("Your concern %(number)s is closed. Thank you."),
            MoveName.CLOSE_UNREACHABLE: _(
                "Your concern %(number)s is closed because we could not reach you."
            ),
            MoveName.GRANT_EXTENSION: _(
                "Your concern %(number)s takes longer than promised; its page names the new date."
            ),
            MoveName.MERGE: _(
                "Your concern %(number)s is joined with another report of the same matter; you are told the result."
            ),
            MoveName.UNMERGE: _("Your concern %(number)s is followed up on its own again."),
            MoveName.FOLLOW: _("There is news of your concern %(number)s."),
            MoveName.PART_ENDED: _("A part of your concern %(number)s has its result."),
        }
        subject = sentences[MoveName(event.kind)] % {"number": event.case.number}
        return Wording(subject, _("%(sentence)s See %(link)s") % {"sentence": subject, "link": link})


def values_for_reporter(event: CaseEvent) -> dict[str, str]:
    """What fills the slots of an approved template: number, state, tracking code, a date; never the reporter's words."""
    case = event.case
    with override(settings.LANGUAGE_CODE):
        day = date_format(timezone.localtime(case.close_due_at), "Y-m-d") if case.close_due_at else ""
        return {
            "number": case.number,
            "state": case.state_for_reporter,
            "code": format_code(case.tracking_code),
            "day": day,
        }


DIGEST_LINES = 15


def for_digest(subjects: list[str], *, language: str) -> Wording:
    """Several notices of one person as one."""
    with override(language or settings.LANGUAGE_CODE):
        subject = ngettext("%(count)s piece of news", "%(count)s pieces of news", len(subjects)) % {
            "count": len(subjects)
        }
        lines = [*subjects[:DIGEST_LINES], *(["…"] if len(subjects) > DIGEST_LINES else [])]
        return Wording(subject, "\n".join(lines))


def for_staff(event: CaseEvent, *, language: str) -> Wording:
    """What a dispatcher or handler finds on their own page."""
    with override(language):
        sentences = {
            REGISTER: _("New: %(number)s, to be accepted."),
            MoveName.DISPATCH: _("%(number)s is dispatched to you; please sign for it."),
            MoveName.REOPEN: _("%(number)s has been reopened; please take it up."),
            MoveName.ADD_WORDS: _("The reporter added something to %(number)s."),
            MoveName.ANSWER_AS_PARTY: _("The party concerned answered in %(number)s."),
            MoveName.ASK_RETURN: _("%(number)s: the handler asks to return it; please decide."),
            MoveName.ASK_PAUSE: _("%(number)s: the handler asks for a pause; please decide."),
            MoveName.ASK_EXTENSION: _("%(number)s: the handler asks for an extension; please decide."),
            MoveName.ASK_REVEAL: _("%(number)s: a look at a minor's contact is asked for; please decide."),
            MoveName.GRANT_REVEAL: _(
                "%(number)s: the look that you asked for is allowed, once within a day."
            ),
            MoveName.GRANT_RETURN: _("%(number)s came back; please dispatch it anew."),
            MoveName.GRANT_PAUSE: _("%(number)s: the pause you asked for is granted."),
            MoveName.GRANT_EXTENSION: _("%(number)s: the extension you asked for is granted."),
            MoveName.REFUSE: _("%(number)s: what you asked for is refused; the history says why."),
            MoveName.REMIND: _("%(number)s: %(step)s is due on %(due)s."),
            MoveName.URGE: _("You are urged to go on with %(number)s."),
            MoveName.SUPERVISE: _("Supervision order in %(number)s: a written reply is due."),
            MoveName.REPLY: _("%(number)s: there is a reply to the supervision order."),
            MoveName.ESCALATE: _("%(number)s has climbed to you; please sign for it."),
            MoveName.ENTRUST: _("The task force “%(task_force)s” assists with %(number)s from now on."),
            MoveName.RELEASE: _("The task force “%(task_force)s” no longer assists with %(number)s."),
            MoveName.HEAR: _("The reporter of a case merged into %(number)s added something."),
            MoveName.PART_ENDED: _("A part of %(number)s has ended."),
        }
        if event.kind == MoveName.URGE and event.data.get("rung"):
            sentences[event.kind] = _(
                "%(number)s is overdue: %(step)s was due on %(due)s. Please go on with it."
            )
        if event.data.get("order"):
            sentences[event.kind] = _about_reply(event)
        values = {
            "number": event.case.number,
            "task_force": event.data.get("task_force", ""),
            **_promise_of(event),
            **_reply_of(event),
        }
        return Wording(sentences[event.kind] % values, event.case.title_in_lists)


def _about_reply(event: CaseEvent) -> str:
    """What handler and whoever issued the order read alike."""
    if event.kind == MoveName.REMIND:
        return _("%(number)s: the reply to order %(order)s is due on %(day)s.")
    return _("%(number)s: the reply to order %(order)s was due on %(day)s and is missing.")


def _about_card(event: CaseEvent) -> str:
    """What became of a card: the same words for the unit and for those who decide; no case is named."""
    sentences = {
        "proposed": _("%(card)s proposed for %(unit)s: the unit may state its view until %(day)s."),
        "answered": _("%(unit)s has stated its view of the proposed %(card)s."),
        "signed": _("%(card)s %(number)s for %(unit)s was signed."),
        "refused": _("%(card)s for %(unit)s was not signed."),
        "withdrawn": _("The proposal of a %(card)s for %(unit)s was withdrawn."),
        "lifted": _("%(card)s %(number)s for %(unit)s was lifted."),
    }
    values = {"card": Colour(event.data["colour"]).label, "day": event.data.get("heard_until", "")}
    return sentences[event.data["stage"]] % {**event.data, **values}


def _reply_of(event: CaseEvent) -> dict[str, str]:
    """The order that waits for its reply, and by which day."""
    return {"order": event.data.get("order", ""), "day": event.data.get("reply_by", "")}


def _promise_of(event: CaseEvent) -> dict[str, str]:
    """The step and the due instant that a rung of the ladder is about."""
    step, due = event.data.get("step", ""), event.data.get("due_at", "")
    if not due:
        return {"step": "", "due": ""}
    moment = timezone.localtime(datetime.fromisoformat(due))
    return {"step": str(Step(step).label), "due": date_format(moment, "m-d H:i")}


def for_onlooker(event: CaseEvent, *, language: str) -> Wording:
    """What somebody hears of a rung of the ladder who does not have the case themselves."""
    with override(language):
        if event.kind == MoveName.CITE:
            return Wording(_about_card(event), "")
        who = event.data.get("handler") or event.case.handler_post or event.case.handler_party or ""
        sentences = {
            MoveName.REMIND: _("%(number)s: %(step)s is due on %(due)s."),
            MoveName.URGE: _("%(number)s is overdue: %(step)s was due on %(due)s; whoever has it was urged."),
            MoveName.ESCALATE: _("%(number)s has climbed a tier, to %(who)s: %(step)s was due on %(due)s."),
        }
        values = {"number": event.case.number, "who": who, **_promise_of(event)}
        return Wording(sentences[MoveName(event.kind)] % values, event.case.title_in_lists)


def for_assistant(event: CaseEvent, *, language: str) -> Wording:
    """What somebody finds whose post is to assist."""
    with override(language):
        subject = _("You are asked to assist with %(number)s.") % {"number": event.case.number}
        return Wording(subject, event.case.title_in_lists)


def for_party(event: CaseEvent, *, language: str) -> Wording:
    """What a member is told: that there is a concern, and nothing of who raised it."""
    with override(language):
        if event.kind == MoveName.CITE:
            return Wording(
                _about_card(event),
                _("The page says on what it rests; who raised the concerns is not shown."),
            )
        sentence = (
            _("%(number)s has climbed to the next tier; you no longer lead it.")
            if event.kind == MoveName.ESCALATE
            else _("A concern about your shop or for you to handle: %(number)s.")
        )
        return Wording(sentence % {"number": event.case.number}, event.case.party_summary)
