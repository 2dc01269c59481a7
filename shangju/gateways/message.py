"""What leaves the house."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address by one channel (``sms``, ``email``, ``wecom``, ``wecom-robot``).

    ``body`` is the whole text, for ways that take any text. Providers of text messages take only a template that they
    approved: they are given ``purpose``, by which it is found, and ``values`` for its slots. What ``is_urgent`` has the
    last part of a gateway's limit for itself.
    """

    key: str
    channel: str
    recipient: str
    body: str
    subject: str = ""
    purpose: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    language: str = "zh-hans"
    subdistrict: str = ""
    is_urgent: bool = False
