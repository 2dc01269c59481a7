"""YAML read so that every complaint can name its line: tables that know where each of their values stood."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import yaml
from django.utils.translation import gettext as _

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True, order=True)
class Refusal:
    """Something in the file that cannot be done: the line, counted from 1, and why."""

    line: int
    reason: str


@dataclass(slots=True)
class Findings:
    """What was found wrong while reading; reading goes on, so that one run names everything."""

    refusals: list[Refusal] = field(default_factory=list)

    def refuse(self, line: int, reason: object) -> None:
        """Note one refusal."""
        self.refusals.append(Refusal(line, str(reason)))


class Table:
    """A YAML mapping. Reading a key checks its value; :meth:`close` complains about keys that nobody read."""

    def __init__(self, node: yaml.MappingNode, findings: Findings) -> None:
        self.line = node.start_mark.line + 1
        self.findings = findings
        self._values: dict[str, yaml.Node] = {}
        self._key_lines: dict[str, int] = {}
        self._read: set[str] = set()
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in self._values:
                findings.refuse(line, _("“%(key)s” is given twice.") % {"key": name})
            self._values[name] = value
            self._key_lines[name] = line

    def line_of(self, key: str) -> int:
        """The line of a key, or of the table where the key is missing."""
        return self._key_lines.get(key, self.line)

    def refuse(self, key: str, reason: object) -> None:
        """Note that the value of ``key`` cannot be used."""
        self.findings.refuse(self.line_of(key), reason)

    def has(self, key: str) -> bool:
        """Whether the key is given."""
        return key in self._values

    def _node(self, key: str) -> yaml.Node | None:
        self._read.add(key)
        node = self._values.get(key)
        return None if node is None or node.tag == "tag:yaml.org,2002:null" else node

    def _scalar(self, key: str) -> str | None:
        node = self._node(key)
        if node is None:
            return None
        if not isinstance(node, yaml.ScalarNode):
            self.refuse(key, _("“%(key)s” must be a single value.") % {"key": key})
            return None
        return str(node.value).strip()

    def text(self, key: str, *, required: bool = False, longest: int = 120) -> str:
        """A text; empty where it is missing."""
        value = self._scalar(key) or ""
        if required and not value and not self._is_wrong_shape(key):
            self.refuse(key, _("“%(key)s” is missing.") % {"key": key})
        if len(value) > longest:
            self.refuse(
                key,
                _("“%(key)s” may have %(longest)s characters at most.") % {"key": key, "longest": longest},
            )
        return value[:longest]

    def _is_wrong_shape(self, key: str) -> bool:
        node = self._values.get(key)
        return node is not None and not isinstance(node, yaml.ScalarNode)

    def whole(self, key: str, *, least: int = 0, most: int = 100_000, required: bool = False) -> int | None:
        """A whole number in a range."""
        value = self._scalar(key)
        if value is None:
            if required and not self._is_wrong_shape(key):
                self.refuse(key, _("“%(key)s” is missing.") % {"key": key})
            return None
        if value.isascii() and value.isdigit() and least <= int(value) <= most:
            return int(value)
        self.refuse(
            key,
            _("“%(key)s” must be a whole number from %(least)s to %(most)s.")
            % {"key": key, "least": least, "most": most},
        )
        return None

    def flag(self, key: str) -> bool:
        """``true`` or ``false``; false where it is missing."""
        value = self._scalar(key)
        if value not in {None, "true", "false"}:
            self.refuse(key, _("“%(key)s” must be true or false.") % {"key": key})
        return value == "true"

    def day(self, key: str) -> date | None:
        """A date such as 2026-01-01."""
        value = self._scalar(key)
        if value is None:
            return None
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(key, _("“%(key)s” must be a date such as 2026-01-31.") % {"key": key})
            return None

    def choice(self, key: str, allowed: Iterable[str], *, default: str = "", required: bool = False) -> str:
        """One of the allowed words."""
        value = self.text(key, required=required)
        words = list(allowed)
        if value and value not in words:
            self.refuse(
                key,
                _("“%(key)s” is “%(value)s”; allowed are: %(allowed)s.")
                % {"key": key, "value": value, "allowed": ", ".join(words)},
            )
            return default
        return value or default

    def table(self, key: str) -> "Table | None":
        """A table below this one."""
        node = self._node(key)
        if node is None:
            return None
        if isinstance(node, yaml.MappingNode):
            return Table(node, self.findings)
        self.refuse(key, _("“%(key)s” must be a table of keys and values.") % {"key": key})
        return None

    def items(self, key: str) -> list[yaml.Node]:
        """The items of a list, unread."""
        node = self._node(key)
        if node is None:
            return []
        if isinstance(node, yaml.SequenceNode):
            return list(node.value)
        self.refuse(key, _("“%(key)s” must be a list.") % {"key": key})
        return []

    def tables(self, key: str) -> list["Table"]:
        """The tables of a list."""
        tables = []
        for item in self.items(key):
            if isinstance(item, yaml.MappingNode):
                tables.append(Table(item, self.findings))
            else:
                reason = _("Each item of “%(key)s” must be a table of keys and values.") % {"key": key}
                self.findings.refuse(item.start_mark.line + 1, reason)
        return tables

    def texts(self, key: str) -> list[tuple[int, str]]:
        """The texts of a list, each with its line."""
        texts = []
        for item in self.items(key):
            line = item.start_mark.line + 1
            if isinstance(item, yaml.ScalarNode) and item.value.strip():
                texts.append((line, item.value.strip()))
            else:
                self.findings.refuse(line, _("Each item of “%(key)s” must be a text.") % {"key": key})
        return texts

    def points(self, key: str, *, least: int) -> list[tuple[float, float]]:
        """A list of ``[longitude, latitude]``, at least so many; empty where it is missing or wrong."""
        nodes = self.items(key)
        if not nodes:
            return []
        try:
            points = [_point(node) for node in nodes]
        except ValueError:
            self.refuse(key, _("“%(key)s” must be a list of points such as [119.45, 32.21].") % {"key": key})
            return []
        if len(points) < least:
            self.refuse(key, _("“%(key)s” needs at least %(least)s points.") % {"key": key, "least": least})
            return []
        return points

    def point(self, key: str) -> tuple[float, float] | None:
        """One ``[longitude, latitude]``."""
        node = self._node(key)
        if node is None:
            return None
        try:
            return _point(node)
        except ValueError:
            self.refuse(key, _("“%(key)s” must be a point such as [119.45, 32.21].") % {"key": key})
            return None

    def close(self) -> None:
        """Complain about keys that nobody asked for: a misspelt key must not be passed over."""
        for key in self._values:
            if key not in self._read:
                self.refuse(
                    key,
                    _("“%(key)s” is not known here; known are: %(known)s.")
                    % {"key": key, "known": ", ".join(sorted(self._read))},
                )


def _point(node: yaml.Node) -> tuple[float, float]:
    if not isinstance(node, yaml.SequenceNode) or len(node.value) != 2:
        raise ValueError
    longitude, latitude = (
        float(item.value) if isinstance(item, yaml.ScalarNode) else float("nan") for item in node.value
    )
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        raise ValueError
    return longitude, latitude


def read_document(text: str, findings: Findings) -> Table | None:
    """The top table of a YAML text; what is no YAML at all is one refusal with its line."""
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        findings.refuse(
            line, _("This is not YAML: %(problem)s.") % {"problem": error.problem or error.context}
        )
        return None
    except yaml.YAMLError as error:
        findings.refuse(1, _("This is not YAML: %(problem)s.") % {"problem": error})
        return None
    if not isinstance(node, yaml.MappingNode):
        findings.refuse(1, _("The file must be a table with the keys “version” and “subdistrict”."))
        return None
    return Table(node, findings)
