"""The plan of a set-up: every step that a file asks for, and what becomes of it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy, pgettext_lazy

from shangju.accounts.models import User
from shangju.accounts.roster import UserPlan
from shangju.administration.blueprint_entries import (
    PartyEntry,
    PostEntry,
    TermEntry,
)
from shangju.administration.yaml_tables import Refusal
from shangju.areas.gazetteer import AddressPlan
from shangju.areas.models import Area
from shangju.areas.services import AreaPlan
from shangju.parties.models import Delegation, Party
from shangju.posts.models import Appointment, Post

SECTIONS: dict[str, Any] = {
    "areas": gettext_lazy("Areas"),
    "outlines": gettext_lazy("Outlines"),
    "addresses": gettext_lazy("Address entries"),
    "accounts": gettext_lazy("Accounts"),
    "administrators": gettext_lazy("Administrators"),
    "posts": gettext_lazy("Posts"),
    "appointments": gettext_lazy("Appointments"),
    "parties": gettext_lazy("Members"),
    "delegates": gettext_lazy("Delegates"),
    "working_time": gettext_lazy("Working time"),
    "supervision": gettext_lazy("Ladder and measures"),
}

VERBS: dict[str, Any] = {
    "added": pgettext_lazy("set-up", "added"),
    "changed": pgettext_lazy("set-up", "changed"),
    "unchanged": pgettext_lazy("set-up", "unchanged"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing of the file and what becomes of it."""

    section: str
    verb: str
    line: int
    what: str
    detail: str = ""


@dataclass(slots=True)
class Comparison:
    """Everything that a set-up would do, in the order of sections."""

    steps: list[Step] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    new_areas: list[AreaPlan] = field(default_factory=list)
    area_changes: list[tuple[Area, dict[str, Any]]] = field(default_factory=list)
    outlines: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    new_addresses: list[AddressPlan] = field(default_factory=list)
    new_users: list[UserPlan] = field(default_factory=list)
    user_changes: list[tuple[User, dict[str, Any]]] = field(default_factory=list)
    new_roles: list[tuple[str, str]] = field(default_factory=list)
    new_posts: list[PostEntry] = field(default_factory=list)
    post_changes: list[tuple[Post, dict[str, Any]]] = field(default_factory=list)
    new_terms: list[TermEntry] = field(default_factory=list)
    ended_terms: list[tuple[Appointment, date]] = field(default_factory=list)
    new_parties: list[PartyEntry] = field(default_factory=list)
    party_changes: list[tuple[Party, dict[str, Any]]] = field(default_factory=list)
    sets_working_time: bool = False
    sets_supervision: bool = False
    new_delegations: list[TermEntry] = field(default_factory=list)
    ended_delegations: list[tuple[Delegation, date]] = field(default_factory=list)

    @property
    def changes_nothing(self) -> bool:
        """Whether every step says unchanged."""
        return all(step.verb == "unchanged" for step in self.steps)

    def count(self, section: str, verb: str) -> int:
        """How many steps of a section have this verb."""
        return sum(step.section == section and step.verb == verb for step in self.steps)
