"""Members and who speaks for them."""

from datetime import date

import pytest

from shangju.accounts.actors import COMMAND_LINE
from shangju.areas.models import Area
from shangju.areas.tests.trees import NOW, person
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.parties.models import Delegation, Party
from shangju.parties.services import PartyPlan, admit_party, change_party, delegate_user, end_delegation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]

DAY = date(2026, 3, 2)


@pytest.fixture
def shop(tree: dict[str, Area]) -> Party:
    plan = PartyPlan(tree["grid"], "merchant", "老街面馆（示范）", trade="餐饮")
    return admit_party(plan, by=COMMAND_LINE, now=NOW)


@pytest.mark.parametrize(
    ("kind", "name"), [("merchant", "老街面馆（示范）"), ("merchant", "  "), ("brand", "新店（示范）")]
)
def test_unsound_members_are_refused(tree: dict[str, Area], shop: Party, kind: str, name: str) -> None:
    with pytest.raises(DomainError) as refusal:
        admit_party(PartyPlan(tree["grid"], kind, name), by=COMMAND_LINE, now=NOW)
    assert list(refusal.value.fields) == ["name"]
    assert Party.objects.count() == 1


def test_changes_are_stored_and_audited(shop: Party) -> None:
    change_party(shop, {"trade": "小吃", "joined_on": DAY}, reason="更正", by=COMMAND_LINE, now=NOW)
    stored = Party.objects.get()
    assert (stored.trade, stored.joined_on) == ("小吃", DAY)
    event = AuditEvent.objects.get(action="party.changed")
    assert (event.before["trade"], event.after["joined_on"], event.reason) == ("餐饮", "2026-03-02", "更正")


def test_one_delegate_votes_at_a_time(shop: Party) -> None:
    first, second = person("shop-one"), person("shop-two")
    term = delegate_user(shop, user=first, starts_on=DAY, is_voting=True, by=COMMAND_LINE, now=NOW)
    delegate_user(shop, user=second, starts_on=DAY, ends_on=DAY, by=COMMAND_LINE, now=NOW)
    with pytest.raises(DomainError) as refusal:
        delegate_user(shop, user=second, starts_on=date(2026, 4, 1), is_voting=True, by=COMMAND_LINE, now=NOW)
    assert list(refusal.value.fields) == ["is_voting"]
    end_delegation(term, last_day=date(2026, 3, 31), reason="换人", by=COMMAND_LINE, now=NOW)
    delegate_user(shop, user=second, starts_on=date(2026, 4, 1), is_voting=True, by=COMMAND_LINE, now=NOW)
    assert list(Delegation.objects.on(date(2026, 4, 2)).values_list("user", flat=True)) == [second.pk]
    with pytest.raises(Conflict):
        end_delegation(term, last_day=date(2026, 5, 1), reason="又", by=COMMAND_LINE, now=NOW)


def test_who_may_not_speak_for_a_member(shop: Party) -> None:
    inactive = person("shop-three")
    inactive.is_active = False
    inactive.save()
    for user in (inactive, person("audit-one", role="audit")):
        with pytest.raises(DomainError) as refusal:
            delegate_user(shop, user=user, starts_on=DAY, by=COMMAND_LINE, now=NOW)
        assert list(refusal.value.fields) == ["user"]
    with pytest.raises(NotAllowed):
        delegate_user(shop, user=inactive, starts_on=DAY, by=person("nobody"), now=NOW)
    assert not Delegation.objects.exists()
