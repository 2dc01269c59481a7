"""Where calls may go, and how they are signed."""

import socket
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from shangju.core.errors import DomainError
from shangju.webhooks.http import CallFailed, post
from shangju.webhooks.rules import KINDS, check_address, check_kinds, may_call
from shangju.webhooks.signing import new_secret, signature, signed_headers


@pytest.fixture(autouse=True)
def production(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS, settings.DEMO = (), False


@pytest.mark.parametrize(
    "inside",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
        "2002:0a00:0001::1",
    ],
)  # fmt: skip
def test_closed_networks_are_refused_however_written(inside: str) -> None:
    assert not may_call(ip_address(inside))


@pytest.mark.parametrize("outside", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "64:ff9b::808:808"])
def test_public_addresses_are_allowed(outside: str) -> None:
    assert may_call(ip_address(outside))


def test_the_operator_may_open_a_network(settings: Any) -> None:
    settings.WEBHOOK_NETWORKS = (ip_network("10.20.0.0/16"),)
    assert may_call(ip_address("10.20.3.4"))
    assert may_call(ip_address("::ffff:10.20.3.4"))
    assert not may_call(ip_address("10.21.3.4"))


@pytest.mark.parametrize(
    "address",
    [
        "", "example.cn", "ftp://example.cn/", "http://example.cn/", "http://127.0.0.1/", "http://localhost/",
        "https://user:word@example.cn/", "https://example.cn/#part", "https://127.0.0.1/", "https://[::1]/",
        "https://169.254.169.254/latest", "https://例子.cn/", "https://exa mple.cn/", "https://example.cn:99999/",
        "https://[half/", "file:///etc/passwd", "https://",
    ],
)  # fmt: skip
def test_impossible_addresses_are_refused_at_their_field(address: str) -> None:
    with pytest.raises(DomainError) as refusal:
        check_address(address)
    assert set(refusal.value.fields) == {"address"}


def test_the_demonstration_may_call_this_machine(settings: Any) -> None:
    settings.DEMO, settings.WEBHOOK_NETWORKS = True, (ip_network("127.0.0.0/8"),)
    assert check_address(" http://127.0.0.1:9000/hook ") == "http://127.0.0.1:9000/hook"
    with pytest.raises(DomainError):
        check_address("http://10.0.0.1/")


def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def resolve(host: str, port: int, **_options: object) -> list[Any]:
        asked.append(host)
        # One public address, one inside: the worst of them counts.
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in ("8.8.8.8", "10.0.0.1")]

    def connect(*_arguments: object) -> None:
        raise AssertionError("was called")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(CallFailed, match="closed network"):
        post("https://example.cn/hook", body=b"{}", headers={})
    assert asked == ["example.cn"]


def test_the_call_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name may be answered once from outside and once from inside (DNS rebinding): it is asked once."""
    answers = iter(["8.8.8.8", "127.0.0.1"])
    called = []

    def resolve(host: str, port: int, **_options: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(address: tuple[str, int], _timeout: float) -> socket.socket:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(CallFailed, match="ConnectionRefusedError"):
        post("https://example.cn:8443/hook", body=b"{}", headers={})
    assert called == [("8.8.8.8", 8443)]


def test_kinds_are_of_the_closed_list() -> None:
    assert check_kinds(["resolve", "accept", "accept"]) == ["accept", "resolve"]
    assert {"register", "resolve", "merge"} <= KINDS
    with pytest.raises(DomainError) as refusal:
        check_kinds(["resolve", "explode"])
    assert set(refusal.value.fields) == {"kinds"}


def test_the_signature_is_that_of_the_specification() -> None:
    """The example of the Standard Webhooks specification and its libraries."""
    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        key="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_both_secrets_sign_during_a_change() -> None:
    old, new = new_secret(), new_secret()
    headers = signed_headers([new, old], key="k", timestamp=1, body=b"{}")
    assert headers["webhook-signature"].split() == [
        signature(secret, key="k", timestamp=1, body=b"{}") for secret in (new, old)
    ]
    assert old != new
