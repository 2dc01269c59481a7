"""Who plays in the demonstration: the posts that triage and handle in each grid, read once."""

from dataclasses import dataclass, field
from datetime import date

from shangju.accounts.models import User
from shangju.areas.models import AddressEntry, Area, AreaKind
from shangju.cases.rules import Actor, staff
from shangju.parties.models import Party, PartyKind
from shangju.posts.models import Appointment, Post, PostKind


@dataclass(frozen=True, slots=True)
class Role:
    """A post and somebody who holds it."""

    post: Post
    actor: Actor


@dataclass(slots=True)
class Scene:
    """A grid with everybody and everything that a story there needs."""

    grid: Area
    community: Area
    desk: Role
    caller: Role
    worker: Role
    shops: list[Party] = field(default_factory=list)
    buildings: list[Area] = field(default_factory=list)
    lanes: list[str] = field(default_factory=list)


def read_scenes(*, on: date) -> list[Scene]:
    """All general and dedicated grids that have a grid worker, in the order of the tree."""
    roles = _roles(on)
    areas = {area.pk: area for area in Area.objects.filter(retired_on__isnull=True)}
    scenes = []
    for grid in sorted(
        (area for area in areas.values() if area.kind == AreaKind.GRID), key=lambda area: area.path
    ):
        community = areas[grid.parent_id or 0]
        desk = roles.get((community.pk, PostKind.COMMUNITY_OFFICER))
        caller = roles.get((community.pk, PostKind.COMMUNITY_SECRETARY))
        worker = roles.get((grid.pk, PostKind.GRID_WORKER))
        if desk and caller and worker:
            scenes.append(Scene(grid, community, desk, caller, worker))
    _furnish(scenes, areas)
    return scenes


def _roles(on: date) -> dict[tuple[int, str], Role]:
    roles: dict[tuple[int, str], Role] = {}
    actors: dict[int, Actor] = {}
    terms = Appointment.objects.on(on).select_related("post", "post__area", "user").order_by("pk")
    for term in terms.filter(
        post__kind__in=[PostKind.COMMUNITY_OFFICER, PostKind.COMMUNITY_SECRETARY, PostKind.GRID_WORKER]
    ):
        user: User = term.user
        actor = actors.setdefault(user.pk, staff(user))
        roles.setdefault((term.post.area_id, term.post.kind), Role(term.post, actor))
    return roles


def _furnish(scenes: list[Scene], areas: dict[int, Area]) -> None:
    by_path = {scene.grid.path: scene for scene in scenes}

    def scene_of(path: str) -> Scene | None:
        return next((by_path[start] for start in by_path if path.startswith(start)), None)

    for area in areas.values():
        if area.kind == AreaKind.BUILDING and (scene := scene_of(area.path)):
            scene.buildings.append(area)
    for party in Party.objects.filter(kind=PartyKind.MERCHANT).select_related("area").order_by("pk"):
        if scene := scene_of(party.area.path):
            scene.shops.append(party)
    for entry in AddressEntry.objects.select_related("area").order_by("pk"):
        if entry.area.kind == AreaKind.GRID and (scene := scene_of(entry.area.path)):
            scene.lanes.append(entry.shown_as)
