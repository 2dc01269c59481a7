"""Loads the Dashikou demonstration: deterministic, relative to today, through the mechanism that serves people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from shangju.accounts.models import User
from shangju.cases.models import CaseEvent
from shangju.cases.rules import REPORTER, Actor
from shangju.cases.walls import steady_walls
from shangju.categories.models import Category
from shangju.categories.queries import category_tree
from shangju.core.audit import record
from shangju.core.demo_sign_ins import DEMO_SIGN_INS
from shangju.core.errors import DomainError
from shangju.core.models import AuditEvent
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.deadlines.queries import calendar_for, steady_reference
from shangju.demo.afterwards import let_others_join, put_on_the_board
from shangju.demo.answers import tell_articles
from shangju.demo.bulletins import show_bulletins
from shangju.demo.chronicle import Told, store
from shangju.demo.corpus import Place, choose_category, concern_for, trades_for
from shangju.demo.founding import tell_founding_case
from shangju.demo.hotline import tell_hotline_table
from shangju.demo.ledgers import show_ledgers
from shangju.demo.mechanism import show_the_mechanism
from shangju.demo.notifying import show_notifying
from shangju.demo.protection import show_protection
from shangju.demo.retention import show_retention
from shangju.demo.stage import Scene, read_scenes
from shangju.demo.story import Story, signed_in
from shangju.demo.supervising import show_supervision
from shangju.demo.topics import show_topics
from shangju.parties.models import Party

CASES = 3000
SEED = 20230612
"""The day of the founding document."""

DAYS = 365
BATCH = 100
LOADED = "demo.loaded"
HOME_GRID_SHARE = 0.08
"""Part of the cases that happens in the grid of the demonstration's grid worker, so that every sign-in has work."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    cases: int
    was_there: bool
    founding_number: str = ""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every story of a load starts from, read once."""

    scenes: list[Scene]
    home: Scene
    categories: Mapping[str, Category]
    now: datetime


def is_loaded() -> bool:
    """Whether the demonstration was loaded before."""
    return AuditEvent.objects.filter(action=LOADED).exists()


def give_password() -> None:
    """One password for the demonstration's sign-ins; hashed once, since they share it."""
    User.objects.filter(username__in=DEMO_SIGN_INS).update(
        password=make_password(settings.ENVIRONMENT.demo_password)
    )


def load_cases(*, now: datetime, tell: Callable[[str], None], count: int = CASES) -> Loaded:
    """A year of cases that ends at ``now``; refuses to load twice."""
    if is_loaded():
        return Loaded(0, was_there=True)
    today = timezone.localdate(now)
    rng = Random(SEED)
    with everywhere(EverywhereReason.DEMO), steady_reference():
        scenes = read_scenes(on=today)
        if not scenes:
            raise DomainError("There is no grid with a worker: set the demonstration's areas up first.")
        home = next((scene for scene in scenes if _works_here(scene, "grid-worker")), scenes[0])
        ground = Ground(scenes, home, category_tree().by_code, now)
        starts = sorted(_start(rng, today, now) for _index in range(count))
        for first in range(0, count, BATCH):
            batch = enumerate(starts[first : first + BATCH], start=first)
            with transaction.atomic(), steady_walls():
                store([_tell_one(index, start, ground) for index, start in batch], now=now)
            tell(f"{min(first + BATCH, count)} / {count}")
        tell_articles(home.community, rng=Random(SEED), now=now)
        with transaction.atomic():
            put_on_the_board(now=now)
            let_others_join(now=now)
        founding = tell_founding_case(home, _courier(home), start=_founding_start(today))
        longer, _elsewhere, _paused, urged, *_rest = show_the_mechanism(home, now=now)
        show_supervision(home, [longer, urged], now=now)
        tell_hotline_table(now=now)
        show_protection(home, now=now)
        show_retention(home, now=now)
        show_topics(home, now=now)
        show_ledgers(home, now=now)
        show_notifying(now=now)
        show_bulletins(home, now=now)
        quiet_before = now - timedelta(days=1)
        CaseEvent.objects.filter(notified_at__isnull=True, at__lt=quiet_before).update(notified_at=now)
        record(founding, action=LOADED, by=None, now=now, after={"cases": count + 1})
    return Loaded(count + 1, was_there=False, founding_number=founding.number)


def _works_here(scene: Scene, username: str) -> bool:
    return scene.worker.actor.user is not None and scene.worker.actor.user.username == username


def _start(rng: Random, today: date, now: datetime) -> datetime:
    """An instant of the past year: more in the last weeks, mostly by day, some at night."""
    days_back = min(DAYS * rng.random() ** 1.25, DAYS)
    day = today - timedelta(days=int(days_back))
    hour = rng.choices((rng.uniform(8, 21), rng.uniform(21, 24), rng.uniform(6, 8)), (84, 11, 5))[0]
    moment = datetime.combine(day, time(), tzinfo=timezone.get_current_timezone()) + timedelta(hours=hour)
    return min(moment, now - timedelta(minutes=rng.randint(3, 300)))


def _tell_one(index: int, start: datetime, ground: Ground) -> Told:
    rng = Random(SEED * 10_000 + index)
    scene = ground.home if rng.random() < HOME_GRID_SHARE else rng.choice(ground.scenes)
    code = choose_category(rng)
    category = ground.categories.get(code)
    if category is None:
        raise DomainError(f"the table of categories has no {code}")
    trades = trades_for(code)
    shops = [shop for shop in scene.shops if shop.trade in trades]
    shop = rng.choice(shops) if shops and rng.random() < 0.8 else None
    building = rng.choice(scene.buildings).name if scene.buildings else scene.grid.name
    lane = rng.choice(scene.lanes) if scene.lanes else scene.grid.name
    place = Place(scene.community.name, lane, building, shop.name if shop else "")
    story = Story(
        rng=rng,
        scene=scene,
        concern=concern_for(rng, code, place, refused=rng.random() < 0.1),
        category=category,
        shop=shop,
        calendar=calendar_for(None),
        end=_end(rng, ground.now),
        at=start,
        pace=rng.choices((0.6, 1.0, 6.0), (45, 50, 5))[0],
    )
    return story.tell(reporter=_reporter(rng, scene, ground.home))


def _end(rng: Random, now: datetime) -> datetime:
    """Nearly all stories run till now; a few got stuck somewhere and are overdue."""
    return now - timedelta(days=rng.randint(4, 12)) if rng.random() < 0.01 else now


def _reporter(rng: Random, scene: Scene, home: Scene) -> Actor:
    if scene is home and rng.random() < 0.05:
        resident = User.objects.filter(username="resident").first()
        return signed_in(resident) if resident else REPORTER
    return REPORTER


def _courier(scene: Scene) -> Party:
    """The courier's shop of the founding story; any shop of the grid where the file names none."""
    courier = next((shop for shop in scene.shops if shop.trade == "快递"), None)
    if courier is None and not scene.shops:
        raise DomainError("The grid of the founding case has no shop.")
    return courier or scene.shops[0]


def _founding_start(today: date) -> datetime:
    """20:40 of a day that is followed by three working days, some weeks ago."""
    calendar = calendar_for(None)
    day = today - timedelta(days=24)
    while not all(calendar.day(day + timedelta(days=ahead)).is_worked for ahead in (1, 2, 3)):
        day -= timedelta(days=1)
    return datetime.combine(day, time(20, 40), tzinfo=timezone.get_current_timezone())
