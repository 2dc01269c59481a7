"""What a subscription may be: its address, its kinds; who may keep one is the system administrator."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from shangju.cases.workflow import REGISTER, MoveName
from shangju.core.errors import DomainError

KINDS: frozenset[str] = frozenset({REGISTER, *MoveName.values})
"""What one may be told of: that a case was registered, and every move."""

Address = IPv4Address | IPv6Address

TRANSLATED = ip_network("64:ff9b::/96")
"""NAT64 (RFC 6052): the last four bytes are an address of the old kind, perhaps one inside."""


def check_address(address: str) -> str:
    """The address without blanks around it, if calls may go there at all; what it resolves to is looked at per call.

    Raises:
        DomainError: at ``address``, with what it must be.
    """
    address = address.strip()
    try:
        parts = urlsplit(address)
        host, _port = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or not address.isascii() or any(sign.isspace() for sign in address):
        raise _refused(_("Give a whole address such as https://example.cn/shangju."))
    if parts.username or parts.password or parts.fragment:
        raise _refused(_("Leave out name, password and “#…”: the signature shows who calls."))
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.DEMO and is_this_machine(host)):
        raise _refused(_("The address must begin with https://."))
    literal = as_literal(host)
    if literal is not None and not may_call(literal):
        raise _refused(_("Calls to this address are not allowed: it lies in a closed network."))
    return address


def _refused(sentence: object) -> DomainError:
    return DomainError(sentence, fields={"address": sentence})


def check_kinds(kinds: list[str]) -> list[str]:
    """The kinds in order, each once; raises ``DomainError`` at ``kinds`` for one that does not exist."""
    unknown = sorted(set(kinds) - KINDS)
    if unknown:
        sentence = _("There is no such event: %(kinds)s.") % {"kinds": ", ".join(unknown)[:200]}
        raise DomainError(sentence, fields={"kinds": sentence})
    return sorted(set(kinds))


def as_literal(host: str) -> Address | None:
    """The host as an address where it is written as one."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_this_machine(host: str) -> bool:
    """Whether the host is plainly this very machine."""
    literal = as_literal(host)
    return host == "localhost" if literal is None else literal.is_loopback


def may_call(address: Address) -> bool:
    """Whether calls may go to the address: public ones, and those of the networks that the operator named."""
    seen = embedded(address)
    if any(seen in network for network in settings.WEBHOOK_NETWORKS):
        return True
    return seen.is_global and not seen.is_multicast


def embedded(address: Address) -> Address:
    """The address of the old kind that one of the new kind stands for, else the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else address)
