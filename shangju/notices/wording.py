"""What is said to whom about which history row. Pure: from a row to sentences in the recipient's language."""

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from shangju.cases.models import CaseEvent
from shangju.cases.workflow import REGISTER, MoveName


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
    }
)
"""What the reporter is told of (cases.md §6): accept, contact, resolve, reopen, close, and every end."""

TOLD_TO_HANDLER = frozenset(
    {MoveName.DISPATCH, MoveName.REOPEN, MoveName.ADD_WORDS, MoveName.ANSWER_AS_PARTY}
)
TOLD_TO_ASSISTANTS = frozenset({MoveName.DISPATCH})
TOLD_TO_DISPATCHER = frozenset({REGISTER})
TOLD_TO_PARTY = frozenset({MoveName.FIND_CAUSE})
TOLD_TO_HANDLING_PARTY = frozenset({MoveName.DISPATCH, MoveName.REOPEN})


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
        }
        subject = sentences[MoveName(event.kind)] % {"number": event.case.number}
        return Wording(subject, _("%(sentence)s See %(link)s") % {"sentence": subject, "link": link})


def for_staff(event: CaseEvent, *, language: str) -> Wording:
    """What a dispatcher or handler finds on their own page."""
    with override(language):
        sentences = {
            REGISTER: _("New: %(number)s, to be accepted."),
            MoveName.DISPATCH: _("%(number)s is dispatched to you; please sign for it."),
            MoveName.REOPEN: _("%(number)s has been reopened; please take it up."),
            MoveName.ADD_WORDS: _("The reporter added something to %(number)s."),
            MoveName.ANSWER_AS_PARTY: _("The party concerned answered in %(number)s."),
        }
        subject = sentences[event.kind] % {"number": event.case.number}
        return Wording(subject, event.case.title)


def for_assistant(event: CaseEvent, *, language: str) -> Wording:
    """What somebody finds whose post is to assist."""
    with override(language):
        subject = _("You are asked to assist with %(number)s.") % {"number": event.case.number}
        return Wording(subject, event.case.title)


def for_party(event: CaseEvent, *, language: str) -> Wording:
    """What a member is told: that there is a concern, and nothing of who raised it."""
    with override(language):
        subject = _("A concern about your shop or for you to handle: %(number)s.") % {
            "number": event.case.number
        }
        return Wording(subject, event.case.party_summary)
