"""A set-up file beside what is stored: what would be added, what changed, what cannot be done and why.

Nothing is written here, so a dry run is this and no more. What a file leaves out is never removed.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from shangju.accounts.models import Administrator, User
from shangju.accounts.roster import demand_sound
from shangju.administration.blueprint_entries import (
    AreaEntry,
    Blueprint,
    TermEntry,
    UserEntry,
)
from shangju.administration.plan import Comparison, Step
from shangju.administration.supervision_settings import stored_in
from shangju.administration.working_time import differs
from shangju.administration.yaml_tables import Refusal
from shangju.areas.addresses import normalise
from shangju.areas.geometry import checked_outline
from shangju.areas.models import AddressEntry, Area, AreaKind
from shangju.areas.services import AreaPlan, kind_may_stand_under
from shangju.core.errors import DomainError
from shangju.parties.models import Delegation, Party
from shangju.posts.models import Appointment, Post
from shangju.posts.services import terms_overlap


def compare(blueprint: Blueprint, *, today: date) -> Comparison:
    """What the file would do to the database as it stands; needs a scope that reaches the whole
    sub-district.
    """
    return _Comparer(blueprint, today).compare()


class _Comparer:
    """Holds what is stored, so that each section is compared without further queries."""

    def __init__(self, blueprint: Blueprint, today: date) -> None:
        self.blueprint = blueprint
        self.today = today
        self.result = Comparison()
        codes = [entry.plan.code for entry in blueprint.areas]
        names = {term.username for term in [*blueprint.terms, *blueprint.delegations]} | set(blueprint.users)
        self.areas = {
            area.code: area for area in Area.objects.filter(code__in=codes).select_related("parent")
        }
        self.users = {user.username: user for user in User.objects.filter(username__in=names)}
        self.kinds = {entry.plan.code: entry.plan.kind for entry in blueprint.areas}

    def compare(self) -> Comparison:
        for entry in self.blueprint.areas:
            self._area(entry)
        self._working_time()
        self._supervision()
        self._addresses()
        self._accounts()
        self._posts()
        self._parties()
        self.result.refusals.sort()
        return self.result

    def _step(self, section: str, verb: str, line: int, what: object, detail: str = "") -> None:
        self.result.steps.append(Step(section, verb, line, str(what), detail))

    def _refuse(self, line: int, reason: object) -> None:
        self.result.refusals.append(Refusal(line, str(reason)))

    # ---- areas

    def _area(self, entry: AreaEntry) -> None:
        plan, stored = entry.plan, self.areas.get(entry.plan.code)
        if stored is None:
            self._new_area(entry)
        elif reason := self._clash(plan, stored):
            self._refuse(entry.line, reason)
        else:
            wanted = {
                "name": plan.name,
                "name_en": plan.name_en,
                "party_body": plan.party_body,
                "number_prefix": plan.number_prefix,
                "households": plan.households,
                "grid_type": plan.grid_type,
                "is_invented": plan.is_invented,
            }
            if changes := self._compared("areas", entry.line, plan.code, stored, wanted):
                self.result.area_changes.append((stored, changes))
        if entry.ring:
            self._outline(entry, stored)

    def _new_area(self, entry: AreaEntry) -> None:
        plan = entry.plan
        parent_kind = self.kinds.get(plan.parent_code) if plan.parent_code else None
        if not kind_may_stand_under(plan.kind, parent_kind):
            self._refuse(
                entry.line,
                _("An area of the kind %(kind)s cannot stand here.") % {"kind": AreaKind(plan.kind).label},
            )
            return
        taken = plan.number_prefix and Area.objects.filter(number_prefix=plan.number_prefix).exists()
        if taken:
            reason = _("The prefix %(prefix)s is in use by another sub-district.") % {
                "prefix": plan.number_prefix
            }
            self._refuse(entry.line, reason)
            return
        self.result.new_areas.append(plan)
        self._step("areas", "added", entry.line, f"{plan.code} {plan.name}")

    def _clash(self, plan: AreaPlan, stored: Area) -> str:
        if stored.kind != plan.kind:
            return _("The code %(code)s belongs to an area of the kind %(kind)s.") % {
                "code": plan.code,
                "kind": AreaKind(stored.kind).label,
            }
        if stored.retired_on is not None:
            return _("%(code)s was retired on %(day)s; take it out of the file.") % {
                "code": plan.code,
                "day": stored.retired_on,
            }
        if (stored.parent.code if stored.parent else "") != plan.parent_code:
            return _("%(code)s was moved under %(parent)s; the file puts it elsewhere.") % {
                "code": plan.code,
                "parent": stored.parent.code if stored.parent else "—",
            }
        return ""

    def _outline(self, entry: AreaEntry, stored: Area | None) -> None:
        ring = [list(point) for point in entry.ring]
        if ring[0] != ring[-1]:
            ring.append(ring[0])
        given = {"type": "Polygon", "coordinates": [ring]}
        try:
            outline = checked_outline(given, datum=self.blueprint.datum)
        except DomainError as error:
            self._refuse(entry.line, error.message)
            return
        if stored is not None and stored.outline == outline:
            self._step("outlines", "unchanged", entry.line, entry.plan.code)
            return
        verb = "changed" if stored is not None and stored.outline else "added"
        self.result.outlines.append((entry.plan.code, given))
        self._step("outlines", verb, entry.line, entry.plan.code)

    def _working_time(self) -> None:
        wanted, code = self.blueprint.working_time, self.blueprint.subdistrict_code
        if wanted is None:
            return
        area = self.areas.get(code)
        self.result.sets_working_time = area is None or differs(wanted, area)
        verb = "unchanged" if not self.result.sets_working_time else "changed" if area else "added"
        self._step("working_time", verb, wanted.line, code)

    def _supervision(self) -> None:
        wanted, code = self.blueprint.supervision, self.blueprint.subdistrict_code
        if wanted is None:
            return
        area = self.areas.get(code)
        stored = stored_in(area)
        for name, reason in wanted.faults(stored).items():
            self._refuse(wanted.line, _("%(name)s: %(reason)s") % {"name": name, "reason": reason})
        self.result.sets_supervision = wanted.over(stored) != stored
        verb = "unchanged" if not self.result.sets_supervision else "changed" if area else "added"
        self._step("supervision", verb, wanted.line, code)

    def _addresses(self) -> None:
        codes = {line.plan.area_code for line in self.blueprint.addresses}
        stored = set(AddressEntry.objects.filter(area__code__in=codes).values_list("area__code", "text"))
        for line in self.blueprint.addresses:
            key = (line.plan.area_code, normalise(line.plan.shown_as))
            if len(key[1]) < 2:
                self._refuse(line.line, _("An address entry needs at least two characters."))
                continue
            if key not in stored:
                stored.add(key)
                self.result.new_addresses.append(line.plan)
                self._step("addresses", "added", line.line, line.plan.shown_as)
            else:
                self._step("addresses", "unchanged", line.line, line.plan.shown_as)

    # ---- accounts

    def _accounts(self) -> None:
        roles = dict(
            Administrator.objects.filter(user__in=self.users.values()).values_list("user__username", "role")
        )
        phones: dict[str, int] = {}
        for username, entry in self.blueprint.users.items():
            plan, stored = entry.plan, self.users.get(username)
            if plan.phone and phones.setdefault(plan.phone, entry.line) != entry.line:
                self._refuse(
                    entry.line,
                    _("This number stands in line %(first)s already.") % {"first": phones[plan.phone]},
                )
            elif stored is None:
                self._new_user(entry)
            else:
                wanted = {"display_name": plan.display_name, "display_name_en": plan.display_name_en}
                if changes := self._compared("accounts", entry.line, username, stored, wanted):
                    self.result.user_changes.append((stored, changes))
            self._role(entry, roles.get(username, ""))
        self._unknown_accounts(roles)

    def _new_user(self, entry: UserEntry) -> None:
        try:
            demand_sound(entry.plan)
        except DomainError as error:
            self._refuse(entry.line, error)
            return
        self.result.new_users.append(entry.plan)
        self._step("accounts", "added", entry.line, entry.plan.username)

    def _role(self, entry: UserEntry, held: str) -> None:
        if not entry.role:
            return
        if held == entry.role:
            self._step("administrators", "unchanged", entry.line, entry.plan.username)
        elif held:
            reason = _("%(name)s is an administrator already; nobody holds two of the roles.")
            self._refuse(entry.line, reason % {"name": entry.plan.username})
        else:
            self.result.new_roles.append((entry.plan.username, entry.role))
            self._step("administrators", "added", entry.line, entry.plan.username)

    def _unknown_accounts(self, roles: Mapping[str, str]) -> None:
        for term in [*self.blueprint.terms, *self.blueprint.delegations]:
            if term.username not in self.users and term.username not in self.blueprint.users:
                reason = _(
                    "Nobody has the sign-in name %(name)s: describe the account here or under “people”."
                )
                self._refuse(term.line, reason % {"name": term.username})
            elif term.username in roles:
                reason = _(
                    "%(name)s is an administrator: administrators hold no posts and speak for no member."
                )
                self._refuse(term.line, reason % {"name": term.username})

    # ---- posts and parties

    def _posts(self) -> None:
        stored = {
            (post.area.code, post.kind, post.name): post
            for post in Post.objects.filter(area__in=self.areas.values()).select_related("area")
        }
        for entry in self.blueprint.posts:
            post = stored.get(entry.key)
            if post is None:
                self.result.new_posts.append(entry)
                self._step("posts", "added", entry.line, f"{entry.area_code} {entry.name}")
            elif post.retired_on is not None:
                self._refuse(entry.line, _("This post was retired on %(day)s.") % {"day": post.retired_on})
            else:
                wanted = {"name_en": entry.name_en, "rung": entry.rung}
                if changes := self._compared(
                    "posts", entry.line, f"{entry.area_code} {entry.name}", post, wanted
                ):
                    self.result.post_changes.append((post, changes))
        held: dict[tuple[object, int], list[Appointment]] = {}
        for term in Appointment.objects.filter(post__in=stored.values()):
            held.setdefault((term.post_id, term.user_id), []).append(term)
        ids = {key: post.pk for key, post in stored.items()}
        self._terms(
            "appointments", self.blueprint.terms, ids, held, self.result.new_terms, self.result.ended_terms
        )

    def _parties(self) -> None:
        stored = {
            (party.area.code, party.name): party
            for party in Party.objects.filter(area__in=self.areas.values()).select_related("area")
        }
        for entry in self.blueprint.parties:
            party = stored.get(entry.key)
            if party is None:
                self.result.new_parties.append(entry)
                self._step("parties", "added", entry.line, entry.name)
                continue
            if party.kind != entry.kind:
                self._refuse(entry.line, _("A member's kind cannot be changed by a file."))
                continue
            wanted = {
                "name_en": entry.name_en,
                "trade": entry.trade,
                "address": entry.address,
                "longitude": entry.point[0] if entry.point else party.longitude,
                "latitude": entry.point[1] if entry.point else party.latitude,
                "public_phone": entry.public_phone or party.public_phone,
                "opening_hours": entry.opening_hours or party.opening_hours,
                "joined_on": entry.joined_on or party.joined_on,
            }
            if changes := self._compared("parties", entry.line, entry.name, party, wanted):
                self.result.party_changes.append((party, changes))
        held: dict[tuple[object, int], list[Delegation]] = {}
        for term in Delegation.objects.filter(party__in=stored.values()):
            held.setdefault((term.party_id, term.user_id), []).append(term)
        ids = {key: party.pk for key, party in stored.items()}
        self._terms(
            "delegates",
            self.blueprint.delegations,
            ids,
            held,
            self.result.new_delegations,
            self.result.ended_delegations,
        )

    def _terms(
        self,
        section: str,
        entries: Iterable[TermEntry],
        ids: Mapping[Any, int],
        held: Mapping[tuple[object, int], list[Any]],
        added: list[TermEntry],
        ended: list[tuple[Any, date]],
    ) -> None:
        in_file: dict[tuple[Any, str], list[tuple[date, date | None]]] = {}
        for entry in entries:
            user = self.users.get(entry.username)
            subject_id = ids.get(entry.subject)
            others = held.get((subject_id, user.pk), []) if user and subject_id else []
            what = f"{entry.username} · {entry.subject[-1]}"
            span = (entry.starts_on or self.today, entry.ends_on)
            beside = in_file.setdefault((entry.subject, entry.username), [])
            if any(terms_overlap(span, other) for other in beside):
                self._refuse(
                    entry.line, _("%(name)s has an overlapping term here.") % {"name": entry.username}
                )
                continue
            beside.append(span)
            same = next((other for other in others if self._is_same(entry, other)), None)
            if same is not None and _shortens(entry.ends_on, same.ends_on):
                ended.append((same, entry.ends_on or self.today))
                self._step(section, "changed", entry.line, what, f"→ {entry.ends_on}")
            elif same is not None:
                self._step(section, "unchanged", entry.line, what)
            elif any(terms_overlap(span, (other.starts_on, other.ends_on)) for other in others):
                self._refuse(
                    entry.line, _("%(name)s has an overlapping term here.") % {"name": entry.username}
                )
            else:
                added.append(entry)
                self._step(section, "added", entry.line, what)

    def _is_same(self, entry: TermEntry, stored: Any) -> bool:
        """A stored term is the file's one: same first day, or, where the file gives none, still running."""
        if entry.starts_on is not None:
            return bool(stored.starts_on == entry.starts_on)
        return stored.ends_on is None or stored.ends_on >= self.today or stored.ends_on == entry.ends_on

    def _compared(
        self, section: str, line: int, what: str, stored: object, wanted: Mapping[str, Any]
    ) -> dict[str, Any]:
        changes = {name: value for name, value in wanted.items() if getattr(stored, name) != value}
        told = "; ".join(f"{name}: {getattr(stored, name)} → {value}" for name, value in changes.items())
        self._step(section, "changed" if changes else "unchanged", line, what, told)
        return changes


def _shortens(wanted: date | None, stored: date | None) -> bool:
    return wanted is not None and (stored is None or wanted < stored)
