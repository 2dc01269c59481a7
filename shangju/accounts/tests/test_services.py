"""What changes accounts: rights, rules, the database's own refusals, the audit trail."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shangju.accounts import services
from shangju.accounts.models import Administrator, AdministratorRole, ApiToken, User
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent


def test_nobody_holds_two_administrator_roles(make_user: Callable[..., User], now: datetime) -> None:
    user, system = make_user(), make_user("system-admin", role="system")
    services.appoint_administrator(user, role=AdministratorRole.AUDIT, by=system, now=now)
    with pytest.raises(Conflict):
        services.appoint_administrator(user, role=AdministratorRole.SECURITY, by=system, now=now)
    assert Administrator.objects.get(user=user).role == "audit"
    assert AuditEvent.objects.filter(action="administrator.appointed").count() == 1


def test_the_database_itself_refuses_a_second_role(make_user: Callable[..., User]) -> None:
    user = make_user(role="audit")
    table = Administrator._meta.db_table
    for role in ["security", "king"]:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} (user_id, role) VALUES (%s, %s)", [user.pk, role])
    with pytest.raises(IntegrityError), transaction.atomic():
        Administrator.objects.filter(user=user).update(role="king")


@pytest.mark.parametrize("role", ["", "security", "audit"])
def test_only_the_system_administrator_keeps_accounts(
    make_user: Callable[..., User], now: datetime, role: str
) -> None:
    user, other = make_user(), make_user("other", role=role)
    for attempt in [
        lambda: services.appoint_administrator(user, role=AdministratorRole.AUDIT, by=other, now=now),
        lambda: services.create_staff_user("new", display_name="楼长 1号", by=other, now=now),
        lambda: services.deactivate_user(user, by=other, now=now),
        lambda: services.set_phone(user, phone="13800138000", by=other, now=now),
    ]:
        with pytest.raises(NotAllowed):
            attempt()
    assert AuditEvent.objects.count() == 0


def test_nobody_appoints_or_closes_themselves(make_user: Callable[..., User], now: datetime) -> None:
    system = make_user("system-admin", role="system")
    with pytest.raises(NotAllowed):
        services.appoint_administrator(system, role=AdministratorRole.AUDIT, by=system, now=now)
    with pytest.raises(NotAllowed):
        services.deactivate_user(system, by=system, now=now)


def test_a_staff_account_is_made_and_wrong_input_comes_back_per_field(
    make_user: Callable[..., User], now: datetime
) -> None:
    system = make_user("system-admin", role="system", phone="13800138000")
    user = services.create_staff_user(
        " Desk-7 ",
        display_name="值班台 7号",
        password="Lantern-2026",
        phone="138 0013 8007",
        by=system,
        now=now,
    )
    user.refresh_from_db()
    assert (user.username, user.phone, user.phone_verified, user.check_password("Lantern-2026")) == (
        "desk-7", "13800138007", False, True,
    )  # fmt: skip
    for fields, marked in [
        ({"username": "desk-7"}, "username"),
        ({"username": "x"}, "username"),
        ({"display_name": " "}, "display_name"),
        ({"password": "short"}, "password"),
        ({"phone": "123"}, "phone"),
        ({"phone": "13800138000"}, "phone"),
    ]:
        with pytest.raises(DomainError) as refused:
            services.create_staff_user(
                **{"username": "desk-8", "display_name": "值班台 8号", **fields}, by=system, now=now
            )
        assert list(refused.value.fields) == [marked]
    assert User.objects.count() == 2


def test_a_phone_belongs_to_one_account(make_user: Callable[..., User], now: datetime) -> None:
    make_user("other", phone="13800138000")
    user = make_user(phone="13800138001")
    with pytest.raises(Conflict):
        services.set_phone(user, phone="13800138000", by=None, now=now)
    assert user.phone == "13800138001"
    services.set_phone(user, phone="", by=None, now=now)
    user.refresh_from_db()
    assert (user.phone, user.phone_print) == ("", None)
    assert "138" not in str(AuditEvent.objects.values_list("before", "after"))


def test_a_token_works_until_it_ends_and_only_its_digest_is_kept(
    make_user: Callable[..., User], now: datetime
) -> None:
    user = make_user()
    token, plain = services.issue_token(user, name="台账", by=user, now=now)
    assert plain.startswith("sj_")
    assert len(plain) >= 46
    assert plain not in str(ApiToken.objects.values())
    assert services.user_for_token(plain, now) == user
    assert ApiToken.objects.get().last_used_on == now.date()
    assert services.user_for_token(plain + "x", now) is None
    assert services.user_for_token(token.digest, now) is None
    assert services.user_for_token(plain, now + timedelta(days=90)) is None
    services.revoke_token(token, by=user, now=now)
    assert services.user_for_token(plain, now) is None
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "api_token.issued", "api_token.revoked",
    ]  # fmt: skip


def test_a_closed_account_has_no_tokens(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user()
    _, plain = services.issue_token(user, name="x", by=user, now=now)
    services.deactivate_user(user, by=None, now=now)
    assert services.user_for_token(plain, now) is None
    assert ApiToken.objects.get().revoked_at == now


@pytest.mark.parametrize("fields", [{"name": " "}, {"days": 0}, {"days": 366}])
def test_a_token_needs_a_name_and_an_end(make_user: Callable[..., User], fields: dict[str, object]) -> None:
    user = make_user()
    with pytest.raises(DomainError):
        services.issue_token(user, **{"name": "x", "by": user, "now": timezone.now(), **fields})
    with pytest.raises(NotAllowed):
        services.issue_token(user, name="x", by=make_user("other"), now=timezone.now())
    assert not ApiToken.objects.exists()
