"""What a column of a ledger is: a key, a label, the fields that it is read from, and how. Declared, never computed twice.

A column is *bound* once for each table that is written, in the language in force: labels of choices and the time zone are
looked up then, so that a million rows cost no million look-ups.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import get_language, gettext

from shangju.cases.workflow import CaseRole

MINUTE = len("2026-11-30 12:00")
Cell = str | int
Reader = Callable[..., Cell]
"""From the values of a column's fields to what stands in the cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    ``words``: people wrote it freely; what looks like personal data in it, and what the reporter left, is starred, and of
    a confidential case, one about a minor or a helped person nothing is shown (``is_of_log``: but the reasons of a log,
    which say nothing of the matter). ``contact`` names the piece of the reporter's contact that it shows, masked but in
    a full export. ``is_usual``: shown where nobody chose.
    """

    key: str
    label: Any
    fields: tuple[str, ...]
    bind: Callable[[], Reader]
    width: int = 14
    words: bool = False
    is_of_log: bool = False
    contact: str = ""
    is_usual: bool = True


def _text() -> Reader:
    return lambda value: "" if value is None else str(value)


def _number() -> Reader:
    return lambda value: value if isinstance(value, int) else ""


def _moment() -> Reader:
    zone = timezone.get_current_timezone()

    def read(moment: datetime | None) -> str:
        # Three times as fast as strftime, which is felt in a file with millions of instants.
        return moment.astimezone(zone).isoformat(" ", "minutes")[:MINUTE] if moment else ""

    return read


def _day() -> Reader:
    return lambda day: day.isoformat() if day else ""


def _named() -> Reader:
    is_english = get_language() == "en"

    def read(*names: str | None) -> str:
        """The first pair (name, English name) that there is; of a category its code comes first."""
        for name, english in zip(names[::2], names[1::2], strict=True):
            if name:
                return (english if is_english else "") or name
        return ""

    return read


def _category() -> Reader:
    named = _named()
    return lambda code, name, english: f"{code} {named(name, english)}" if code else ""


def _choice(choices: type[TextChoices]) -> Callable[[], Reader]:
    def bind() -> Reader:
        labels = {value: str(label) for value, label in choices.choices}
        return lambda value: labels.get(value, value or "")

    return bind


def _first() -> Reader:
    return lambda *texts: next((text for text in texts if text), "")


def _office() -> Reader:
    roles = {value: str(label) for value, label in CaseRole.choices}
    return lambda post, role: post or roles.get(role, "")


def _yes() -> Reader:
    yes = gettext("Yes")
    return lambda value: yes if value else ""


def text(key: str, label: Any, field: str, **more: Any) -> Column:
    """What the system wrote: a number, the name of a post."""
    return Column(key, label, (field,), _text, **more)


def words(key: str, label: Any, field: str, *, width: int = 40, **more: Any) -> Column:
    """What somebody wrote freely."""
    return Column(key, label, (field,), _text, width=width, words=True, **more)


def number(key: str, label: Any, field: str, **more: Any) -> Column:
    """A count."""
    return Column(key, label, (field,), _number, width=10, **more)


def moment(key: str, label: Any, field: str, **more: Any) -> Column:
    """An instant, in the time of the place, to the minute."""
    return Column(key, label, (field,), _moment, width=17, **more)


def day(key: str, label: Any, field: str, **more: Any) -> Column:
    """A date."""
    return Column(key, label, (field,), _day, width=12, **more)


def yes(key: str, label: Any, field: str, **more: Any) -> Column:
    """Whether."""
    return Column(key, label, (field,), _yes, width=8, **more)


def choice(key: str, label: Any, field: str, choices: type[TextChoices], **more: Any) -> Column:
    """One of a closed list, in words."""
    return Column(key, label, (field,), _choice(choices), **more)


def named(key: str, label: Any, *relations: str, **more: Any) -> Column:
    """The name of what a relation leads to, in the language in force; of several relations the first that is set."""
    fields = tuple(f"{relation}__{part}" for relation in relations for part in ("name", "name_en"))
    return Column(key, label, fields, _named, width=18, **more)


def category(key: str, label: Any, relation: str, **more: Any) -> Column:
    """A category with its code."""
    fields = tuple(f"{relation}__{part}" for part in ("code", "name_zh", "name_en"))
    return Column(key, label, fields, _category, width=20, **more)


def office(key: str, label: Any, event: str, **more: Any) -> Column:
    """Who did it, by the post's name; the role where no post did it (a member, the reporter, the system)."""
    return Column(key, label, (f"{event}post_name", f"{event}role"), _office, width=18, **more)


def person(key: str, label: Any, user: str, **more: Any) -> Column:
    """A member of staff as they are called here; only in logs that ask who it was."""
    return Column(key, label, (f"{user}__display_name", f"{user}__username"), _first, **more)


def contact(key: str, label: Any, piece: str, **more: Any) -> Column:
    """A piece of the reporter's contact (``RevealedField``)."""
    return Column(key, label, (), _text, contact=piece, is_usual=False, **more)
