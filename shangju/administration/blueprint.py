"""What a set-up file says, before anything is compared with the database. The schema: ``docs/setup-file.md``.

Reading never stops at the first mistake: all refusals are collected, each with its line.
"""

from collections.abc import Iterator

import yaml
from django.utils.translation import gettext as _

from shangju.accounts.models import AdministratorRole
from shangju.accounts.roster import UserPlan
from shangju.administration.blueprint_entries import (
    AddressLine,
    AreaEntry,
    Blueprint,
    PartyEntry,
    PostEntry,
    TermEntry,
    UserEntry,
)
from shangju.administration.supervision_settings import read_supervision_settings
from shangju.administration.working_time import read_working_time
from shangju.administration.yaml_tables import Findings, Refusal, Table, read_document
from shangju.areas.gazetteer import AddressPlan
from shangju.areas.geometry import Datum, to_wgs84
from shangju.areas.models import AreaKind, GridType
from shangju.areas.services import AreaPlan
from shangju.parties.models import PartyKind
from shangju.posts.ladder import LadderRung
from shangju.posts.models import PostKind

Point = tuple[float, float]


def read_blueprint(text: str) -> tuple[Blueprint, list[Refusal]]:
    """Read a set-up file; what cannot be used is in the second value, ordered by line."""
    findings = Findings()
    top = read_document(text, findings)
    if top is None:
        return Blueprint(), findings.refusals
    reader = _Reader(findings)
    reader.read(top)
    return reader.blueprint, sorted(set(findings.refusals))


_CHILDREN: dict[str, dict[str, AreaKind]] = {
    AreaKind.SUBDISTRICT: {"communities": AreaKind.COMMUNITY},
    AreaKind.COMMUNITY: {"grids": AreaKind.GRID},
    AreaKind.GRID: {"micro_grids": AreaKind.MICRO_GRID},
    AreaKind.MICRO_GRID: {},
    AreaKind.BUILDING: {"hub_households": AreaKind.HUB_HOUSEHOLD},
    AreaKind.HUB_HOUSEHOLD: {},
}
_WITH_BUILDINGS = frozenset({AreaKind.GRID, AreaKind.MICRO_GRID})


class _Reader:
    """Walks the file once and fills a blueprint."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings
        self.blueprint = Blueprint()
        self._codes: dict[str, int] = {}
        self._texts: set[tuple[str, str]] = set()

    def read(self, top: Table) -> None:
        top.whole("version", least=1, most=1, required=True)
        self.blueprint.datum = Datum(
            top.choice("datum", [datum.value for datum in Datum], default=Datum.WGS84)
        )
        district = top.table("district")
        subdistrict = top.table("subdistrict")
        for person in top.tables("people"):
            self._person(person)
        if subdistrict is None:
            top.refuse("subdistrict", _("“%(key)s” is missing.") % {"key": "subdistrict"})
        else:
            self._root(district, subdistrict)
        for party in top.tables("parties"):
            self._party(party)
        top.close()
        self._check_references()

    def _root(self, district: Table | None, subdistrict: Table) -> None:
        above = ""
        if district is not None:
            above = district.text("code", required=True, longest=30)
            self._area(district, AreaKind.DISTRICT, parent_code="", code=above)
        code = subdistrict.text("code", required=True, longest=20)
        self.blueprint.subdistrict_code = code
        self.blueprint.working_time = read_working_time(subdistrict)
        self.blueprint.supervision = read_supervision_settings(subdistrict)
        self._area(subdistrict, AreaKind.SUBDISTRICT, parent_code=above, code=code)

    # ---- areas

    def _area(self, table: Table, kind: AreaKind, *, parent_code: str, code: str) -> int | None:
        """One area with everything in it; returns its households, given or summed from its buildings."""
        place = len(self.blueprint.areas)
        plan_values = {
            "name": table.text("name", required=True, longest=60),
            "name_en": table.text("name_en", longest=90),
            "party_body": table.text("party_body", longest=80),
        }
        prefix = table.text("number_prefix", longest=6) if kind is AreaKind.SUBDISTRICT else ""
        grid_type = (
            table.choice("type", GridType.values, default=GridType.GENERAL) if kind is AreaKind.GRID else ""
        )
        households, invented = table.whole("households"), table.flag("invented")
        ring = tuple(table.points("outline", least=3))
        self._note_code(code, table.line_of("code"))
        for line, text in table.texts("addresses"):
            self._address(line, code, text, None)
        self._posts(table, code)
        summed = self._below(table, kind, code)
        table.close()
        households = households if households is not None else summed
        plan = AreaPlan(
            kind=kind.value,
            code=code,
            parent_code=parent_code,
            grid_type=grid_type,
            number_prefix=prefix,
            households=households,
            is_invented=invented,
            **plan_values,
        )
        self.blueprint.areas.insert(place, AreaEntry(table.line, plan, ring))
        return households

    def _below(self, table: Table, kind: AreaKind, code: str) -> int | None:
        sums = []
        for key, child_kind in _CHILDREN.get(kind, {}).items():
            for child in table.tables(key):
                own = child.text("code", required=True, longest=12)
                sums.append(self._area(child, child_kind, parent_code=code, code=code + own))
        if kind in _WITH_BUILDINGS:
            sums += [self._buildings(row, code) for row in table.tables("buildings")]
        known = [households for households in sums if households is not None]
        return sum(known) if known else None

    def _note_code(self, code: str, line: int) -> None:
        if len(code) > 30:
            self.findings.refuse(line, _("The code %(code)s has more than 30 characters.") % {"code": code})
        if code in self._codes:
            first = self._codes[code]
            reason = _("The code %(code)s stands in line %(first)s already.") % {"code": code, "first": first}
            self.findings.refuse(line, reason)
        self._codes.setdefault(code, line)

    def _buildings(self, table: Table, parent_code: str) -> int | None:
        """A row of numbered buildings: ``{from: 1, to: 12, households: 28, name: "青云里{n}幢"}``."""
        numbers = _numbers(table)
        name = table.text("name", longest=60) or "{n}幢"
        name_en = table.text("name_en", longest=90)
        letter = table.text("code", longest=6) or "B"
        along = table.points("along", least=1)
        addresses = table.texts("addresses") or [(table.line_of("name"), name)]
        if len(numbers) == 1 and any(map(table.has, ("posts", "hub_households", "party_body"))):
            return self._single_building(table, parent_code, f"{letter}{numbers[0]:02d}", numbers[0], along)
        households, invented = table.whole("households"), table.flag("invented")
        table.close()
        for place, number in enumerate(numbers):
            code = f"{parent_code}{letter}{number:02d}"
            self._note_code(code, table.line)
            plan = AreaPlan(
                kind=AreaKind.BUILDING.value,
                code=code,
                parent_code=parent_code,
                name=_numbered(name, number),
                name_en=_numbered(name_en, number),
                households=households,
                is_invented=invented,
            )
            self.blueprint.areas.append(AreaEntry(table.line, plan, ()))
            point = self._between(along, place, len(numbers))
            for line, text in addresses:
                self._address(line, code, _numbered(text, number), point)
        return households * len(numbers) if households is not None else None

    def _single_building(
        self, table: Table, parent_code: str, own_code: str, number: int, along: list[Point]
    ) -> int | None:
        code = parent_code + own_code
        place, first_address = len(self.blueprint.areas), len(self.blueprint.addresses)
        households = self._area(table, AreaKind.BUILDING, parent_code=parent_code, code=code)
        entry = self.blueprint.areas[place]
        named = _numbered(entry.plan.name, number)
        self.blueprint.areas[place] = AreaEntry(entry.line, _with_name(entry.plan, named), entry.ring)
        point = self._between(along, 0, 1)
        given = [line for line in self.blueprint.addresses[first_address:] if line.plan.area_code == code]
        del self.blueprint.addresses[first_address:]
        for line, text in [(item.line, item.plan.shown_as) for item in given] or [
            (table.line_of("name"), named)
        ]:
            self._texts.discard((code, text))
            self._address(line, code, _numbered(text, number), point)
        return households

    def _between(self, along: list[Point], place: int, count: int) -> Point | None:
        """Position of the n-th of ``count`` buildings on the line ``along`` (first point to last), in
        WGS-84.
        """
        if not along:
            return None
        share = place / (count - 1) if count > 1 else 0.0
        (west, south), (east, north) = along[0], along[-1]
        return self._wgs84((west + (east - west) * share, south + (north - south) * share))

    def _wgs84(self, point: Point) -> Point:
        longitude, latitude = to_wgs84(*point, datum=self.blueprint.datum)
        return round(longitude, 6), round(latitude, 6)

    def _address(self, line: int, code: str, text: str, point: Point | None) -> None:
        if (code, text) in self._texts:
            self.findings.refuse(line, _("“%(text)s” is given twice for this area.") % {"text": text})
            return
        self._texts.add((code, text))
        self.blueprint.addresses.append(AddressLine(line, AddressPlan(code, text, *(point or (None, None)))))

    # ---- posts and people

    def _posts(self, table: Table, area_code: str) -> None:
        for row in table.tables("posts"):
            entry = PostEntry(
                line=row.line,
                area_code=area_code,
                kind=row.choice("kind", PostKind.values, required=True),
                name=row.text("name", required=True, longest=60),
                name_en=row.text("name_en", longest=90),
                rung=row.choice("rung", LadderRung.values),
            )
            if any(entry.key == other.key for other in self.blueprint.posts if other.area_code == area_code):
                row.refuse("name", _("This area has a post of this kind and name already."))
            self.blueprint.posts.append(entry)
            self.blueprint.terms += self._holders(row, "holders", entry.key)
            row.close()

    def _holders(self, table: Table, key: str, subject: tuple[str, ...]) -> Iterator[TermEntry]:
        for node in table.items(key):
            line = node.start_mark.line + 1
            if isinstance(node, yaml.ScalarNode):
                yield TermEntry(line, subject, node.value.strip(), None, None)
            elif isinstance(node, yaml.MappingNode):
                yield self._holder(Table(node, self.findings), subject)
            else:
                self.findings.refuse(
                    line, _("Each item of “%(key)s” must be a sign-in name or a table.") % {"key": key}
                )

    def _holder(self, row: Table, subject: tuple[str, ...]) -> TermEntry:
        entry = TermEntry(
            row.line,
            subject,
            row.text("sign_in", required=True, longest=60),
            row.day("from"),
            row.day("to"),
            row.flag("voting"),
        )
        if row.has("name"):
            self._user(row, entry.username)
        if entry.starts_on and entry.ends_on and entry.ends_on < entry.starts_on:
            row.refuse("to", _("The term must not end before it begins."))
        row.close()
        return entry

    def _person(self, row: Table) -> None:
        username = row.text("sign_in", required=True, longest=60)
        role = row.choice("administrator", AdministratorRole.values)
        self._user(row, username, is_resident=row.flag("resident"), role=role)
        row.close()

    def _user(self, row: Table, username: str, *, is_resident: bool = False, role: str = "") -> None:
        plan = UserPlan(
            username=username,
            display_name=row.text("name", required=True, longest=60),
            display_name_en=row.text("name_en", longest=90),
            phone=row.text("phone", longest=20),
            is_resident=is_resident,
        )
        first = self.blueprint.users.get(username)
        if first is not None:
            row.refuse(
                "sign_in",
                _("%(name)s is described in line %(first)s already: give only “sign_in” here.")
                % {"name": username, "first": first.line},
            )
            return
        self.blueprint.users[username] = UserEntry(row.line, plan, role)

    # ---- parties

    def _party(self, row: Table) -> None:
        point = row.point("at")
        entry = PartyEntry(
            line=row.line,
            area_code=self.blueprint.subdistrict_code + row.text("area", longest=20),
            kind=row.choice("kind", PartyKind.values, default=PartyKind.MERCHANT),
            name=row.text("name", required=True, longest=80),
            name_en=row.text("name_en", longest=120),
            trade=row.text("trade", longest=40),
            address=row.text("address", longest=120),
            point=self._wgs84(point) if point else None,
            public_phone=row.text("phone", longest=20),
            opening_hours=row.text("hours", longest=60),
            joined_on=row.day("joined"),
        )
        if entry.area_code not in self._codes:
            row.refuse("area", _("No area of this file has the code %(code)s.") % {"code": entry.area_code})
        self.blueprint.parties.append(entry)
        self.blueprint.delegations += self._holders(row, "delegates", entry.key)
        row.close()

    def _check_references(self) -> None:
        seen: dict[tuple[str, str], int] = {}
        for party in self.blueprint.parties:
            if party.key in seen:
                reason = _("This member stands in line %(first)s already.") % {"first": seen[party.key]}
                self.findings.refuse(party.line, reason)
            seen.setdefault(party.key, party.line)
        for term in [*self.blueprint.terms, *self.blueprint.delegations]:
            user = self.blueprint.users.get(term.username)
            if user is not None and user.role:
                reason = _(
                    "%(name)s is an administrator: administrators hold no posts and speak for no member."
                )
                self.findings.refuse(term.line, reason % {"name": term.username})


def _numbers(table: Table) -> list[int]:
    if table.has("number"):
        number = table.whole("number", least=1, most=9999)
        return [number] if number is not None else [0]
    first = table.whole("from", least=1, most=9999, required=True) or 1
    last = table.whole("to", least=1, most=9999, required=True) or first
    step = table.whole("step", least=1, most=10) or 1
    if last < first or (last - first) // step >= 500:
        table.refuse("to", _("“to” must not be before “from”, nor the row longer than 500 buildings."))
        return [first]
    return list(range(first, last + 1, step))


def _numbered(pattern: str, number: int) -> str:
    return pattern.replace("{n}", str(number))


def _with_name(plan: AreaPlan, name: str) -> AreaPlan:
    return AreaPlan(
        kind=plan.kind,
        code=plan.code,
        parent_code=plan.parent_code,
        name=name,
        name_en=plan.name_en,
        party_body=plan.party_body,
        households=plan.households,
        is_invented=plan.is_invented,
    )
