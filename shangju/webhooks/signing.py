"""Signatures as of the Standard Webhooks specification (standardwebhooks.com): HMAC-SHA256 over id, time and body."""

import base64
import hashlib
import hmac
import secrets

PREFIX = "whsec_"


def new_secret() -> str:
    """A fresh key of 32 bytes in the notation of the specification."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, *, key: str, timestamp: int, body: bytes) -> str:
    """``v1,…`` for one secret; ``timestamp`` is in seconds since 1970, UTC."""
    signed = f"{key}.{timestamp}.".encode() + body
    mac = hmac.new(base64.b64decode(secret.removeprefix(PREFIX)), signed, hashlib.sha256)
    return "v1," + base64.b64encode(mac.digest()).decode()


def signed_headers(secrets_in_force: list[str], *, key: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The three headers; after a change of the secret both sign for a while."""
    made = [signature(secret, key=key, timestamp=timestamp, body=body) for secret in secrets_in_force]
    return {"webhook-id": key, "webhook-timestamp": str(timestamp), "webhook-signature": " ".join(made)}
