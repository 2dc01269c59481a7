"""A form with photos keeps the good ones through any error, its own or another field's."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from shangju.photos.forms import PhotosForm
from shangju.photos.models import Photo
from shangju.photos.services import claim_photos, store_photo
from shangju.photos.tests.pictures import encoded, picture, upload

NOW = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)
JPEG = encoded(picture())

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media", "english")]


class ConcernForm(PhotosForm):
    """As a door would write it."""

    text = forms.CharField()


def sent(query: str, *files: SimpleUploadedFile, prefix: str | None = None) -> ConcernForm:
    name = f"{prefix}-photos" if prefix else "photos"
    uploads = MultiValueDict({name: list(files)})
    return ConcernForm(QueryDict(query), uploads, by=None, now=NOW, prefix=prefix)


def hidden_ids(form: ConcernForm) -> list[str]:
    return re.findall(r'value="([0-9a-f-]{36})"', str(form["photo_ids"]))


def test_good_photos_survive_a_bad_one_and_an_error_in_another_field() -> None:
    first = sent(
        "text=",
        upload(JPEG, "a.jpg"),
        upload(b"<svg/>", "b.svg"),
        upload(b"", "c.jpg"),
        upload(JPEG, "d.jpg"),
    )
    assert not first.is_valid()
    assert [sentence.split("”")[0] for sentence in first.errors["photos"]] == ["“b.svg", "“c.jpg"]
    assert "text" in first.errors
    kept = first.kept_photos()
    assert set(kept) == set(Photo.objects.all())
    assert hidden_ids(first) == [str(photo.pk) for photo in kept]
    assert len(kept) == 2

    again = "&".join(f"photo_ids={key}" for key in hidden_ids(first))
    second = sent(f"text=noise&{again}", upload(JPEG, "e.jpg"))
    assert second.is_valid(), second.errors
    assert second.kept_photos()[:2] == kept
    assert len(second.kept_photos()) == 3
    assert Photo.objects.count() == 3


def test_no_photos_are_fine() -> None:
    form = sent("text=noise")
    assert form.is_valid()
    assert form.kept_photos() == []


def test_the_tenth_photo_is_refused_and_nine_are_kept() -> None:
    earlier = [store_photo(upload(JPEG), by=None, now=NOW) for _ in range(7)]
    form = sent(
        "text=noise&" + "&".join(f"photo_ids={p.pk}" for p in earlier), *[upload(JPEG) for _ in range(4)]
    )
    assert not form.is_valid()
    assert form.errors["photos"] == ["At most 9 photos can be added. Please leave some out."]
    assert form.kept_photos()[:7] == earlier
    assert len(form.kept_photos()) == 9
    assert Photo.objects.count() == 9


@pytest.mark.parametrize("wrong", ["0b9f6c1e-8f5d-4f39-9c53-2f6f8f1f0a11", "nonsense", ""])
def test_ids_that_are_gone_are_dropped_with_a_sentence(wrong: str) -> None:
    photo = store_photo(upload(JPEG), by=None, now=NOW)
    form = sent(f"text=noise&photo_ids={photo.pk}&photo_ids={wrong}")
    assert not form.is_valid()
    assert "open for long" in form.errors["photos"][0]
    assert hidden_ids(form) == [str(photo.pk)]


def test_a_claimed_photo_is_passed_on_but_not_shown_again() -> None:
    photo = store_photo(upload(JPEG), by=None, now=NOW)
    claim_photos([photo.pk], now=NOW + timedelta(minutes=1))
    form = sent(f"text=noise&photo_ids={photo.pk}")
    assert form.is_valid()
    assert form.kept_photos() == [photo]
    assert hidden_ids(form) == []


def test_a_prefix_and_plain_data_work_as_well() -> None:
    form = sent("x-text=", upload(JPEG), prefix="x")
    assert not form.is_valid()
    assert hidden_ids(form) == [str(form.kept_photos()[0].pk)]
    assert 'name="x-photo_ids"' in str(form["photo_ids"])
    plain = ConcernForm({"text": "", "photo_ids": hidden_ids(form)}, by=None, now=NOW)
    assert not plain.is_valid()
    assert plain.kept_photos() == form.kept_photos()


def test_the_input_takes_several_files() -> None:
    html = str(ConcernForm(by=None, now=NOW)["photos"])
    assert "multiple" in html
    assert 'accept="image/jpeg,image/png,image/webp"' in html
