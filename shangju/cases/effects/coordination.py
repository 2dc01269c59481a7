"""The effect of bringing several units together about one case."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from shangju.cases import moves
from shangju.cases.clocks import ClockBoard
from shangju.cases.effects.draft import FORESIGHT, Draft, required
from shangju.cases.effects.triage import demand_in_reach
from shangju.cases.models import Case, CaseAssistant, Coordination
from shangju.cases.rules import Actor
from shangju.cases.walls import posts_without_free_holder
from shangju.core.errors import DomainError
from shangju.posts.models import Post

UNITS_AT_LEAST = 2


def convene(case: Case, board: ClockBoard, payload: moves.Convene, by: Actor, now: datetime) -> Draft:
    """协调: the note of a meeting about this case; the units that came assist from now on."""
    required(account=payload.account, agreed=payload.agreed)
    held_at = payload.held_at or now
    if held_at > now + FORESIGHT:
        sentence = _("This is in the future. Write it down when it was held.")
        raise DomainError(sentence, fields={"held_at": sentence})
    posts = list({post.pk: post for post in payload.posts}.values())
    others = [name.strip() for name in payload.others.replace("；", "、").split("、") if name.strip()]
    if len(posts) + len(others) < UNITS_AT_LEAST:
        sentence = _("Name at least two units: with one, record a contact or a mediation.")
        raise DomainError(sentence, fields={"posts": sentence})
    for post in posts:
        demand_in_reach(post, case.area_path, "posts")
    _check_tasks(payload, now=now)
    add_assistants(case, posts, now=now)
    names = "、".join([*(post.name for post in posts), *others])
    note = Coordination(
        case=case,
        held_at=held_at,
        place_note=payload.place_note.strip(),
        units=names[:300],
        account=payload.account.strip(),
        agreed=payload.agreed.strip(),
        tasks=[_task(task) for task in payload.tasks],
    )
    return Draft(note=payload.agreed, data={"units": names}, records=[note])


def _check_tasks(payload: moves.Convene, *, now: datetime) -> None:
    present = {post.pk for post in payload.posts}
    for number, task in enumerate(payload.tasks, start=1):
        if task.post.pk not in present:
            sentence = _("“%(unit)s” was not there. Choose it among the units, too.") % {"unit": task.post}
            raise DomainError(sentence, fields={f"unit_{number}": sentence})
        if task.due_on is not None and task.due_on < timezone.localdate(now):
            sentence = _("This has passed already. Choose a later day.")
            raise DomainError(sentence, fields={f"due_{number}": sentence})


def _task(task: moves.CoordinationTask) -> dict[str, object]:
    return {
        "unit": task.post.name,
        "post": task.post.pk,
        "task": task.task.strip(),
        "due_on": task.due_on.isoformat() if task.due_on else "",
    }


def add_assistants(case: Case, posts: Sequence[Post], *, now: datetime) -> list[Post]:
    """Let ``posts`` assist from now on: not who leads, nor where everybody has a stake (回避); those who are new."""
    bound = {post.pk for post in posts_without_free_holder(posts, case, day=timezone.localdate(now))}
    there = set(case.assistants.values_list("post_id", flat=True)) | {case.handler_post_id}
    new = [post for post in posts if post.pk not in bound | there]
    CaseAssistant.objects.bulk_create(CaseAssistant(case=case, post=post) for post in new)
    return new
