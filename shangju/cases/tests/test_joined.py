"""Cases merged and split: each reporter keeps an own timeline and is told; all of it can be undone or counted."""

from datetime import datetime, timedelta

import pytest

from shangju.cases import chain, moves
from shangju.cases.forms.joining import MergeForm
from shangju.cases.joined import joined_cases
from shangju.cases.models import Case, CasePhoto
from shangju.cases.party_view import concerns_of
from shangju.cases.reporter_view import clocks_for_reporter, entries_of
from shangju.cases.rules import REPORTER
from shangju.cases.services import apply_move
from shangju.cases.tests.stories import case_in, go, raised
from shangju.cases.workflow import MoveName, State
from shangju.core.errors import DomainError
from shangju.core.scoping import area_scope
from shangju.photos.models import Photo
from tests.street import Street

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


def made(case: Case, payload: moves.Payload, who: str, street: Street, *, now: datetime) -> Case:
    by = REPORTER if who == "reporter" else street.staff(who)
    return apply_move(case, payload, by=by, now=now)


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


@pytest.fixture
def pair(street: Street, now: datetime) -> tuple[Case, Case]:
    """One in work, and another that was merged into it an hour later."""
    goes_on = case_in(State.IN_PROGRESS, street, now=now)
    merged = raised(street, now=now, area="other_grid", text="另一户也听见嗡嗡声")
    payload = moves.Merge(goes_on, "与另一件反映的是同一事项")
    made(merged, payload, "duty_desk", street, now=now + timedelta(hours=1))
    return fresh(goes_on), fresh(merged)


def kinds(case: Case) -> list[str]:
    return list(case.events.values_list("kind", flat=True))


def test_both_histories_say_so_and_hold(pair: tuple[Case, Case]) -> None:
    goes_on, merged = pair
    assert (merged.state, merged.merged_into, merged.is_open, merged.due_at) == (
        "merged",
        goes_on,
        False,
        None,
    )
    assert goes_on.is_joined
    assert kinds(goes_on)[-1] == MoveName.TAKE_IN
    assert kinds(merged)[-1] == MoveName.MERGE
    assert all(chain.first_break(case, case.events.all()) is None for case in pair)


def test_the_merged_reporter_is_told_the_result_wherever_the_handler_may_look(
    pair: tuple[Case, Case], street: Street, now: datetime
) -> None:
    goes_on, merged = pair
    later = now + timedelta(hours=2)
    # The grid worker's own request: its scope does not reach the other grid.
    with street.seen_by("grid_worker"):
        assert not Case.objects.filter(pk=merged.pk).exists()
        apply_move(goes_on, moves.Resolve("solved", "吊扇已拆除"), by=street.staff("grid_worker"), now=later)
    row = merged.events.last()
    assert row is not None
    assert (row.kind, row.reporter_text, row.data["move"]) == (MoveName.FOLLOW, "吊扇已拆除", "resolve")
    go(goes_on, MoveName.CONFIRM, "reporter", street, now=later)
    assert [entry.text for entry in entries_of(list(merged.events.all()))][:2] == ["", "吊扇已拆除"]
    assert fresh(merged).state == "merged"


def test_the_merged_reporter_sees_the_promise_of_the_case_that_goes_on(pair: tuple[Case, Case]) -> None:
    goes_on, merged = pair
    assert clocks_for_reporter(merged) == list(goes_on.clocks.all())


def test_words_of_the_merged_reporter_reach_the_handler(
    pair: tuple[Case, Case], street: Street, now: datetime
) -> None:
    goes_on, merged = pair
    made(merged, moves.AddWords("夜里更响"), "reporter", street, now=now + timedelta(hours=2))
    row = goes_on.events.last()
    assert row is not None
    assert (row.kind, row.note, row.reporter_text) == (MoveName.HEAR, "夜里更响", "")


@pytest.mark.parametrize("mark", ["is_confidential", "concerns_minor"])
@pytest.mark.parametrize("both", [False, True])
def test_words_that_are_kept_stay_in_their_own_case(
    street: Street, now: datetime, mark: str, *, both: bool
) -> None:
    """Who may read the case that goes on need not be let into a confidential one, or one about a minor."""
    goes_on = raised(street, now=now, **({mark: True} if both else {}))
    kept = raised(street, now=now, text="我上初二，晚上不敢出门", **{mark: True})
    made(kept, moves.Merge(goes_on, "同一件事"), "officer", street, now=now)
    made(fresh(kept), moves.AddWords("夜里更响"), "reporter", street, now=now)
    told = [row.note for row in fresh(goes_on).events.filter(kind__in=["take_in", "hear"])]
    assert told == ([kept.title, "夜里更响"] if both else ["", ""])
    assert fresh(kept).events.filter(kind="add_words", note="夜里更响").exists()


def test_undone_the_clocks_run_on_as_if_it_had_not_been(
    street: Street, now: datetime, pair: tuple[Case, Case]
) -> None:
    goes_on, _merged = pair
    other = case_in(State.IN_PROGRESS, street, now=now)
    columns = ("state", "is_open", "due_at", "due_step", "close_due_at", "handler_post", "merged_into")
    before = Case.objects.values(*columns).get(pk=other.pk)
    clocks = list(other.clocks.values("step", "due_at", "stopped_at", "is_met"))
    made(other, moves.Merge(goes_on, "同一件事"), "officer", street, now=now + timedelta(hours=3))
    made(other, moves.Unmerge("不是同一件事"), "officer", street, now=now + timedelta(hours=4))
    assert Case.objects.values(*columns).get(pk=other.pk) == before
    assert list(other.clocks.values("step", "due_at", "stopped_at", "is_met")) == clocks
    assert kinds(fresh(goes_on))[-1] == MoveName.LET_GO


def test_when_the_first_reporter_withdraws_the_others_stand_alone_again(
    pair: tuple[Case, Case], street: Street, now: datetime
) -> None:
    goes_on, merged = pair
    made(goes_on, moves.Withdraw("不反映了"), "reporter", street, now=now + timedelta(hours=2))
    assert (fresh(goes_on).state, fresh(merged).state, fresh(merged).is_open) == (
        "withdrawn",
        "registered",
        True,
    )


def test_what_cannot_be_merged(street: Street, now: datetime, pair: tuple[Case, Case]) -> None:
    goes_on, merged = pair
    far = raised(street, now=now, area="far:grid")
    ended = case_in(State.DECLINED, street, now=now)
    other = raised(street, now=now)
    for into in (other, far, merged, ended):
        with pytest.raises(DomainError) as refusal:
            made(other, moves.Merge(into, "同一件事"), "duty_desk", street, now=now)
        assert set(refusal.value.fields) == {"into"}
    with pytest.raises(DomainError):
        made(goes_on, moves.Merge(other, "同一件事"), "duty_desk", street, now=now)
    assert fresh(other).state == State.REGISTERED


def test_a_dispatcher_merges_only_into_what_is_theirs_to_dispatch(street: Street, now: datetime) -> None:
    mine, theirs = raised(street, now=now), raised(street, now=now, area="other_grid")
    with pytest.raises(DomainError):
        made(mine, moves.Merge(theirs, "同一件事"), "officer", street, now=now)


def test_a_reader_is_told_of_joined_cases_no_more_than_they_may_open(
    pair: tuple[Case, Case], street: Street
) -> None:
    goes_on, merged = pair
    standing = street.staff("grid_worker").standing
    with area_scope(standing.scope):
        (shown,) = joined_cases(standing, goes_on)
    assert (shown.number, shown.title, shown.is_open_to_reader) == (merged.number, "", False)
    standing = street.staff("duty_desk").standing
    with area_scope(standing.scope):
        (shown,) = joined_cases(standing, goes_on)
    assert (shown.title, shown.is_open_to_reader) == (merged.title, True)


class TestSplit:
    def test_each_part_is_a_case_of_its_own_with_the_reporters_promise(
        self, street: Street, now: datetime
    ) -> None:
        whole = case_in(State.ACCEPTED, street, now=now)
        made(whole, moves.Split(["油烟扰民", "噪音扰民"]), "officer", street, now=now + timedelta(hours=1))
        parts = list(Case.objects.filter(part_of=whole).order_by("part_number"))
        assert [(part.text, part.state, part.part_number) for part in parts] == [
            ("油烟扰民", "registered", 1),
            ("噪音扰民", "registered", 2),
        ]
        for part in parts:
            assert part.close_due_at == whole.close_due_at
            assert chain.first_break(part, part.events.all()) is None
            assert not hasattr(part, "reporter_contact")
        row = whole.events.last()
        assert row is not None
        assert row.data["parts"] == [part.number for part in parts]

    def test_the_whole_ends_after_its_parts_and_its_reporter_is_told_of_each(
        self, street: Street, now: datetime
    ) -> None:
        whole = case_in(State.IN_PROGRESS, street, now=now)
        whole = made(whole, moves.Split(["油烟", "噪音"]), "officer", street, now=now)
        first, second = Case.objects.filter(part_of=whole).order_by("part_number")
        with pytest.raises(DomainError) as refusal:
            made(whole, moves.Resolve("solved", "好了"), "grid_worker", street, now=now)
        assert first.number in str(refusal.value)
        made(first, moves.AnswerDirectly("油烟机已装"), "officer", street, now=now)
        assert (fresh(first).state, fresh(first).is_open) == (State.CLOSED, False)
        row = whole.events.last()
        assert row is not None
        assert (row.kind, row.reporter_text, row.data["part"]) == (MoveName.PART_ENDED, "油烟机已装", 1)
        made(second, moves.Decline("nothing_new", "已答复过"), "officer", street, now=now)
        assert (
            made(whole, moves.Resolve("solved", "好了"), "grid_worker", street, now=now).state == "resolved"
        )
        with pytest.raises(DomainError):
            made(first, moves.Reopen("又冒烟"), "secretary", street, now=now)

    def test_ten_parts_at_most_on_one_level(self, street: Street, now: datetime) -> None:
        whole = case_in(State.ACCEPTED, street, now=now)
        for parts in ([], ["只有一件"], [f"第{n}件" for n in range(11)]):
            with pytest.raises(DomainError) as refusal:
                made(whole, moves.Split(parts), "officer", street, now=now)
            assert set(refusal.value.fields) == {"parts"}
        made(whole, moves.Split([f"第{n}件" for n in range(10)]), "officer", street, now=now)
        with pytest.raises(DomainError):
            made(whole, moves.Split(["再来一件"]), "officer", street, now=now)
        part = go(Case.objects.get(part_number=1), MoveName.ACCEPT, "officer", street, now=now)
        with pytest.raises(DomainError):
            made(part, moves.Split(["甲", "乙"]), "officer", street, now=now)
        assert Case.objects.count() == 11

    def test_pictures_of_the_whole_are_seen_in_its_parts(self, street: Street, now: datetime) -> None:
        whole = case_in(State.ACCEPTED, street, now=now)
        event = whole.events.first()
        assert event is not None
        photo = Photo.objects.create(
            sha256="0" * 64, width=1, height=1, byte_size=1, image="a.jpg", thumbnail="b.jpg",
            uploaded_at=now, claimed_at=now,
        )  # fmt: skip
        CasePhoto.objects.create(case=whole, event=event, photo=photo, purpose="report")
        made(whole, moves.Split(["油烟", "噪音"]), "officer", street, now=now)
        assert CasePhoto.objects.filter(photo=photo).count() == 3

    def test_withdrawn_with_its_parts(self, street: Street, now: datetime) -> None:
        whole = case_in(State.ACCEPTED, street, now=now)
        whole = made(whole, moves.Split(["油烟", "噪音"]), "officer", street, now=now)
        made(whole, moves.Withdraw(), "reporter", street, now=now)
        assert set(Case.objects.values_list("state", flat=True)) == {State.WITHDRAWN}


class TestClimbing:
    def test_the_second_dissatisfaction_climbs_one_tier_and_is_purple(
        self, street: Street, now: datetime
    ) -> None:
        case = case_in(State.RESOLVED, street, now=now)
        no, moment = moves.Confirm("no", "dissatisfied", "还在响"), now + timedelta(hours=1)
        case = made(case, no, "reporter", street, now=moment)
        assert (case.state, case.tier, case.dissatisfaction_count) == (State.IN_PROGRESS, "", 1)
        case = go(case, MoveName.RESOLVE, "grid_worker", street, now=moment + timedelta(hours=1))
        case = made(case, no, "reporter", street, now=moment + timedelta(hours=2))
        assert (case.state, case.tier, case.reopen_count) == (State.DISPATCHED, "community", 2)
        assert case.handler_post == street.posts["secretary"]
        assert case.assistants.filter(post=street.posts["grid_worker"]).exists()
        assert kinds(case)[-2:] == [MoveName.REOPEN, MoveName.ESCALATE]
        assert case.purple_at is not None
        assert case.due_at is not None
        assert case.purple_at < case.due_at

    def test_a_supervisor_sends_it_up_tier_by_tier_to_the_top(self, street: Street, now: datetime) -> None:
        case = case_in(State.IN_PROGRESS, street, now=now)
        climbed = []
        for _time in range(3):
            case = made(case, moves.Escalate("久拖未决"), "leader", street, now=now)
            climbed.append((case.tier, case.handler_post.kind if case.handler_post else ""))
        assert climbed == [
            ("community", "community_secretary"),
            ("subdistrict", "task_force"),
            ("committee", "subdistrict_leader"),
        ]
        with pytest.raises(DomainError):
            made(case, moves.Escalate("再上报"), "leader", street, now=now)


def test_an_order_waits_until_it_is_answered_in_writing(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    with pytest.raises(DomainError):
        made(case, moves.Supervise("书面回复", now.date() - timedelta(days=1)), "leader", street, now=now)
    case = made(case, moves.Supervise("书面回复", now.date()), "leader", street, now=now)
    assert case.open_orders == 1
    case = made(case, moves.Reply("已约谈"), "grid_worker", street, now=now)
    order = case.supervisionorders.get()
    assert (order.reply, case.open_orders) == ("已约谈", 0)
    assert order.replied_event is not None
    assert order.replied_event.kind == MoveName.REPLY


def test_urging_is_no_progress(street: Street, now: datetime) -> None:
    case = case_in(State.IN_PROGRESS, street, now=now)
    before = case.last_progress_at
    case = made(case, moves.Urge("请抓紧"), "leader", street, now=now + timedelta(days=1))
    assert case.last_progress_at == before


def test_a_handling_member_sees_that_it_was_urged_and_never_the_reporter(
    street: Street, now: datetime
) -> None:
    case = case_in(State.ACCEPTED, street, now=now)
    firm = street.parties["property_firm"]
    case = made(case, moves.Dispatch(party=firm, party_summary="有嗡嗡声"), "officer", street, now=now)
    made(case, moves.Urge("请抓紧检查"), "leader", street, now=now)
    standing = street.party("property_clerk").standing
    with area_scope(standing.scope):
        assert concerns_of(standing).count() == 1


def test_like_cases_nearby_are_proposed_for_a_merge(street: Street, now: datetime) -> None:
    """Alike and near, open, in view, and outside the wall; any other is still named by its number."""
    words = "楼下面馆的排风机夜里嗡嗡响，孩子睡不着"
    case = raised(street, now=now, text=words)
    twin = raised(street, now=now, text=f"{words}，请处理")
    elsewhere = raised(street, now=now, text=words, area="second")
    another = raised(street, now=now, text="楼道里的路灯坏了好几天")
    ended = raised(street, now=now, text=words)
    go(ended, MoveName.WITHDRAW, "reporter", street, now=now)

    def form(**values: str) -> MergeForm:
        actor = street.staff("officer")
        return MergeForm({"explanation": "同一事项", **values}, case=fresh(case), actor=actor, now=now)

    offered = [value for value, _label in form().fields["twin"].choices]  # type: ignore[attr-defined]
    assert offered == [twin.number, ""]
    assert elsewhere.number not in offered
    chosen = form(twin=twin.number)
    assert chosen.is_valid(), chosen.errors
    assert chosen.payload().into == twin
    named = form(twin=twin.number, into=another.number)
    assert named.is_valid()
    assert named.payload().into == another, "what was written by hand"
    assert "into" in form().errors
    assert "twin" in form(twin=ended.number).errors
