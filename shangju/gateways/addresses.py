"""Where a gateway is and with which key, read from one address: ``aliyun+https://id:secret@host/?sign=…``."""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

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
