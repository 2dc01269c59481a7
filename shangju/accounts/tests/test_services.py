"""What changes accounts: rights, rules, the database's own refusals, the audit trail."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from shangju.accounts import services
from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import Administrator, ApiToken, User
from shangju.accounts.roster import set_user_active
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent


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
    set_user_active(user, is_active=False, reason="left", by=COMMAND_LINE, now=now)
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
