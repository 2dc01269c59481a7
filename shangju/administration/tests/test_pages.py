"""The set-up pages for each of the three roles, and for everybody else."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import shangju
from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import Administrator, User
from shangju.administration.queries import PAGE
from shangju.administration.services import make_administrator
from shangju.administration.templatetags.administration import WORDS
from shangju.administration.tests.world import World, signed_in
from shangju.administration.urls import urlpatterns
from shangju.areas.tests.trees import NOW, person
from shangju.core.audit import record
from shangju.core.errors import DomainError
from shangju.core.models import AuditEvent
from shangju.gateways.models import GatewayLimit, MessageTemplate
from shangju.notices.models import Notice
from shangju.parties.services import PartyPlan, admit_party
from shangju.posts.models import Appointment, Post
from shangju.webhooks.models import Delivery, Subscription

pytestmark = pytest.mark.django_db


def statuses(client: Client, world: World) -> dict[str, int]:
    return {name: client.get(address).status_code for name, address in world.addresses().items()}


POSTED_ONLY = {
    "send_again", "test_webhook", "stop_webhook", "start_webhook", "change_webhook_secret", "deliver_again",
    "prepare_retention", "confirm_retention", "discard_retention",
}  # fmt: skip


def test_the_list_of_pages_in_this_test_is_complete(world: World) -> None:
    assert set(world.addresses()) | POSTED_ONLY == {pattern.name for pattern in urlpatterns}


def test_new_words_of_a_message_are_a_version_of_their_own(world: World) -> None:
    held = MessageTemplate.objects.filter(is_active=True)[0]
    client, address = signed_in("system-one"), reverse("administration:template", args=[held.pk])
    refused = client.post(address, {"text": "${name} 🔥", "provider_template": "SMS_9"})
    assert refused.status_code == 422
    assert "${name} 🔥" in refused.content.decode()
    assert client.post(address, {"text": "新的${number}", "provider_template": "SMS_9"}).status_code == 302
    kept = MessageTemplate.objects.get(is_active=True, purpose=held.purpose, language=held.language)
    assert (kept.text, kept.provider_template, kept.version) == ("新的${number}", "SMS_9", 2)
    assert client.post(address, {"text": "再改", "provider_template": ""}).status_code == 409


def test_limits_and_quiet_hours_are_set_and_shown_with_what_waits(world: World) -> None:
    client, address = signed_in("system-one"), reverse("administration:limits", args=["sms"])
    refused = client.post(address, {"gateway_minute": "9", "gateway_hour": "5"})
    assert refused.status_code == 422
    assert "cannot allow less" in refused.content.decode()
    assert client.post(address, {"gateway_day": "1234"}).status_code == 302
    assert GatewayLimit.objects.get(window="day", scope="gateway").amount == 1234
    area = world.tree["subdistrict"]
    quiet = reverse("administration:sending_times", args=[area.pk])
    assert client.post(quiet, {"begins": "08:00", "ends": "07:00"}).status_code == 422
    assert client.post(quiet, {"begins": "20:15", "ends": "08:00"}).status_code == 302
    Notice.objects.create(
        key="k", channel="sms", subject="s", body="b", created_at=NOW,
        due_at=timezone.now() + timedelta(hours=1), send_after=timezone.now() + timedelta(hours=1),
    )  # fmt: skip
    shown = client.get(reverse("administration:sending")).content.decode()
    assert "All together, a day: 1234" in shown
    assert "20:15–08:00" in shown
    assert "for the end of quiet hours: 1" in shown
    assert client.get(reverse("administration:limits", args=["pigeon"])).status_code == 404


@pytest.mark.once(by="tests.test_permissions.test_each_answer_of_the_matrix_is_given")
def test_each_role_sees_its_own_pages_and_nothing_else(world: World) -> None:
    names = set(world.addresses())
    opened = {
        user: {name for name, status in statuses(signed_in(user), world).items() if status == 200}
        for user in ("system-one", "security-one", "audit-one", "worker-one")
    }
    assert opened == {
        "system-one": names - {"audit", "retention_rule"},
        "security-one": {
            "home",
            "stakes",
            "add_stake",
            "end_stake",
            "retention",
            "retention_rule",
            "retention_run",
        },
        "audit-one": {"home", "audit"},
        "worker-one": set(),
    }
    assert set(statuses(signed_in("worker-one"), world).values()) == {403}


@pytest.mark.once(by="tests.test_permissions.test_each_answer_of_the_matrix_is_given")
def test_strangers_are_sent_to_sign_in(world: World) -> None:
    for name, address in world.addresses().items():
        response = Client().get(address)
        assert (response.status_code, response.url.split("?")[0]) == (302, reverse("account_login")), name


@pytest.mark.once(by="tests.test_permissions.test_each_answer_of_the_matrix_is_given")
def test_every_page_has_title_heading_and_purpose(world: World) -> None:
    for user in ("system-one", "audit-one"):
        client = signed_in(user)
        for name, address in world.addresses().items():
            response = client.get(address)
            if response.status_code != 200:
                continue
            page = response.content.decode()
            assert page.count("<h1>") == 1, name
            assert "<h1></h1>" not in page, name
            assert "<title> ·" not in page, name
            assert '<p class="desk__purpose"></p>' not in page, name
            assert not any(mark in page for mark in ("style=", "<style", "onclick")), name


def test_pages_of_what_does_not_exist_are_404(world: World) -> None:
    client = signed_in("system-one")
    for name, arguments in (
        ("area", [10**9]),
        ("post", [10**9]),
        ("person", [10**9]),
        ("end_appointment", [10**9]),
    ):
        assert client.get(reverse(f"administration:{name}", args=arguments)).status_code == 404
    assert client.get(reverse("administration:add_area"), {"parent": "10000000"}).status_code == 404
    assert client.get(reverse("administration:people"), {"cursor": "x" * 500}).status_code == 200
    assert (
        client.get(reverse("administration:parties"), {"cursor": "9" * 40, "kind": "none"}).status_code == 200
    )


def test_posts_are_added_filled_and_ended_by_forms(world: World) -> None:
    client = signed_in("system-one")
    area = world.tree["first"]
    added = client.post(
        reverse("administration:add_post", args=[area.pk]),
        {"kind": "community_officer", "name": "窗口", "rung": "community"},
    )
    assert added.status_code == 302
    post = Post.objects.get(area=area)
    appoint_at = reverse("administration:appoint", args=[post.pk])
    nobody = client.post(appoint_at, {"user": "nobody-here", "starts_on": "2026-03-01"})
    assert nobody.status_code == 422
    assert nobody.context["form"].errors["user"]
    administrator = client.post(appoint_at, {"user": "audit-one", "starts_on": "2026-03-01"})
    assert administrator.status_code == 422
    assert administrator.context["form"].errors["user"]
    assert client.post(appoint_at, {"user": "worker-one", "starts_on": "2026-03-01"}).status_code == 302
    term = Appointment.objects.get(post=post)
    end_at = reverse("administration:end_appointment", args=[term.pk])
    assert client.post(end_at, {"last_day": "2026-02-01", "reason": "r"}).status_code == 422
    assert client.post(end_at, {"last_day": "2026-03-05", "reason": "调岗"}).status_code == 302
    page = client.get(reverse("administration:post", args=[post.pk])).content.decode()
    assert "Past holders" in page
    assert "调岗" in page
    assert (
        client.post(
            reverse("administration:retire_post", args=[post.pk]), {"on": "2026-04-01", "reason": "r"}
        ).status_code
        == 302
    )
    assert str(Post.objects.get(pk=post.pk).retired_on) == "2026-04-01"


def test_accounts_are_added_changed_and_deactivated_by_forms(world: World) -> None:
    client = signed_in("system-one")
    add = reverse("administration:add_person")
    assert (
        client.post(
            add, {"username": "desk-one", "display_name": "社工 1号", "phone": "13800000001"}
        ).status_code
        == 302
    )
    user = User.objects.get(username="desk-one")
    assert user.phone == "13800000001"
    assert not user.has_usable_password()
    taken = client.post(add, {"username": "desk-two", "display_name": "社工 2号", "phone": "13800000001"})
    assert taken.status_code == 422
    assert taken.context["form"].errors["phone"]
    assert (
        client.post(add, {"username": "audit-two", "display_name": "审计 2号", "role": "audit"}).status_code
        == 302
    )
    assert Administrator.objects.get(user__username="audit-two").role == "audit"
    assert (
        client.post(
            reverse("administration:change_phone", args=[user.pk]), {"phone": "123", "reason": "r"}
        ).status_code
        == 422
    )
    assert (
        client.post(
            reverse("administration:change_phone", args=[user.pk]), {"phone": "13900000001", "reason": "r"}
        ).status_code
        == 302
    )
    assert User.objects.get(pk=user.pk).phone == "13900000001"
    assert "1390000" not in client.get(reverse("administration:person", args=[user.pk])).content.decode()
    activity = reverse("administration:change_activity", args=[user.pk])
    assert client.post(activity, {"reason": "离职"}).status_code == 302
    assert not User.objects.get(pk=user.pk).is_active
    own = reverse("administration:change_activity", args=[User.objects.get(username="system-one").pk])
    assert client.post(own, {"reason": "r"}).status_code == 422
    trail = " ".join(str(event.after) + str(event.before) for event in AuditEvent.objects.all())
    assert "13900000001" not in trail
    assert "13800000001" not in trail


def test_a_holder_of_a_post_cannot_become_an_administrator(world: World) -> None:
    with pytest.raises(DomainError):
        make_administrator(world.worker, role="audit", by=COMMAND_LINE, now=NOW)
    assert not Administrator.objects.filter(user=world.worker).exists()


def test_the_audit_trail_pages_filters_and_hides_contents_of_cases(world: World) -> None:
    client = signed_in("audit-one")
    base = timezone.now()
    for number in range(PAGE + 5):
        record(
            world.post,
            action=f"test.event{number}",
            by=None,
            now=base + timedelta(seconds=number),
            after={"text": "岗位"},
        )
    AuditEvent.objects.create(
        action="case.revealed",
        object_type="cases.case",
        object_id="7",
        after={"words": "秘密"},
        reason="回访",
        at=base,
    )
    page = client.get(reverse("administration:audit"))
    rows = page.context["rows"]
    assert len(rows) == PAGE
    assert page.context["next"]
    following = client.get(reverse("administration:audit"), {"cursor": page.context["next"]})
    assert not {event.pk for event, _ in rows} & {event.pk for event, _ in following.context["rows"]}
    narrowed = client.get(reverse("administration:audit"), {"action": "case."})
    assert [event.object_id for event, _ in narrowed.context["rows"]] == ["7"]
    assert "秘密" not in narrowed.content.decode()
    assert "words" in narrowed.content.decode()
    nothing = client.get(reverse("administration:audit"), {"actor": "nobody-at-all"})
    assert "No events match" in nothing.content.decode()
    assert client.get(reverse("administration:audit"), {"first_day": "nonsense"}).status_code == 200
    assert client.post(reverse("administration:audit")).status_code == 405


def test_lists_cost_the_same_number_of_queries_however_long_they_are(
    world: World, django_assert_max_num_queries
) -> None:
    client = signed_in("system-one")
    for number in range(12):
        person(f"person-{number:02d}")
        admit_party(
            PartyPlan(world.tree["grid"], "merchant", f"店{number}（示范）"), by=COMMAND_LINE, now=NOW
        )
    for name in ("areas", "people", "parties"):
        with django_assert_max_num_queries(10):
            client.get(reverse(f"administration:{name}"))


def test_a_webhook_is_made_and_its_secret_shown_once(world: World) -> None:
    client, area = signed_in("system-one"), world.tree["first"].pk
    given = {"name": "平台", "area": area, "address": "https://example.cn/x", "kinds": ["resolve", "confirm"]}
    refused = client.post(reverse("administration:add_webhook"), {**given, "address": "https://10.0.0.1/"})
    assert refused.status_code == 422
    assert "closed network" in refused.content.decode()
    made = client.post(reverse("administration:add_webhook"), given)
    held = Subscription.objects.get(name="平台")
    assert (held.kinds, made["Location"]) == (["confirm", "resolve"], f"/admin/webhooks/{held.pk}/")
    assert held.secret in client.get(made["Location"]).content.decode()
    assert held.secret not in client.get(made["Location"]).content.decode()


def test_buttons_of_a_webhook_do_what_they_say(world: World) -> None:
    client, pk = signed_in("system-one"), world.webhook.pk

    def press(name: str) -> str:
        return client.post(reverse(f"administration:{name}", args=[pk]), follow=True).content.decode()

    press("test_webhook")
    assert Delivery.objects.get(subscription=pk).kind == "ping"
    old = Subscription.objects.get(pk=pk).secret
    fresh = press("change_webhook_secret")
    assert Subscription.objects.get(pk=pk).secret in fresh
    assert Subscription.objects.get(pk=pk).previous_secret == old
    press("stop_webhook")
    assert not Subscription.objects.get(pk=pk).is_active
    assert "Start it first" in press("test_webhook")
    press("start_webhook")
    assert Subscription.objects.get(pk=pk).is_active
    press("remove_webhook")
    assert not Subscription.objects.filter(pk=pk).exists()


RECORDED = re.compile(r"""(?:action=|\b_record\([^)]*?)"([a-z_]+\.[a-z_]+)\"""")


def test_every_action_of_the_audit_trail_has_words() -> None:
    """The audit administrator reads what happened, not the name that the code gives it."""
    programs = [path for path in Path(shangju.__path__[0]).rglob("*.py") if "tests" not in path.parts]
    recorded = {action for path in programs for action in RECORDED.findall(path.read_text(encoding="utf-8"))}
    assert {"export.asked", "area.moved", "import.given"} <= recorded
    assert recorded - WORDS.keys() == set()
