"""Members of the alliance by forms: admitted, changed, suspended, let go, and spoken for."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.administration.services import change_membership
from shangju.areas.models import Area
from shangju.areas.tests.trees import NOW, person
from shangju.core.errors import Conflict, DomainError, NotAllowed
from shangju.core.models import AuditEvent
from shangju.parties.models import Delegation, Party
from shangju.parties.services import PartyPlan, admit_party, change_party, delegate_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("everywhere_scope")]


@pytest.fixture
def shop(tree: dict[str, Area]) -> Party:
    return admit_party(
        PartyPlan(tree["grid"], "merchant", "老街面馆（示范）", trade="餐饮"), by=COMMAND_LINE, now=NOW
    )


@pytest.fixture
def client() -> Client:
    signed_in = Client(headers={"accept-language": "en"})
    administrator: User = person("system-one", role="system")
    signed_in.force_login(administrator, backend="allauth.account.auth_backends.AuthenticationBackend")
    return signed_in


def send(client: Client, page: str, pk: int | None = None, **entered: Any) -> Any:
    return client.post(reverse(f"administration:{page}", args=[pk] if pk else []), entered)


def test_a_member_is_admitted_and_twice_is_told_at_the_name(client: Client, tree: dict[str, Area]) -> None:
    entered = {"kind": "merchant", "name": "巷口书店（示范）", "area": tree["grid"].pk, "trade": "书店"}
    assert send(client, "admit_party", **entered).status_code == 302
    stored = Party.objects.get()
    assert (stored.area_id, stored.trade, stored.status) == (tree["grid"].pk, "书店", "active")
    again = send(client, "admit_party", **entered)
    assert again.status_code == 422
    assert list(again.context["form"].errors) == ["name"]
    assert again.context["form"]["trade"].value() == "书店"
    assert Party.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"kind": "brand"}, "kind"),
        ({"area": "0"}, "area"),
        ({"public_phone": "call me"}, "public_phone"),
        ({"joined_on": "2026-13-01"}, "joined_on"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_stored(
    client: Client, tree: dict[str, Area], wrong: dict[str, str], field: str
) -> None:
    entered = {"kind": "merchant", "name": "书店", "area": tree["grid"].pk, "address": "八叉巷1号"} | wrong
    answer = send(client, "admit_party", **entered)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["address"].value() == "八叉巷1号"
    assert not Party.objects.exists()


def test_the_area_that_one_comes_from_is_chosen(client: Client, tree: dict[str, Area]) -> None:
    page = client.get(reverse("administration:admit_party"), {"area": tree["micro"].pk})
    assert page.context["form"]["area"].value() == tree["micro"].pk
    assert f'value="{tree["micro"].pk}" selected' in page.content.decode()


def test_a_change_is_stored_with_its_reason_and_a_taken_name_refused(
    client: Client, tree: dict[str, Area], shop: Party
) -> None:
    admit_party(PartyPlan(tree["grid"], "merchant", "别家（示范）"), by=COMMAND_LINE, now=NOW)
    page = client.get(reverse("administration:change_party", args=[shop.pk]))
    assert page.context["form"]["trade"].value() == "餐饮"
    taken = send(client, "change_party", shop.pk, name="别家（示范）", trade="小吃", reason="更正")
    assert (taken.status_code, list(taken.context["form"].errors)) == (422, ["name"])
    assert (
        send(client, "change_party", shop.pk, name=shop.name, trade="小吃", reason="更正").status_code == 302
    )
    assert Party.objects.get(pk=shop.pk).trade == "小吃"
    event = AuditEvent.objects.get(action="party.changed")
    assert (event.before, event.after, event.reason) == ({"trade": "餐饮"}, {"trade": "小吃"}, "更正")
    told = client.get(reverse("administration:party", args=[shop.pk])).content.decode()
    assert "餐饮" in told
    assert "Reason: 更正" in told


def test_a_stale_form_is_told_who_was_first_and_goes_through_when_sent_again(
    client: Client, shop: Party
) -> None:
    page = client.get(reverse("administration:change_party", args=[shop.pk]))
    change_party(shop, {"trade": "面点"}, reason="别人", by=User.objects.get(username="system-one"), now=NOW)
    entered = {"name": shop.name, "trade": "小吃", "reason": "更正"}
    refused = send(client, "change_party", shop.pk, **entered, seen=page.context["seen"])
    assert refused.status_code == 409
    assert "was first" in refused.content.decode()
    assert refused.context["form"]["trade"].value() == "小吃"
    assert Party.objects.get(pk=shop.pk).trade == "面点"
    again = send(client, "change_party", shop.pk, **entered, seen=refused.context["seen"])
    assert again.status_code == 302
    assert Party.objects.get(pk=shop.pk).trade == "小吃"


def test_suspension_return_and_leaving_end_the_delegates(client: Client, shop: Party) -> None:
    delegate_user(shop, user=person("shop-one"), starts_on=NOW.date(), by=COMMAND_LINE, now=NOW)
    assert send(client, "change_membership", shop.pk, status="suspended", reason="").status_code == 422
    assert send(client, "change_membership", shop.pk, status="suspended", reason="整改").status_code == 302
    assert Party.objects.get(pk=shop.pk).status == "suspended"
    assert Delegation.objects.get().ends_on is None
    same = send(client, "change_membership", shop.pk, status="suspended", reason="整改")
    assert same.status_code == 422
    with pytest.raises(Conflict):
        change_membership(shop, status="suspended", reason="整改", by=COMMAND_LINE, now=NOW)
    assert send(client, "change_membership", shop.pk, status="active", reason="已整改").status_code == 302
    assert send(client, "change_membership", shop.pk, status="left", reason="停业").status_code == 302
    assert Party.objects.get(pk=shop.pk).status == "left"
    assert Delegation.objects.get().ends_on == timezone.localdate()
    person("shop-two")
    late = send(client, "delegate", shop.pk, user="shop-two", starts_on="2026-12-01")
    assert late.status_code == 422
    assert Delegation.objects.count() == 1


def test_only_the_system_administrator_changes_a_membership(shop: Party) -> None:
    for user in (person("nobody"), person("audit-one", role="audit")):
        with pytest.raises(NotAllowed):
            change_membership(shop, status="left", reason="r", by=user, now=NOW)
    with pytest.raises(DomainError) as refusal:
        change_membership(shop, status="gone", reason="r", by=COMMAND_LINE, now=NOW)
    assert list(refusal.value.fields) == ["status"]
    assert Party.objects.get().status == "active"


def test_delegates_are_named_and_ended_by_forms(client: Client, shop: Party) -> None:
    person("shop-one")
    today = timezone.localdate()
    nobody = send(client, "delegate", shop.pk, user="nobody-here", starts_on=today)
    assert (nobody.status_code, list(nobody.context["form"].errors)) == (422, ["user"])
    named = {"user": "shop-one", "starts_on": today, "is_voting": "on"}
    assert send(client, "delegate", shop.pk, **named).status_code == 302
    twice = send(client, "delegate", shop.pk, **named)
    assert (twice.status_code, list(twice.context["form"].errors)) == (422, ["user"])
    term = Delegation.objects.get()
    assert (term.is_voting, term.ends_on) == (True, None)
    before = send(client, "end_delegation", term.pk, last_day=today - timedelta(days=9), reason="换人")
    assert before.status_code == 422
    assert send(client, "end_delegation", term.pk, last_day=today, reason="换人").status_code == 302
    assert Delegation.objects.get().ends_on == today


def test_the_list_is_narrowed_and_each_filter_taken_away(
    client: Client, tree: dict[str, Area], shop: Party
) -> None:
    admit_party(PartyPlan(tree["grid"], "property_firm", "物业（示范）"), by=COMMAND_LINE, now=NOW)
    Party.objects.filter(pk=shop.pk).update(status="suspended", joined_on=date(2026, 1, 1))

    def listed(**wanted: str) -> list[str]:
        page = client.get(reverse("administration:parties"), wanted)
        return [party.name for party in page.context["parties"]]

    assert listed() == ["老街面馆（示范）", "物业（示范）"]
    assert listed(status="suspended") == ["老街面馆（示范）"]
    assert listed(kind="property_firm") == ["物业（示范）"]
    assert listed(q="餐饮") == ["老街面馆（示范）"]
    assert listed(q=tree["grid"].code) == ["老街面馆（示范）", "物业（示范）"]
    assert listed(kind="property_firm", status="suspended") == []
    page = client.get(reverse("administration:parties"), {"kind": "merchant", "q": "面"}).content.decode()
    assert 'class="chip" href="?kind=merchant"' in page
    assert 'class="chip" href="?q=%E9%9D%A2"' in page
    assert "chip" not in client.get(reverse("administration:parties"), {"kind": "nonsense"}).content.decode()
