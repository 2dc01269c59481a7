"""The end of an account: nothing of the person stays, the row stays where history rows point at it."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.accounts.models import ApiToken, Person, User
from shangju.cases.models import Case, Endorsement
from shangju.core.audit import record
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.choosing import reset_notice_settings
from shangju.notices.models import Notice
from shangju.parties.models import Delegation
from shangju.posts.models import Appointment
from shangju.privacy.anonymising import cut_endorsements


def delete_account(user: User, *, by: User, now: datetime) -> None:
    """Empty an account and let nobody sign in to it any more; inside the transaction of the request that asks it.

    Raises:
        DomainError: concerns of the account are open, or somebody still holds a post, a delegation or a set-up role.
    """
    held = User.objects.select_for_update().get(pk=user.pk)
    with everywhere(EverywhereReason.TRACKING_CODE):
        if Case.objects.filter(reporter_user=held, is_open=True).exists():
            raise DomainError(
                _("Concerns of this account are not ended yet. Refuse for now, or end them first.")
            )
        if _is_in_office(held, now):
            raise DomainError(_("The account still holds a post or speaks for a member. End that first."))
        Case.objects.filter(reporter_user=held).update(reporter_user=None)
        cut_endorsements(Endorsement.objects.filter(user=held))
    Notice.objects.filter(user=held).delete()
    reset_notice_settings(held, by=held)
    Person.objects.filter(user=held).delete()
    ApiToken.objects.filter(user=held).delete()
    EmailAddress.objects.filter(user_id=held.pk).delete()
    held.username = f"gone-{held.pk}"
    held.display_name, held.display_name_en, held.email = "—", "", ""
    held.is_active, held.phone_verified = False, False
    held.set_phone("")
    held.set_unusable_password()
    held.save()
    record(held, action="account.deleted", by=by, now=now)


def _is_in_office(user: User, now: datetime) -> bool:
    today = timezone.localdate(now)
    return (
        Appointment.objects.on(today).filter(user=user).exists()
        or Delegation.objects.on(today).filter(user=user).exists()
        or hasattr(user, "administrator")
    )
