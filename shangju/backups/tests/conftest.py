"""What the tests of backups begin with."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from shangju.accounts.models import User
from shangju.backups.tests.opened import PHONE
from shangju.photos.models import Photo
from shangju.photos.services import store_photo
from shangju.photos.tests.pictures import encoded, picture, upload


@pytest.fixture
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return tmp_path / "media"


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def photo(now: datetime) -> Photo:
    User.objects.create_user("resident", phone=PHONE)
    return store_photo(upload(encoded(picture())), by=None, now=now)
