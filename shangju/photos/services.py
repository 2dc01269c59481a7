"""Photos are stored when they arrive, claimed when a case takes them, and removed when none does."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from shangju.accounts.models import User
from shangju.core.errors import DomainError
from shangju.core.models import Heartbeat
from shangju.core.scanning import ScannerAway, Verdict, scan
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.core.sealing import Unsealable, seal_bytes, unseal_bytes
from shangju.photos.cleaning import clean_picture
from shangju.photos.files import month_folder, remove_files, write_files
from shangju.photos.models import Photo, ScanState
from shangju.photos.rules import BYTES_AT_MOST, PHOTOS_AT_MOST, PhotoRefused, Refusal, too_many_photos

logger = logging.getLogger(__name__)

KEPT_UNCLAIMED = timedelta(hours=24)
SWEEP_EVERY = timedelta(hours=24)
SWEPT = "stray photo files swept"
"""The heartbeat that holds when the files were last gone through."""
_BATCH = 500


def store_photo(upload: "UploadedFile[bytes]", *, by: User | None, now: datetime) -> Photo:
    """Clean ``upload`` and keep the result, unclaimed; ``by`` is empty for somebody who is not signed in.

    No right is asked: whoever may open the form may add a photo, and one that no case claims is removed after
    a day. Where a malware scanner is set up it looks at the file before anything else does. Raises
    :class:`PhotoRefused` (field ``photos``) when the file is no photo, is infected, cannot be scanned (or waits
    hidden until it can, as ``SHANGJU_UNSCANNED_FILES`` says) or cannot be kept; nothing is left then.
    """
    name = upload.name or ""
    content = _content(upload, name)
    state = _scanned(content, name)
    picture = clean_picture(content, name=name)
    sealed = [seal_bytes(content)] if state == ScanState.WAITING else []
    try:
        image, thumbnail, *held = write_files((picture.image, picture.thumbnail, *sealed), now=now)
    except OSError as error:
        raise PhotoRefused(Refusal.NOT_STORED, name=name) from error
    try:
        with transaction.atomic():
            return Photo.objects.create(
                sha256=picture.sha256,
                width=picture.width,
                height=picture.height,
                byte_size=len(picture.image),
                image=image,
                thumbnail=thumbnail,
                uploaded_by=by,
                uploaded_at=now,
                scan_state=state,
                held_upload="".join(held),
            )
    except DatabaseError:
        remove_files((image, thumbnail, *held))
        raise


def scan_waiting(*, now: datetime) -> int:
    """Ask the scanner about the uploads that wait for it; how many it judged. It being away still is no fault.

    What is clean is shown from now on; of what is infected every file goes, and only the row stays, for the case that
    may name it. The sealed upload goes in both cases, and also when no scanner is set up any more.
    """
    judged = 0
    waiting = Photo.objects.filter(scan_state=ScanState.WAITING).order_by("uploaded_at", "pk")
    for photo in waiting[:_BATCH]:
        try:
            state = _judged(photo)
        except ScannerAway:
            break
        judged += _release(photo, state)
    return judged


def _judged(photo: Photo) -> ScanState:
    try:
        with photo.held_upload.open("rb") as file:
            content = unseal_bytes(file.read())
    except (FileNotFoundError, Unsealable):  # it can never be judged, so it is never shown
        logger.error("photo %s waits for a scan and its upload is gone", photo.pk)  # noqa: TRY400 - the id says all
        return ScanState.INFECTED
    return _state_of(scan(content))


def _release(photo: Photo, state: ScanState) -> int:
    """Store the judgement once, whoever makes it; files go after the commit."""
    with transaction.atomic():
        still_waiting = Photo.objects.filter(pk=photo.pk, scan_state=ScanState.WAITING)
        if not still_waiting.update(scan_state=state, held_upload=""):
            return 0
        gone = [photo.held_upload.name]
        if state == ScanState.INFECTED:
            logger.error("photo %s is infected; its files are removed", photo.pk)
            gone += [photo.image.name, photo.thumbnail.name]
        transaction.on_commit(partial(remove_files, [name for name in gone if name]))
    return 1


def _state_of(verdict: Verdict) -> ScanState:
    states = {Verdict.CLEAN: ScanState.CLEAN, Verdict.INFECTED: ScanState.INFECTED}
    return states.get(verdict, ScanState.NOT_ASKED)


def _scanned(content: bytes, name: str) -> ScanState:
    """What the scanner says of an upload. Raises :class:`PhotoRefused` for what must not go on."""
    try:
        state = _state_of(scan(content))
    except ScannerAway as error:
        if settings.UNSCANNED_FILES == "quarantine":
            return ScanState.WAITING
        raise PhotoRefused(Refusal.NOT_SCANNED, name=name) from error
    if state == ScanState.INFECTED:
        logger.warning("an infected upload was refused")
        raise PhotoRefused(Refusal.INFECTED, name=name)
    return state


def claim_photos(ids: Iterable[UUID | str], *, now: datetime, limit: int = PHOTOS_AT_MOST) -> list[Photo]:
    """Take unclaimed photos for a case, all or none; in the order given, an id given twice once.

    Call it inside the transaction that links them. Of two claims on one photo the first wins. Raises
    :class:`DomainError` (field ``photos``) for more than ``limit``, for an unknown id and for a claimed one;
    which of the two it was is not told.
    """
    wanted = _wanted(ids, limit)
    with transaction.atomic():
        # Locked in one order everywhere, so that two claims on the same photos cannot wait for each other in
        # a ring.
        list(Photo.objects.select_for_update().filter(pk__in=wanted).order_by("pk").values_list("pk"))
        claimed = Photo.objects.filter(pk__in=wanted, claimed_at=None).update(claimed_at=now)
        if claimed != len(wanted):
            raise _not_available()
        photos = Photo.objects.in_bulk(wanted)
    return [photos[key] for key in wanted]


def ensure_claimable(ids: Iterable[UUID | str], *, limit: int = PHOTOS_AT_MOST) -> None:
    """Raise what :func:`claim_photos` would raise now; somebody else may still be first."""
    wanted = _wanted(ids, limit)
    if wanted and Photo.objects.filter(pk__in=wanted, claimed_at=None).count() != len(wanted):
        raise _not_available()


def remove_unclaimed(*, now: datetime, older_than: timedelta = KEPT_UNCLAIMED) -> int:
    """Remove photos that nobody claimed within ``older_than``; their number. Files go after the commit."""
    removed = 0
    while batch := _remove_batch(before=now - older_than):
        removed += batch
    return removed


def sweep_stray_files(*, now: datetime) -> int:
    """:func:`remove_stray_files` once a day, however often it is asked; of two workers the first does it."""
    due = Q(at__lte=now - SWEEP_EVERY) | Q(at__gt=now)  # later than now: the clock was put back since
    taken = Heartbeat.objects.filter(due, name=SWEPT).update(at=now)
    if not taken:
        taken = Heartbeat.objects.get_or_create(name=SWEPT, defaults={"at": now})[1]
    return remove_stray_files(now=now) if taken else 0


def remove_stray_files(
    *, now: datetime, older_than: timedelta = KEPT_UNCLAIMED, is_dry_run: bool = False
) -> int:
    """Remove files without a row, as a crash between file and row leaves them; their number.

    A dry run only counts.

    Looks through the months of ``now`` and of a month before; run daily it sees every file. Files younger
    than ``older_than`` may belong to a transaction that is still open and stay.
    """
    removed = 0
    for folder in sorted({month_folder(now), month_folder(now - timedelta(days=28))}):
        if not default_storage.exists(folder):
            continue
        names = {f"{folder}/{file}" for file in default_storage.listdir(folder)[1]}
        for field in ("image", "thumbnail", "held_upload"):
            known = Photo.objects.filter(**{f"{field}__startswith": folder})
            names.difference_update(known.values_list(field, flat=True))
        strays = [name for name in names if _is_older(name, now - older_than)]
        if not is_dry_run:
            remove_files(strays)
        removed += len(strays)
    return removed


def _is_older(name: str, moment: datetime) -> bool:
    """Whether a file was last written before ``moment``; one that is gone meanwhile is nobody's concern."""
    try:
        return bool(default_storage.get_modified_time(name) < moment)
    except FileNotFoundError:
        return False


def _content(upload: "UploadedFile[bytes]", name: str) -> bytes:
    """The uploaded bytes; a file above the limit is refused by its size, before it is read."""
    if upload.size is not None and upload.size > BYTES_AT_MOST:
        raise PhotoRefused(Refusal.TOO_HEAVY, name=name)
    try:
        upload.seek(0)
        content: bytes = upload.read(BYTES_AT_MOST + 1)
    except OSError as error:  # there was no room for it on its way in
        raise PhotoRefused(Refusal.NOT_STORED, name=name) from error
    if len(content) > BYTES_AT_MOST:
        raise PhotoRefused(Refusal.TOO_HEAVY, name=name)
    if not content:
        raise PhotoRefused(Refusal.EMPTY, name=name)
    return content


def _wanted(ids: Iterable[UUID | str], limit: int) -> list[UUID]:
    wanted = _known_form(ids)
    if len(wanted) > limit:
        raise _refused(too_many_photos(limit), "too_many_photos")
    return wanted


def _known_form(ids: Iterable[UUID | str]) -> list[UUID]:
    """The ids without repetitions; one that is no UUID is as unknown as any other."""
    try:
        return list(dict.fromkeys(key if isinstance(key, UUID) else UUID(key) for key in ids))
    except ValueError as error:
        raise _refused(
            _("A photo is unknown. Please add the photos again."), "photo_not_available"
        ) from error


def _not_available() -> DomainError:
    return _refused(
        _("A photo is no longer there or was already sent. Please add the missing photos again."),
        "photo_not_available",
    )


def _refused(sentence: str, code: str) -> DomainError:
    return DomainError(sentence, fields={"photos": sentence}, code=code)


def _remove_batch(*, before: datetime) -> int:
    # Deleting asks the tables that point here whether they hold the row, and those are bound to areas.
    with everywhere(EverywhereReason.WORKER), transaction.atomic():
        due = Photo.objects.filter(claimed_at=None, uploaded_at__lt=before)
        batch = list(due.select_for_update(skip_locked=True).order_by("pk")[:_BATCH])
        Photo.objects.filter(pk__in=[photo.pk for photo in batch]).delete()
        files = [each for photo in batch for each in (photo.image, photo.thumbnail, photo.held_upload)]
        names = [file.name for file in files if file.name]
        transaction.on_commit(partial(remove_files, names))
    return len(batch)
