"""Posts and terms: what is stored, what is refused, and what the database itself refuses."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.areas.models import Area
from shangju.areas.tests.trees import NOW, person
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.posts.ladder import LadderRung
from shangju.posts.models import Appointment, Post
from shangju.posts.queries import dispatch_choices, holders_of, posts_for_ladder_rung
from shangju.posts.services import PostPlan, appoint, create_post, create_posts, end_appointment, retire_post

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

DAY = date(2026, 3, 2)


@pytest.fixture
def worker_post(tree: dict[str, Area]) -> Post:
    return create_post(PostPlan(tree["grid"], "grid_worker", "网格员"), by=COMMAND_LINE, now=NOW)


@pytest.fixture
def worker() -> User:
    return person("worker-one")


@pytest.mark.parametrize(
    ("kind", "name", "rung", "field"),
    [
        ("grid_worker", "网格员", "", "name"),
        ("unknown", "新", "", "name"),
        ("unit", " ", "", "name"),
        ("unit", "新", "x", "rung"),
    ],
)
def test_unsound_posts_are_refused(
    tree: dict[str, Area], worker_post: Post, kind: str, name: str, rung: str, field: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        create_post(PostPlan(tree["grid"], kind, name, rung=rung), by=COMMAND_LINE, now=NOW)
    assert list(refusal.value.fields) == [field]
    assert Post.objects.count() == 1


def test_an_appointment_is_stored_and_audited(worker_post: Post, worker: User) -> None:
    system = person("system-one", role="system")
    made = appoint(worker_post, user=worker, starts_on=DAY, ends_on=date(2027, 3, 1), by=system, now=NOW)
    assert Appointment.objects.get() == made
    event = AuditEvent.objects.get(action="post.user_appointed")
    assert (event.actor, event.after["user"], event.after["ends_on"]) == (system, "worker-one", "2027-03-01")


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        ((DAY, None), (date(2027, 1, 1), None), True),
        ((DAY, date(2026, 6, 30)), (date(2026, 6, 30), None), True),
        ((DAY, date(2026, 6, 30)), (date(2026, 7, 1), None), False),
        ((date(2026, 7, 1), None), (DAY, date(2026, 6, 30)), False),
        ((date(2026, 7, 1), date(2026, 7, 31)), (DAY, None), True),
    ],
)
def test_terms_of_one_user_in_one_post_do_not_overlap(
    worker_post: Post, worker: User, first, second, overlaps
) -> None:
    appoint(worker_post, user=worker, starts_on=first[0], ends_on=first[1], by=COMMAND_LINE, now=NOW)
    if overlaps:
        with pytest.raises(DomainError) as refusal:
            appoint(
                worker_post, user=worker, starts_on=second[0], ends_on=second[1], by=COMMAND_LINE, now=NOW
            )
        assert list(refusal.value.fields) == ["starts_on"]
    else:
        appoint(worker_post, user=worker, starts_on=second[0], ends_on=second[1], by=COMMAND_LINE, now=NOW)
    assert Appointment.objects.count() == (1 if overlaps else 2)
    appoint(worker_post, user=person("worker-two"), starts_on=first[0], by=COMMAND_LINE, now=NOW)


def test_postgresql_itself_refuses_overlapping_terms(worker_post: Post, worker: User) -> None:
    rows = [
        Appointment(post=worker_post, user=worker, starts_on=DAY, ends_on=date(2026, 6, 30)),
        Appointment(post=worker_post, user=worker, starts_on=date(2026, 6, 30), ends_on=date(2026, 12, 31)),
    ]
    if connection.vendor == "postgresql":
        with pytest.raises(IntegrityError, match="appointment_terms_do_not_overlap"), transaction.atomic():
            Appointment.objects.bulk_create(rows)
    else:  # SQLite knows no such constraint: there the service's check is the only one
        assert len(Appointment.objects.bulk_create(rows)) == 2


@pytest.mark.parametrize("role", ["system", "security", "audit"])
def test_no_administrator_holds_a_post(worker_post: Post, role: str) -> None:
    with pytest.raises(DomainError) as refusal:
        appoint(worker_post, user=person("admin-one", role=role), starts_on=DAY, by=COMMAND_LINE, now=NOW)
    assert list(refusal.value.fields) == ["user"]
    assert not Appointment.objects.exists()


def test_an_inactive_account_a_retired_post_and_a_term_backwards_are_refused(
    worker_post: Post, worker: User
) -> None:
    with pytest.raises(DomainError) as refusal:
        appoint(worker_post, user=worker, starts_on=DAY, ends_on=date(2026, 3, 1), by=COMMAND_LINE, now=NOW)
    assert list(refusal.value.fields) == ["ends_on"]
    User.objects.filter(pk=worker.pk).update(is_active=False)
    with pytest.raises(DomainError):
        appoint(worker_post, user=worker, starts_on=DAY, by=COMMAND_LINE, now=NOW)
    retire_post(worker_post, on=DAY, reason="撤销", by=COMMAND_LINE, now=NOW)
    with pytest.raises(DomainError):
        appoint(worker_post, user=person("worker-two"), starts_on=DAY, by=COMMAND_LINE, now=NOW)
    assert not Appointment.objects.exists()


def test_a_term_ends_with_a_reason_and_only_once(worker_post: Post, worker: User) -> None:
    term = appoint(worker_post, user=worker, starts_on=DAY, by=COMMAND_LINE, now=NOW)
    with pytest.raises(DomainError) as refusal:
        end_appointment(term, last_day=date(2026, 3, 1), reason=" ", by=COMMAND_LINE, now=NOW)
    assert set(refusal.value.fields) == {"reason", "last_day"}
    end_appointment(term, last_day=date(2026, 3, 31), reason="调岗", by=COMMAND_LINE, now=NOW)
    stored = Appointment.objects.get()
    assert (stored.ends_on, stored.ended_reason) == (date(2026, 3, 31), "调岗")
    with pytest.raises(Conflict):
        end_appointment(term, last_day=date(2026, 5, 1), reason="又", by=COMMAND_LINE, now=NOW)
    assert holders_of(worker_post, on=date(2026, 3, 31)) == [worker]
    assert holders_of(worker_post, on=date(2026, 4, 1)) == []


def test_a_held_post_cannot_be_retired(worker_post: Post, worker: User) -> None:
    appoint(worker_post, user=worker, starts_on=DAY, by=COMMAND_LINE, now=NOW)
    with pytest.raises(DomainError):
        retire_post(worker_post, on=date(2026, 6, 1), reason="撤销", by=COMMAND_LINE, now=NOW)
    assert Post.objects.get().retired_on is None


def test_nobody_else_may_write(worker_post: Post, worker: User) -> None:
    for by in (worker, person("audit-one", role="audit")):
        with pytest.raises(NotAllowed):
            appoint(worker_post, user=worker, starts_on=DAY, by=by, now=NOW)
    assert not Appointment.objects.exists()


@pytest.fixture
def ladder(tree: dict[str, Area]) -> dict[str, Post]:
    plans = {
        "enforcement": PostPlan(tree["subdistrict"], "unit", "综合执法队", rung=LadderRung.ENFORCEMENT),
        "first_desk": PostPlan(tree["first"], "community_officer", "综合窗口", rung=LadderRung.COMMUNITY),
        "first_secretary": PostPlan(tree["first"], "community_secretary", "书记"),
        "second_secretary": PostPlan(tree["second"], "community_secretary", "书记"),
        "worker": PostPlan(tree["grid"], "grid_worker", "网格员"),
        "other_worker": PostPlan(tree["other_grid"], "grid_worker", "网格员"),
        "contact": PostPlan(tree["micro"], "micro_grid_contact", "联络员"),
    }
    return dict(zip(plans, create_posts(list(plans.values()), by=COMMAND_LINE, now=NOW), strict=True))


@pytest.mark.parametrize(
    ("area", "rung", "expected"),
    [
        ("building", "enforcement", ["enforcement"]),
        ("building", "community", ["first_desk"]),
        ("other_grid", "community", ["second_secretary"]),
        ("subdistrict", "community", []),
        ("building", "police", []),
    ],
)
def test_the_nearest_post_on_a_rung(tree, ladder, area: str, rung: str, expected: list[str]) -> None:
    assert posts_for_ladder_rung(tree[area], rung=rung) == [ladder[name] for name in expected]


def test_dispatch_goes_to_held_posts_of_the_area_above_and_below_it_only(tree, ladder) -> None:
    for number, name in enumerate(("enforcement", "first_desk", "worker", "other_worker", "contact")):
        appoint(ladder[name], user=person(f"holder-{number}"), starts_on=DAY, by=COMMAND_LINE, now=NOW)
    assert dispatch_choices(tree["micro"], on=DAY) == [
        ladder["worker"],
        ladder["first_desk"],
        ladder["enforcement"],
    ]
    assert dispatch_choices(tree["micro"], on=date(2026, 3, 1)) == []
    assert ladder["worker"] in dispatch_choices(tree["first"], on=DAY)
