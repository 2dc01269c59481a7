"""Carrying a set-up file out: one transaction, through the same services as the pages."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from shangju.accounts.actors import Operator
from shangju.accounts.models import User
from shangju.accounts.roster import add_users, change_user
from shangju.administration.blueprint import read_blueprint
from shangju.administration.blueprint_entries import Blueprint, PartyEntry
from shangju.administration.comparison import compare
from shangju.administration.plan import Comparison
from shangju.administration.services import make_administrator
from shangju.administration.supervision_settings import apply_supervision_settings
from shangju.administration.working_time import apply_working_time
from shangju.administration.yaml_tables import Refusal
from shangju.areas.gazetteer import add_addresses
from shangju.areas.models import Area
from shangju.areas.services import change_area, plant_areas, set_outline
from shangju.core.errors import DomainError
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.parties.models import Party
from shangju.parties.services import PartyPlan, admit_parties, change_party, delegate_user, end_delegation
from shangju.posts.models import Post
from shangju.posts.services import (
    PostPlan,
    TermPlan,
    appoint_each,
    change_post,
    create_posts,
    end_appointment,
)

REASON = "set-up file"
"""Reason in the audit trail of everything that a file changed."""

Progress = Callable[[str, int], None]
"""Told the section that begins and how many steps it has."""


def set_up(
    text: str,
    *,
    by: Operator,
    now: datetime,
    dry_run: bool = False,
    progress: Progress = lambda section, count: None,
) -> Comparison:
    """Bring the database to what the file says, or with ``dry_run`` only find out what that would be.

    Everything or nothing: with a single refusal nothing is written, and the refusals say line and reason.
    """
    blueprint, refusals = read_blueprint(text)
    if refusals:
        return Comparison(refusals=refusals)
    with everywhere(EverywhereReason.SETUP), transaction.atomic():
        comparison = compare(blueprint, today=timezone.localdate(now))
        if not comparison.refusals and not dry_run:
            _try(_Installation(blueprint, comparison, by, now, progress))
        return comparison


def _try(installation: "_Installation") -> None:
    """Run it in a savepoint: what a service refuses becomes a refusal with its line and leaves nothing
    behind.
    """
    try:
        with transaction.atomic():
            installation.run()
    except DomainError as error:
        line = installation.lines.get(id(error.subject), 0)
        installation.comparison.refusals.append(Refusal(line, str(error)))


class _Installation:
    """One run over the sections; later ones find what earlier ones made."""

    def __init__(
        self, blueprint: Blueprint, comparison: Comparison, by: Operator, now: datetime, progress: Progress
    ) -> None:
        self.blueprint = blueprint
        self.comparison = comparison
        self.by, self.now, self.progress = by, now, progress
        self.today = timezone.localdate(now)
        self.lines: dict[int, int] = {id(entry.plan): entry.line for entry in blueprint.areas}
        self.lines |= {id(line.plan): line.line for line in blueprint.addresses}
        self.lines |= {id(entry.plan): entry.line for entry in blueprint.users.values()}
        self._kept: list[object] = []

    def run(self) -> None:
        self._areas()
        self._working_time()
        self._supervision()
        self._accounts()
        self._posts()
        self._parties()

    def _at(self, plan: Any, line: int) -> Any:
        """Remember the line of a plan made here; it is kept alive so that its identity stays its own."""
        self._kept.append(plan)
        self.lines[id(plan)] = line
        return plan

    @contextmanager
    def _line(self, line: int) -> Iterator[None]:
        """Refusals of services that take one thing at a time get the line as well."""
        try:
            yield
        except DomainError as error:
            error.subject = self._at(object(), line)
            raise

    def _areas(self) -> None:
        comparison = self.comparison
        self.progress("areas", len(comparison.new_areas) + len(comparison.area_changes))
        plant_areas(comparison.new_areas, by=self.by, now=self.now)
        for area, changes in comparison.area_changes:
            change_area(area, changes, reason=REASON, by=self.by, now=self.now)
        self.progress("outlines", len(comparison.outlines))
        areas = self._areas_by_code([code for code, _outline in comparison.outlines])
        for code, outline in comparison.outlines:
            set_outline(areas[code], outline, datum=self.blueprint.datum, by=self.by, now=self.now)
        self.progress("addresses", len(comparison.new_addresses))
        add_addresses(comparison.new_addresses, by=self.by, now=self.now)

    def _working_time(self) -> None:
        wanted, code = self.blueprint.working_time, self.blueprint.subdistrict_code
        if wanted is not None and self.comparison.sets_working_time:
            with self._line(wanted.line):
                apply_working_time(wanted, self._areas_by_code([code])[code], by=self.by, now=self.now)

    def _supervision(self) -> None:
        wanted, code = self.blueprint.supervision, self.blueprint.subdistrict_code
        if wanted is not None and self.comparison.sets_supervision:
            with self._line(wanted.line):
                apply_supervision_settings(
                    wanted, self._areas_by_code([code])[code], by=self.by, now=self.now
                )

    def _areas_by_code(self, codes: list[str]) -> Mapping[str, Area]:
        return {area.code: area for area in Area.objects.filter(code__in=codes)}

    def _users(self) -> Mapping[str, User]:
        names = {term.username for term in [*self.blueprint.terms, *self.blueprint.delegations]}
        return {
            user.username: user
            for user in User.objects.filter(username__in=names | set(self.blueprint.users))
        }

    def _accounts(self) -> None:
        self.progress("accounts", len(self.comparison.new_users) + len(self.comparison.user_changes))
        add_users(self.comparison.new_users, by=self.by, now=self.now)
        for user, changes in self.comparison.user_changes:
            change_user(user, changes, by=self.by, now=self.now)
        users = self._users()
        for username, role in self.comparison.new_roles:
            with self._line(self.blueprint.users[username].line):
                make_administrator(users[username], role=role, by=self.by, now=self.now)

    def _posts(self) -> None:
        comparison = self.comparison
        self.progress("posts", len(comparison.new_posts) + len(comparison.post_changes))
        areas = self._areas_by_code([entry.area_code for entry in comparison.new_posts])
        plans = [
            self._at(
                PostPlan(areas[entry.area_code], entry.kind, entry.name, entry.rung, entry.name_en),
                entry.line,
            )
            for entry in comparison.new_posts
        ]
        create_posts(plans, by=self.by, now=self.now)
        for post, changes in comparison.post_changes:
            change_post(post, changes, by=self.by, now=self.now)
        self._terms()

    def _terms(self) -> None:
        comparison = self.comparison
        self.progress("appointments", len(comparison.new_terms) + len(comparison.ended_terms))
        codes = {entry.subject[0] for entry in comparison.new_terms}
        posts = {
            (post.area.code, post.kind, post.name): post
            for post in Post.objects.filter(area__code__in=codes).select_related("area")
        }
        users = self._users()
        for appointment, last_day in comparison.ended_terms:
            end_appointment(appointment, last_day=last_day, reason=REASON, by=self.by, now=self.now)
        terms = [
            self._at(
                TermPlan(
                    posts[(entry.subject[0], entry.subject[1], entry.subject[2])],
                    users[entry.username],
                    entry.starts_on or self.today,
                    entry.ends_on,
                ),
                entry.line,
            )
            for entry in comparison.new_terms
        ]
        appoint_each(terms, by=self.by, now=self.now)

    def _parties(self) -> None:
        comparison = self.comparison
        self.progress("parties", len(comparison.new_parties) + len(comparison.party_changes))
        areas = self._areas_by_code([entry.area_code for entry in comparison.new_parties])
        plans = [
            self._at(_party_plan(entry, areas[entry.area_code]), entry.line)
            for entry in comparison.new_parties
        ]
        admit_parties(plans, by=self.by, now=self.now)
        for party, changes in comparison.party_changes:
            change_party(party, changes, reason=REASON, by=self.by, now=self.now)
        self._delegations()

    def _delegations(self) -> None:
        comparison = self.comparison
        self.progress("delegates", len(comparison.new_delegations) + len(comparison.ended_delegations))
        codes = {entry.subject[0] for entry in comparison.new_delegations}
        parties = {
            (party.area.code, party.name): party
            for party in Party.objects.filter(area__code__in=codes).select_related("area")
        }
        users = self._users()
        for delegation, last_day in comparison.ended_delegations:
            end_delegation(delegation, last_day=last_day, reason=REASON, by=self.by, now=self.now)
        for entry in comparison.new_delegations:
            with self._line(entry.line):
                delegate_user(
                    parties[(entry.subject[0], entry.subject[1])],
                    user=users[entry.username],
                    starts_on=entry.starts_on or self.today,
                    ends_on=entry.ends_on,
                    is_voting=entry.is_voting,
                    by=self.by,
                    now=self.now,
                )


def _party_plan(entry: PartyEntry, area: Area) -> PartyPlan:
    return PartyPlan(
        area=area,
        kind=entry.kind,
        name=entry.name,
        name_en=entry.name_en,
        trade=entry.trade,
        address=entry.address,
        longitude=entry.point[0] if entry.point else None,
        latitude=entry.point[1] if entry.point else None,
        public_phone=entry.public_phone,
        opening_hours=entry.opening_hours,
        joined_on=entry.joined_on,
    )
