"""A provider of messages on this machine, for tests: checks signatures as the real ones do, and misbehaves on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, parse_qsl, urlsplit

from shangju.gateways.signing import aliyun_signature, tencent_authorization

KEY_ID, SECRET = "test-key-id", "test-secret"


@dataclass
class Provider:
    """What the fake took, and how it behaves: ``ok``, ``busy``, ``refuse``,
    ``broken``, ``throttled``, ``drop`` or ``garbage``.

    ``drop`` takes the message and closes without an answer, as a network does at the worst moment.
    """

    behaviour: str = "ok"
    taken: list[dict[str, Any]] = field(default_factory=list)
    tokens_given: int = 0
    token: str = ""
    port: int = 0

    def address(self, provider: str, query: str) -> str:
        """The environment variable's value that leads here."""
        return f"{provider}+http://{KEY_ID}:{SECRET}@127.0.0.1:{self.port}/?{query}"


class _Handler(BaseHTTPRequestHandler):
    provider: ClassVar[Provider]

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        query = dict(parse_qsl(urlsplit(self.path).query))
        if query.get("corpsecret") != SECRET:
            return self._answer({"errcode": 40001})
        if self.provider.behaviour == "no token now":
            return self._answer({"errcode": -1})
        self.provider.tokens_given += 1
        self.provider.token = f"token-{self.provider.tokens_given}"
        return self._answer({"errcode": 0, "access_token": self.provider.token, "expires_in": 7200})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        speak = {"/cgi-bin/message/send": self._wecom, "/cgi-bin/webhook/send": self._robot}
        default = self._tencent if "X-TC-Action" in self.headers else self._aliyun
        speak.get(urlsplit(self.path).path, default)(body)

    def _aliyun(self, body: bytes) -> None:
        given = dict(parse_qsl(body.decode(), keep_blank_values=True))
        signature = given.pop("Signature")
        if signature != aliyun_signature(given, secret=SECRET):
            return self._answer({"Code": "SignatureDoesNotMatch"}, status=400)
        codes = {"busy": "isv.BUSINESS_LIMIT_CONTROL", "refuse": "isv.MOBILE_NUMBER_ILLEGAL"}
        entry = {"to": given["PhoneNumbers"], "key": given["OutId"], "template": given["TemplateCode"],
                 "values": json.loads(given["TemplateParam"]), "sign": given["SignName"]}  # fmt: skip
        return self._take(entry, {"Code": codes.get(self.provider.behaviour, "OK")})

    def _tencent(self, body: bytes) -> None:
        at = datetime.fromtimestamp(int(self.headers["X-TC-Timestamp"]), tz=UTC)
        signed = {
            "content-type": self.headers["Content-Type"],
            "host": self.headers["Host"],
            "x-tc-action": "sendsms",
        }
        expected = tencent_authorization(
            body, headers=signed, service="sms", key_id=KEY_ID, secret=SECRET, at=at
        )
        if self.headers["Authorization"] != expected:
            return self._answer({"Response": {"Error": {"Code": "AuthFailure.SignatureFailure"}}})
        given = json.loads(body)
        codes = {
            "busy": "LimitExceeded.PhoneNumberDailyLimit",
            "refuse": "InvalidParameterValue.IncorrectPhoneNumber",
        }
        entry = {"to": given["PhoneNumberSet"][0], "key": given["SessionContext"], "template": given["TemplateId"],
                 "values": given["TemplateParamSet"], "sign": given["SignName"]}  # fmt: skip
        status = {"Code": codes.get(self.provider.behaviour, "Ok")}
        return self._take(entry, {"Response": {"SendStatusSet": [status]}})

    def _wecom(self, body: bytes) -> None:
        token = parse_qs(urlsplit(self.path).query)["access_token"][0]
        if token != self.provider.token:
            return self._answer({"errcode": 42001})
        given = json.loads(body)
        code = {"busy": 45009, "refuse": 81013}.get(self.provider.behaviour, 0)
        return self._take({"to": given["touser"], "text": given["text"]["content"]}, {"errcode": code})

    def _robot(self, body: bytes) -> None:
        code = {"busy": 45009, "refuse": 93000}.get(self.provider.behaviour, 0)
        return self._take({"to": "robot", "text": json.loads(body)["text"]["content"]}, {"errcode": code})

    def _take(self, entry: dict[str, Any], answer: dict[str, Any]) -> None:
        behaviour = self.provider.behaviour
        if behaviour in {"broken", "throttled"}:
            return self._answer({}, status=503 if behaviour == "broken" else 429)
        if behaviour in {"ok", "drop", "garbage"}:
            self.provider.taken.append(entry)
        if behaviour == "drop":
            self.close_connection = True
            return None
        return self._answer(answer, raw=b"<html>" if behaviour == "garbage" else None)

    def _answer(self, answer: dict[str, Any], *, status: int = 200, raw: bytes | None = None) -> None:
        content = json.dumps(answer).encode() if raw is None else raw
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "90")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def fake_provider() -> Iterator[Provider]:
    """A running provider on a free port."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    provider.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
