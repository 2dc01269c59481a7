"""Removing who complained from a case, and later the words; what stays is what the figures need.

Category, type, area down to the grid, times, states, outcome and satisfaction stay. The history stays whole: texts are
replaced, ``redacted_at`` is set, the digests of what was written stay, so the chain of hashes still verifies
(docs/adr/0003). Called inside the transaction of whoever writes down that it was done.
"""

from collections import Counter
from datetime import datetime
from functools import partial
from typing import Any

from django.db import models, transaction
from django.db.models import Q

from shangju.cases.models import Case, CaseEvent, CasePhoto, Endorsement, ReporterContact
from shangju.cases.search import index_cases
from shangju.cases.workflow import CaseRole, VisitPlace
from shangju.core.known_data import KnownData
from shangju.core.sealing import fingerprint
from shangju.imports.models import ImportRow
from shangju.notices.models import Notice, NoticeState
from shangju.photos.files import remove_files
from shangju.photos.models import Photo
from shangju.privacy.case_rows import CASE_TEXTS, EVENT_TEXTS, case_tables
from shangju.privacy.models import DataRequest
from shangju.privacy.workflow import KEY_OF_NOTICES

GONE = "…"
"""In place of a reporter's words whose time is over."""

HOMES = (VisitPlace.HOME, VisitPlace.UPSTAIRS, VisitPlace.DOWNSTAIRS, VisitPlace.NEIGHBOUR)
"""Visits of which a picture shows somebody's home."""

NO_CONTACT = {
    "name": "", "phone": "", "phone_print": "", "exact_address": "", "exact_point": "", "may_be_called": False,
}  # fmt: skip


def forget_contact_of(case: Case, *, now: datetime) -> Counter[str]:
    """Empty the reporter's contact of a case and what of it stands in notices; counts what went.

    The rest of the case stays, and the link with which the reporter follows it as well.
    """
    removed = Counter(contact=_empty_contact(case))
    to_reporter = Notice.objects.filter(event__case=case, user__isnull=True)
    to_reporter.filter(state=NoticeState.PENDING).update(state=NoticeState.FAILED)
    removed["notices"] = to_reporter.update(recipient="", body="", values="", emptied_at=now)
    return +removed


def anonymise(case: Case, *, now: datetime) -> Counter[str]:
    """Remove everything that says who complained from a case that is over and that the caller holds locked.

    What the reporter gave at intake is also taken out of the free text of cases joined with it, whose staff heard and
    wrote the same.
    """
    family = _family(case)
    known = _known_of(family)
    removed: Counter[str] = Counter()
    for each in Case.objects.filter(pk__in=family).order_by("pk"):
        removed["texts"] += _mask_case(each, known)
        removed["texts"] += _mask_history(each, known, now=now)
    removed["texts"] += _mask_rows(family, known)
    removed["contact"] = _empty_contact(case)
    removed["sealed"] = _empty_sealed(case)
    removed["photos"] = _remove_photos(case)
    removed["links"] = _cut_links(case, now=now)
    index_cases(list(Case.objects.filter(pk__in=family)))
    return +removed


def remove_words(case: Case, *, now: datetime) -> Counter[str]:
    """Remove what the reporter wrote: text, title and their rows of the history; staff's records of the work stay."""
    removed = Counter(texts=Case.objects.filter(pk=case.pk).exclude(text=GONE).update(text=GONE, title=GONE))
    said = CaseEvent.objects.filter(Q(role=CaseRole.REPORTER) | Q(sequence=1), case=case)
    for event in said:
        removed["texts"] += _rewrite(
            event, {name: GONE for name in EVENT_TEXTS if getattr(event, name)}, now=now
        )
    removed["texts"] += case.confirmations.exclude(words="").exclude(words=GONE).update(words=GONE)
    index_cases(list(Case.objects.filter(pk=case.pk)))
    return +removed


def _family(case: Case) -> list[int]:
    """The case and those it was merged with, split into or split off."""
    whole = {case.pk, case.merged_into_id or case.pk, case.part_of_id or case.pk}
    if case.is_joined or len(whole) > 1:
        joined = Q(merged_into__in=whole) | Q(part_of__in=whole)
        whole |= set(Case.objects.filter(joined).values_list("pk", flat=True))
    return sorted(whole)


def _known_of(cases: list[int]) -> KnownData:
    contacts = list(ReporterContact.objects.filter(case__in=cases))
    users = [
        case.reporter_user
        for case in Case.objects.filter(pk__in=cases, reporter_user__isnull=False).select_related(
            "reporter_user"
        )
        if case.reporter_user
    ]
    joined: list[Any] = list(Endorsement.objects.filter(case__in=cases))
    return KnownData(
        names=[each.name for each in (*contacts, *joined)],
        phones=[each.phone for each in (*contacts, *joined, *users)],
        addresses=[contact.exact_address for contact in contacts],
    )


def _mask_case(case: Case, known: KnownData) -> int:
    return _store_changed(case, {name: known.mask(getattr(case, name)) for name in CASE_TEXTS})


def _mask_history(case: Case, known: KnownData, *, now: datetime) -> int:
    return sum(
        _rewrite(event, {name: known.mask(getattr(event, name)) for name in EVENT_TEXTS}, now=now)
        for event in case.events.all()
    )


def _rewrite(event: CaseEvent, texts: dict[str, str], *, now: datetime) -> int:
    """Replace texts of a history row; the digests of what was written stay, so the hash holds."""
    changed = _changed(event, texts)
    if changed:
        CaseEvent.objects.filter(pk=event.pk).update(**changed, redacted_at=event.redacted_at or now)
    return len(changed)


def _mask_rows(cases: list[int], known: KnownData) -> int:
    """Every free text and every JSON value of every other table that belongs to the cases."""
    count = 0
    for table in case_tables():
        if not table.texts and not table.values:
            continue
        for row in table.rows_of(cases):
            wanted: dict[str, Any] = {name: known.mask(getattr(row, name) or "") for name in table.texts}
            wanted |= {name: known.mask_values(getattr(row, name)) for name in table.values}
            count += _store_changed(row, wanted)
    return count


def _changed(row: models.Model, wanted: dict[str, Any]) -> dict[str, Any]:
    changed = {name: value for name, value in wanted.items() if value != (getattr(row, name) or value)}
    for name, value in changed.items():
        if isinstance(value, str) and (limit := getattr(row._meta.get_field(name), "max_length", None)):
            changed[name] = value[:limit]
    return changed


def _store_changed(row: models.Model, wanted: dict[str, Any]) -> int:
    changed = _changed(row, wanted)
    if changed:
        type(row).objects.filter(pk=row.pk).update(**changed)  # type: ignore[attr-defined]
    return len(changed)


def _empty_contact(case: Case) -> int:
    """Whether there was a contact; the row stays, empty, with the consent's version."""
    contact = ReporterContact.objects.filter(case=case).first()
    if contact is None or not (contact.name or contact.phone or contact.exact_address or contact.exact_point):
        return 0
    return ReporterContact.objects.filter(pk=contact.pk).update(**NO_CONTACT)


def _empty_sealed(case: Case) -> int:
    """Whatever is sealed in any other table that belongs to the case: recipients and bodies of notices, and the like."""
    count = 0
    for table in case_tables():
        if table.sealed and table.model is not ReporterContact:
            empty = dict.fromkeys(table.sealed, "")
            filled = [row.pk for row in table.rows_of([case.pk]) if any(getattr(row, name) for name in empty)]
            count += table.model.objects.filter(pk__in=filled).update(**empty)  # type: ignore[attr-defined]
    answers = Q()
    for request in DataRequest.objects.filter(case=case).values_list("pk", flat=True):
        answers |= Q(key__startswith=f"{KEY_OF_NOTICES}{request}-")
    return count + (Notice.objects.filter(answers).update(recipient="", body="", values="") if answers else 0)


def _remove_photos(case: Case) -> int:
    """What the reporter sent, and what shows a home; a picture that another case shows as well goes with its last link."""
    of_homes = Q(event__visit__place__in=HOMES)
    links = list(case.photos.filter(Q(purpose=CasePhoto.Purpose.REPORT) | of_homes))
    CasePhoto.objects.filter(pk__in=[link.pk for link in links]).delete()
    lonely = Photo.objects.filter(pk__in=[link.photo_id for link in links], case_photos__isnull=True)
    names = [name for photo in lonely for name in (photo.image.name, photo.thumbnail.name) if name]
    Photo.objects.filter(pk__in=[photo.pk for photo in lonely]).delete()
    transaction.on_commit(partial(remove_files, names))
    return len(links)


def _cut_links(case: Case, *, now: datetime) -> int:
    """The account, the code that opens the case, and the number under which another system knows the reporter.

    The prints that take their places are of nothing that anybody holds.
    """
    events = CaseEvent.objects.filter(case=case, by__isnull=False, data__digests__has_key="by")
    cut = events.update(by=None, redacted_at=now)
    cut += cut_endorsements(Endorsement.objects.filter(case=case))
    source = f"gone-{fingerprint(case.source_key, purpose='source-key')}" if case.source_key else None
    ImportRow.objects.filter(case=case).update(source_key=source or "")
    return cut + Case.objects.filter(pk=case.pk).update(
        reporter_user=None,
        tracking_code="",
        tracking_print=fingerprint(f"{case.pk}", purpose="no-tracking-code"),
        source_key=source,
    )


def cut_endorsements(rows: "models.QuerySet[Endorsement]") -> int:
    """Who said "me, too": no code, phone or account leads to them any more; that somebody did stays, for the count."""
    count = 0
    for pk in list(rows.values_list("pk", flat=True)):
        gone = fingerprint(f"{pk}", purpose="no-endorsement")
        count += Endorsement.objects.filter(pk=pk).update(
            user=None, name="", phone="", tracking_code="", phone_print="", device_print=gone, tracking_print=gone,
            key=f"gone-{pk}",
        )  # fmt: skip
    return count
