"""Structured logs without personal data: one JSON object a line, with the reference the person was shown."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_reference: ContextVar[str] = ContextVar("request_reference", default="")

_PERSONAL = (
    (re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"), "[phone]"),
    (re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"), "[id-number]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "[e-mail]"),
    (re.compile(r"(/track/)[0-9A-Za-z-]{10,}"), r"\1[code]"),
    (re.compile(r"(/concerns/)[0-9A-Za-z-]{10,}"), r"\1[code]"),
)


def without_personal_data(text: str) -> str:
    """``text`` with phone numbers, ID numbers, e-mail addresses and tracking codes replaced by a word."""
    for pattern, word in _PERSONAL:
        text = pattern.sub(word, text)
    return text


class ReferenceFilter(logging.Filter):
    """Adds the reference number of the request to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never drops a record."""
        record.reference = request_reference.get()
        return True


class StructuredFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Time in UTC, level, logger, message, reference and, where there is one, the traceback without arguments."""
        entry = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_personal_data(record.getMessage()),
        }
        reference = getattr(record, "reference", "")
        if reference:
            entry["reference"] = reference
        if record.exc_info:
            entry["trace"] = without_personal_data(self.formatException(record.exc_info))
        return json.dumps(entry, ensure_ascii=False)
