"""What the addresses of the pages name, made where it is not there yet."""

from typing import Any

from django.utils import timezone

from shangju.accounts.actors import COMMAND_LINE
from shangju.bulletins.models import Bulletin
from shangju.cases.codes import format_code
from shangju.cases.models import Case, Mediation
from shangju.cases.rules import REPORTER
from shangju.cases.tests.stories import case_in
from shangju.cases.workflow import State
from shangju.core.scoping import EverywhereReason, everywhere
from shangju.gateways.models import MessageTemplate
from shangju.gateways.services import seed_templates
from shangju.imports.models import ImportRun
from shangju.knowledge.models import Article
from shangju.ledgers.tests.reading import taken_out
from shangju.notices.seeds import DELIVERED
from shangju.posts.models import Stake
from shangju.posts.stakes import declare_stake
from shangju.privacy.models import DataRequest
from shangju.privacy.requests import Asking, ask_about_case
from shangju.privacy.services import prepare_run
from shangju.supervision.models import Card, TaskForce
from shangju.topics.models import Topic
from shangju.webhooks.models import Delivery, Subscription
from shangju.webhooks.signing import new_secret
from tests.permission_objects import article_of, papers_of, topic_of
from tests.routes import ROUTES
from tests.street import Street
from tests.supervised import card_of, task_force_of


def _template() -> MessageTemplate:
    """A message's words; the page of all messages lists them."""
    seed_templates(DELIVERED, now=timezone.now())
    return MessageTemplate.objects.filter(is_active=True)[0]


def _of_privacy(case: Case) -> dict[str, Any]:
    """A request about one's own data, and what a run of the retention found."""
    asking = Asking("correction", words="姓名写错了")
    with everywhere(EverywhereReason.VERIFICATION):
        asked = DataRequest.objects.first() or ask_about_case(case, asking, by=REPORTER, now=timezone.now())
        return {"data_request": asked, "retention_run": prepare_run(by=COMMAND_LINE, now=timezone.now())}


def _papers(case: Case) -> dict[str, Any]:
    """An order, a note of coordination and a record of mediation."""
    with everywhere(EverywhereReason.VERIFICATION):
        if not case.supervisionorders.exists():
            papers_of(case, now=timezone.now())
            Mediation.objects.create(
                case=case, event=case.events.latest("sequence"), with_whom="店主", account="请夜间停用风扇",
                result="agreed", agreed="二十二时后不开风扇", mediated_at=timezone.now(),
            )  # fmt: skip
        return {
            "order": case.supervisionorders.get(),
            "coordination": case.coordinations.get(),
            "mediation": case.mediations.get(),
        }


def _supervised(street: Street, case: Case) -> dict[str, Any]:
    """A task force, and a card for the shop."""
    now = timezone.now()
    with everywhere(EverywhereReason.VERIFICATION):
        force = TaskForce.objects.first() or task_force_of(street, now=now).task_force
        other = Case.objects.exclude(pk=case.pk).order_by("pk")[:1] or [
            case_in(State.ACCEPTED, street, now=now)
        ]
        card = Card.objects.first() or card_of(street, [case, other[0]], now=now)
    forces = ("task_force", "change_task_force", "brief")
    return {"card": card, **dict.fromkeys(forces, force)}


def _stake(street: Street) -> Stake:
    """What somebody declared about themselves."""
    worker = street.users["other_worker"]
    with everywhere(EverywhereReason.VERIFICATION):
        return declare_stake(
            worker,
            party=street.parties["other_shop"],
            reason="family",
            by=worker,
            now=timezone.now(),
        )


def _webhook(street: Street) -> Subscription:
    """A webhook with a call that was taken."""
    now, owner = timezone.now(), street.users["system_administrator"]
    marks = {"owner": owner, "secret": new_secret(), "seen_at": now, "created_at": now}
    with everywhere(EverywhereReason.VERIFICATION):
        known = {"name": "数据平台", "area": street.areas["first"], "address": "https://example.cn/hook"}
        made, _new = Subscription.objects.get_or_create(**known, defaults=marks)
        taken = {"state": "delivered", "kind": "ping", "due_at": now, "created_at": now, "delivered_at": now}
        Delivery.objects.get_or_create(key="ping-1", subscription=made, defaults=taken)
    return made


def arguments(name: str, street: Street, case: Case) -> dict[str, Any]:
    """What the address of a page needs."""
    with everywhere(EverywhereReason.VERIFICATION):
        appointment = street.posts["grid_worker"].appointments.get()
        delegation = street.parties["shop"].delegations.first()
        table = ImportRun.objects.first()
    person = street.users["resident"]
    subjects = {
        "end_appointment": appointment, "post": street.posts["grid_worker"], "retire_post": street.posts["unit"],
        "appoint": street.posts["unit"], "person": person, "change_activity": person, "change_phone": person,
        "sending_times": street.areas["subdistrict"],
        "end_delegation": delegation, "change_wecom": person, "template": _template(), "run": table,
        **dict.fromkeys(("webhook", "change_webhook", "remove_webhook"), _webhook(street)),
        **dict.fromkeys(("party", "change_party", "change_membership", "delegate"), street.parties["shop"]),
    }  # fmt: skip
    if name in {"desk:data_request", "administration:retention_run"}:
        subjects |= _of_privacy(case)
    if name in {"desk:order", "desk:coordination", "desk:mediation"}:
        subjects |= _papers(case)
    if name.startswith("supervision:") or name == "my:card":
        subjects |= _supervised(street, case)
    if name == "administration:end_stake":
        subjects["end_stake"] = _stake(street)
    if name.startswith("bulletins:"):
        with everywhere(EverywhereReason.VERIFICATION):
            return {"pk": Bulletin.objects.get().pk} if "pk>" in ROUTES[name] else {}
    subject: Any = subjects.get(name.rpartition(":")[2], street.areas["grid"])
    with everywhere(EverywhereReason.VERIFICATION):
        endorsed = case.endorsements.get()
    code = endorsed.tracking_code if name == "public:endorsement" else case.tracking_code
    known = {
        "number": case.number, "code": format_code(code), "pk": subject.pk,
        "place": street.areas["building"].code, "area": street.areas["subdistrict"].code,
        "member": street.parties["shop"].pk, "version": "2026-06", "kind": "case_contact", "channel": "sms",
    }  # fmt: skip
    if name.startswith("ledgers:"):
        with everywhere(EverywhereReason.VERIFICATION):
            taken = taken_out(street, now=timezone.now())
        known |= {"kind": "case", "pk": taken.get(name.removeprefix("ledgers:"))}
    if name.startswith(("knowledge:", "public:help_")):
        with everywhere(EverywhereReason.VERIFICATION):
            known |= {
                "number": 1,
                "pk": (Article.objects.first() or article_of(street, now=timezone.now())).pk,
            }
    if name == "topics:topic":
        with everywhere(EverywhereReason.VERIFICATION):
            known["pk"] = (Topic.objects.first() or topic_of(case, now=timezone.now())).pk
    return {key: value for key, value in known.items() if f":{key}>" in ROUTES[name]}
