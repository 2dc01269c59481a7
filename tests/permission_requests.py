"""The requests behind the permission matrix: for every row a sound one, at an object near and at one far away."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shangju.bulletins.kinds import BulletinKind, last_full_span
from shangju.cases.models import Case
from shangju.imports.tests.giving import ORDERS
from shangju.photos.tests.pictures import encoded, picture
from tests.permission_forms import BODIES, FORMS, HANDLED_BY_MEMBER, MOVE_VALUES
from tests.permission_objects import Objects


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, ready for Django's client."""

    method: str
    address: str
    options: dict[str, Any]


def case_for_row(page: str, doing: str, objects: Objects) -> Case:
    """The case that the row's request is about."""
    if page == "my:move" and doing in HANDLED_BY_MEMBER:
        return objects.cases.get(HANDLED_BY_MEMBER[doing], objects.cases["in_progress"])
    if page in {"public:confirm", "api:confirm", "desk:propose", "desk:call_back_phone"}:
        return objects.cases["resolved"]
    if page == "public:data_request_step":
        return objects.cases["registered"]
    return objects.cases[MOVE_VALUES[doing][0] if doing else "in_progress"]


def arguments(page: str, doing: str, objects: Objects) -> dict[str, Any]:
    """What the address of the row's page is made with."""
    case, street = case_for_row(page, doing, objects), objects.street
    person = street.users["grid_worker"].pk
    rows = {
        "end_appointment": objects.appointment, "post": street.posts["grid_worker"].pk,
        "retire_post": objects.empty_post, "retire_area": objects.empty_area, "appoint": street.posts["grid_worker"].pk,
        "person": person, "change_activity": person, "change_phone": person, "mediation": objects.mediation,
        "order": objects.order, "coordination": objects.coordination,
        **dict.fromkeys(("party", "change_party", "change_membership", "delegate"), objects.party),
        "end_delegation": objects.delegation, "end_stake": objects.stake,
        "change_wecom": person, "template": objects.template,
        "send_again": objects.notice, "revoke_key": objects.token, "end_token": objects.token, "revoke_all": person,
        "deliver_again": objects.delivery, "sending_times": street.areas["subdistrict"].pk,
        **dict.fromkeys(("webhook", "test_webhook", "stop_webhook", "start_webhook"), objects.webhook),
        **dict.fromkeys(("change_webhook", "remove_webhook", "change_webhook_secret"), objects.webhook),
        "deliveries": objects.webhook,
        "check_publication": objects.publication, "withdraw_publication": objects.publication,
        **dict.fromkeys(("article", "help_article", "help_opinion"), objects.article),
        **dict.fromkeys(("run", "name_columns", "start", "discard", "refused", "answers"), objects.table),
        **dict.fromkeys(("data_request", "answer_data_request", "data_request_step"), objects.data_request),
        **dict.fromkeys(("card", "card_step"), objects.card), "end_task_force_member": objects.member,
        **dict.fromkeys(("task_force", "change_task_force", "end_task_force"), objects.task_force),
        **dict.fromkeys(("add_task_force_member", "brief", "brief_text"), objects.task_force),
        **dict.fromkeys(("retention_run", "confirm_retention", "discard_retention"), objects.retention_run),
    }  # fmt: skip
    if page.startswith("ledgers:"):
        return {"kind": "case", "pk": objects.ledgers.get(page.removeprefix("ledgers:"))}
    if page.startswith("bulletins:"):
        return {"pk": objects.bulletin}
    if page.startswith("knowledge:"):
        return {"pk": objects.article, "number": 1, "move": "retire"}
    if page.startswith("topics:"):
        return {"pk": objects.topic, "move": "dismiss"}
    code = objects.endorsement_code if "endorsement" in page else case.tracking_code
    return {
        "place": street.areas["grid"].code, "area": street.areas["subdistrict"].code, "member": objects.party,
        "number": case.number, "code": code, "tracking_code": case.tracking_code,
        "photo_id": objects.photo.pk, "size": "thumbnail", "version": "2026-06", "move": doing, "entry_pk": objects.address,
        "step": "withdraw" if page.endswith(("data_request_step", "card_step")) else "take",
        "kind": "sessions" if page.startswith("administration:") else "correction",
        "pk": rows.get(page.rpartition(":")[2], street.areas["grid"].pk), "channel": "sms",
    }  # fmt: skip


def move_values(doing: str, objects: Objects) -> dict[str, Any]:
    """Sound values of a move."""
    known = {
        "post": objects.street.posts["grid_worker"].pk,
        "registered": objects.cases["registered"].number,
        "soon": timezone.localdate() + timedelta(days=1),
    }
    return {
        name: value.format(**known) if isinstance(value, str) else value
        for name, value in MOVE_VALUES[doing][1].items()
    }


def asked(key: str, route: str, objects: Objects) -> Asked:
    """The request of a row such as ``POST desk:move sign``."""
    method, page, doing = ([*key.split(), ""])[:3]
    if page == "api:unknown":
        return Asked(method, "/api/v1/nothing-here", {})
    known = arguments(page, doing, objects)
    address = reverse(page, kwargs={name: known[name] for name in re.findall(r"<(?:\w+:)?(\w+)>", route)})
    if page == "administration:add_area":
        address += f"?parent={objects.street.areas['subdistrict'].pk}"
    if method not in {"POST", "PUT"}:
        return Asked(method, address, {})
    return Asked(method, address, contents(page, doing, objects))


def contents(page: str, doing: str, objects: Objects) -> dict[str, Any]:
    """Body and content type of a POST."""
    if page == "imports:give":
        return {"data": {**FORMS[page], "file": SimpleUploadedFile("orders.csv", ORDERS.encode())}}
    if page == "api:upload":
        return {"data": {"file": SimpleUploadedFile("wall.jpg", encoded(picture()))}}
    if page.startswith("api:"):
        body = {"move": doing, **move_values(doing, objects)} if doing else BODIES.get(page, {})
        return {"data": body, "content_type": "application/json"}
    if doing:
        return {
            "data": {
                name: "on" if value is True else value for name, value in move_values(doing, objects).items()
            }
        }
    known = {
        "other_parent": objects.street.areas["second"].pk,
        "grid": objects.street.areas["grid"].pk,
        "subdistrict": objects.street.areas["subdistrict"].pk,
        "building": objects.street.areas["building"].pk,
        "shop": objects.street.parties["shop"].pk,
        "code": objects.cases["in_progress"].tracking_code,
        "case": objects.cases["in_progress"].tracking_print,
        "number": objects.cases["in_progress"].number,
        "task_force": objects.task_force,
        "leading": objects.street.posts["grid_worker"].pk,
        "last_week": last_full_span(BulletinKind.WEEK, timezone.localdate())[0].isoformat(),
    }
    return {"data": {name: value.format(**known) for name, value in FORMS.get(page, {}).items()}}
