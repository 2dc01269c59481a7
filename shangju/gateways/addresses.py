"""Where a gateway is and with which key, read from one address: ``aliyun+https://id:secret@host/?sign=…``."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

PROVIDERS = ("aliyun", "tencent", "wecom", "wecom-robot")


@dataclass(frozen=True, slots=True)
class GatewayAddress:
    """A provider, its base address, the key, and what else it asks for. ``repr`` must never reach a log."""

    provider: str
    base: str
    host: str
    key_id: str
    secret: str
    options: Mapping[str, str]


def read_address(text: str, *, providers: tuple[str, ...] = PROVIDERS) -> GatewayAddress:
    """The parts of ``text``; raises ``ValueError`` with what is wrong.

    Plain http is for this very machine only: a fake gateway or a relay beside us.
    """
    parts = urlsplit(text)
    provider, _plus, scheme = parts.scheme.partition("+")
    if provider not in providers or scheme not in {"https", "http"} or not parts.hostname:
        raise ValueError("not “provider+https://id:secret@host/?option=value”")
    if scheme == "http" and not _is_loopback(parts.hostname):
        raise ValueError("http is possible to this machine only")
    host = parts.hostname if parts.port is None else f"{parts.hostname}:{parts.port}"
    return GatewayAddress(
        provider=provider,
        base=f"{scheme}://{host}",
        host=host,
        key_id=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        options=dict(parse_qsl(parts.query)),
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


MAIL_PORTS = {"smtps": 465, "smtp": 587}


def read_mail_address(text: str) -> GatewayAddress:
    """A mail server: ``smtps://…`` by TLS from the start, ``smtp://…`` that turns to it; ``from`` is who writes.

    Without TLS only to this very machine: a relay beside us. Raises ``ValueError`` with what is wrong.
    """
    parts = urlsplit(text)
    options = dict(parse_qsl(parts.query))
    if parts.scheme not in MAIL_PORTS or not parts.hostname:
        raise ValueError("not “smtps://user:password@host/?from=address”")
    try:
        validate_email(options.get("from", ""))
    except ValidationError as error:
        raise ValueError("“from” is no e-mail address") from error
    return GatewayAddress(
        provider=parts.scheme,
        base=f"{parts.scheme}://{parts.hostname}:{parts.port or MAIL_PORTS[parts.scheme]}",
        host=parts.hostname,
        key_id=unquote(parts.username or ""),
        secret=unquote(parts.password or ""),
        options=options,
    )


def is_this_machine(address: GatewayAddress) -> bool:
    """Whether nothing leaves the machine on the way there."""
    return _is_loopback(address.host)
