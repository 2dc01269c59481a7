"""Photos in a plain HTML form: several files at once, and none of them lost when another field is wrong."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shangju.accounts.models import User
from shangju.photos.models import Photo
from shangju.photos.rules import PHOTOS_AT_MOST, PhotoRefused, too_many_photos
from shangju.photos.services import store_photo


class MultiplePhotoInput(forms.FileInput):
    """A file input that takes several pictures; phones offer the camera and turn HEIC into JPEG for it."""

    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"accept": "image/jpeg,image/png,image/webp", **(attrs or {})})


class MultiplePhotoField(forms.FileField):
    """Several uploaded files as a list. What is in them is judged when they are stored, each for itself."""

    widget = MultiplePhotoInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[bytes]]":
        """The uploads, in order; an empty or wrong one is refused later, by its name."""
        given = data if isinstance(data, (list, tuple)) else [data]
        uploads = [upload for upload in given if upload]
        if self.required and not uploads:
            raise ValidationError(self.error_messages["required"], code="required")
        return uploads


class PhotoIdsField(forms.Field):
    """Photos stored in an earlier round, by id: hidden and repeated. Unknown ids are dropped."""

    widget = forms.MultipleHiddenInput

    def clean(self, value: Any) -> list[Photo]:
        """The photos in the order given, claimed ones too: whether they can be claimed is intake's say."""
        ids = list(dict.fromkeys(_ids(value or ())))[: 2 * PHOTOS_AT_MOST]
        photos = Photo.objects.in_bulk(ids)
        return [photos[key] for key in ids if key in photos]


class PhotosForm(forms.Form):
    """A form, or the base of one, with photos that survive an error in any other field.

    How a view uses it::

        by = request.user if request.user.is_authenticated else None
        form = ConcernForm(request.POST, request.FILES, by=by, now=timezone.now())
        if form.is_valid():
            register_concern(…, photos=[photo.pk for photo in form.kept_photos()])  # claims them
            return redirect(…)
        return render(request, "…", {"form": form}, status=422)

    Good photos are stored while the form is checked, even when another field or another photo is refused. The
    page then renders ``{{ form.photo_ids }}``: a hidden input for each kept photo; the file input itself
    comes back empty, as browsers demand. The next round sends the ids, and new files if any. A page may
    render the ids as ticked checkboxes of the same name instead, so that a photo can be left out again.
    Photos that no case claims are removed after a day.

    An id that was claimed in the meantime stays in :meth:`kept_photos` (a form sent twice finds its own case
    again by its idempotency key) but is not rendered again, so that a person is never stuck with it.
    """

    photos = MultiplePhotoField(label=_("Photos"), required=False)
    photo_ids = PhotoIdsField(required=False)

    photo_limit = PHOTOS_AT_MOST

    def __init__(self, *args: Any, by: User | None, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        self.now = now
        self._kept: list[Photo] = []

    def clean(self) -> dict[str, Any]:
        """Store the uploads and remember what is kept; every refused photo is named at the field."""
        cleaned = super().clean() or self.cleaned_data
        self._kept = list(cleaned.get("photo_ids") or ())
        refused = self._store(cleaned.get("photos") or ())
        if len(set(_given(self.data, self.add_prefix("photo_ids")))) > len(cleaned.get("photo_ids") or ()):
            refused.append(
                gettext("A photo was removed because the form was open for long. Please add it again.")
            )
        if refused:
            self.add_error("photos", [ValidationError(sentence) for sentence in refused])
        self._render_kept()
        return cleaned

    def kept_photos(self) -> list[Photo]:
        """The photos so far, earlier rounds first, at most ``photo_limit``. Check the form before."""
        return list(self._kept)

    def _store(self, uploads: "Iterable[UploadedFile[bytes]]") -> list[str]:
        """Store what fits; the sentences for what was refused."""
        refused = []
        for upload in uploads:
            if len(self._kept) >= self.photo_limit:
                refused.append(too_many_photos(self.photo_limit))
                break
            try:
                self._kept.append(store_photo(upload, by=self.by, now=self.now))
            except PhotoRefused as refusal:
                refused.append(str(refusal))
        return refused

    def _render_kept(self) -> None:
        """Let the bound hidden field show the photos that can still be claimed."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else _query_dict(self.data)
        ids = [str(photo.pk) for photo in self._kept if photo.claimed_at is None]
        data.setlist(self.add_prefix("photo_ids"), ids)
        self.data = data


def _ids(values: Iterable[object]) -> Iterable[UUID]:
    """The values that are UUIDs; anything else is as unknown as an id nobody has."""
    for value in values:
        try:
            yield UUID(str(value))
        except ValueError:
            continue


def _given(data: Any, name: str) -> list[str]:
    """The values of ``name`` as sent."""
    values = data.getlist(name) if hasattr(data, "getlist") else data.get(name, [])
    return [str(value) for value in values]


def _query_dict(data: Any) -> QueryDict:
    """A plain mapping, as tests and commands pass it, in the shape of a request's data."""
    copy = QueryDict(mutable=True)
    for name, value in data.items():
        copy.setlist(name, value if isinstance(value, list) else [value])
    return copy
