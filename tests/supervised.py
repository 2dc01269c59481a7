"""A task force and a card as rows, for tests that need something to look at in any sub-district."""

from datetime import datetime, timedelta

from django.utils import timezone

from shangju.accounts.models import User
from shangju.cases.models import Case
from shangju.supervision.models import Card, CardGround, TaskForce, TaskForceMember
from tests.street import Street


def task_force_of(street: Street, *, now: datetime) -> TaskForceMember:
    """The member of a task force that the grid worker's post leads."""
    day = timezone.localdate(now)
    force = TaskForce.objects.create(
        area=street.areas["subdistrict"],
        name="噪声整治专班",
        mandate="牵头解决跨社区的噪声问题",
        lead_post=street.posts["grid_worker"],
        starts_on=day,
    )
    body = street.posts["building_head"]
    return TaskForceMember.objects.create(task_force=force, post=body, role_word="联络", starts_on=day)


def card_of(street: Street, cases: list[Case], *, now: datetime) -> Card:
    """A yellow card that somebody proposed for the shop, resting on the first two of ``cases``."""
    proposer, _made = User.objects.get_or_create(username="proposer")
    day = timezone.localdate(now)
    card = Card.objects.create(
        area=street.areas["subdistrict"],
        party=street.parties["shop"],
        colour="yellow",
        grounds="两件事项调解后未按约定整改",
        first_case=cases[0],
        second_case=cases[1],
        proposed_by=proposer,
        proposed_post="工作专班",
        proposed_at=now,
        proposed_on=day,
        heard_until=day + timedelta(days=7),
    )
    for case in cases[:2]:
        # On the last row, which carries no other record that a test looks for.
        CardGround.objects.create(
            card=card,
            case=case,
            event=case.events.latest("sequence"),
            colour="yellow",
            fault="broken_word",
            happened_at=now,
        )
    return card
