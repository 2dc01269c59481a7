"""Settings of the test suite: the same system, in a place of its own, with a fast password hasher."""

import atexit
import os
import shutil
import tempfile

if "SHANGJU_DATA" not in os.environ:
    os.environ["SHANGJU_DATA"] = tempfile.mkdtemp(prefix="shangju-test-")
    atexit.register(shutil.rmtree, os.environ["SHANGJU_DATA"], ignore_errors=True)
os.environ.setdefault("SHANGJU_INTAKE_PER_MINUTE", "0")
os.environ.setdefault("SHANGJU_API_READS_PER_MINUTE", "0")
os.environ.setdefault("SHANGJU_API_WRITES_PER_MINUTE", "0")
os.environ.setdefault("SHANGJU_API_UPLOADS_PER_MINUTE", "0")
os.environ.setdefault("SHANGJU_API_KEYS_PER_MINUTE", "0")
if os.environ.get("TEST_DATABASE_URL"):
    os.environ["DATABASE_URL"] = os.environ["TEST_DATABASE_URL"]

from shangju.config.settings import *  # noqa: F403 - the environment must be set first
from shangju.config.settings import DATABASES, ENVIRONMENT, STORAGES, TEMPLATES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = ""  # type: ignore[index]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, as in use: threads and the live server get connections of their own. It need not survive a power cut.
    DATABASES["default"]["TEST"] = {"NAME": str(ENVIRONMENT.data / "test.sqlite3")}
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # noqa: F405 - whitenoise warns about a missing directory
