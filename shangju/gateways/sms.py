"""Text messages through a provider: signed requests, approved templates, limits of the carriers."""

import json
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol

from shangju.gateways import http
from shangju.gateways.addresses import GatewayAddress
from shangju.gateways.errors import Busy, RefusedForGood, Unreachable
from shangju.gateways.limits import take_slots
from shangju.gateways.message import Message
from shangju.gateways.signing import aliyun_query, aliyun_signature, tencent_authorization
from shangju.gateways.templates import fitted, slots_of, template_for

PROVIDER_BUSY = timedelta(minutes=5)
SERVER_FAULT = 500
TOO_MANY = 429


class Dialect(Protocol):
    """How one provider is asked, and what its answers mean."""

    def send(self, *, phone: str, template: str, values: Mapping[str, str], key: str, now: datetime) -> None:
        """Hand one message over; raises ``Unreachable``, ``Busy`` or ``RefusedForGood``."""


class AliyunSms:
    """Aliyun 短信服务, SendSms of 2017-05-25; options ``sign`` and, where it is not cn-hangzhou, ``region``."""

    BUSY = frozenset(
        {"isv.BUSINESS_LIMIT_CONTROL", "isv.DAY_LIMIT_CONTROL", "Throttling.User", "isp.SYSTEM_ERROR"}
    )

    def __init__(self, address: GatewayAddress) -> None:
        self.address = address

    def parameters(
        self, *, phone: str, template: str, values: Mapping[str, str], key: str, now: datetime
    ) -> dict[str, str]:
        """Everything that is signed; ``OutId`` is our key, by which a repeat can be recognised."""
        return {
            "AccessKeyId": self.address.key_id,
            "Action": "SendSms",
            "Format": "JSON",
            "OutId": key,
            "PhoneNumbers": phone,
            "RegionId": self.address.options.get("region", "cn-hangzhou"),
            "SignName": self.address.options.get("sign", ""),
            "SignatureMethod": "HMAC-SHA1",
            # The same message is the same request: the provider refuses a nonce that it has seen.
            "SignatureNonce": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{key}/{now.isoformat()}")),
            "SignatureVersion": "1.0",
            "TemplateCode": template,
            "TemplateParam": json.dumps(dict(values), ensure_ascii=False, separators=(",", ":")),
            "Timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "Version": "2017-05-25",
        }

    def send(self, *, phone: str, template: str, values: Mapping[str, str], key: str, now: datetime) -> None:
        """One signed form POST."""
        signed = self.parameters(phone=phone, template=template, values=values, key=key, now=now)
        signed["Signature"] = aliyun_signature(signed, secret=self.address.secret)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = http.call(f"{self.address.base}/", body=aliyun_query(signed).encode(), headers=headers)
        _demand_alive(answer)
        code = str(answer.as_json().get("Code", ""))
        if code == "OK":
            return
        if code in self.BUSY:
            raise Busy(code, after=PROVIDER_BUSY)
        raise RefusedForGood(code or f"status {answer.status}")


class TencentSms:
    """Tencent Cloud SMS, SendSms of 2021-01-11; options ``sign``, ``app`` and ``region``."""

    BUSY = ("LimitExceeded", "RequestLimitExceeded", "InternalError")

    def __init__(self, address: GatewayAddress) -> None:
        self.address = address

    def send(self, *, phone: str, template: str, values: Mapping[str, str], key: str, now: datetime) -> None:
        """One signed JSON POST; the session context is our key."""
        payload = json.dumps(
            {
                "PhoneNumberSet": [f"+86{phone}"],
                "SmsSdkAppId": self.address.options.get("app", ""),
                "SignName": self.address.options.get("sign", ""),
                "TemplateId": template,
                "TemplateParamSet": list(values.values()),
                "SessionContext": key,
            },
            ensure_ascii=False,
        ).encode()
        signed = {
            "content-type": "application/json; charset=utf-8",
            "host": self.address.host,
            "x-tc-action": "sendsms",
        }
        headers = {
            "Content-Type": signed["content-type"],
            "Host": self.address.host,
            "X-TC-Action": "SendSms",
            "X-TC-Version": "2021-01-11",
            "X-TC-Timestamp": str(int(now.timestamp())),
            "X-TC-Region": self.address.options.get("region", "ap-guangzhou"),
            "Authorization": tencent_authorization(
                payload,
                headers=signed,
                service="sms",
                key_id=self.address.key_id,
                secret=self.address.secret,
                at=now,
            ),
        }
        answer = http.call(f"{self.address.base}/", body=payload, headers=headers)
        _demand_alive(answer)
        self._judge(answer)

    def _judge(self, answer: http.Answer) -> None:
        response = answer.as_json().get("Response") or {}
        error = (response.get("Error") or {}).get("Code", "")
        statuses = response.get("SendStatusSet") or [{}]
        code = str(error or statuses[0].get("Code", ""))
        if code == "Ok":
            return
        if code.startswith(self.BUSY):
            raise Busy(code, after=PROVIDER_BUSY)
        raise RefusedForGood(code or f"status {answer.status}")


def _demand_alive(answer: http.Answer) -> None:
    """A fault of the provider's own is no answer to the message."""
    if answer.status == TOO_MANY:
        seconds = int(answer.retry_after) if answer.retry_after.isdecimal() else 0
        raise Busy("429", after=timedelta(seconds=seconds) if seconds else PROVIDER_BUSY)
    if answer.status >= SERVER_FAULT:
        raise Unreachable(f"status {answer.status}")


DIALECTS: dict[str, type[AliyunSms] | type[TencentSms]] = {"aliyun": AliyunSms, "tencent": TencentSms}


class SmsGateway:
    """The configured provider of text messages."""

    def __init__(self, address: GatewayAddress) -> None:
        self.dialect: Dialect = DIALECTS[address.provider](address)

    def send(self, message: Message, *, now: datetime) -> None:
        """Find the approved template, keep to the limits, hand over."""
        template = template_for(
            message.purpose, channel="sms", language=message.language, subdistrict=message.subdistrict
        )
        if template is None or not template.provider_template:
            raise RefusedForGood(f"no approved template for “{message.purpose}”")
        values = {name: fitted(message.values.get(name, "")) for name in slots_of(template.text)}
        take_slots("sms", message.recipient, is_urgent=message.is_urgent, now=now)
        self.dialect.send(
            phone=message.recipient,
            template=template.provider_template,
            values=values,
            key=message.key,
            now=now,
        )
