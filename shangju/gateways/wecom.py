"""WeCom (企业微信): a message of our application to one member, and a line in a group by its robot."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from shangju.gateways import http
from shangju.gateways.addresses import GatewayAddress
from shangju.gateways.errors import Busy, RefusedForGood, Unreachable
from shangju.gateways.limits import take_slots
from shangju.gateways.message import Message
from shangju.gateways.models import AccessToken

TEXT_AT_MOST = 2048
"""Bytes of UTF-8 (developer.work.weixin.qq.com, 发送应用消息)."""

RENEWED_BEFORE = timedelta(minutes=5)
TOKEN_GONE = frozenset({40001, 40014, 42001})
TOO_OFTEN = frozenset({45009, 45033, -1})
"""Frequency, concurrency, and "the system is busy"."""

SERVER_FAULT = 500
A_MINUTE = timedelta(minutes=1)


def cut_to_bytes(text: str, most: int = TEXT_AT_MOST) -> str:
    """The text, shortened at a sign where it has more bytes than may go out."""
    encoded = text.encode()
    if len(encoded) <= most:
        return text
    mark = "…"
    return encoded[: most - len(mark.encode())].decode(errors="ignore") + mark


def _posted(url: str, body: dict[str, Any]) -> int:
    """The ``errcode`` of the answer."""
    headers = {"Content-Type": "application/json"}
    answer = http.call(url, body=json.dumps(body, ensure_ascii=False).encode(), headers=headers)
    if answer.status >= SERVER_FAULT:
        raise Unreachable(f"status {answer.status}")
    code = answer.as_json().get("errcode")
    if not isinstance(code, int):
        raise Unreachable(f"the answer ({answer.status}) has no errcode")
    return code


def _demand_taken(code: int) -> None:
    if code in TOO_OFTEN:
        raise Busy(f"errcode {code}", after=A_MINUTE)
    if code:
        raise RefusedForGood(f"errcode {code}")


class WecomGateway:
    """The application's message to one member; option ``agent``. The provider drops the same content sent twice."""

    def __init__(self, address: GatewayAddress) -> None:
        self.address = address

    def send(self, message: Message, *, now: datetime) -> None:
        """Send with the token at hand, once more with a new one where it has gone."""
        take_slots("wecom", message.recipient, is_urgent=message.is_urgent, now=now)
        body = {
            "touser": message.recipient,
            "msgtype": "text",
            "agentid": int(self.address.options.get("agent", "0")),
            "text": {"content": cut_to_bytes(f"{message.subject}\n{message.body}".strip())},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": 14400,
        }
        code = _posted(self._url(self._token(now=now)), body)
        if code in TOKEN_GONE:
            code = _posted(self._url(self._token(now=now, is_gone=True)), body)
        _demand_taken(code)

    def _url(self, token: str) -> str:
        return f"{self.address.base}/cgi-bin/message/send?{urlencode({'access_token': token})}"

    def _token(self, *, now: datetime, is_gone: bool = False) -> str:
        """The token at hand while it lasts; all workers share it, since a new one may end the old one."""
        key = f"wecom-{self.address.key_id}-{self.address.options.get('agent', '')}"
        kept = AccessToken.objects.filter(key=key, expires_at__gt=now + RENEWED_BEFORE).first()
        if kept is not None and not is_gone:
            return str(kept.token)
        query = urlencode({"corpid": self.address.key_id, "corpsecret": self.address.secret})
        answer = http.call(f"{self.address.base}/cgi-bin/gettoken?{query}").as_json()
        _demand_taken(answer.get("errcode") or 0)
        expires_at = now + timedelta(seconds=int(answer.get("expires_in", 7200)))
        AccessToken.objects.update_or_create(
            key=key, defaults={"token": str(answer["access_token"]), "expires_at": expires_at}
        )
        return str(answer["access_token"])


class WecomRobotGateway:
    """A line in a group chat by its robot; option ``key``. Nothing of a reporter may ever go there."""

    def __init__(self, address: GatewayAddress) -> None:
        self.address = address

    def send(self, message: Message, *, now: datetime) -> None:
        """One text."""
        robot = self.address.options.get("key", "")
        take_slots("wecom-robot", robot, is_urgent=message.is_urgent, now=now)
        url = f"{self.address.base}/cgi-bin/webhook/send?{urlencode({'key': robot})}"
        content = cut_to_bytes(f"{message.subject}\n{message.body}".strip())
        _demand_taken(_posted(url, {"msgtype": "text", "text": {"content": content}}))
