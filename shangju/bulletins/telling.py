"""Who is told that the system has drafted a bulletin."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.bulletins.models import Bulletin
from shangju.notices.kinds import NoticeKind
from shangju.notices.staff import tell_staff
from shangju.notices.wording import Wording
from shangju.posts.models import Appointment, PostKind


def tell_task_force(bulletin: Bulletin, *, now: datetime) -> None:
    """Tell everybody in the task force of the sub-district; the caller stores the draft in the same transaction."""
    terms = Appointment.objects.on(timezone.localdate(now)).filter(
        post__area=bulletin.area, post__kind=PostKind.TASK_FORCE, user__is_active=True
    )

    def words() -> Wording:
        body = _("%(title)s, %(first)s to %(last)s: look through the text, then issue it.") % {
            "title": bulletin.title,
            "first": bulletin.first.isoformat(),
            "last": bulletin.last.isoformat(),
        }
        return Wording(_("A bulletin is drafted"), body)

    tell_staff(
        [term.user for term in terms.select_related("user")],
        key=f"bulletin-{bulletin.pk}",
        kind=NoticeKind.ACTION,
        words=words,
        link=reverse("bulletins:bulletin", args=[bulletin.pk]),
        now=now,
    )
