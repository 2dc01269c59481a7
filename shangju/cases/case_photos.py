"""Pictures become part of a case here, whichever move or intake brings them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from shangju.cases.models import Case, CaseEvent, CasePhoto
from shangju.photos.services import claim_photos


def keep_photos(
    case: Case, event: CaseEvent, photo_ids: Sequence[UUID], *, purpose: str, now: datetime
) -> None:
    """Claim uploaded pictures for the case; each is brought by one row at most."""
    if photo_ids:
        CasePhoto.objects.bulk_create(
            CasePhoto(case=case, event=event, photo=photo, purpose=purpose)
            for photo in claim_photos(photo_ids, now=now)
        )
