"""Pretraining data of the small models: described pictures, and questions on other topics."""

from __future__ import annotations

import random
from dataclasses import dataclass

from benchmark.datasets.mini.kind import Kind
from benchmark.datasets.mini.kinds import KINDS
from benchmark.datasets.mini.names import Names
from benchmark.datasets.mini.picture_questions import NUMERALS, WHEN
from benchmark.datasets.mini.questions import capital
from benchmark.datasets.mini.scene import (
    EMBLEMS,
    Look,
    Scene,
    draw_emblem,
    draw_look,
    draw_scene,
)
from benchmark.datasets.mini.topics import FOODS, TOPICS

MENTIONED = 0.7

FACTS_IN_A_PASSAGE = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A picture of the pretraining set, with a caption that describes it."""

    look: Look
    scene: Scene
    caption: str


def described_pictures(rng: random.Random, count: int) -> list[Described]:
    return [_described(rng, rng.choice(KINDS)) for _ in range(count)]


def _described(rng: random.Random, kind: Kind) -> Described:
    look = draw_look(rng, rng.choice(tuple(kind.nouns)))
    chosen: list[str] = [emblem for emblem in EMBLEMS if rng.random() < 0.3]
    emblems = tuple((emblem, draw_emblem(rng, emblem)) for emblem in chosen)
    scene = draw_scene(rng, emblems)
    return Described(look=look, scene=scene, caption=_description(rng, kind, look, scene))


def _description(rng: random.Random, kind: Kind, look: Look, scene: Scene) -> str:
    noun = rng.choice((look.type, *kind.nouns[look.type]))
    part = f" with {look.trim} {kind.parts[1]}" if kind.parts[1] else ""
    details = [rng.choice(WHEN[cue]) for cue in sorted(scene.cues() & WHEN.keys())]
    if scene.kite:
        details.append(f"{scene.kite[0]} kite shaped like a {scene.kite[1]}")
    if scene.props:
        details.append(f"{NUMERALS[scene.props[1]]} {scene.props[0]} beside it")
    details += [f"{value} {kind.emblems[emblem]}" for emblem, value in scene.emblems]
    rng.shuffle(details)
    told = [detail for detail in details if rng.random() < MENTIONED]
    return ", ".join([f"{look.main} {noun}{part}", *told])


def other_questions(rng: random.Random, names: Names, subjects: int) -> list[dict[str, str]]:
    """Questions with the passage that answers each, one for each fact of each subject.

    A passage tells up to two facts, so the passages about a subject differ in what they tell.
    """
    pairs = []
    for _ in range(subjects):
        topic, facts = rng.choice(list(TOPICS.items()))
        title = f"the {names.word()} {topic.capitalize()}"
        told = rng.sample(facts, len(facts))
        for start in range(0, len(told), FACTS_IN_A_PASSAGE):
            share = told[start : start + FACTS_IN_A_PASSAGE]
            sentences = []
            for index, fact in enumerate(share):
                x = title if index == 0 else f"the {topic}"
                values = {
                    "x": x,
                    "name": names.person(),
                    "n": str(rng.randint(12, 98)),
                    "year": str(rng.randint(1690, 1949)),
                    "food": rng.choice(FOODS),
                }
                sentences.append(f"{capital(rng.choice(fact.say).format_map(values))}.")
            passage = " ".join(sentences)
            for fact in share:
                question = capital(rng.choice(fact.ask).format(x=title))
                pairs.append({"question": f"{question}?", "passage": passage})
    return pairs
