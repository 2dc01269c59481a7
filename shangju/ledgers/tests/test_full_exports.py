"""Contacts in plain leave the house only when somebody else allowed it: once, within a day, each one logged."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import translation

from shangju.accounts.actors import COMMAND_LINE
from shangju.cases.models import Case, ContactReveal
from shangju.cases.tests.stories import MARKERS, raised
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.ledgers.exporting import decide_export, take_full_export
from shangju.ledgers.models import Export
from shangju.ledgers.queries import exports_waiting_for
from shangju.ledgers.tests.reading import content_of, exported, rows_in
from shangju.ledgers.work import clear_exports
from shangju.notices.models import Notice
from shangju.posts.rights import forget_standing
from shangju.posts.services import TermPlan, appoint_each
from tests.street import SINCE, Street

pytestmark = pytest.mark.django_db
COLUMNS = ("number", "reporter_name", "reporter_phone", "reporter_address", "title")
REASON = "电话核对六月未办结事项"


def asked(street: Street, who: str = "officer", *, now: datetime, **more: Any) -> Export:
    """A request for contacts in plain."""
    given = {"columns": COLUMNS, "is_full": True, "reason": REASON, **more}
    taken = exported(street, who, now=now, **given)
    assert taken.content is None
    return taken.export


def decided(
    street: Street, export: Export, who: str, *, now: datetime, allow: bool = True, note: str = ""
) -> Export:
    with street.seen_by(who):
        return decide_export(export, allow=allow, note=note, by=street.staff(who), now=now)


def taken_by(street: Street, export: Export, who: str, *, now: datetime) -> list[list[str]]:
    with street.seen_by(who), translation.override("en"):
        fresh = Export.objects.select_related("area").get(pk=export.pk)
        return rows_in(content_of(take_full_export(fresh, by=street.staff(who), now=now)), "csv")


def page_of(export: Export) -> str:
    return f"/ledgers/exports/{export.pk}/"


def looks() -> list[tuple[str, str, str]]:
    with everywhere(EverywhereReason.VERIFICATION):
        return list(ContactReveal.objects.order_by("field").values_list("field", "post_name", "reason"))


def test_from_the_request_to_the_file(street: Street, now: datetime) -> None:
    case = raised(street, now=now)
    export = asked(street, now=now)
    assert (export.state, export.row_count, looks()) == ("asked", 1, [])
    with street.seen_by("secretary"):
        assert exports_waiting_for(street.staff("secretary").standing) == [export]
    decided(street, export, "secretary", now=now + timedelta(hours=1))
    row = taken_by(street, export, "officer", now=now + timedelta(hours=20))[1]
    assert row[1:5] == [case.number, MARKERS["name"], MARKERS["phone"], MARKERS["address"]]
    told = f"{REASON} (list no. {export.pk}, allowed by community_secretary 1号)"
    assert looks() == [(field, "community_officer 1号", told) for field in ("exact_address", "name", "phone")]
    with everywhere(EverywhereReason.VERIFICATION):
        kept = Export.objects.get()
    assert (kept.state, kept.opened_contacts, kept.file, kept.decider_post) == (
        "done", 3, "", "community_secretary 1号",
    )  # fmt: skip


def test_a_case_that_came_after_the_request_stays_masked(street: Street, now: datetime) -> None:
    """Whoever allowed it saw how many there were, and allowed those."""
    raised(street, now=now)
    export = asked(street, now=now)
    decided(street, export, "secretary", now=now)
    raised(street, now=now + timedelta(minutes=1))
    rows = taken_by(street, export, "officer", now=now + timedelta(hours=1))
    assert [row[3] for row in rows[1:3]] == [MARKERS["phone"], "138****5678"]
    assert len(looks()) == 3


def kept_close(street: Street, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(is_confidential=True)


def of_a_minor(street: Street, case: Case) -> None:
    Case.objects.filter(pk=case.pk).update(concerns_minor=True)


def of_a_helped_person(street: Street, case: Case) -> None:
    helped = street.category("1101")
    assert helped.privacy_wall
    Case.objects.filter(pk=case.pk).update(category=helped)


@pytest.mark.parametrize("change", [kept_close, of_a_minor, of_a_helped_person])
def test_what_stays_masked_in_a_full_export(street: Street, now: datetime, change: Any) -> None:
    case = raised(street, now=now)
    export = asked(street, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        change(street, case)
    decided(street, export, "secretary", now=now)
    row = taken_by(street, export, "officer", now=now)[1]
    assert row[1:5] == [case.number, "某**", "138****5678", "东里1幢"]
    assert looks() == []


def test_a_case_in_which_the_asker_has_a_stake_is_not_in_it(street: Street, now: datetime) -> None:
    raised(street, now=now, place_party=street.parties["shop"])
    export = asked(street, "officer_with_shop", now=now)
    decided(street, export, "secretary", now=now)
    assert len(taken_by(street, export, "officer_with_shop", now=now)) == 2
    assert looks() == []


@pytest.mark.parametrize("is_full", [True, False])
def test_who_works_in_two_communities_takes_out_the_one_that_is_named(
    street: Street, now: datetime, is_full: bool
) -> None:
    """Else the leaders of the one would allow, and its log would keep, what leaves the other."""
    mine, _others = raised(street, now=now), raised(street, now=now, area="other_grid")
    terms = [TermPlan(street.posts["other_officer"], street.users["officer"], SINCE)]
    with everywhere(EverywhereReason.SETUP):
        appoint_each(terms, by=COMMAND_LINE, now=now)
    forget_standing(street.users["officer"])
    if is_full:
        export = asked(street, now=now)
        decided(street, export, "secretary", now=now)
        rows = taken_by(street, export, "officer", now=now)
    else:
        rows = rows_in(content_of(exported(street, "officer", now=now, columns=COLUMNS)), "csv")
    assert [row[1] for row in rows[1:-1]] == [mine.number]
    with everywhere(EverywhereReason.VERIFICATION):
        assert Export.objects.get().row_count == 1


@pytest.mark.parametrize(
    ("who", "may"),
    [
        ("officer", False),
        ("second_officer", False),
        ("secretary", True),
        ("duty_desk", True),
        ("task_force", True),
        ("leader", False),
        ("grid_secretary", False),
        ("other_officer", False),
        ("far_desk", False),
    ],
)
def test_who_decides(street: Street, now: datetime, who: str, may: bool) -> None:
    """Never who asked; nobody without the right; nobody of elsewhere, who does not even see it."""
    export = asked(street, now=now)
    with street.seen_by(who):
        assert exports_waiting_for(street.staff(who).standing) == ([export] if may else [])
    if may:
        assert decided(street, export, who, now=now).state == "allowed"
        return
    with pytest.raises(NotAllowed):
        decided(street, export, who, now=now)
    with everywhere(EverywhereReason.VERIFICATION):
        assert Export.objects.get().state == "asked"


@pytest.mark.parametrize(
    ("who", "reason", "refusal"),
    [
        ("officer", "看看", DomainError),
        ("officer", "", DomainError),
        ("leader", REASON, NotAllowed),
        ("grid_secretary", REASON, NotAllowed),
    ],
)
def test_who_may_not_ask(
    street: Street, now: datetime, who: str, reason: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        asked(street, who, now=now, reason=reason, of="grid")


def test_a_refusal_says_why_and_ends_it(street: Street, now: datetime) -> None:
    export = asked(street, now=now)
    with pytest.raises(DomainError) as refused:
        decided(street, export, "secretary", now=now, allow=False)
    assert set(refused.value.fields) == {"note"}
    assert (
        decided(street, export, "secretary", now=now, allow=False, note="范围太大，请缩短时间").state
        == "refused"
    )
    with pytest.raises(Conflict):
        decided(street, export, "duty_desk", now=now)
    with pytest.raises(Conflict):
        taken_by(street, export, "officer", now=now)


def test_it_is_taken_once_by_who_asked_within_a_day(street: Street, now: datetime) -> None:
    raised(street, now=now)
    first, late = asked(street, now=now), asked(street, now=now)
    for export in (first, late):
        with pytest.raises(Conflict):
            taken_by(street, export, "officer", now=now)
        decided(street, export, "secretary", now=now)
    with pytest.raises(NotAllowed):
        taken_by(street, first, "secretary", now=now)
    taken_by(street, first, "officer", now=now + timedelta(hours=23, minutes=59))
    assert len(looks()) == 3
    for export, then in ((first, timedelta(hours=23, minutes=59)), (late, timedelta(hours=24))):
        with pytest.raises(Conflict):
            taken_by(street, export, "officer", now=now + then)
    assert len(looks()) == 3
    assert clear_exports(now + timedelta(hours=24)) == 1
    with everywhere(EverywhereReason.VERIFICATION):
        assert Export.objects.get(pk=late.pk).state == "expired"


def test_what_nobody_decided_in_a_week_is_over(street: Street, now: datetime) -> None:
    export = asked(street, now=now)
    assert clear_exports(now + timedelta(days=7) - timedelta(seconds=1)) == 0
    with pytest.raises(Conflict):
        decided(street, export, "secretary", now=now + timedelta(days=7))
    assert clear_exports(now + timedelta(days=7)) == 1


def test_the_database_refuses_contacts_in_plain_that_nobody_else_allowed(
    street: Street, now: datetime
) -> None:
    export = asked(street, now=now)
    for wrong in (
        {"state": "allowed"},
        {"decided_by": street.users["officer"]},
        {"file": "exports/x.csv"},
        {"reason": ""},
    ):
        with everywhere(EverywhereReason.VERIFICATION), pytest.raises(IntegrityError), transaction.atomic():
            Export.objects.filter(pk=export.pk).update(**wrong)


@pytest.mark.parametrize(
    ("who", "deciders"), [("officer", ["secretary"]), ("secretary", ["task_force", "duty_desk"])]
)
def test_who_decides_is_told_once_and_who_asked_hears_what_became_of_it(
    street: Street, now: datetime, who: str, deciders: list[str]
) -> None:
    """The nearest who decide; where that is only who asked, those further up. What it is needed for stays here."""
    export = asked(street, who, now=now)
    decided(street, export, deciders[0], now=now)
    over = asked(street, who, now=now)
    clear_exports(now + timedelta(days=7))
    clear_exports(now + timedelta(days=7))
    told = list(Notice.objects.order_by("pk").values_list("key", "kind", "channel", "link"))
    news = (
        (export, "waits", deciders),
        (export, "allowed", [who]),
        (over, "waits", deciders),
        (over, "expired", [who]),
    )
    assert told == [
        (f"export-{each.pk}-{what}-in_app-user-{street.users[user].pk}", "approval", "in_app", page_of(each))
        for each, what, users in news
        for user in users
    ]
    assert not [notice for notice in Notice.objects.all() if REASON in notice.subject + notice.body]


def test_a_full_list_is_short(street: Street, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shangju.ledgers.exporting.FULL_AT_MOST", 1)
    for _one in range(2):
        raised(street, now=now)
    with pytest.raises(DomainError) as refused:
        asked(street, now=now)
    assert set(refused.value.fields) == {"is_full"}
