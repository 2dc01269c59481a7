"""A small sub-district with everything that a page of the administration can be about."""

from django.test import Client
from django.urls import reverse

from shangju.accounts.actors import COMMAND_LINE
from shangju.accounts.models import User
from shangju.areas.gazetteer import add_address
from shangju.areas.tests.trees import NOW, person, small_tree
from shangju.gateways.models import MessageTemplate
from shangju.gateways.services import seed_templates
from shangju.notices.seeds import DELIVERED
from shangju.parties.services import PartyPlan, admit_party, delegate_user
from shangju.posts.services import PostPlan, appoint, create_post
from shangju.posts.stakes import declare_stake
from shangju.privacy.services import prepare_run
from shangju.privacy.workflow import RetentionKind
from shangju.webhooks.services import SubscriptionPlan, subscribe


class World:
    """A small sub-district with a post, its holder, a member and the three administrators."""

    def __init__(self) -> None:
        self.tree = small_tree()
        self.post = create_post(
            PostPlan(self.tree["grid"], "grid_worker", "网格员"), by=COMMAND_LINE, now=NOW
        )
        self.worker = person("worker-one")
        self.term = appoint(self.post, user=self.worker, starts_on=NOW.date(), by=COMMAND_LINE, now=NOW)
        self.address = add_address(self.tree["grid"], shown_as="八叉巷", by=COMMAND_LINE, now=NOW)
        self.party = admit_party(
            PartyPlan(self.tree["grid"], "merchant", "老街面馆（示范）"), by=COMMAND_LINE, now=NOW
        )
        self.delegation = delegate_user(
            self.party, user=person("shop-one"), starts_on=NOW.date(), by=COMMAND_LINE, now=NOW
        )
        for role in ("system", "security", "audit"):
            person(f"{role}-one", role=role)
        seed_templates(DELIVERED, now=NOW)
        self.stake = declare_stake(self.worker, party=self.party, reason="family", by=self.worker, now=NOW)
        self.run = prepare_run(by=COMMAND_LINE, now=NOW)
        self.webhook = subscribe(
            SubscriptionPlan("数据平台", self.tree["first"], "https://example.cn/hook"),
            by=User.objects.get(username="system-one"),
            now=NOW,
        )

    def addresses(self) -> dict[str, str]:
        """One address of every page, by its name."""
        area, post = self.tree["grid"].pk, self.post.pk
        arguments = {
            "area": [area], "rename_area": [area], "move_area": [area], "retire_area": [area], "outline": [area],
            "add_address": [area], "remove_address": [area, self.address.pk], "add_post": [area],
            "post": [post], "retire_post": [post], "appoint": [post], "end_appointment": [self.term.pk],
            "party": [self.party.pk], "change_party": [self.party.pk], "change_membership": [self.party.pk],
            "delegate": [self.party.pk], "end_delegation": [self.delegation.pk],
            "person": [self.worker.pk], "change_activity": [self.worker.pk], "change_phone": [self.worker.pk],
            **{name: [self.webhook.pk] for name in ("webhook", "change_webhook", "remove_webhook")},
            "end_stake": [self.stake.pk], "retention_rule": [RetentionKind.CASE_CONTACT], "retention_run": [self.run.pk],
            "change_wecom": [self.worker.pk], "limits": ["sms"],
            "sending_times": [self.tree["subdistrict"].pk], "template": [MessageTemplate.objects.all()[0].pk],
        }  # fmt: skip
        names = (
            "home",
            "areas",
            "add_area",
            "people",
            "add_person",
            "parties",
            "admit_party",
            "audit",
            "templates",
            "outgoing",
            "sending",
            "webhooks",
            "add_webhook",
            "stakes",
            "add_stake",
            "retention",
            *arguments,
        )
        return {name: reverse(f"administration:{name}", args=arguments.get(name, [])) for name in names}


def signed_in(username: str) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(
        User.objects.get(username=username), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client
