"""A bulletin from its draft to its issue, its withdrawal and the one that replaces it; what is stored is asserted."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from shangju.areas.models import Area
from shangju.bulletins.drafting import draft_due_bulletins
from shangju.bulletins.figures import from_data
from shangju.bulletins.models import Bulletin, BulletinEvent, BulletinSection
from shangju.bulletins.paper import paper_of
from shangju.bulletins.services import (
    draft_bulletin,
    edit_bulletin,
    issue_bulletin,
    take_figures,
    withdraw_bulletin,
)
from shangju.bulletins.tests.of_last_week import (
    MONDAY,
    WEDNESDAY,
    drafted,
    edited,
    issued,
    moves,
    stored,
    texts,
)
from shangju.bulletins.text.parts import Part
from shangju.bulletins.workflow import BulletinMove, BulletinState
from shangju.cases.models import Case
from shangju.cases.tests.stories import raised
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.desk.forms_bulletins import BulletinForm
from shangju.measures.definitions import MeasureName
from shangju.measures.keeping import keep_figures
from shangju.notices.models import Notice
from shangju.posts.stakes import declare_stake
from shangju.topics.models import Topic
from tests.street import Street


def test_a_draft_tells_what_came_in_and_what_was_due(busy: Street) -> None:
    bulletin = stored(drafted(busy))
    figures = from_data(bulletin.figures)
    assert (figures.total.received, figures.before.received, figures.year_ago) == (2, 1, None)
    assert figures.total.due == sum(line.due for line in figures.communities) > 0
    assert [line.received for line in figures.communities] == [2, 0]
    assert figures.total.share(MeasureName.SATISFIED).whole == 1
    assert (bulletin.state, bulletin.number, bulletin.content_hash) == ("draft", "", "")
    said = texts(bulletin)
    assert list(said) == list(Part.values)
    assert "共登记事项 2 件，比上周增加 1 件。" in said["overall"]
    assert moves(bulletin) == ["draft"]


def test_figures_are_the_same_whoever_drafts(busy: Street) -> None:
    by_secretary = drafted(busy, "secretary").figures
    with everywhere(EverywhereReason.VERIFICATION):
        BulletinEvent.objects.all().delete()
        Bulletin.objects.all().delete()
    assert drafted(busy).figures == by_secretary


WRONG_SPANS = [
    ("week", date(2026, 11, 17), "first"),
    ("week", date(2026, 11, 23), "first"),
    ("month", date(2026, 11, 1), "first"),
    ("year", date(2026, 1, 1), None),
]


@pytest.mark.parametrize(("kind", "first", "field"), WRONG_SPANS)
def test_only_a_whole_week_or_month_that_is_over_is_told(
    street: Street, kind: str, first: date, field: str | None
) -> None:
    with pytest.raises(DomainError) as refused:
        drafted(street, kind=kind, first=first)
    assert list(refused.value.fields) == ([field] if field else [])


def test_there_is_one_bulletin_of_a_period(street: Street) -> None:
    drafted(street)
    with pytest.raises(Conflict):
        drafted(street, "secretary")


MAY: dict[str, set[BulletinMove]] = {
    "leader": set(BulletinMove),
    "task_force": set(BulletinMove),
    "secretary": {BulletinMove.DRAFT, BulletinMove.TAKE_FIGURES, BulletinMove.EDIT},
    "duty_desk": set(),
    "officer": set(),
    "grid_worker": set(),
    "far_desk": set(),
}


@pytest.mark.parametrize("who", MAY)
def test_who_may_do_what(street: Street, who: str) -> None:
    draft, by = drafted(street), street.staff(who)
    done = set()

    def tried(move: BulletinMove, call: Any) -> None:
        try:
            call()
        except NotAllowed:
            return
        done.add(move)

    with everywhere(EverywhereReason.VERIFICATION):
        tried(BulletinMove.TAKE_FIGURES, lambda: take_figures(draft, by=by, now=MONDAY))
        draft.refresh_from_db()
        written = {"title": "周通报", "texts": {}, "seen": draft.edition, "by": by, "now": MONDAY}
        tried(BulletinMove.EDIT, lambda: edit_bulletin(draft, **written))
        draft.refresh_from_db()
        tried(BulletinMove.ISSUE, lambda: issue_bulletin(draft, seen=draft.edition, by=by, now=MONDAY))
        out = (
            stored(draft)
            if BulletinMove.ISSUE in done
            else issue_bulletin(draft, seen=draft.edition, by=street.staff("leader"), now=MONDAY)
        )
        tried(BulletinMove.WITHDRAW, lambda: withdraw_bulletin(out, reason="数字有误", by=by, now=MONDAY))
        subdistrict = street.areas["subdistrict"]
        again = {"kind": "month", "first": date(2026, 10, 1), "by": by, "now": MONDAY}
        tried(BulletinMove.DRAFT, lambda: draft_bulletin(subdistrict, **again))
    assert done == MAY[who]


def test_what_a_person_wrote_stays_when_the_figures_are_taken_anew(busy: Street) -> None:
    draft = drafted(busy)
    thanks = texts(draft)["overall"] + "感谢各社区。"
    draft = edited(busy, draft, {"overall": thanks})
    raised(busy, now=WEDNESDAY)
    keep_figures(MONDAY)
    with busy.seen_by("task_force"):
        take_figures(draft, by=busy.staff("task_force"), now=MONDAY)
    said = texts(draft)["overall"]
    assert "共登记事项 3 件，比上周增加 2 件。" in said
    assert said.endswith("感谢各社区。")
    assert from_data(stored(draft).figures).total.received == 3
    assert moves(draft) == ["draft", "edit", "take_figures"]


def test_an_edit_on_an_older_draft_overwrites_nothing(street: Street) -> None:
    draft = drafted(street)
    edited(street, draft, {"demands": "请各社区抓紧办理。"})
    with pytest.raises(Conflict):
        edited(street, draft, {"demands": "另一种写法。"})
    assert texts(draft)["demands"] == "请各社区抓紧办理。"


FAULTS = [
    ({"title": " "}, {}, "title"),
    ({}, {"demands": ""}, "demands"),
    ({}, {"demands": "长" * 4001}, "demands"),
    ({}, {"examples": "请联系店主 13877665544。"}, "examples"),
]


@pytest.mark.parametrize(("changes", "words", "field"), FAULTS)
def test_words_that_cannot_go_out_are_refused_at_their_field(
    street: Street, changes: dict[str, str], words: dict[str, str], field: str
) -> None:
    draft = drafted(street)
    with pytest.raises(DomainError) as refused:
        edited(street, draft, words, **changes)
    assert list(refused.value.fields) == [field]


def test_the_issue_freezes_and_numbers_each_kind_for_itself(busy: Street) -> None:
    week, month = drafted(busy), drafted(busy, kind="month", first=date(2026, 10, 1))
    earlier = drafted(busy, first=date(2026, 11, 9))
    numbers = [issued(busy, each).number for each in (week, month, earlier)]
    assert numbers == ["〔2026〕第1期", "〔2026〕第1期", "〔2026〕第2期"]
    out = stored(week)
    assert (out.state, out.issued_by, out.issued_as) == (
        "issued",
        busy.users["leader"],
        "subdistrict_leader 1号",
    )
    assert len(out.content_hash) == 64
    for change in (
        lambda: edited(busy, out, {"demands": "改"}),
        lambda: issued(busy, out),
        lambda: take_figures(out, by=busy.staff("leader"), now=MONDAY),
    ):
        with busy.seen_by("leader"), pytest.raises(Conflict):
            change()
    assert stored(week).content_hash == out.content_hash
    call_command("verify_bulletins")


def test_a_withdrawn_bulletin_is_replaced_by_one_that_begins_with_its_text(busy: Street) -> None:
    draft = edited(busy, drafted(busy), {"demands": "请各社区抓紧办理。"})
    out = issued(busy, draft)
    with busy.seen_by("leader"):
        withdraw_bulletin(out, reason="漏计一件", by=busy.staff("leader"), now=MONDAY)
    corrected = drafted(busy)
    assert stored(corrected).replaces_id == out.pk
    assert texts(corrected)["demands"] == "请各社区抓紧办理。"
    assert (stored(out).state, stored(out).withdrawn_reason) == (BulletinState.WITHDRAWN, "漏计一件")
    assert issued(busy, corrected).number == "〔2026〕第2期"
    call_command("verify_bulletins")


TAMPERING = {
    "a figure": lambda out: Bulletin.objects.filter(pk=out.pk).update(
        figures={**out.figures, "open_cases": 99}
    ),
    "a word": lambda out: BulletinSection.objects.filter(bulletin=out, part="demands").update(text="无"),
    "the title": lambda out: Bulletin.objects.filter(pk=out.pk).update(title="另一标题"),
    "who did it": lambda out: BulletinEvent.objects.filter(bulletin=out, sequence=2).update(post_name="别人"),
    "the history": lambda out: BulletinEvent.objects.filter(bulletin=out).delete(),
    "the office": lambda out: Bulletin.objects.filter(pk=out.pk).update(office=""),
    "who issued it": lambda out: Bulletin.objects.filter(pk=out.pk).update(issued_by=out.drafted_by_id),
    "that it was issued at all": lambda out: Bulletin.objects.filter(pk=out.pk).update(
        state="draft", number="", content_hash="", issued_at=None
    ),
    "that it was withdrawn": lambda out: Bulletin.objects.filter(pk=out.pk).update(
        state="withdrawn", withdrawn_at=MONDAY, withdrawn_reason="漏计一件"
    ),
}


def test_a_change_taken_off_the_history_of_a_draft_is_found(street: Street) -> None:
    draft = edited(street, drafted(street), {"demands": "请各社区抓紧办理。"})
    call_command("verify_bulletins")
    with everywhere(EverywhereReason.VERIFICATION):
        BulletinEvent.objects.filter(bulletin=draft, move="edit").delete()
    with pytest.raises(CommandError, match="1 broken"):
        call_command("verify_bulletins")


@pytest.mark.parametrize("what", TAMPERING)
def test_whatever_is_changed_afterwards_is_found(street: Street, what: str) -> None:
    out = issued(street, drafted(street))
    with everywhere(EverywhereReason.VERIFICATION):
        TAMPERING[what](out)
    with pytest.raises(CommandError, match="1 broken"):
        call_command("verify_bulletins")


def test_another_reason_of_its_withdrawal_is_found(street: Street) -> None:
    out = issued(street, drafted(street))
    with street.seen_by("leader"):
        withdraw_bulletin(out, reason="漏计一件", by=street.staff("leader"), now=MONDAY)
    call_command("verify_bulletins")
    with everywhere(EverywhereReason.VERIFICATION):
        Bulletin.objects.update(withdrawn_reason="一切正确")
    with pytest.raises(CommandError, match="1 broken"):
        call_command("verify_bulletins")


def test_what_was_issued_says_the_same_when_the_area_is_renamed(street: Street) -> None:
    out = issued(street, drafted(street))
    before = paper_of(stored(out), [])
    with everywhere(EverywhereReason.VERIFICATION):
        Area.objects.filter(pk=out.area_id).update(name="新街道", name_en="New")
    assert paper_of(stored(out), []) == before
    assert "新街道" not in before.office


def test_the_draft_is_not_there_without_its_notice(busy: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """A worker that is killed between the two leaves neither; the next pass makes both."""

    def killed(*_arguments: object, **_options: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr("shangju.bulletins.services.tell_task_force", killed)
        with pytest.raises(SystemExit):
            draft_due_bulletins(MONDAY)
    assert draft_due_bulletins(MONDAY) == 1
    with everywhere(EverywhereReason.VERIFICATION):
        (bulletin,) = Bulletin.objects.all()
    assert [notice.kind for notice in Notice.objects.filter(key__startswith=f"bulletin-{bulletin.pk}-")] == [
        "action"
    ]


def test_confirmed_topics_are_told_and_proposals_are_not(street: Street) -> None:
    """Those of other weeks, what is only suggested and what was taken out is not told either."""
    case = raised(street, now=WEDNESDAY)
    earlier = raised(street, now=WEDNESDAY - timedelta(days=9))
    later = raised(street, now=MONDAY)
    aside = [raised(street, now=WEDNESDAY) for _one in range(2)]
    told = _topic(street, "泵房噪音", [case, earlier], state="confirmed", heat=9, confirmed_at=MONDAY)
    over = {"confirmed_at": WEDNESDAY, "ended_at": WEDNESDAY, "outcome": "油烟净化器已装好，联系 13877665544"}
    settled = _topic(street, "烧烤油烟", [raised(street, now=WEDNESDAY)], state="settled", heat=5, **over)
    _topic(street, "尚未确认", [raised(street, now=WEDNESDAY)], state="proposed")
    _topic(street, "本周才有", [later], state="confirmed", first_at=MONDAY, confirmed_at=MONDAY)
    long_ago = WEDNESDAY - timedelta(days=8)
    ended = {"state": "settled", "confirmed_at": long_ago, "ended_at": long_ago, "outcome": "已解决"}
    _topic(street, "早已办结", [raised(street, now=long_ago)], **ended)
    with everywhere(EverywhereReason.SETUP):
        Topic.objects.filter(pk=told.pk).update(lead_post=street.posts["grid_worker"])
        for row, standing in zip(aside, ("suggested", "taken_out"), strict=True):
            told.memberships.create(
                case=row, origin="found", standing=standing, is_current=standing == "suggested", since=MONDAY
            )
    bulletin = drafted(street)
    figures = from_data(bulletin.figures)
    assert [(each.pk, each.cases, each.new, each.lead) for each in figures.topics] == [
        (told.pk, 2, 1, "grid_worker 1号"),
        (settled.pk, 1, 1, ""),
    ]
    first, second = texts(bulletin)["topics"].split("\n")
    assert first == "“泵房噪音”涉及事项 2 件，其中本期登记 1 件。由grid_worker 1号牵头。继续办理。"
    assert second.startswith(
        "“烧烤油烟”涉及事项 1 件，其中本期登记 1 件。尚未明确牵头岗位。已办结：油烟净化器已装好"
    )
    assert "13877665544" not in second
    out = issued(street, bulletin)
    with everywhere(EverywhereReason.SETUP):
        Topic.objects.update(title="另一名称")
    assert "泵房噪音" in texts(out)["topics"]
    call_command("verify_bulletins")


@pytest.mark.parametrize(
    ("who", "is_told"),
    [("other_worker", False), ("leader", False), ("building_head", False), ("resident", True)],
)
def test_a_topic_is_not_told_where_a_reader_must_not_know_of_one_of_its_cases(
    street: Street, who: str, is_told: bool
) -> None:
    """Its title speaks of that case as well; the rule of the page of topics, for all who get the paper."""
    case = raised(street, now=WEDNESDAY)
    with everywhere(EverywhereReason.SETUP):
        Case.objects.filter(pk=case.pk).update(place_party=street.parties["other_shop"])
        user = street.users[who]
        declare_stake(user, party=street.parties["other_shop"], reason="family", by=user, now=WEDNESDAY)
    _topic(street, "泵房噪音", [case, raised(street, now=WEDNESDAY)], state="confirmed", confirmed_at=MONDAY)
    bulletin = drafted(street)
    figures = from_data(bulletin.figures)
    assert ([each.title for each in figures.topics], figures.topics_kept_back) == (
        (["泵房噪音"], 0) if is_told else ([], 1)
    )
    assert ("泵房噪音" in texts(bulletin)["topics"]) is is_told


def test_a_stake_that_is_declared_after_the_draft_is_seen_at_the_issue(street: Street) -> None:
    case = raised(street, now=WEDNESDAY)
    with everywhere(EverywhereReason.SETUP):
        Case.objects.filter(pk=case.pk).update(place_party=street.parties["other_shop"])
    _topic(street, "泵房噪音", [case, raised(street, now=WEDNESDAY)], state="confirmed", confirmed_at=MONDAY)
    draft, user = drafted(street), street.users["other_worker"]
    with everywhere(EverywhereReason.SETUP):
        declare_stake(user, party=street.parties["other_shop"], reason="family", by=user, now=MONDAY)
    with pytest.raises(DomainError) as refused:
        issued(street, draft)
    assert list(refused.value.fields) == ["topics"]
    with street.seen_by("task_force"):
        draft = take_figures(draft, by=street.staff("task_force"), now=MONDAY)
    assert "泵房噪音" not in texts(issued(street, draft))["topics"]


def test_cases_that_came_after_the_period_are_not_counted(street: Street) -> None:
    cases = [raised(street, now=WEDNESDAY), raised(street, now=MONDAY)]
    _topic(street, "泵房噪音", cases, state="confirmed", confirmed_at=MONDAY)
    (told,) = from_data(drafted(street).figures).topics
    assert (told.cases, told.new) == (1, 1)


def _topic(street: Street, title: str, cases: list[Case], **facts: Any) -> Topic:
    with everywhere(EverywhereReason.SETUP):
        known = {"first_at": WEDNESDAY, "last_at": MONDAY, "proposed_at": WEDNESDAY, **facts}
        topic = Topic.objects.create(area=street.areas["subdistrict"], title=title, **known)
        for case in cases:
            topic.memberships.create(
                case=case, origin="found", standing="member", is_current=topic.ended_at is None, since=MONDAY
            )
    return topic


def test_a_draft_from_before_there_were_topics_is_written_and_issued_as_it_is(street: Street) -> None:
    draft = drafted(street)
    with everywhere(EverywhereReason.SETUP):
        draft.sections.filter(part="topics").delete()
        Bulletin.objects.update(figures={k: v for k, v in draft.figures.items() if k != "topics"})
        form = BulletinForm(bulletin=draft, sections=list(draft.sections.all()))
    assert "topics" not in form.fields
    out = issued(street, draft)
    with everywhere(EverywhereReason.VERIFICATION):
        chapters = paper_of(stored(out), list(out.sections.all())).chapters
    assert [chapter.heading for chapter in chapters][-2:] == ["五、典型事项", "六、下步要求"]
    call_command("verify_bulletins")
