"""The founding case of 2023, told again through the real services: the hum, the fan at speed 2, the fan comes down."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from shangju.cases import moves
from shangju.cases.intake import ContactDetails, Submission, register_concern
from shangju.cases.models import Case
from shangju.cases.places import Place
from shangju.cases.rules import REPORTER
from shangju.cases.services import apply_move
from shangju.cases.workflow import Channel
from shangju.categories.queries import category_by_code
from shangju.core.errors import DomainError
from shangju.demo.corpus import founding_case
from shangju.demo.pictures import proof_picture
from shangju.demo.stage import Scene
from shangju.parties.models import Party

WHERE = {"楼上": "upstairs", "楼下": "downstairs", "一楼快递公司": "shop", "反映人家中": "home"}
SUMMARY = "楼上住户反映有嗡嗡声，查找后与店内一部老式吊扇有关：风力2档时声音沿楼板传到楼上。请配合处理。"


def tell_founding_case(scene: Scene, shop: Party, *, start: datetime) -> Case:
    """Every step of the story at its own time; the community's officer handles it, the secretary dispatches it."""
    story = founding_case()
    category = category_by_code(story["category"])
    if category is None:
        raise DomainError(f"the table of categories has no {story['category']}")
    submission = Submission(
        text=story["text"],
        title=story["title"][:60],
        place=Place(area=shop.area, note=shop.area.name),
        channel=Channel.WEB,
        request_type=story["request_type"],
        contact=ContactDetails(phone="13800000002"),
        is_confidential=True,
    )
    case = register_concern(submission, by=REPORTER, now=start, idempotency_key="demo-founding-case").case
    for step in story["steps"][1:]:
        at = start + timedelta(minutes=step["at"])
        maker = PAYLOADS[step["move"]]
        payload = maker(step, scene, shop, at)
        actor = {"resident": REPORTER, "community_desk": scene.caller.actor}.get(
            step["actor"], scene.desk.actor
        )
        case = apply_move(case, payload, by=actor, now=at)
    return case


def _accept(step: Mapping[str, Any], scene: Scene, shop: Party, at: datetime) -> moves.Payload:
    category = category_by_code(step["category"])
    assert category is not None, "checked when the story began"
    return moves.Accept(category, step["request_type"], step["class"], scene.grid, "", step["note"])


def _visit(step: Mapping[str, Any], scene: Scene, shop: Party, at: datetime) -> moves.Payload:
    return moves.RecordVisit(WHERE.get(step["where"], "other"), step["finding"], step["where"], step["met"])


def _mediate(step: Mapping[str, Any], scene: Scene, shop: Party, at: datetime) -> moves.Payload:
    follow_up = (at + timedelta(days=2)).date()
    return moves.Mediate(
        step["with"],
        step["what"],
        step["outcome"],
        step["when"],
        step["words"] + step["follow_up"],
        follow_up,
    )


PAYLOADS: dict[str, Callable[[Mapping[str, Any], Scene, Party, datetime], moves.Payload]] = {
    "accept": _accept,
    "dispatch": lambda step, scene, shop, at: moves.Dispatch(post=scene.desk.post, note=step["note"]),
    "sign": lambda step, scene, shop, at: moves.Sign(step["note"]),
    "contact": lambda step, scene, shop, at: moves.RecordContact(
        "phone", reached=step["reached"], note=step["note"]
    ),
    "visit": _visit,
    "find_cause": lambda step, scene, shop, at: moves.FindCause(step["cause"], shop, SUMMARY),
    "mediate": _mediate,
    "resolve": lambda step, scene, shop, at: moves.Resolve(
        step["outcome"], step["answer"], photo_ids=[proof_picture(Random(2), now=at)]
    ),
    "confirm": lambda step, scene, shop, at: moves.Confirm(
        step["solved"], step["satisfaction"], step["words"]
    ),
}
