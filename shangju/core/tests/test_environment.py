"""The environment: each wrong value stops with a sentence that names the variable."""

import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from shangju.config.environment import database_settings, load

KEY = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("SHANGJU_") or name.removesuffix("_FILE") in {"DATABASE_URL", "REDIS_URL"}:
            monkeypatch.delenv(name)
    monkeypatch.setenv("SHANGJU_DATA", str(tmp_path / "data"))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SHANGJU_MODE", "prod", "“demo” or “production”"),
        ("SHANGJU_PORT", "http", "a port number"),
        ("SHANGJU_PORT", "0", "a port number"),
        ("SHANGJU_PORT", "65536", "a port number"),
        ("SHANGJU_PUBLIC_URL", "shangju.example", "an http or https address"),
        ("SHANGJU_PUBLIC_URL", "ftp://shangju.example", "an http or https address"),
        ("SHANGJU_MEDIA_URL", "/srv/photos", "file:///folder"),
        ("SHANGJU_MEDIA_URL", "file://host/photos", "file:///folder"),
        ("SHANGJU_MEDIA_URL", "s3://bucket", "file:///folder"),
        ("DATABASE_URL", "mysql://host/name", "postgresql://user:password@host:port/name"),
        ("DATABASE_URL", "postgresql://host", "postgresql://user:password@host:port/name"),
        ("SHANGJU_INTAKE_PER_MINUTE", "-1", "a whole number"),
        ("SHANGJU_INTAKE_PER_MINUTE", "many", "a whole number"),
        ("SHANGJU_FIELD_KEYS", "short", "shangju make-key"),
        ("SHANGJU_FIELD_KEYS", f"{KEY},short", "shangju make-key"),
        ("SHANGJU_EMAIL_URL", "https://user:secret@mail.example.cn/?from=desk@example.cn", "smtps://user"),
        ("SHANGJU_EMAIL_URL", "smtps:///?from=desk@example.cn", "smtps://user"),
        (
            "SHANGJU_EMAIL_URL",
            "smtps://user:secret@mail.example.cn/?from=desk",
            "“from” is no e-mail address",
        ),
        ("SHANGJU_SECRET_KEY_FILE", "/nonexistent/secret", "cannot be read"),
    ],
)
def test_a_wrong_value_stops_with_its_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured) as stopped:
        load(Path("/"))
    assert name in str(stopped.value)
    assert expected in str(stopped.value)
    assert "secret@" not in str(stopped.value)


@pytest.mark.parametrize("name", ["SHANGJU_SECRET_KEY", "SHANGJU_FIELD_KEYS"])
def test_production_takes_secrets_from_outside_only(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    values = {"SHANGJU_SECRET_KEY": "secret", "SHANGJU_FIELD_KEYS": KEY, "SHANGJU_MODE": "production"}
    for variable, value in values.items():
        if variable != name:
            monkeypatch.setenv(variable, value)
    with pytest.raises(ImproperlyConfigured, match=f"{name} is not set"):
        load(tmp_path)
    assert not (tmp_path / "data").exists()


def test_secrets_are_made_once_readable_by_their_owner_only(tmp_path: Path) -> None:
    first, second = load(tmp_path), load(tmp_path)
    assert first.secret_key == second.secret_key
    assert first.field_keys == second.field_keys
    for name in ("secret_key", "field_keys"):
        assert (tmp_path / "data" / name).stat().st_mode & 0o777 == 0o600


def test_a_value_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("from the file\n", encoding="utf-8")
    monkeypatch.setenv("SHANGJU_SECRET_KEY_FILE", str(secret))
    monkeypatch.setenv("SHANGJU_SECRET_KEY", "from the environment")
    assert load(tmp_path).secret_key == "from the file"


def test_photos_lie_with_the_data_or_where_they_are_told_to(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert load(tmp_path).media == tmp_path / "data" / "media"
    monkeypatch.setenv("SHANGJU_MEDIA_URL", "file:///srv/my%20photos")
    assert load(tmp_path).media == Path("/srv/my photos")


def test_several_field_keys_newest_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = Fernet.generate_key().decode()
    monkeypatch.setenv("SHANGJU_FIELD_KEYS", f" {KEY} ,\n{other}\n")
    assert load(tmp_path).field_keys == (KEY, other)


def test_a_data_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("SHANGJU_DATA", str(tmp_path / "file" / "data"))
    with pytest.raises(ImproperlyConfigured, match="SHANGJU_DATA"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///shangju.sqlite3", {"NAME": "/data/shangju.sqlite3"}),
        ("sqlite:////elsewhere/a.sqlite3", {"NAME": "/elsewhere/a.sqlite3"}),
        (
            "postgresql://us%40er:p%2Fw@host:5433/name",
            {"NAME": "name", "USER": "us@er", "PASSWORD": "p/w", "HOST": "host", "PORT": "5433"},
        ),
        ("postgres://host/name", {"NAME": "name", "USER": "", "HOST": "host", "PORT": ""}),
    ],
)
def test_database_urls(url: str, expected: dict[str, Any]) -> None:
    settings = database_settings(url, Path("/data"))
    assert {key: settings[key] for key in expected} == expected


@pytest.mark.embedded
@pytest.mark.django_db
def test_sqlite_writes_ahead_and_takes_its_lock_at_once() -> None:
    with connection.cursor() as cursor:
        assert cursor.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.execute("PRAGMA foreign_keys").fetchone() == (1,)
    assert database_settings("sqlite:///a", Path("/data"))["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "synchronous=FULL" in database_settings("sqlite:///a", Path("/data"))["OPTIONS"]["init_command"]
