"""What is kept about somebody, for themselves: to read and as a file for machines (PIPL §45). Nothing about others.

Who looked at a contact is told by post, never by name. A photo is in it where the person sent it.
"""

import json
import tempfile
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import IO, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.accounts.models import User
from shangju.cases.models import Case, CaseEvent, CasePhoto, ContactReveal, Endorsement, ReporterContact
from shangju.cases.workflow import REGISTER, CaseRole, MoveName
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.notices.models import Notice
from shangju.notices.queries import settings_of
from shangju.privacy.models import CaseErasure, DataRequest
from shangju.privacy.queries import rules_in_force

FORMAT = "shangju-own-data/1"
OWN_WORDS = (REGISTER, MoveName.ADD_WORDS, MoveName.CONFIRM, MoveName.REOPEN, MoveName.WITHDRAW)


def data_of_case(case: Case, *, now: datetime) -> dict[str, Any]:
    """Everything about the reporter that is kept with one case; the caller has shown to be the reporter."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        return _document([case], user=None, now=now)


def data_of_account(user: User, *, now: datetime) -> dict[str, Any]:
    """The same of all cases that were reported under an account, and of the account itself."""
    with everywhere(EverywhereReason.TRACKING_CODE):
        cases = list(Case.objects.filter(reporter_user=user).order_by("registered_at", "pk"))
        return _document(cases, user=user, now=now)


def data_of_endorsement(endorsement: Endorsement, *, now: datetime) -> dict[str, Any]:
    """Everything that is kept about somebody who said "me too"; the caller has shown to be that person."""
    return {"format": FORMAT, "made_at": _local(now), "me_too": [_me_too(endorsement)]}


def _me_too(each: Endorsement) -> dict[str, Any]:
    return {"words": each.words, "name": each.name, "phone": each.phone, "at": _local(each.created_at)}


def zipped(document: dict[str, Any], cases: Sequence[Case]) -> IO[bytes]:
    """The document with the person's own photos, as one file that goes when it is closed."""
    held = tempfile.TemporaryFile()  # noqa: SIM115 - the answer closes it when it is sent
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(document, ensure_ascii=False, indent=2))
        with everywhere(EverywhereReason.TRACKING_CODE):
            for link in _own_photos(cases):
                try:
                    with link.photo.image.open("rb") as picture:
                        archive.writestr(_photo_name(link), picture.read())
                except FileNotFoundError:
                    archive.writestr(f"{_photo_name(link)}.missing.txt", _("The file of this photo is gone."))
    held.seek(0)
    return held


def _document(cases: Sequence[Case], *, user: User | None, now: datetime) -> dict[str, Any]:
    pks = [case.pk for case in cases]
    asked = Q(case__in=pks) | Q(user=user) if user else Q(case__in=pks)
    document: dict[str, Any] = {
        "format": FORMAT,
        "made_at": _local(now),
        "cases": _cases(cases),
        "requests": [
            _request(request) for request in DataRequest.objects.filter(asked).order_by("received_at", "pk")
        ],
        "kept_for": {
            rule.kind.value: {"days": rule.days, "why": str(rule.reason.label)} for rule in rules_in_force()
        },
    }
    if user is not None:
        document["account"] = _account(user, now=now)
        document["me_too"] = [
            _me_too(each) for each in Endorsement.objects.filter(user=user).order_by("created_at", "pk")
        ]
    return document


def _account(user: User, *, now: datetime) -> dict[str, Any]:
    chosen = settings_of([user.pk], day=timezone.localdate(now))[user.pk]
    own = chosen.own_quiet
    return {
        "sign_in_name": user.username,
        "shown_as": user.display_name,
        "phone": user.phone,
        "email": user.email,
        "language": user.language,
        "since": _local(user.joined_at),
        "how_notified": {
            "chosen": {f"{kind}/{way}": value for (kind, way), value in chosen.deliveries.chosen.items()},
            "own_quiet_hours": f"{own.begins:%H:%M}-{own.ends:%H:%M}" if own else "",
        },
        "notices": [
            _notice(notice) for notice in Notice.objects.filter(user=user).order_by("created_at", "pk")
        ],
    }


def _cases(cases: Sequence[Case]) -> list[dict[str, Any]]:
    """One statement for each sort of row, whatever the number of cases."""
    pks = [case.pk for case in cases]
    contacts = {contact.case_id: contact for contact in ReporterContact.objects.filter(case__in=pks)}
    words = CaseEvent.objects.filter(
        Q(role=CaseRole.REPORTER) | Q(sequence=1), case__in=pks, kind__in=OWN_WORDS
    )
    looks = ContactReveal.objects.filter(case__in=pks)
    notices = Notice.objects.filter(event__case__in=pks, user__isnull=True).select_related("event")
    erased = CaseErasure.objects.filter(case__in=pks)
    photos = list(_own_photos(cases))
    return [
        {
            "number": case.number,
            "reported_at": _local(case.received_at),
            "by_way_of": case.get_channel_display(),
            "title": case.title,
            "text": case.text,
            "place": case.place_note,
            "rough_place": [case.longitude, case.latitude],
            "state": case.state_for_reporter,
            "contact": _contact(contacts.get(case.pk)),
            "words": [_words(event) for event in words if event.case_id == case.pk],
            "photos": [_photo_name(link) for link in photos if link.case_id == case.pk],
            "contact_viewed": [_look(look) for look in looks if look.case_id == case.pk],
            "notices": [
                _notice(notice) for notice in notices if notice.event and notice.event.case_id == case.pk
            ],
            "removed": [
                {"what": each.get_kind_display(), "why": each.get_cause_display(), "at": _local(each.at)}
                for each in erased
                if each.case_id == case.pk
            ],
        }
        for case in cases
    ]


def _contact(contact: ReporterContact | None) -> dict[str, Any]:
    if contact is None:
        return {}
    return {
        "name": contact.name,
        "phone": contact.phone,
        "exact_address": contact.exact_address,
        "exact_point": contact.exact_point,
        "may_be_called": contact.may_be_called,
        "consent": contact.consent_version,
    }


def _words(event: CaseEvent) -> dict[str, Any]:
    return {
        "what": event.get_kind_display(),
        "words": event.note or event.reporter_text,
        "at": _local(event.at),
    }


def _own_photos(cases: Sequence[Case]) -> list[CasePhoto]:
    links = CasePhoto.objects.filter(case__in=[case.pk for case in cases], purpose=CasePhoto.Purpose.REPORT)
    rows: list[Any] = list(links.select_related("photo", "case").order_by("pk"))
    return rows


def _photo_name(link: CasePhoto) -> str:
    return f"photos/{link.case.number}-{link.pk}.jpg"


def _look(look: ContactReveal) -> dict[str, Any]:
    return {
        "by": look.post_name or _("Staff"),
        "what": look.get_field_display(),
        "for": look.get_code_display(),
        "reason": look.reason,
        "at": _local(look.at),
    }


def _notice(notice: Notice) -> dict[str, Any]:
    return {
        "way": notice.get_channel_display(),
        "to": notice.recipient,
        "subject": notice.subject,
        "body": notice.body,
        "state": notice.get_state_display(),
        "at": _local(notice.sent_at or notice.created_at),
    }


def _request(request: DataRequest) -> dict[str, Any]:
    return {
        "what": request.get_kind_display(),
        "words": request.words,
        "state": request.get_state_display(),
        "received_at": _local(request.received_at),
        "due_at": _local(request.due_at),
        "refusal": request.get_refusal_display(),
        "answer": request.answer,
    }


def _local(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds") if moment else ""
