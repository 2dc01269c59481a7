"""The kinds of notices and their defaults, pinned by hand. No database."""

import pytest

from shangju.cases.workflow import REGISTER, MoveName
from shangju.notices import wording
from shangju.notices.kinds import (
    KIND_OF_EVENT,
    Deliveries,
    Delivery,
    NoticeKind,
    Way,
    default_delivery,
    deliveries_for,
    kind_of,
)
from shangju.posts.models import PostKind

ONCE, DAILY, INSIDE = "at_once", "daily", "in_system"

DEFAULTS = {
    PostKind.GRID_WORKER: (ONCE, ONCE, ONCE, DAILY, ONCE),
    PostKind.GRID_SECRETARY: (ONCE, ONCE, ONCE, DAILY, ONCE),
    PostKind.COMMUNITY_OFFICER: (ONCE, ONCE, ONCE, DAILY, ONCE),
    PostKind.DUTY_DESK: (ONCE, ONCE, ONCE, DAILY, ONCE),
    PostKind.UNIT: (ONCE, ONCE, ONCE, DAILY, ONCE),
    PostKind.COMMUNITY_SECRETARY: (ONCE, ONCE, DAILY, DAILY, ONCE),
    PostKind.TASK_FORCE: (ONCE, ONCE, DAILY, DAILY, ONCE),
    PostKind.SUBDISTRICT_LEADER: (ONCE, ONCE, DAILY, DAILY, ONCE),
    PostKind.BUILDING_HEAD: (ONCE, ONCE, ONCE, INSIDE, INSIDE),
    PostKind.MICRO_GRID_CONTACT: (ONCE, ONCE, ONCE, INSIDE, INSIDE),
    PostKind.HUB_HOUSEHOLD: (ONCE, ONCE, ONCE, INSIDE, INSIDE),
}
"""By WeCom, in the order of the kinds."""


@pytest.mark.parametrize("post", PostKind)
def test_the_default_of_each_post(post: PostKind) -> None:
    by_wecom = tuple(default_delivery([post], kind, Way.WECOM) for kind in NoticeKind)
    assert by_wecom == DEFAULTS[post]
    for way in (Way.SMS, Way.EMAIL):
        assert {default_delivery([post], kind, way) for kind in NoticeKind} == {INSIDE}


def test_of_several_posts_the_soonest_counts() -> None:
    posts = [PostKind.BUILDING_HEAD, PostKind.TASK_FORCE]
    assert default_delivery(posts, NoticeKind.SUPERVISION, Way.WECOM) == ONCE
    assert default_delivery(posts, NoticeKind.NEWS, Way.WECOM) == DAILY


def test_what_was_chosen_goes_before_the_default() -> None:
    chosen = Deliveries(frozenset({PostKind.GRID_WORKER}), {("action", "wecom"): "daily"})
    assert chosen.of(NoticeKind.ACTION, Way.WECOM) == Delivery.DAILY
    assert chosen.of(NoticeKind.APPROVAL, Way.WECOM) == Delivery.AT_ONCE
    assert chosen.kinds_in_list() == ["action", "news"]


def test_a_list_cannot_stand_in_the_list() -> None:
    assert deliveries_for(NoticeKind.DAILY_LIST) == (Delivery.AT_ONCE, Delivery.IN_SYSTEM)
    assert deliveries_for(NoticeKind.NEWS) == tuple(Delivery)


def test_every_row_that_staff_are_told_of_has_its_kind() -> None:
    told = wording.TOLD_TO_HANDLER | wording.TOLD_TO_ASSISTANTS | wording.TOLD_TO_DISPATCHER
    news = {kind for kind in told if kind not in KIND_OF_EVENT}
    assert news == {
        MoveName.ADD_WORDS,
        MoveName.ANSWER_AS_PARTY,
        MoveName.HEAR,
        MoveName.PART_ENDED,
        MoveName.RELEASE,
    }
    assert kind_of(REGISTER) == NoticeKind.ACTION
    assert kind_of(MoveName.ESCALATE) == NoticeKind.ACTION
    assert kind_of(MoveName.ESCALATE, is_onlooker=True) == NoticeKind.SUPERVISION
