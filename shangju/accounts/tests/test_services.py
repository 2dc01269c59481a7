"""What changes accounts: rights, rules, the database's own refusals, the audit trail."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shangju.accounts import services
from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import Administrator, ApiToken, User
from shangju.accounts.roster import set_user_active
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from tests.street import Street


def test_the_database_itself_refuses_a_second_role(make_user: Callable[..., User]) -> None:
    user = make_user(role="audit")
    table = Administrator._meta.db_table
    for role in ["security", "king"]:
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} (user_id, role) VALUES (%s, %s)", [user.pk, role])
    with pytest.raises(IntegrityError), transaction.atomic():
        Administrator.objects.filter(user=user).update(role="king")


def test_a_phone_belongs_to_one_account(make_user: Callable[..., User], now: datetime) -> None:
    make_user("other", phone="13800138000")
    user = make_user(phone="13800138001")
    with pytest.raises(Conflict):
        services.set_phone(user, phone="13800138000", by=COMMAND_LINE, now=now)
    assert user.phone == "13800138001"
    services.set_phone(user, phone="", by=COMMAND_LINE, now=now)
    user.refresh_from_db()
    assert (user.phone, user.phone_print) == ("", None)
    assert "138" not in str(AuditEvent.objects.values_list("before", "after"))


def refused_as(plain: str, *, now: datetime) -> str:
    """The code under which a key is refused."""
    with pytest.raises(services.KeyRefused) as refusal:
        services.valid_token(plain, now=now)
    assert str(refusal.value)
    return refusal.value.code


def test_a_token_works_until_it_ends_and_only_its_digest_is_kept(
    make_user: Callable[..., User], now: datetime
) -> None:
    user = make_user()
    token, plain = services.issue_token(user, name="台账", scopes=["upload", "read_cases"], by=user, now=now)
    assert plain.startswith("sj_")
    assert len(plain) >= 46
    assert plain not in str(ApiToken.objects.values())
    assert services.valid_token(plain, now=now) == token
    stored = ApiToken.objects.get()
    assert (stored.scopes, stored.expires_at) == (["read_cases", "upload"], now + timedelta(days=90))
    assert refused_as(plain + "x", now=now) == "sign_in_needed"
    assert refused_as(token.digest, now=now) == "sign_in_needed"
    assert refused_as("", now=now) == "sign_in_needed"
    assert refused_as(plain, now=now + timedelta(days=90)) == "key_expired"
    services.revoke_token(token, by=user, now=now)
    assert refused_as(plain, now=now) == "key_revoked"
    assert list(AuditEvent.objects.order_by("pk").values_list("action", flat=True)) == [
        "api_token.issued", "api_token.revoked",
    ]  # fmt: skip


def test_the_day_of_the_last_use_is_the_day_here(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user()
    token, plain = services.issue_token(user, name="x", scopes=["upload"], by=user, now=now)
    late = datetime(2026, 3, 5, 17, 30, tzinfo=UTC)  # half past one in the night of the 6th, here
    services.valid_token(plain, now=late)
    assert ApiToken.objects.get(pk=token.pk).last_used_on == date(2026, 3, 6)


def test_a_closed_account_has_no_tokens(make_user: Callable[..., User], now: datetime) -> None:
    user = make_user()
    _, plain = services.issue_token(user, name="x", scopes=["upload"], by=user, now=now)
    set_user_active(user, is_active=False, reason="left", by=COMMAND_LINE, now=now)
    assert refused_as(plain, now=now) == "sign_in_needed"
    assert ApiToken.objects.get().revoked_at == now


def test_the_security_administrator_alone_ends_all_keys_of_somebody(street: Street, now: datetime) -> None:
    worker, officer = street.users["grid_worker"], street.users["officer"]
    mine = [services.issue_token(worker, name=n, scopes=["upload"], by=worker, now=now)[1] for n in "ab"]
    other = services.issue_token(officer, name="c", scopes=["upload"], by=officer, now=now)[1]
    for stranger in ("officer", "system_administrator", "audit_administrator"):
        with pytest.raises(NotAllowed):
            services.revoke_all_tokens(worker, by=street.users[stranger], now=now)
    assert [services.valid_token(plain, now=now).name for plain in mine] == ["a", "b"]
    assert services.revoke_all_tokens(worker, by=street.users["security_administrator"], now=now) == 2
    assert [refused_as(plain, now=now) for plain in mine] == ["key_revoked"] * 2
    assert services.valid_token(other, now=now).user == officer
    assert services.revoke_all_tokens(worker, by=worker, now=now) == 0


@pytest.mark.parametrize(
    "fields",
    [{"name": " "}, {"days": 0}, {"days": 366}, {"scopes": []}, {"scopes": ["upload", "everything"]}],
)
def test_a_token_needs_a_name_a_use_and_an_end(
    make_user: Callable[..., User], fields: dict[str, object]
) -> None:
    user = make_user()
    sound = {"name": "x", "scopes": ["upload"], "by": user, "now": timezone.now()}
    with pytest.raises(DomainError) as refusal:
        services.issue_token(user, **{**sound, **fields})  # type: ignore[arg-type]
    assert set(refusal.value.fields) == set(fields)
    with pytest.raises(NotAllowed):
        services.issue_token(user, **{**sound, "by": make_user("other")})  # type: ignore[arg-type]
    assert not ApiToken.objects.exists()
