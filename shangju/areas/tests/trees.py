"""Small trees of areas and people for tests, made by the services themselves."""

from datetime import UTC, datetime

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import Administrator, User
from shangju.accounts.roster import UserPlan, add_user
from shangju.areas.models import Area
from shangju.areas.services import AreaPlan, plant_areas

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def small_tree(prefix: str = "A") -> dict[str, Area]:
    """One sub-district, two communities, three grids, a micro-grid, a building; by short names."""
    plans = {
        "subdistrict": AreaPlan(
            "subdistrict", prefix, f"{prefix}街道", number_prefix=f"{prefix}X"[:6], party_body="街道党工委"
        ),
        "first": AreaPlan("community", f"{prefix}1", "东社区", parent_code=prefix, name_en="East"),
        "second": AreaPlan("community", f"{prefix}2", "西社区", parent_code=prefix),
        "grid": AreaPlan("grid", f"{prefix}1G1", "东一网格", parent_code=f"{prefix}1", grid_type="general"),
        "market": AreaPlan("grid", f"{prefix}1G2", "东市场", parent_code=f"{prefix}1", grid_type="dedicated"),
        "other_grid": AreaPlan(
            "grid", f"{prefix}2G1", "西一网格", parent_code=f"{prefix}2", grid_type="general"
        ),
        "micro": AreaPlan(
            "micro_grid", f"{prefix}1G1W1", "东一微网格", parent_code=f"{prefix}1G1", households=70
        ),
        "building": AreaPlan("building", f"{prefix}1G1W1B1", "东里1幢", parent_code=f"{prefix}1G1W1"),
    }
    areas = plant_areas(list(plans.values()), by=COMMAND_LINE, now=NOW)
    return dict(zip(plans, areas, strict=True))


def person(username: str, *, role: str = "") -> User:
    """An account, perhaps of an administrator."""
    user = add_user(UserPlan(username, f"{username} 1号"), by=COMMAND_LINE, now=NOW)
    if role:
        Administrator.objects.create(user=user, role=role)
    return user


def square(west: float, south: float, side: float) -> dict[str, object]:
    """A square outline in GeoJSON."""
    east, north = west + side, south + side
    return {
        "type": "Polygon",
        "coordinates": [[[west, south], [east, south], [east, north], [west, north], [west, south]]],
    }
