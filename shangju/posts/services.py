"""Writes about posts and who holds them; the system administrator or the command line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from shangju.accounts.actors import Operator, demand_administrator
from shangju.accounts.models import Administrator, User
from shangju.areas.models import Area
from shangju.core.audit import change_and_record, record, record_each
from shangju.core.errors import Conflict, DomainError
from shangju.posts.ladder import LadderRung
from shangju.posts.models import Appointment, Post, PostKind


@dataclass(frozen=True, slots=True, eq=False)
class PostPlan:
    """A post to be created."""

    area: Area
    kind: str
    name: str
    rung: str = ""
    name_en: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class TermPlan:
    """A user is to hold a post from ``starts_on`` until and with ``ends_on``; open without it."""

    post: Post
    user: User
    starts_on: date
    ends_on: date | None = None


def create_post(plan: PostPlan, *, by: Operator, now: datetime) -> Post:
    """Create one post.

    Raises:
        NotAllowed: ``by`` is not the system administrator.
        DomainError: no name, unknown kind or rung, retired area, or a post of this kind and name in the area.
    """
    return create_posts([plan], by=by, now=now)[0]


@transaction.atomic
def create_posts(plans: Sequence[PostPlan], *, by: Operator, now: datetime) -> list[Post]:
    """Create many posts; all or none. ``subject`` of the error is the plan that was refused."""
    actor = demand_administrator(by)
    area_ids = {plan.area.pk for plan in plans}
    areas = {
        area.pk: area
        for area in Area.objects.select_for_update(no_key=True).filter(pk__in=area_ids).order_by("pk")
    }
    taken = set(Post.objects.filter(area_id__in=area_ids).values_list("area_id", "kind", "name"))
    posts = []
    for plan in plans:
        area, name = areas.get(plan.area.pk), plan.name.strip()
        if area is None or area.retired_on is not None:
            raise _refused(plan, "area", _("The area has been retired; choose one in force."))
        if not name or plan.kind not in PostKind.values:
            raise _refused(plan, "name", _("A post needs a name and a kind."))
        if plan.rung and plan.rung not in LadderRung.values:
            raise _refused(
                plan, "rung", _("There is no rung “%(rung)s” on the ladder.") % {"rung": plan.rung}
            )
        if (area.pk, plan.kind, name) in taken:
            raise _refused(
                plan, "name", _("%(area)s has a post of this kind and name already.") % {"area": area}
            )
        taken.add((area.pk, plan.kind, name))
        posts.append(Post(area=area, kind=plan.kind, name=name, rung=plan.rung, name_en=plan.name_en.strip()))
    Post.objects.bulk_create(posts, batch_size=500)
    record_each(
        ((post, {"area": post.area.code, "kind": post.kind, "name": post.name}) for post in posts),
        action="post.created",
        by=actor,
        now=now,
    )
    return posts


def _refused(plan: object, field: str, sentence: object) -> DomainError:
    return DomainError(sentence, fields={field: sentence}, subject=plan)


def _locked(post: Post) -> Post:
    return Post.objects.select_for_update(of=("self",), no_key=True).get(pk=post.pk)


@transaction.atomic
def change_post(post: Post, changes: Mapping[str, Any], *, by: Operator, now: datetime) -> Post:
    """Change ``name_en`` or ``rung``; the name stands in past records and stays."""
    actor = demand_administrator(by)
    held = _locked(post)
    change_and_record(held, changes, allowed=("name_en", "rung"), action="post.changed", by=actor, now=now)
    return held


@transaction.atomic
def retire_post(post: Post, *, on: date, reason: str, by: Operator, now: datetime) -> Post:
    """Take a post out of use from ``on``: nobody can be appointed and nothing dispatched to it any more.

    Raises:
        Conflict: retired already.
        DomainError: somebody holds it on that day or later.
    """
    actor = demand_administrator(by)
    held = _locked(post)
    if held.retired_on is not None:
        raise Conflict(_("This post has been retired already."))
    if any(term.ends_on is None or term.ends_on >= on for term in held.appointments.all()):
        raise DomainError(_("Somebody holds this post on that day or later: end the appointments first."))
    held.retired_on = on
    held.save(update_fields=["retired_on"])
    record(
        held, action="post.retired", by=actor, now=now, after={"retired_on": on.isoformat()}, reason=reason
    )
    return held


def appoint(
    post: Post, *, user: User, starts_on: date, ends_on: date | None = None, by: Operator, now: datetime
) -> Appointment:
    """Give a post to a user for a term; the rights follow from it, on its first day and not before.

    Raises:
        NotAllowed: ``by`` is not the system administrator.
        DomainError: an administrator (none of them sees case contents), an account that is not active,
            a retired post, a term that ends before it begins or overlaps another of the same user in the
            same post.
    """
    return appoint_each([TermPlan(post, user, starts_on, ends_on)], by=by, now=now)[0]


@transaction.atomic
def appoint_each(terms: Sequence[TermPlan], *, by: Operator, now: datetime) -> list[Appointment]:
    """Make many appointments; all or none. ``subject`` of the error is the term that was refused."""
    actor = demand_administrator(by)
    posts = _locked_by_id(
        Post.objects.select_for_update(of=("self",), no_key=True), {term.post.pk for term in terms}
    )
    users = _locked_by_id(User.objects.select_for_update(no_key=True), {term.user.pk for term in terms})
    administrators = set(Administrator.objects.filter(user_id__in=users).values_list("user_id", flat=True))
    held: dict[tuple[int, int], list[tuple[date, date | None]]] = {}
    for post_id, user_id, first, last in Appointment.objects.filter(post_id__in=posts).values_list(
        "post_id", "user_id", "starts_on", "ends_on"
    ):
        held.setdefault((post_id, user_id), []).append((first, last))
    appointments = []
    for term in terms:
        post, user = posts[term.post.pk], users[term.user.pk]
        others = held.setdefault((post.pk, user.pk), [])
        _demand_term_sound(term, post, user, others, is_administrator=user.pk in administrators)
        others.append((term.starts_on, term.ends_on))
        appointments.append(Appointment(post=post, user=user, starts_on=term.starts_on, ends_on=term.ends_on))
    Appointment.objects.bulk_create(appointments, batch_size=500)
    record_each(
        ((made.post, _told(made)) for made in appointments), action="post.user_appointed", by=actor, now=now
    )
    return appointments


def _locked_by_id(rows: Any, ids: set[int]) -> dict[int, Any]:
    return {row.pk: row for row in rows.filter(pk__in=ids).order_by("pk")}


def _demand_term_sound(
    term: TermPlan,
    post: Post,
    user: User,
    others: Iterable[tuple[date, date | None]],
    *,
    is_administrator: bool,
) -> None:
    if post.retired_on is not None:
        raise _refused(term, "post", _("This post has been retired."))
    if is_administrator:
        raise _refused(
            term, "user", _("An administrator cannot hold a post: administrators see no case contents.")
        )
    if not user.is_active:
        raise _refused(term, "user", _("The account of %(user)s is not active.") % {"user": user})
    if term.ends_on is not None and term.ends_on < term.starts_on:
        raise _refused(term, "ends_on", _("The term must not end before it begins."))
    if any(terms_overlap((term.starts_on, term.ends_on), other) for other in others):
        raise _refused(
            term, "starts_on", _("%(user)s holds this post in that time already.") % {"user": user}
        )


def terms_overlap(one: tuple[date, date | None], other: tuple[date, date | None]) -> bool:
    """Whether two terms, first and last day included, share a day; an open end never comes."""
    return (one[1] is None or other[0] <= one[1]) and (other[1] is None or other[1] >= one[0])


def _told(appointment: Appointment) -> dict[str, object]:
    return {
        "user": appointment.user.username,
        "starts_on": appointment.starts_on.isoformat(),
        "ends_on": appointment.ends_on.isoformat() if appointment.ends_on else None,
    }


@transaction.atomic
def end_appointment(
    appointment: Appointment, *, last_day: date, reason: str, by: Operator, now: datetime
) -> Appointment:
    """Set the last day of a term, with the reason; the holder's rights end with that day.

    Raises:
        Conflict: the term had ended before that day already.
        DomainError: no reason, or a day before the term begins.
    """
    actor = demand_administrator(by)
    held: Appointment = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if held.ends_on is not None and held.ends_on < last_day:
        raise Conflict(_("This term ended on %(day)s already.") % {"day": held.ends_on})
    fields: dict[str, object] = {}
    if not reason.strip():
        fields["reason"] = _("Say why the term ends.")
    if last_day < held.starts_on:
        fields["last_day"] = _("The term must not end before it begins.")
    if fields:
        raise DomainError(next(iter(fields.values())), fields=fields)
    held.ends_on, held.ended_reason = last_day, reason.strip()
    held.save(update_fields=["ends_on", "ended_reason"])
    record(held.post, action="post.appointment_ended", by=actor, now=now, after=_told(held), reason=reason)
    return held
