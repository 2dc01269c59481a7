"""The environment, read once at start: a wrong value stops with a sentence that names the variable.

Every variable ``X`` may also be given as ``X_FILE``, the path of a file that holds the value (container secrets).
"""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from shangju.gateways.addresses import GatewayAddress, read_address, read_mail_address

Value = TypeVar("Value")

SHORTEST_PASSPHRASE = 12


@dataclass(frozen=True, slots=True)
class Environment:
    """What the operator decided; nothing else in the code reads ``os.environ``."""

    mode: str
    host: str
    port: int
    data: Path
    media: Path
    public_url: str
    secret_key: str
    field_keys: tuple[str, ...]
    database: dict[str, Any]
    redis_url: str
    demo_password: str
    idle_minutes: int
    require_second_factor: str
    trusted_proxies: int
    intake_per_minute: int
    reveals_per_day: int
    api_per_minute: dict[str, int]
    tile_url: str
    gateways: dict[str, GatewayAddress]
    webhook_networks: tuple[IPv4Network | IPv6Network, ...]
    import_keep_days: int
    backup_passphrase: str
    malware_scanner: str
    unscanned: str
    time_zone: str

    @property
    def is_demo(self) -> bool:
        """Demo mode shows sign-ins, the mailbox and the style guide; production refuses all three."""
        return self.mode == "demo"


def read(name: str, default: str = "") -> str:
    """The value of ``name``, or the content of the file that ``name_FILE`` points to."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {path}, which cannot be read: {error.strerror}."
            ) from error
    return os.environ.get(name, default).strip()


def _parsed(name: str, default: str, parse: Callable[[str], Value], expected: str) -> Value:
    text = read(name, default)
    try:
        return parse(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is “{text}”, expected {expected}.") from error


def _mode(text: str) -> str:
    if text not in {"demo", "production"}:
        raise ValueError
    return text


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise ValueError
    return port


def _count(text: str) -> int:
    count = int(text)
    if count < 0:
        raise ValueError
    return count


def _days(text: str) -> int:
    days = int(text)
    if not 1 <= days <= 730:
        raise ValueError
    return days


def _api_limits() -> dict[str, int]:
    """What one key may do at the programming interface in a minute."""
    usual = {"reads": 1200, "writes": 240, "uploads": 120, "keys": 10}
    expected = "a whole number, 0 for no limit"
    return {
        kind: _parsed(f"SHANGJU_API_{kind.upper()}_PER_MINUTE", str(number), _count, expected)
        for kind, number in usual.items()
    }


def _idle_minutes(text: str) -> int:
    minutes = int(text)
    if not 1 <= minutes <= 24 * 60:
        raise ValueError
    return minutes


def _second_factor(text: str) -> str:
    if text not in {"none", "administrators", "staff"}:
        raise ValueError
    return text


def _passphrase(text: str) -> str:
    if 0 < len(text) < SHORTEST_PASSPHRASE:
        raise ValueError
    return text


def _clamd_url(text: str) -> str:
    parts = urlsplit(text)
    has_place = parts.path.strip("/") if parts.scheme == "unix" else parts.hostname and parts.port
    if text and (parts.scheme not in {"tcp", "unix"} or not has_place):
        raise ValueError
    return text


def _unscanned(text: str) -> str:
    if text not in {"refuse", "quarantine"}:
        raise ValueError
    return text


def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError
    return text.rstrip("/")


def _field_keys(text: str) -> tuple[str, ...]:
    keys = tuple(key for key in text.replace("\n", ",").split(",") if key.strip())
    for key in keys:
        Fernet(key.strip())
    return tuple(key.strip() for key in keys)


def _media_folder(text: str) -> Path:
    parts = urlsplit(text)
    if parts.scheme != "file" or parts.netloc or not parts.path.strip("/"):
        raise ValueError
    return Path(unquote(parts.path))


def database_settings(url: str, data: Path) -> dict[str, Any]:
    """Django's settings of one database from a URL: ``sqlite:///path`` or ``postgresql://user:password@host:port/name``.

    SQLite runs in WAL mode with IMMEDIATE transactions (a deferred one loses most races) and full synchronisation:
    an answer is shown only after its row is on disk.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(parts.path)[1:] or "shangju.sqlite3"
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(data / path) if not path.startswith("/") else path,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-1000; "
                    "PRAGMA temp_store=MEMORY;"
                ),
            },
        }
    if parts.scheme in {"postgres", "postgresql"} and parts.path.strip("/"):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.strip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            # Each of the few threads keeps its connection; a dead one is noticed at its next request.
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": True,
            # A page's statements ask for little out of much. Compiling them first takes longer than they do.
            "OPTIONS": {"options": "-c jit=off"},
        }
    raise ValueError


def kept_secret(data: Path, name: str, make: Callable[[], str]) -> str:
    """The secret kept in ``data/name``; made there, readable by its owner only, on first start."""
    path = data / name
    try:
        data.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"SHANGJU_DATA is “{data}”, which cannot be written: {error.strerror}."
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        secret = make()
        file.write(secret)
    return secret


def _secret(name: str, mode: str, data: Path, file_name: str, make: Callable[[], str]) -> str:
    value = read(name)
    if value:
        return value
    if mode == "production":
        raise ImproperlyConfigured(
            f"{name} is not set; in production it must come from outside ({name} or {name}_FILE)."
        )
    return kept_secret(data, file_name, make)


def _keys(mode: str, data: Path) -> tuple[str, ...]:
    made = _secret("SHANGJU_FIELD_KEYS", mode, data, "field_keys", lambda: Fernet.generate_key().decode())
    try:
        return _field_keys(made)
    except ValueError as error:
        raise ImproperlyConfigured(
            "SHANGJU_FIELD_KEYS holds a key that is not 32 url-safe base64-encoded bytes; make one with “shangju make-key”."
        ) from error


def _gateways() -> dict[str, GatewayAddress]:
    """The providers of each channel that is configured."""
    variables = {
        "sms": ("SHANGJU_SMS_URL", ("aliyun", "tencent")),
        "wecom": ("SHANGJU_WECOM_URL", ("wecom",)),
        "wecom-robot": ("SHANGJU_WECOM_ROBOT_URL", ("wecom-robot",)),
    }
    found = {
        channel: _gateway(name, providers) for channel, (name, providers) in variables.items() if read(name)
    }
    return found | ({"email": _mail_server()} if read("SHANGJU_EMAIL_URL") else {})


def _mail_server() -> GatewayAddress:
    try:
        return read_mail_address(read("SHANGJU_EMAIL_URL"))
    except ValueError as error:
        # Without the value: it holds a password.
        expected = "smtps://user:password@host/?from=address"
        raise ImproperlyConfigured(
            f"SHANGJU_EMAIL_URL cannot be read, expected {expected}: {error}."
        ) from error


def _gateway(name: str, providers: tuple[str, ...]) -> GatewayAddress:
    try:
        return read_address(read(name), providers=providers)
    except ValueError as error:
        # Without the value: it holds a key.
        expected = " or ".join(f"{provider}+https://id:secret@host/?option=value" for provider in providers)
        raise ImproperlyConfigured(f"{name} cannot be read, expected {expected}: {error}.") from error


def _upkeep() -> dict[str, Any]:
    """What an operator decides about keeping, watching and backing up."""
    return {
        "reveals_per_day": _parsed(
            "SHANGJU_REVEALS_PER_DAY",
            "20",
            _count,
            "a whole number: more looks at reporters a day are pointed out",
        ),
        "import_keep_days": _parsed(
            "SHANGJU_IMPORT_KEEP_DAYS", "90", _days, "a number of days between 1 and 730"
        ),
        "backup_passphrase": _parsed(
            "SHANGJU_BACKUP_PASSPHRASE", "", _passphrase, "at least 12 characters, or nothing"
        ),
        "malware_scanner": _parsed(
            "SHANGJU_CLAMD_URL",
            "",
            _clamd_url,
            "tcp://host:port or unix:///path of clamd's socket, or nothing",
        ),
        "unscanned": _parsed("SHANGJU_UNSCANNED_FILES", "refuse", _unscanned, "“refuse” or “quarantine”"),
    }


def _ways_out(mode: str) -> dict[str, Any]:
    """Where messages and webhooks go."""
    return {
        "gateways": _gateways(),
        "webhook_networks": _parsed(
            "SHANGJU_WEBHOOK_NETWORKS",
            "127.0.0.0/8,::1/128" if mode == "demo" else "",
            _networks,
            "networks such as “10.20.0.0/16”, separated by commas",
        ),
    }


def load(base: Path) -> Environment:
    """Read and check the whole environment; relative paths are taken from ``base``."""
    mode = _parsed("SHANGJU_MODE", "demo", _mode, "“demo” or “production”")
    data = (base / read("SHANGJU_DATA", "var")).resolve()
    host = read("SHANGJU_HOST", "127.0.0.1")
    port = _parsed("SHANGJU_PORT", "8000", _port, "a port number between 1 and 65535")
    secret_key = _secret("SHANGJU_SECRET_KEY", mode, data, "secret_key", lambda: secrets.token_urlsafe(48))
    return Environment(
        mode=mode,
        host=host,
        port=port,
        data=data,
        media=_parsed(
            "SHANGJU_MEDIA_URL",
            (data / "media").as_uri(),
            _media_folder,
            "file:///folder, the absolute path of a folder for photos",
        ),
        public_url=_parsed(
            "SHANGJU_PUBLIC_URL", f"http://{host}:{port}", _http_url, "an http or https address"
        ),
        secret_key=secret_key,
        field_keys=_keys(mode, data),
        database=_parsed(
            "DATABASE_URL",
            "sqlite:///shangju.sqlite3",
            lambda url: database_settings(url, data),
            "sqlite:///file or postgresql://user:password@host:port/name",
        ),
        redis_url=read("REDIS_URL"),
        demo_password=read("SHANGJU_DEMO_PASSWORD", "shangju-demo"),
        idle_minutes=_parsed(
            "SHANGJU_IDLE_MINUTES", "30", _idle_minutes, "a number of minutes between 1 and 1440"
        ),
        require_second_factor=_parsed(
            "SHANGJU_REQUIRE_SECOND_FACTOR", "none", _second_factor, "“none”, “administrators” or “staff”"
        ),
        trusted_proxies=_parsed(
            "SHANGJU_TRUSTED_PROXIES", "0", _count, "the number of reverse proxies in front, 0 for none"
        ),
        intake_per_minute=_parsed(
            "SHANGJU_INTAKE_PER_MINUTE", "60", _count, "a whole number, 0 for no limit"
        ),
        api_per_minute=_api_limits(),
        tile_url=read("SHANGJU_TILE_URL"),
        **_ways_out(mode),
        **_upkeep(),
        time_zone="Asia/Shanghai",
    )
