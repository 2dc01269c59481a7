"""What happens around the stories of the demonstration: neighbours join in, and some results go on the public board."""

from datetime import date, datetime, timedelta
from random import Random

from django.utils import timezone

from shangju.accounts.models import User
from shangju.board.rules import WITH_A_RESULT
from shangju.board.services import propose_publication, publish
from shangju.cases.endorsement import MeToo, endorse
from shangju.cases.intake import ContactDetails
from shangju.cases.models import Case
from shangju.cases.rules import REPORTER, Actor, ActorKind, staff
from shangju.cases.safe_summary import may_be_shown, shown_to_strangers
from shangju.cases.walls import is_walled_off
from shangju.cases.workflow import Outcome, State
from shangju.posts.models import Appointment, PostKind

SEED = 20231115
JOINED = 24
"""Open cases that neighbours have met, too."""

PUBLISHED, WAITING = 40, 4
"""Results on the board, and proposals that wait for the second look."""

SAID = (
    "我家也听得到，晚上更明显。",
    "同一栋楼，情况一样。",
    "已经好一阵子了，盼望早点解决。",
    "老人小孩都受影响。",
    "",
)
RESULTS = {
    Outcome.SOLVED: (
        "经上门查看和劝导，问题已经解决，回访无反复。",
        "当天到场处理完毕，已请周边居民确认。",
        "商户已完成整改，网格员将继续留意。",
    ),
    Outcome.PARTLY: ("已先行缓解，剩余部分按计划推进。", "商户已采取措施，效果在观察。"),
    Outcome.EXPLAINED: ("已向居民说明有关规定和办理渠道。",),
    Outcome.NOT_NOW: ("暂不具备条件，已列入计划并告知时间。",),
}


def let_others_join(*, now: datetime) -> None:
    """Some neighbours say "me too" on cases that are open, the resident of the demonstration on one of them."""
    rng = Random(SEED)
    open_cases = Case.objects.filter(
        shown_to_strangers(), is_open=True, state__in=[State.ACCEPTED, State.DISPATCHED, State.IN_PROGRESS]
    )
    resident = User.objects.filter(username="resident").first()
    for number, case in enumerate(open_cases.order_by("-registered_at", "-pk")[:JOINED]):
        for neighbour in range(rng.choice((1, 1, 2, 3, 5, 8))):
            phone = f"1390000{number:02d}{neighbour:02d}" if neighbour % 2 else ""
            said = MeToo(
                f"demo-{number}-{neighbour}", f"demo-{number}-{neighbour}", ContactDetails(phone=phone), rng.choice(SAID)
            )  # fmt: skip
            is_resident = resident is not None and (number, neighbour) == (0, 0) and not case.reporter_user_id
            by = Actor(ActorKind.REPORTER, resident) if is_resident else REPORTER
            endorse(case, said, by=by, now=max(case.registered_at, now - timedelta(hours=rng.randint(1, 40))))


def put_on_the_board(*, now: datetime) -> None:
    """The officer of a community proposes, its secretary looks: the latest results, a few still waiting."""
    rng = Random(SEED)
    ended = Case.objects.filter(
        shown_to_strangers(), state__in=WITH_A_RESULT, category_is_confirmed=True, resolved_at__lt=now
    ).exclude(outcome="")
    holders = _holders(timezone.localdate(now))
    done = waiting = 0
    for case in ended.select_related("category").order_by("-resolved_at", "-pk")[: 4 * (PUBLISHED + WAITING)]:
        proposer, checker = (holders.get((case.community_id, kind)) for kind in (OFFICER, SECRETARY))
        if done == PUBLISHED:
            break
        if not (proposer and checker and may_be_shown(case)) or is_walled_off(proposer.standing, case):
            continue
        at = min(now, (case.resolved_at or now) + timedelta(hours=rng.randint(2, 30)))
        words = rng.choice(RESULTS[Outcome(case.outcome)])
        publication = propose_publication(case, result=words, by=proposer, now=at)
        # What waits lies at the desk of the demonstration's own officer, where its secretary finds it.
        if waiting < WAITING and proposer.user and proposer.user.username == "community-desk":
            waiting += 1
        else:
            publish(publication, by=checker, now=min(now, at + timedelta(hours=1)))
            done += 1


OFFICER, SECRETARY = PostKind.COMMUNITY_OFFICER, PostKind.COMMUNITY_SECRETARY


def _holders(today: date) -> dict[tuple[int | None, str], Actor]:
    """Of each community its officer and its secretary, if two different people hold the posts."""
    terms = Appointment.objects.on(today).filter(post__kind__in=[OFFICER, SECRETARY])
    found: dict[tuple[int | None, str], Actor] = {}
    for term in terms.select_related("post", "user").order_by("pk"):
        found.setdefault((term.post.area_id, term.post.kind), staff(term.user))
    return found
