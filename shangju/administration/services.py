"""Set-up steps that touch several apps: each composes their services in one transaction."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shangju.accounts import roster
from shangju.accounts.actors import Operator
from shangju.accounts.models import Administrator, User
from shangju.areas import services as area_services
from shangju.areas.models import Area
from shangju.cases.places import follow_area_move
from shangju.core.errors import DomainError
from shangju.parties.models import Delegation, Party, PartyStatus
from shangju.posts.models import Appointment, Post


@transaction.atomic
def move_area(area: Area, *, parent: Area, reason: str, by: Operator, now: datetime) -> Area:
    """Move an area with everything below it, and let follow whatever stores paths of areas.

    Raises:
        DomainError, Conflict: as :func:`shangju.areas.services.move_area`.
    """
    old_path, _new_path = area_services.move_area(area, parent=parent, reason=reason, by=by, now=now)
    moved = Area.objects.get(pk=area.pk)
    follow_area_move(moved, old_path=old_path)
    return moved


@transaction.atomic
def retire_area(area: Area, *, on: date, reason: str, by: Operator, now: datetime) -> Area:
    """Retire an area that nothing depends on any more: no areas below, no posts, no active members.

    Raises:
        DomainError: says what still depends on it.
    """
    retired = area_services.retire_area(area, on=on, reason=reason, by=by, now=now)
    posts = Post.objects.filter(area=area, retired_on__isnull=True).count()
    if posts:
        raise DomainError(
            _("Posts of this area are still in force (%(count)s): retire them first.") % {"count": posts}
        )
    members = Party.objects.filter(area=area).exclude(status=PartyStatus.LEFT).count()
    if members:
        raise DomainError(
            _("Members have their address here (%(count)s): move or end them first.") % {"count": members}
        )
    return retired


@transaction.atomic
def make_administrator(user: User, *, role: str, by: Operator, now: datetime) -> Administrator:
    """Give one of the three administrator roles to somebody who holds no post and speaks for no party.

    Raises:
        DomainError: has a term that runs today or later; or as
            :func:`shangju.accounts.roster.make_administrator`.
    """
    made = roster.make_administrator(user, role=role, by=by, now=now)
    today = timezone.localdate(now)
    terms = [*Appointment.objects.filter(user=user), *Delegation.objects.filter(user=user)]
    if any(term.ends_on is None or term.ends_on >= today for term in terms):
        sentence = _("%(user)s holds a post or speaks for a member: administrators see no case contents.") % {
            "user": user
        }
        raise DomainError(sentence, fields={"user": sentence})
    return made
