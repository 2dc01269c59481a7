"""The words of the demonstration: templates of our own, filled by chance but the same for the same seed.

Pure functions over the files in ``texts/``: no database, no clock. Everything that one case says, from
the title to the answer, is of one scene and filled from one draw of the slots, so that it tells one story.
Nobody in it bears a name: people are role words (楼上住户, 店主, 值班员).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from string import Formatter
from typing import Any

import yaml

TEXTS = Path(__file__).parent / "texts"
SCENE = "@"
"""Marks the scene that a title, message or story belongs to: ``dog@…``, ``n@dog``, ``scene: dog``."""

TITLE_LENGTH = 30
"""Characters that a title may have on the work list."""

STYLE_WEIGHTS = {"n": 50, "w": 24, "e": 9, "a": 7, "s": 10}
"""How messages come in: a note by staff, the web form, an old person, an angry one, a short one."""

STYLE_CHANNELS = {"n": "phone", "w": "web", "e": "counter", "a": "web", "s": "web"}

GENTLE = frozenset({"enquiry", "suggestion", "praise"})
"""Kinds of request in which nothing is wrong, so that nobody presses and nobody promises to inspect."""

SERVICES = "11"
"""The root of help given to people: answered like a request, not like a grievance."""

HAPPENING_NOW = {"01": 0.45, "02": 0.3, "03": 0.35, "05": 0.4, "06": 0.3, "07": 0.4}
"""Share of messages that tell of something going on now, by root; elsewhere one in ten."""


class CorpusError(ValueError):
    """A template is wrong; the message names where."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a concern plays, as people say it. Without a shop, one of the right trade is spoken of."""

    community: str
    lane: str
    building: str
    shop: str = ""


@dataclass(frozen=True, slots=True)
class VisitText:
    """What one visit is written down as: where, whom one met (a role word), what was found."""

    where: str
    met: str
    finding: str


@dataclass(frozen=True, slots=True)
class MediationText:
    """One talk: with whom, what was said, what came of it (``agreed`` or ``refused``), what follows."""

    with_whom: str
    told: str
    outcome: str
    reply: str
    follow_up: str


@dataclass(frozen=True, slots=True)
class Concern:
    """Everything that is said in the course of one case."""

    category: str
    request_type: str
    style: str
    channel: str
    title: str
    text: str
    happening_now: bool
    contact_note: str
    visits: tuple[VisitText, ...]
    cause: str
    party: str
    mediation: MediationText | None
    proof_note: str
    answer: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """All templates: the common ones, and those of each category by its code."""

    common: Mapping[str, Any]
    categories: Mapping[str, Mapping[str, Any]]


@cache
def load_corpus() -> Corpus:
    """Read all template files once."""
    categories: dict[str, Mapping[str, Any]] = {}
    for path in sorted(TEXTS.glob("[01]*.yaml")):
        for code, entry in _yaml(path).items():
            if code in categories:
                raise CorpusError(f"{path.name}: {code} is told twice")
            categories[code] = entry
    return Corpus(common=_yaml(TEXTS / "common.yaml"), categories=categories)


@cache
def founding_case() -> Mapping[str, Any]:
    """The founding story step by step; ``at`` of a step is minutes after the report."""
    return _yaml(TEXTS / "founding_case.yaml")


def choose_category(rng: Random) -> str:
    """A category code, as often as such concerns come up."""
    categories = load_corpus().categories
    return rng.choices(list(categories), weights=[entry["weight"] for entry in categories.values()])[0]


def trades_for(category: str) -> tuple[str, ...]:
    """The trades of shops that such a concern can be about; empty where no shop is concerned."""
    return tuple(_entry(category)["trades"])


def concern_for(rng: Random, category: str, place: Place, *, refused: bool = False) -> Concern:
    """One concern of this category at this place, told to the end as if it were solved.

    ``refused``: the first talk with the party concerned failed. An unknown category raises
    :class:`CorpusError`.
    """
    entry = _entry(category)
    common = load_corpus().common
    slots = _draw_slots(rng, entry, place)
    style, scene, template = _choose_text(rng, entry)
    story = rng.choice([story for story in entry["stories"] if _fits(story.get("scene", ""), scene)])
    slots["matter"] = entry["matter"]
    request_type = rng.choice(entry["requests"])
    return Concern(
        category=category,
        request_type=request_type,
        style=style,
        channel=STYLE_CHANNELS[style],
        title=_title(rng, entry, slots, scene=scene or story.get("scene", "")),
        text=_message(rng, style, template, slots, request_type=request_type),
        happening_now=rng.random() < HAPPENING_NOW.get(category[:2], 0.1),
        contact_note=fill(rng.choice(common["contacts"]["reached"]), slots),
        visits=tuple(VisitText(*(fill(part, slots) for part in visit)) for visit in story["visits"]),
        cause=fill(story["cause"], slots),
        party=story["party"],
        mediation=_mediation(rng, story, slots, refused=refused),
        proof_note=fill(story["proof"], slots),
        answer=_answer(rng, story, slots, gentle=request_type in GENTLE or category[:2] == SERVICES),
    )


def words_for(rng: Random, *kind: str) -> str:
    """Words of staff or reporter that belong to no category.

    ``kind`` is the path in ``common.yaml``, such as ``("confirmations", "satisfied")``,
    ``("call_backs", "reached")``, ``("answers", "partly")``, ``("declines", "outside_duty")``,
    ``("refers", "court")``.
    """
    found: Any = load_corpus().common
    for key in kind:
        if not isinstance(found, Mapping) or key not in found:
            raise CorpusError(f"there are no words for {' / '.join(kind)}")
        found = found[key]
    slots = _draw(rng, load_corpus().common["slots"])
    return fill(rng.choice(found), slots)


def fill(template: str, slots: Mapping[str, str]) -> str:
    """Fill the slots of a template; a slot that nobody fills is an error, never a leftover brace."""
    missing = slots_of(template) - set(slots)
    if missing:
        raise CorpusError(f"nothing fills {', '.join(sorted(missing))} in: {template}")
    return template.format_map(slots)


def slots_of(template: str) -> set[str]:
    """The names in braces."""
    return {name for _literal, name, _spec, _conversion in Formatter().parse(template) if name is not None}


def resident_templates() -> Iterator[tuple[str, str, str]]:
    """Every template of a message: category code, style, text."""
    for code, entry in load_corpus().categories.items():
        for text in entry["texts"]:
            style, _scene, template = _parts(text)
            yield code, style, template


def _yaml(path: Path) -> Mapping[str, Any]:
    read: Mapping[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return read


def _entry(category: str) -> Mapping[str, Any]:
    entry = load_corpus().categories.get(category)
    if entry is None:
        raise CorpusError(f"no templates for category {category}")
    return entry


def _draw(rng: Random, choices: Mapping[str, Sequence[str]]) -> dict[str, str]:
    return {name: rng.choice(values) for name, values in choices.items()}


def _draw_slots(rng: Random, entry: Mapping[str, Any], place: Place) -> dict[str, str]:
    slots = _draw(rng, load_corpus().common["slots"]) | _draw(rng, entry.get("slots", {}))
    shop = place.shop or rng.choice(entry["shops"] or ["店铺"])
    said = {"community": place.community, "lane": place.lane, "building": place.building, "shop": shop}
    return slots | said


def _choose_text(rng: Random, entry: Mapping[str, Any]) -> tuple[str, str, str]:
    """Style, scene and template of a message."""
    by_style: dict[str, list[tuple[str, str, str]]] = {}
    for text in entry["texts"]:
        parts = _parts(text)
        by_style.setdefault(parts[0], []).append(parts)
    style = rng.choices(list(by_style), weights=[STYLE_WEIGHTS[style] for style in by_style])[0]
    return rng.choice(by_style[style])


def _parts(text: Mapping[str, str]) -> tuple[str, str, str]:
    """``{"n@dog": "…"}`` as style ``n``, scene ``dog`` and the template; no scene means any."""
    ((key, template),) = text.items()
    style, _at, scene = key.partition(SCENE)
    return style, scene, template


def _fits(one: str, other: str) -> bool:
    """Whether two pieces can stand in one case: of one scene, or one of them of no special scene."""
    return not one or not other or one == other


def _message(rng: Random, style: str, template: str, slots: Mapping[str, str], *, request_type: str) -> str:
    common = load_corpus().common
    opening = rng.choice(common["openings"][style])
    closing = rng.choice(common["closings"][_closing(request_type, style)])
    return fill(opening, slots) + fill(template, slots) + fill(closing, slots)


def _closing(request_type: str, style: str) -> str:
    """Nobody who praises or asks demands to be helped at once."""
    if request_type == "praise":
        return "praise"
    return "gentle" if request_type in GENTLE else style


def _title(rng: Random, entry: Mapping[str, Any], slots: Mapping[str, str], *, scene: str) -> str:
    marked = [title.rpartition(SCENE) for title in entry["titles"]]
    titles = [fill(title, slots) for of, _at, title in marked if _fits(of, scene)]
    fitting = [title for title in titles if len(title) <= TITLE_LENGTH]
    return rng.choice(fitting) if fitting else titles[0][:TITLE_LENGTH]


def _mediation(
    rng: Random, story: Mapping[str, Any], slots: Mapping[str, str], *, refused: bool
) -> MediationText | None:
    talk = story.get("mediation")
    if talk is None:
        return None
    common = load_corpus().common
    reply = rng.choice(common["refused_mediation"]) if refused else talk["reply"]
    return MediationText(
        with_whom=fill(talk["with"], slots),
        told=fill(talk["told"], slots),
        outcome="refused" if refused else "agreed",
        reply=fill(reply, slots),
        follow_up=fill(rng.choice(common["follow_ups"]), slots),
    )


def _answer(rng: Random, story: Mapping[str, Any], slots: Mapping[str, str], *, gentle: bool) -> str:
    frame = load_corpus().common["answers"]
    tone = "_gentle" if gentle else ""
    parts = (rng.choice(frame["opening" + tone]), story["answer"], rng.choice(frame["closing" + tone]))
    return "".join(fill(part, slots) for part in parts)
