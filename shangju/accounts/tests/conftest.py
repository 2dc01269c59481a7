"""What the tests of signing in share: real users, an empty cache of rate limits."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.core.cache import cache
from django.utils import timezone

from shangju.accounts.models import Administrator, AdministratorRole, User

PASSWORD = "Lantern-2026"


@pytest.fixture(autouse=True)
def _no_rate_limits_left() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(username: str = "grid-worker", *, role: str = "", **fields: object) -> User:
        password = fields.pop("password", PASSWORD)
        user = User.objects.create_user(username, password, **{"display_name": "网格员 3号", **fields})
        if role:
            Administrator.objects.create(user=user, role=AdministratorRole(role))
        return user

    return make
