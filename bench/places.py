"""Where generated cases lie: invented sub-districts beside Dashikou, and every grid with its ancestors."""

from dataclasses import dataclass
from datetime import datetime

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.models import Area
from shangju.areas.services import AreaPlan, plant_areas
from shangju.posts.models import Post, PostKind

SUBDISTRICTS = 20
COMMUNITIES = 8
GRIDS = 10


@dataclass(frozen=True, slots=True)
class Spot:
    """A grid with its ancestors and, where there is one, the post that handles its cases."""

    area: int
    path: str
    subdistrict: int
    community: int
    prefix: str
    post: int | None


def plant_more_areas(now: datetime, first: int, last: int) -> None:
    """Invented sub-districts number ``first`` to ``last`` beside Dashikou, each with communities, grids and grid workers."""
    plans = []
    for number in range(first, last + 1):
        code = f"B{number:02}"
        plans.append(AreaPlan("subdistrict", code, f"{code}街道", number_prefix=code, is_invented=True))
        for second in range(1, COMMUNITIES + 1):
            below = f"{code}{second:02}"
            plans.append(AreaPlan("community", below, f"{below}社区", parent_code=code, is_invented=True))
            plans += [
                AreaPlan(
                    "grid",
                    f"{below}{third:02}",
                    f"{below}网格{third}",
                    parent_code=below,
                    grid_type="general",
                )
                for third in range(1, GRIDS + 1)
            ]
    areas = plant_areas(plans, by=COMMAND_LINE, now=now)
    grids = [area for area in areas if area.kind == "grid"]
    Post.objects.bulk_create([Post(area=grid, kind=PostKind.GRID_WORKER, name="网格员") for grid in grids])


def spots() -> list[Spot]:
    """Every grid of the installation."""
    areas = {area.pk: area for area in Area.objects.all()}
    posts = dict(Post.objects.filter(kind=PostKind.GRID_WORKER).values_list("area_id", "pk"))
    found = []
    for grid in areas.values():
        if grid.kind != "grid":
            continue
        above = {areas[pk].kind: areas[pk] for pk in grid.ancestor_ids}
        top = above["subdistrict"]
        found.append(
            Spot(grid.pk, grid.path, top.pk, above["community"].pk, top.number_prefix, posts.get(grid.pk))
        )
    return sorted(found, key=lambda spot: spot.area)
