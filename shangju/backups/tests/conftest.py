"""What the tests of backups begin with."""

from datetime import datetime

import pytest

from shangju.accounts.models import User
from shangju.backups.tests.opened import PHONE
from shangju.photos.models import Photo
from shangju.photos.services import store_photo
from shangju.photos.tests.pictures import encoded, picture, upload


@pytest.fixture
def photo(now: datetime) -> Photo:
    User.objects.create_user("resident", phone=PHONE)
    return store_photo(upload(encoded(picture())), by=None, now=now)
