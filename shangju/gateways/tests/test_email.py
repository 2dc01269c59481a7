"""E-mail against a mail server on this machine: what arrives, what is tried again, what is given up."""

import logging
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from shangju.gateways.addresses import read_mail_address
from shangju.gateways.email import EmailGateway
from shangju.gateways.errors import Busy, RefusedForGood, Unreachable
from shangju.gateways.sending import Message, gateway_for
from tests.certificates import served_by
from tests.fake_mail_server import MailServer, fake_mail_server

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 5, 2, 0, tzinfo=UTC)
MESSAGE = Message("list-7-email-user-3", "email", "worker@example.cn", "请登录查看。", "今日\n清单：超期 2")


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with fake_mail_server() as server:
        use(settings, f"smtp://127.0.0.1:{server.port}/?from=desk@street.example.cn")
        yield server


def use(settings: Any, address: str) -> None:
    gateways = {"email": read_mail_address(address)}
    settings.ENVIRONMENT = replace(django_settings.ENVIRONMENT, gateways=gateways)


def test_it_arrives_with_our_key_from_the_house(mail: MailServer) -> None:
    gateway_for("email").send(MESSAGE, now=NOW)
    (arrived,) = mail.taken
    assert arrived["Message-ID"] == "<list-7-email-user-3@street.example.cn>"
    assert (arrived["From"], arrived["To"]) == ("desk@street.example.cn", "worker@example.cn")
    assert str(make_header(decode_header(arrived["Subject"]))) == "今日 清单：超期 2"
    text = arrived.get_payload(decode=True)
    assert isinstance(text, bytes)
    assert text.decode().strip() == "请登录查看。"


@pytest.mark.parametrize(
    ("refuses", "refuses_data", "refusal"),
    [
        (550, 0, RefusedForGood),
        (450, 0, Unreachable),
        (0, 554, RefusedForGood),
        (0, 451, Unreachable),
    ],
)
def test_what_is_given_up_and_what_is_tried_again(
    mail: MailServer, refuses: int, refuses_data: int, refusal: type[Exception]
) -> None:
    mail.refuses, mail.refuses_data = refuses, refuses_data
    with pytest.raises(refusal) as refused:
        gateway_for("email").send(MESSAGE, now=NOW)
    assert str(refused.value) == f"smtp {refuses or refuses_data}"
    assert mail.taken == []


def test_a_server_that_is_away_is_asked_again(settings: Any) -> None:
    with fake_mail_server() as gone:
        pass
    use(settings, f"smtp://127.0.0.1:{gone.port}/?from=desk@street.example.cn")
    with pytest.raises(Unreachable):
        gateway_for("email").send(MESSAGE, now=NOW)


def test_limits_hold(mail: MailServer) -> None:
    for _mail in range(20):
        gateway_for("email").send(MESSAGE, now=NOW)
    with pytest.raises(Busy):
        gateway_for("email").send(MESSAGE, now=NOW)


@pytest.mark.parametrize(
    ("address", "from_the_start", "turns_to_it"),
    [("smtps://user:secret@mail.example.cn", True, False), ("smtp://mail.example.cn", False, True)],
)
def test_to_another_machine_nothing_goes_without_tls(
    address: str, from_the_start: bool, turns_to_it: bool
) -> None:
    connection = EmailGateway(read_mail_address(f"{address}/?from=desk@example.cn"))._connection()
    assert (connection.use_ssl, connection.use_tls) == (from_the_start, turns_to_it)


HOST = "mail.street.example.cn"
SCHEMES = ("smtps", "smtp")
"""TLS from the start, and a connection that turns to it."""

Sent = Callable[[str, MailServer], None]


@pytest.fixture
def sent(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Sends to a server on this machine under a name that is none of this machine."""
    known = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: known("127.0.0.1" if host.endswith(".cn") else host, *rest, **more),
    )

    def send(address: str, mail: MailServer) -> None:
        use(settings, f"{address}:{mail.port}/?from=desk@street.example.cn")
        gateway_for("email").send(MESSAGE, now=NOW)

    return send


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Path]:
    """The certificate of the server, and the file of who gave it."""
    return served_by(HOST, tmp_path_factory.mktemp("certificates"))


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("host", "is_trusted", "arrives", "told"),
    [
        (HOST, True, 1, ""),
        (HOST, False, 0, "does not trust its certificate"),
        ("other.example.cn", True, 0, "does not trust its certificate"),
    ],
)
def test_only_a_server_that_is_trusted_gets_a_message(
    sent: Sent, certified: tuple[Any, Path], scheme: str, host: str, is_trusted: bool, arrives: int, told: str,
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    certificate, authority = certified
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    with fake_mail_server(MailServer(certificate=certificate, is_tls_at_once=scheme == "smtps")) as mail:
        if arrives:
            sent(f"{scheme}://{host}", mail)
        else:
            with pytest.raises(Unreachable, match="SSLCertVerificationError"):
                sent(f"{scheme}://{host}", mail)
    assert (len(mail.taken), mail.taken_in_the_open) == (arrives, 0)
    assert [record.levelno for record in caplog.records if told and told in record.getMessage()] == (
        [logging.WARNING] if told else []
    )


def test_where_no_tls_is_offered_nothing_goes_out(sent: Sent, caplog: pytest.LogCaptureFixture) -> None:
    with fake_mail_server() as mail, pytest.raises(Unreachable):
        sent(f"smtp://{HOST}", mail)
    assert mail.taken == []
    assert "offers no TLS" in caplog.text


@pytest.mark.parametrize("scheme", SCHEMES)
def test_a_server_that_says_nothing_holds_nobody_up(
    sent: Sent, scheme: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("shangju.gateways.email.ANSWERS_WITHIN", 0.05)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable):
        sent(f"{scheme}://{HOST}", MailServer(port=silent.getsockname()[1]))
    assert "no answer" in caplog.text
