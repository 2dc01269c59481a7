"""E-mail against a mail server on this machine: what arrives, what is tried again, what is given up."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.header import decode_header, make_header
from typing import Any

import pytest
from django.conf import settings as django_settings

from shangju.gateways.addresses import read_mail_address
from shangju.gateways.email import EmailGateway
from shangju.gateways.errors import Busy, RefusedForGood, Unreachable
from shangju.gateways.sending import Message, gateway_for
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
