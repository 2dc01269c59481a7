"""What the demonstration shows of retention: a request in hand at the duty desk, and a run that was only looked at."""

from datetime import datetime, timedelta

from shangju.accounts.actors import COMMAND_LINE
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.moves import Withdraw
from shangju.cases.places import Place
from shangju.cases.rules import REPORTER, staff
from shangju.cases.services import apply_move
from shangju.demo.stage import Scene
from shangju.posts.models import PostKind
from shangju.posts.queries import holders_of, posts_above
from shangju.privacy.models import DataRequest, RetentionRun
from shangju.privacy.requests import Answering, Asking, answer_request, ask_about_case
from shangju.privacy.services import prepare_run, seed_retention

ASKED = timedelta(days=6)
"""So long before the load: nearly a third of the fifteen working days is used."""

LONG_AGO = timedelta(days=760)


def show_retention(scene: Scene, *, now: datetime) -> tuple[DataRequest, RetentionRun]:
    """One resident gave a wrong phone and asks for the right one; the duty desk has it in hand. One dry run."""
    building = scene.buildings[0] if scene.buildings else scene.grid
    submission = Submission(
        text="楼道应急灯坏了两盏，晚上下楼看不清台阶。",
        place=Place(area=building, note=building.name),
        contact=ContactDetails(phone="13900000021"),
    )
    case = register_concern(submission, by=REPORTER, now=now - ASKED).case
    asking = Asking("correction", "电话最后一位写错了，麻烦改过来。", new_phone="13900000022")
    request = ask_about_case(case, asking, by=REPORTER, now=now - ASKED)
    post = next((post for post in posts_above(scene.grid) if post.kind == PostKind.DUTY_DESK), None)
    holder = next(iter(holders_of(post, on=now.date())), None) if post else None
    if holder is not None:
        request = answer_request(
            request, Answering("take"), by=staff(holder), now=now - ASKED + timedelta(days=1)
        )
    seed_retention()
    _ended_long_ago(scene, now=now)
    return request, prepare_run(by=COMMAND_LINE, now=now)


def _ended_long_ago(scene: Scene, *, now: datetime) -> None:
    """A concern that was taken back more than two years ago: its contact has reached its time, and the run finds it."""
    contact = ContactDetails(phone="13900000023")
    submission = Submission(text="小区门口路灯不亮。", place=Place(area=scene.grid), contact=contact)
    case = register_concern(submission, by=REPORTER, now=now - LONG_AGO).case
    apply_move(case, Withdraw("已经修好了"), by=REPORTER, now=now - LONG_AGO + timedelta(days=1))
