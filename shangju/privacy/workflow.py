"""What is kept how long, and how a request about one's own data goes on: tables, pure.

Sources: 个人信息保护法 (PIPL) §19 (no longer than necessary), §§44–50 (rights and how they are answered), §56 (three years
for records of what was done); 网络安全法 §21 (logs at least six months); 民法典 §188 (three years in which a claim can
be brought); 档案法 (what is kept of the matter itself).
"""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shangju.deadlines.engine import Clock
from shangju.deadlines.terms import Limit


class RetentionKind(TextChoices):
    """Kinds of data that end at a time."""

    CASE_CONTACT = "case_contact", _("Contact data of reporters")
    CASE_WORDS = "case_words", _("Words of reporters")
    NOTICE_CONTENT = "notice_content", _("Contents and recipients of notices")
    CONTACT_LOOKS = "contact_looks", _("Who looked at a contact, and why")
    SUBMISSION_KEYS = "submission_keys", _("Keys against double submissions")
    SESSIONS = "sessions", _("Ended sign-ins, with the codes sent for them")
    SIGN_IN_ATTEMPTS = "sign_in_attempts", _("Failed and successful sign-ins")
    AUDIT = "audit", _("Audit trail")
    DATA_REQUESTS = "data_requests", _("Words and addresses in requests about one's data")


class LegalReason(TextChoices):
    """Why data is kept at all, for so long."""

    STATUTORY_DUTY = (
        "statutory_duty",
        _("Needed for a duty by law (PIPL §13 and §34), no longer than necessary (§19)"),
    )
    CLAIMS = "claims", _("A claim can be brought for three years (Civil Code §188)")
    ARCHIVE = "archive", _("Record of a public matter (Archives Law); the archive's own list decides")
    NETWORK_LOGS = "network_logs", _("Logs are kept six months at least (Cybersecurity Law §21)")
    RECORDS_OF_HANDLING = (
        "records_of_handling",
        _("Records of how data was handled are kept three years (PIPL §56)"),
    )


@dataclass(frozen=True, slots=True)
class RetentionTerm:
    """How long a kind is kept, in days, and between which bounds an installation may choose."""

    days: int
    at_least: int
    at_most: int
    reason: LegalReason


YEAR = 365

RETENTION: dict[RetentionKind, RetentionTerm] = {
    RetentionKind.CASE_CONTACT: RetentionTerm(2 * YEAR, 180, 3 * YEAR, LegalReason.STATUTORY_DUTY),
    RetentionKind.CASE_WORDS: RetentionTerm(5 * YEAR, 2 * YEAR, 10 * YEAR, LegalReason.ARCHIVE),
    RetentionKind.NOTICE_CONTENT: RetentionTerm(180, 30, 2 * YEAR, LegalReason.STATUTORY_DUTY),
    RetentionKind.CONTACT_LOOKS: RetentionTerm(3 * YEAR, 183, 5 * YEAR, LegalReason.RECORDS_OF_HANDLING),
    RetentionKind.SUBMISSION_KEYS: RetentionTerm(30, 7, YEAR, LegalReason.STATUTORY_DUTY),
    RetentionKind.SESSIONS: RetentionTerm(1, 0, 30, LegalReason.STATUTORY_DUTY),
    RetentionKind.SIGN_IN_ATTEMPTS: RetentionTerm(YEAR, 183, 2 * YEAR, LegalReason.NETWORK_LOGS),
    RetentionKind.AUDIT: RetentionTerm(5 * YEAR, 3 * YEAR, 10 * YEAR, LegalReason.RECORDS_OF_HANDLING),
    RetentionKind.DATA_REQUESTS: RetentionTerm(3 * YEAR, 3 * YEAR, 5 * YEAR, LegalReason.RECORDS_OF_HANDLING),
}
"""The seed, and the bounds: these are law, and no page changes them."""

CASE_KINDS = (RetentionKind.CASE_CONTACT, RetentionKind.CASE_WORDS)
"""Kinds that are carried out case by case."""


class RunState(TextChoices):
    """Where a retention run stands."""

    PREPARED = "prepared", pgettext_lazy("retention run", "Prepared: nothing has gone yet")
    CONFIRMED = "confirmed", pgettext_lazy("retention run", "Being carried out")
    DONE = "done", pgettext_lazy("retention run", "Carried out")
    DISCARDED = "discarded", pgettext_lazy("retention run", "Discarded")


class ErasureCause(TextChoices):
    """Why something of a case was removed."""

    RETENTION = "retention", _("Its time had come")
    OWN_WISH = "own_wish", _("The reporter wished it")
    REQUEST = "request", _("A request was granted")


class RequestKind(TextChoices):
    """What somebody asks about their own data (PIPL §§45–47)."""

    CORRECTION = "correction", _("Correct my contact")
    CONTACT_DELETION = "contact_deletion", _("Delete my contact")
    ACCOUNT_DELETION = "account_deletion", _("Delete my account")


class RequestState(TextChoices):
    """Where a request stands."""

    RECEIVED = "received", pgettext_lazy("data request", "Received")
    IN_HAND = "in_hand", pgettext_lazy("data request", "In hand")
    GRANTED = "granted", pgettext_lazy("data request", "Granted")
    REFUSED = "refused", pgettext_lazy("data request", "Refused")
    TOLD = "told", pgettext_lazy("data request", "Answered, and the person was told")
    WITHDRAWN = "withdrawn", pgettext_lazy("data request", "Withdrawn")


class RequestMove(TextChoices):
    """What can be done with a request."""

    RECEIVE = "receive", pgettext_lazy("data request", "Receive")
    TAKE = "take", pgettext_lazy("data request", "Take in hand")
    GRANT = "grant", pgettext_lazy("data request", "Grant")
    REFUSE = "refuse", pgettext_lazy("data request", "Refuse")
    TELL = "tell", pgettext_lazy("data request", "Tell the person")
    WITHDRAW = "withdraw", pgettext_lazy("data request", "Withdraw")


REQUEST_MOVES: dict[RequestMove, tuple[frozenset[RequestState], RequestState]] = {
    RequestMove.TAKE: (frozenset({RequestState.RECEIVED}), RequestState.IN_HAND),
    RequestMove.GRANT: (frozenset({RequestState.IN_HAND}), RequestState.GRANTED),
    RequestMove.REFUSE: (frozenset({RequestState.IN_HAND}), RequestState.REFUSED),
    RequestMove.TELL: (frozenset({RequestState.GRANTED, RequestState.REFUSED}), RequestState.TOLD),
    RequestMove.WITHDRAW: (frozenset({RequestState.RECEIVED, RequestState.IN_HAND}), RequestState.WITHDRAWN),
}
"""From which states a move leads where; everything that is not here is no move."""

MOVES_OF_STAFF = (RequestMove.TAKE, RequestMove.GRANT, RequestMove.REFUSE)
OPEN_REQUEST_STATES = (RequestState.RECEIVED, RequestState.IN_HAND)
ENDED_STATES = (RequestState.GRANTED, RequestState.REFUSED, RequestState.TOLD, RequestState.WITHDRAWN)


class RefusalReason(TextChoices):
    """The reasons that the law knows for a refusal (PIPL §50: a refusal names its reason)."""

    STILL_NEEDED = (
        "still_needed",
        _("The matter is not ended, and the data is needed for it (PIPL §47 no. 1)"),
    )
    KEPT_BY_LAW = "kept_by_law", _("A period of keeping set by law has not run out (PIPL §47)")
    CLAIM_PENDING = (
        "claim_pending",
        _("The data is needed to bring or to answer a legal claim (Civil Code §188)"),
    )
    NOT_PROVEN = "not_proven", _("It could not be shown that the data is the asker's own (PIPL §50)")
    ALREADY_RIGHT = "already_right", _("Checked as PIPL §46 asks: the data is right as it stands")


ANSWER_LIMIT = Limit(15, Clock.WORKING_DAYS)
"""Within which a request is answered. PIPL §50 says "timely"; 15 working days are the limit that 《App违法违规收集使用个人
信息行为认定方法》 (国信办秘字〔2019〕191号, no. 6) sets for correction, deletion and closing of accounts."""

KEY_OF_NOTICES = "data-request-"
"""What the keys of notices about answers begin with; the request's number and the way follow."""
