"""Writes of what people and sub-districts set about being written to. What is left at the default keeps no row."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.accounts.actors import Operator, demand_administrator
from shangju.accounts.models import User
from shangju.areas.models import Area, AreaKind
from shangju.core import audit
from shangju.core.errors import DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.kinds import Delivery, NoticeKind, Way, default_delivery, deliveries_for
from shangju.notices.models import NoticePreference, OwnQuietHours, SendingTimes
from shangju.notices.queries import Times, settings_of, times_of
from shangju.notices.quiet import QuietHours, leaves_enough

Choice = Mapping[tuple[str, str], str]
"""Delivery by kind and way."""


def field_of(kind: str, way: str) -> str:
    """Under which name a refusal speaks of a choice."""
    return f"{kind}-{way}"


@transaction.atomic
def set_notice_settings(
    user: User, *, chosen: Choice, quiet: tuple[time, time] | None, by: User, now: datetime
) -> None:
    """Set how soon which kind goes out to ``user``, and the quiet hours that they add to those of their sub-district.

    What ``chosen`` does not name is left as it is. Raises ``NotAllowed`` for anybody but ``user``, ``DomainError`` at
    ``KIND-WAY`` for a list that would never be sent, and at ``ends`` for hours that leave too little of the day.
    """
    if by.pk != user.pk:
        raise NotAllowed(_("Everybody sets their own notices."))
    User.objects.select_for_update().get(pk=user.pk)
    settings = settings_of([user.pk], day=timezone.localdate(now))[user.pk]
    wanted = {
        (kind, way): str(chosen.get((kind, way), settings.deliveries.of(kind, way)))
        for kind in NoticeKind.values
        for way in Way.values
    }
    subdistrict = settings.quiet[:-1] if settings.own_quiet else settings.quiet
    own = QuietHours(*quiet, on_days_off=False) if quiet else None
    if faults := {**_faults_of(wanted), **_faults_of_hours(own, subdistrict)}:
        raise DomainError(_("Please correct the marked fields."), fields=faults)
    NoticePreference.objects.filter(user=user).delete()
    NoticePreference.objects.bulk_create(
        NoticePreference(user=user, kind=kind, way=way, delivery=delivery)
        for (kind, way), delivery in wanted.items()
        if delivery != default_delivery(settings.deliveries.posts, kind, way)
    )
    if own is None:
        OwnQuietHours.objects.filter(user=user).delete()
    else:
        OwnQuietHours.objects.update_or_create(user=user, defaults={"begins": own.begins, "ends": own.ends})


@transaction.atomic
def reset_notice_settings(user: User, *, by: User) -> None:
    """Back to the defaults of one's posts, without quiet hours of one's own."""
    if by.pk != user.pk:
        raise NotAllowed(_("Everybody sets their own notices."))
    NoticePreference.objects.filter(user=user).delete()
    OwnQuietHours.objects.filter(user=user).delete()


def _faults_of(wanted: Choice) -> dict[str, str]:
    faults = {
        field_of(kind, way): _("Choose one of the answers.")
        for (kind, way), delivery in wanted.items()
        if delivery not in deliveries_for(kind)
    }
    for way in Way:
        waits = any(wanted[kind, way] == Delivery.DAILY for kind in NoticeKind.values)
        if waits and wanted[NoticeKind.DAILY_LIST, way] == Delivery.IN_SYSTEM:
            faults.setdefault(
                field_of(NoticeKind.DAILY_LIST, way),
                _("Something above is put into the daily list: let the list be sent, too."),
            )
    return faults


def _faults_of_hours(own: QuietHours | None, others: tuple[QuietHours, ...]) -> dict[str, str]:
    if own is None:
        return {}
    if own.begins == own.ends:
        return {"ends": _("Quiet hours end at another time than they begin.")}
    if not leaves_enough([*others, own]):
        return {"ends": _("With the quiet hours of your sub-district, leave at least two hours of each day.")}
    return {}


@transaction.atomic
def set_sending_times(
    area: Area,
    *,
    begins: time,
    ends: time,
    on_days_off: bool,
    lists_when_empty: bool,
    by: Operator,
    now: datetime,
) -> None:
    """Set the quiet hours of a sub-district and whether it sends empty daily lists; in the audit trail.

    Raises ``NotAllowed`` for anybody but a system administrator or the command line, ``DomainError`` at ``ends`` for
    hours that leave less than two of a day. What waits already keeps the instant that was stored.
    """
    actor = demand_administrator(by)
    if area.kind != AreaKind.SUBDISTRICT:
        raise DomainError(_("Quiet hours belong to a sub-district."))
    quiet = QuietHours(begins, ends, on_days_off)
    if begins == ends:
        raise _at_ends(_("Quiet hours end at another time than they begin."))
    if not leaves_enough([quiet]):
        raise _at_ends(_("Leave at least two hours of each day."))
    with everywhere(EverywhereReason.STRUCTURE):
        Area.objects.select_for_update(of=("self",)).get(pk=area.pk)
        before, wanted = times_of(area.pk), Times(quiet, lists_when_empty)
        if before == wanted:
            return
        if wanted == Times():
            SendingTimes.objects.filter(area=area).delete()
        else:
            SendingTimes.objects.update_or_create(area=area, defaults=_columns(wanted))
    audit.record(
        area, action="sending_times.set", by=actor, now=now, before=_as_data(before), after=_as_data(wanted)
    )


def _at_ends(sentence: str) -> DomainError:
    return DomainError(sentence, fields={"ends": sentence})


def _columns(times: Times) -> dict[str, Any]:
    quiet = times.quiet
    return {
        "begins": quiet.begins,
        "ends": quiet.ends,
        "on_days_off": quiet.on_days_off,
        "lists_when_empty": times.lists_when_empty,
    }


def _as_data(times: Times) -> dict[str, object]:
    return {**_columns(times), "begins": f"{times.quiet.begins:%H:%M}", "ends": f"{times.quiet.ends:%H:%M}"}
