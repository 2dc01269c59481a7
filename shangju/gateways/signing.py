"""Signatures of the providers, as pure functions of what is signed.

Aliyun: RPC style, signature version 1.0, HMAC-SHA1 (help.aliyun.com, 签名机制). Tencent Cloud: TC3-HMAC-SHA256
(cloud.tencent.com, 签名方法 v3). Both are tested against the examples that the providers publish.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote


def percent_encoded(text: str) -> str:
    """RFC 3986: only letters, digits and ``-_.~`` stay as they are."""
    return quote(text, safe="-_.~")


def aliyun_query(parameters: Mapping[str, str]) -> str:
    """The canonical query string: sorted by name, each part encoded."""
    return "&".join(
        f"{percent_encoded(name)}={percent_encoded(value)}" for name, value in sorted(parameters.items())
    )


def aliyun_signature(parameters: Mapping[str, str], *, secret: str, method: str = "POST") -> str:
    """The value of ``Signature`` for ``parameters``, which do not contain it."""
    signed = f"{method}&{percent_encoded('/')}&{percent_encoded(aliyun_query(parameters))}"
    mac = hmac.new(f"{secret}&".encode(), signed.encode(), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def _keyed(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def tencent_authorization(
    payload: bytes, *, headers: Mapping[str, str], service: str, key_id: str, secret: str, at: datetime
) -> str:
    """The value of ``Authorization`` for a JSON POST to ``/``; ``headers`` are those that are signed, by lower-case name."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"POST\n/\n\n{lines}\n{names}\n{hashlib.sha256(payload).hexdigest()}"
    stamp, day = int(at.timestamp()), at.astimezone(UTC).strftime("%Y-%m-%d")
    scope = f"{day}/{service}/tc3_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    signed = f"TC3-HMAC-SHA256\n{stamp}\n{scope}\n{hashed}"
    key = _keyed(_keyed(_keyed(f"TC3{secret}".encode(), day), service), "tc3_request")
    signature = hmac.new(key, signed.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
