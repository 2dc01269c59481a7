"""Settings of the test suite: the same system, in a place of its own, with a fast password hasher."""

import os
import tempfile

os.environ.setdefault("SHANGJU_DATA", tempfile.mkdtemp(prefix="shangju-test-"))
os.environ.setdefault("SHANGJU_INTAKE_PER_MINUTE", "0")
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from shangju.config.settings import *  # noqa: F403 - the environment must be set first
from shangju.config.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
DATABASES["default"].get("OPTIONS", {}).pop("pool", None)
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = ""  # type: ignore[index] # noqa: F405
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - whitenoise warns about a missing directory
