"""Who is told of an export: who decides, that one waits; who asked, what was decided and what became of the file."""

from datetime import date, datetime
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from shangju.accounts.models import User
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.ledgers.models import Export
from shangju.ledgers.workflow import ExportState
from shangju.notices.kinds import NoticeKind
from shangju.notices.staff import tell_staff
from shangju.notices.wording import Wording
from shangju.posts.models import Appointment
from shangju.posts.rights import RIGHTS_OF_POST, Right

DECIDING_POSTS = frozenset(kind for kind, rights in RIGHTS_OF_POST.items() if Right.DECIDE_EXPORTS in rights)

WAITS: tuple[Any, Any] = (
    gettext_lazy("To decide: contacts in plain, “%(name)s”"),
    gettext_lazy(
        "%(post)s asks for it. Read what it is needed for, then allow or refuse it within seven days."
    ),
)
TO_ASKER: dict[ExportState, tuple[Any, Any]] = {
    ExportState.ALLOWED: (
        gettext_lazy("Allowed: contacts in plain, “%(name)s”"),
        gettext_lazy("Take the file within 24 hours; it can be taken once."),
    ),
    ExportState.REFUSED: (
        gettext_lazy("Refused: contacts in plain, “%(name)s”"),
        gettext_lazy("Read why. Where it is still needed, ask anew for less."),
    ),
    ExportState.DONE: (
        gettext_lazy("The file is ready: “%(name)s”"),
        gettext_lazy("Take it within seven days; then it is deleted."),
    ),
    ExportState.FAILED: (
        gettext_lazy("The file could not be written: “%(name)s”"),
        gettext_lazy("Read why, and what to do about it."),
    ),
    ExportState.EXPIRED: (
        gettext_lazy("Nobody decided in time: contacts in plain, “%(name)s”"),
        gettext_lazy("Seven days are over. Where it is still needed, ask anew and speak with who decides."),
    ),
}
"""Subject and body, by the state that the export has come to. What it is needed for stays on its page."""


def tell_deciders(export: Export, *, now: datetime) -> None:
    """Say that a request for contacts in plain waits; the caller stores it in the same transaction."""
    _tell(export, deciders_of(export, day=timezone.localdate(now)), WAITS, "waits", now=now)


def tell_asker(export: Export, *, now: datetime) -> None:
    """Say what the export has come to; the caller stores that in the same transaction."""
    asker = export.asked_by
    if asker is not None and asker.is_active:
        state = ExportState(export.state)
        _tell(export, [asker], TO_ASKER[state], state.value, now=now)


def deciders_of(export: Export, *, day: date) -> list[User]:
    """The holders of the posts that decide, nearest to the area of the export; where they are only who asked, further up."""
    with everywhere(EverywhereReason.SIGN_IN):
        above = [int(part) for part in export.area.path.strip("/").split("/")]
        terms = Appointment.objects.on(day).filter(
            post__kind__in=DECIDING_POSTS, post__area_id__in=above, user__is_active=True
        )
        others = list(terms.exclude(user=export.asked_by).select_related("user", "post__area").order_by("pk"))
    nearest = max((term.post.area.path for term in others), key=len, default="")
    return [term.user for term in others if term.post.area.path == nearest]


def _tell(export: Export, users: list[User], said: tuple[Any, Any], what: str, *, now: datetime) -> None:
    tell_staff(
        users,
        key=f"export-{export.pk}-{what}",
        kind=NoticeKind.APPROVAL,
        words=partial(_words, said, {"name": export.name, "post": export.post_name or export.asked_by}),
        link=reverse("ledgers:row", args=[export.pk]),
        now=now,
    )


def _words(said: tuple[Any, Any], facts: dict[str, object]) -> Wording:
    subject, body = said
    return Wording(str(subject) % facts, str(body) % facts)
