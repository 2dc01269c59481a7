"""Set-up steps that touch several apps: each composes their services in one transaction."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shangju.accounts import roster
from shangju.accounts.actors import Operator, demand_administrator
from shangju.accounts.models import Administrator, User
from shangju.areas import services as area_services
from shangju.areas.models import Area
from shangju.cases.models import Case
from shangju.cases.places import follow_area_move
from shangju.core.errors import Conflict, DomainError
from shangju.parties.models import Delegation, Party, PartyStatus
from shangju.parties.services import change_party, end_delegation
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
def change_membership(party: Party, *, status: str, reason: str, by: Operator, now: datetime) -> Party:
    """Suspend a member, take it in again, or let it go; whoever leaves has no delegate after today.

    Raises:
        DomainError: unknown status, no reason, or open cases are in its hands.
        Conflict: the membership stands there already.
    """
    demand_administrator(by)
    held = Party.objects.select_for_update(of=("self",), no_key=True).get(pk=party.pk)
    _demand_change_sound(held, status, reason)
    if status in {PartyStatus.SUSPENDED, PartyStatus.LEFT}:
        _demand_nothing_in_hand(held)
    changed = change_party(held, {"status": status}, reason=reason, by=by, now=now)
    if status == PartyStatus.LEFT:
        _end_delegations(held, reason=reason, by=by, now=now)
    return changed


def _demand_change_sound(party: Party, status: str, reason: str) -> None:
    if status == party.status:
        raise Conflict(
            _("The membership is “%(status)s” already; nothing was changed.")
            % {"status": party.get_status_display()}
        )
    if status not in PartyStatus.values:
        unknown = _("There is no status “%(status)s”.") % {"status": status}
        raise DomainError(unknown, fields={"status": unknown})
    if not reason.strip():
        sentence = _("Say why the membership changes.")
        raise DomainError(sentence, fields={"reason": sentence})


def _demand_nothing_in_hand(party: Party) -> None:
    handled = Case.objects.filter(handler_party=party, is_open=True).count()
    if handled:
        in_hand = _(
            "Open cases are in its hands (%(count)s): have them dispatched to somebody else first."
        ) % {"count": handled}
        raise DomainError(in_hand, fields={"status": in_hand})


def _end_delegations(party: Party, *, reason: str, by: Operator, now: datetime) -> None:
    today = timezone.localdate(now)
    for term in party.delegations.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=today)):
        last_day = max(today, term.starts_on)
        end_delegation(term, last_day=last_day, reason=reason, by=by, now=now)


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
