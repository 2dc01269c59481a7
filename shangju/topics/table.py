"""Concerns out of a foreign table, and topics into tables of our own: for ``shangju find-topics`` (docs/topics.md)."""

import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from pathlib import Path

from django.utils.translation import gettext as _

from shangju.cases.likeness import Spot
from shangju.core.cells import clean_cell, header_key, serial_time
from shangju.core.errors import DomainError
from shangju.core.spreadsheets import guarded
from shangju.core.table_files import Row, read_rows
from shangju.topics.grouping import Concern, Group, GroupingRules
from shangju.topics.heat import HeatShare, heat_of

_HEADERS = {
    "id": "msg_id message_id case_enquiry_id unique_key service_request_id case_number order_id order_no order_number "
    "work_order_id id row 留言编号 事项编号 工单编号 工单号 诉求编号 事件编号 案件编号 流水号 问题id 编号",
    "title": "title case_title complaint_type 标题 留言主题 诉求标题 工单标题 事项标题 主题 subject service_name type",
    "text": "body text content case_content description descriptor message details 留言详情 诉求内容 工单内容 反映内容 "
    "反映问题 来电内容 问题描述 内容描述 诉求描述 主要内容 内容 详情",
    "time": "time created_at received_at call_time open_dt opened created_date requested_datetime create_time 留言时间 "
    "来电时间 受理时间 诉求时间 登记时间 创建时间 反映时间 时间 日期 date",
    "reporter": "user user_id reporter 留言用户 用户 用户id 反映人编号",
    "place": "location place incident_address address address_detail 详细地址 事发地址 事发地点 诉求地址 反映地址 问题地址 "
    "地点 地址",
    "latitude": "latitude lat 纬度",
    "longitude": "longitude lon lng long 经度",
    "me_too": "likes me_too me_too_count 点赞数 附议数 附议 点赞",
}
COLUMNS = {name: tuple(headers.split()) for name, headers in _HEADERS.items()}
"""What a column may be called; of several that a table has, the first that is named here counts."""

WALL_CLOCK = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]*(\d{1,2})[:时点](?:(\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?)?)?"
)
"""Year, month, day, and the time if there is one: ``2026-3-1``, ``2026/3/1 8:05``, ``2026年3月1日8时5分``."""

TIME_FORMS = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %I:%M %p", "%m/%d/%Y %H:%M", "%m/%d/%Y")
"""Beside ISO 8601, :data:`WALL_CLOCK` and the days of a spreadsheet."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that was not taken, and why."""

    line: int
    why: str


@dataclass(slots=True)
class ReadTable:
    """What a table held."""

    concerns: list[Concern]
    left_out: list[LeftOut]
    columns: dict[str, str]
    """Which header was taken for what."""


def read_concerns(path: Path, *, named: Mapping[str, str], zone: tzinfo) -> ReadTable:
    """Every row that can be compared. ``named`` gives headers for columns that guessing would miss.

    A time without a zone is one of ``zone``; a row without a number has that of its line. Raises ``DomainError`` where
    the file is no table or has neither title nor text.
    """
    rows = read_rows(path)
    headers = next((row for row in rows if _are_headers(row.cells, named)), None)
    if headers is None:
        raise DomainError(_("%(file)s has no row of headers.") % {"file": path.name})
    places = _places(headers.cells, named)
    table = ReadTable([], [], {name: headers.cells[place].strip() for name, place in places.items()})
    seen: set[str] = set()
    for row in rows:
        try:
            concern = _concern(row, places, zone)
        except DomainError as refusal:
            table.left_out.append(LeftOut(row.line, str(refusal)))
            continue
        if concern.key in seen:
            why = _("the number %(number)s was there before") % {"number": concern.key[:40]}
            table.left_out.append(LeftOut(row.line, why))
        else:
            seen.add(concern.key)
            table.concerns.append(concern)
    table.concerns = _without_stopgaps(table.concerns)
    return table


def _are_headers(cells: Sequence[str], named: Mapping[str, str]) -> bool:
    """Whether a row may be that of the headers: not the lone title above a table, unless a column is called so."""
    written = [header_key(cell) for cell in cells if cell.strip()]
    known = {header_key(word) for word in (*named.values(), *COLUMNS["title"], *COLUMNS["text"])}
    return len(written) > 1 or not known.isdisjoint(written)


STOPGAP_ROWS, STOPGAP_PART = 50, 0.01
"""A point that more rows of a table give than this number and this part of them is no place of any of them."""


def _without_stopgaps(concerns: list[Concern]) -> list[Concern]:
    """Rows without the point that a system writes where it knows none, often its own town hall; the address stays."""
    given = Counter(_point(concern) for concern in concerns)
    most = max(STOPGAP_ROWS, STOPGAP_PART * len(concerns))
    stopgaps = {point for point, rows in given.items() if point is not None and rows > most}
    return [
        replace(concern, spot=Spot(note=concern.place) if concern.place else None)
        if _point(concern) in stopgaps
        else concern
        for concern in concerns
    ]


def _point(concern: Concern) -> tuple[float, float] | None:
    spot = concern.spot
    if spot is None or spot.longitude is None or spot.latitude is None:
        return None
    return spot.longitude, spot.latitude


def _places(headers: Sequence[str], named: Mapping[str, str]) -> dict[str, int]:
    """Where each known column stands; what is named counts before what is guessed."""
    where: dict[str, int] = {}
    for place, header in enumerate(headers):
        where.setdefault(header_key(header), place)
    places = {}
    for name, synonyms in COLUMNS.items():
        wanted = [named[name]] if name in named else synonyms
        found = next((where[header_key(word)] for word in wanted if header_key(word) in where), None)
        if found is not None:
            places[name] = found
        elif name in named:
            words = {"header": named[name], "headers": ", ".join(header.strip() for header in headers)[:300]}
            raise DomainError(_("There is no column “%(header)s”; the table has: %(headers)s.") % words)
    if "title" not in places and "text" not in places:
        told = {"headers": ", ".join(header.strip() for header in headers)[:300]}
        sentence = _(
            "No column looks like a title or a text; name one with --column text=HEADER. The table has: %(headers)s."
        )
        raise DomainError(sentence % told)
    return places


def _concern(row: Row, places: Mapping[str, int], zone: tzinfo) -> Concern:
    if row.fault:
        raise DomainError(row.fault)
    told = {
        name: clean_cell(row.cells[place]) if place < len(row.cells) else "" for name, place in places.items()
    }
    title, text = told.get("title", ""), told.get("text", "")
    if not title and not text:
        raise DomainError(_("it says nothing"))
    place = told.get("place", "")
    longitude, latitude = _number(told.get("longitude", "")), _number(told.get("latitude", ""))
    known = longitude is not None and latitude is not None and _is_a_point(longitude, latitude)
    return Concern(
        key=told.get("id") or str(row.line),
        title=title or text[:TITLE_SIGNS],
        body=text,
        at=_instant(told.get("time", ""), zone),
        spot=Spot(note=place, longitude=longitude if known else None, latitude=latitude if known else None)
        if known or place
        else None,
        place=place,
        reporter=told.get("reporter", ""),
        me_too=_count(told.get("me_too", "")),
    )


TITLE_SIGNS = 30
"""So much of a text stands for a title where there is none."""


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_a_point(longitude: float, latitude: float) -> bool:
    """Whether the two lie on the globe and are not the nothing that programs write, 0 and 0."""
    return abs(longitude) <= 180 and abs(latitude) <= 90 and (longitude, latitude) != (0.0, 0.0)


def _count(text: str) -> int:
    number = _number(text)
    return max(0, int(number)) if number is not None and abs(number) < MOST_ME_TOO else 0


MOST_ME_TOO = 10**9


def _instant(text: str, zone: tzinfo) -> datetime | None:
    """The instant that a cell tells; none for an empty one. Raises ``DomainError`` for what is no time."""
    if not text:
        return None
    told = _wall_clock(text)
    if told is None:
        raise DomainError(_("“%(text)s” is no time") % {"text": text[:40]})
    return told if told.tzinfo else told.replace(tzinfo=zone)


def _wall_clock(told: str) -> datetime | None:
    text = unicodedata.normalize("NFKC", told)
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    if found := WALL_CLOCK.fullmatch(text):
        try:
            return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001
        except ValueError:
            return None
    for form in TIME_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the caller adds the zone
        except ValueError:
            continue
    return serial_time(text)


PLACED = GroupingRules(window=timedelta(days=14), radius=100.0, least=2)
"""For tables of points: what people report twice they report within days, and from the same house or the next."""

UNPLACED = GroupingRules(window=None, least=2)
"""For tables without: they may span years, and only the words tell what is one matter."""


def usual_rules(concerns: Sequence[Concern]) -> GroupingRules:
    """The rules that fit a table: whether most of its rows have coordinates and a time decides."""
    placed = sum(1 for concern in concerns if _point(concern) is not None and concern.at is not None)
    return PLACED if 2 * placed > len(concerns) else UNPLACED


@dataclass(frozen=True, slots=True)
class RankedGroup:
    """A group with its rank by heat, 1 the hottest, and where its heat comes from."""

    rank: int
    group: Group
    shares: tuple[HeatShare, ...]

    @property
    def heat(self) -> int:
        """The points in all."""
        return heat_of(self.shares)

    @property
    def span(self) -> tuple[str, str]:
        """The days of its first and last concern; empty where no times are given."""
        first, last = self.group.first, self.group.last
        return (first.date().isoformat() if first else "", last.date().isoformat() if last else "")


def topic_rows(ranked: Iterable[RankedGroup]) -> Iterator[list[str]]:
    """The table of topics, headers first."""
    yield ["rank", "heat", "from", "to", "place", "description", "rows", "ids"]
    for each in ranked:
        found = each.group
        numbers = " ".join(member.key for member in found.members)
        counted = str(len(found.members))
        yield [str(each.rank), str(each.heat), *each.span, found.place, found.centre.title, counted, numbers]


def membership_rows(concerns: Iterable[Concern], ranked: Iterable[RankedGroup]) -> Iterator[list[str]]:
    """Every row of the table with the rank of its topic, empty where it belongs to none; headers first."""
    rank_of = {member.key: str(each.rank) for each in ranked for member in each.group.members}
    yield ["id", "topic"]
    for concern in concerns:
        yield [concern.key, rank_of.get(concern.key, "")]


def write_table(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write CSV (UTF-8 with its mark, which spreadsheets ask for). Raises ``DomainError`` where it cannot be written."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows([guarded(cell) for cell in row] for row in rows)
    try:
        path.write_text(out.getvalue(), encoding="utf-8-sig", newline="")
    except OSError as fault:
        words = {"file": str(path), "why": fault.strerror or fault}
        raise DomainError(_("%(file)s cannot be written: %(why)s.") % words) from fault
