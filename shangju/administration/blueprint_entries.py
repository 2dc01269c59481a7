"""What a set-up file may contain, entry by entry, each with the line on which it stands."""

from dataclasses import dataclass, field
from datetime import date

from shangju.accounts.roster import UserPlan
from shangju.administration.supervision_settings import SupervisionSettings
from shangju.administration.working_time import WorkingTime
from shangju.areas.gazetteer import AddressPlan
from shangju.areas.geometry import Datum
from shangju.areas.services import AreaPlan

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class AreaEntry:
    """An area of the file with its outline (one ring, or none) in the file's datum."""

    line: int
    plan: AreaPlan
    ring: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class AddressLine:
    """An address entry of the file."""

    line: int
    plan: AddressPlan


@dataclass(frozen=True, slots=True)
class PostEntry:
    """A post of the file."""

    line: int
    area_code: str
    kind: str
    name: str
    name_en: str
    rung: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies a post."""
        return self.area_code, self.kind, self.name


@dataclass(frozen=True, slots=True)
class TermEntry:
    """A user holds a post, or speaks for a party, for a term; without a start from the day of the set-up."""

    line: int
    subject: tuple[str, ...]
    username: str
    starts_on: date | None
    ends_on: date | None
    is_voting: bool = False


@dataclass(frozen=True, slots=True)
class UserEntry:
    """An account of the file."""

    line: int
    plan: UserPlan
    role: str = ""


@dataclass(frozen=True, slots=True)
class PartyEntry:
    """A member of the alliance in the file; the point in WGS-84."""

    line: int
    area_code: str
    kind: str
    name: str
    name_en: str
    trade: str
    address: str
    point: Point | None
    public_phone: str
    opening_hours: str
    joined_on: date | None

    @property
    def key(self) -> tuple[str, str]:
        """What identifies a party."""
        return self.area_code, self.name


@dataclass(slots=True)
class Blueprint:
    """Everything that a set-up file asks for."""

    subdistrict_code: str = ""
    datum: Datum = Datum.WGS84
    areas: list[AreaEntry] = field(default_factory=list)
    addresses: list[AddressLine] = field(default_factory=list)
    posts: list[PostEntry] = field(default_factory=list)
    users: dict[str, UserEntry] = field(default_factory=dict)
    terms: list[TermEntry] = field(default_factory=list)
    parties: list[PartyEntry] = field(default_factory=list)
    delegations: list[TermEntry] = field(default_factory=list)
    working_time: WorkingTime | None = None
    supervision: SupervisionSettings | None = None
