"""What the models start from: described pictures, and questions on quite other topics."""

from __future__ import annotations

import random
from dataclasses import dataclass

from benchmark.datasets.mini.kinds import KINDS, Kind
from benchmark.datasets.mini.names import Names
from benchmark.datasets.mini.picture_questions import NUMERALS, WHEN
from benchmark.datasets.mini.scene import (
    EMBLEMS,
    Look,
    Scene,
    draw_emblem,
    draw_look,
    draw_scene,
)

MENTIONED = 0.7

TOPICS: dict[str, tuple[tuple[str, str], ...]] = {
    "river": (
        ("The {x} rises in the hills of {name}.", "where does the {x} have its source"),
        ("Over its course the {x} falls {n} feet.", "how many feet does the {x} descend"),
        ("Anglers prize the {x} for its {food}.", "what do people catch in the {x}"),
    ),
    "sonata": (
        ("{name} wrote the {x} for a wedding.", "who composed the {x}"),
        ("The {x} was printed in {year}.", "when did the {x} appear in print"),
        ("A performance of the {x} takes {n} minutes.", "how long does it take to play the {x}"),
    ),
    "comet": (
        ("The {x} was spotted by {name}.", "who discovered the {x}"),
        ("The {x} returns every {n} years.", "what is the period of the {x}"),
        ("The {x} was bright enough to read by in {year}.", "when was the {x} brightest"),
    ),
    "pudding": (
        ("The {x} contains {food} and honey.", "which ingredient goes into the {x}"),
        ("The {x} is steamed for {n} minutes.", "how long must the {x} be cooked"),
        ("The recipe of the {x} was noted down by {name}.", "who recorded how to make the {x}"),
    ),
    "opening": (
        ("The {x} was analysed by {name}.", "which chess player studied the {x}"),
        ("The {x} gives up a pawn on move {n}.", "when is a pawn sacrificed in the {x}"),
        ("The {x} was first played in {year}.", "in which year did the {x} come up at the board"),
    ),
}
FOODS = ("trout", "almonds", "perch", "quinces", "eel", "raisins", "pike", "ginger")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A picture of the pretraining set with a caption that says what is to be seen."""

    look: Look
    scene: Scene
    caption: str


def described_pictures(rng: random.Random, count: int) -> list[Described]:
    return [_described(rng, rng.choice(KINDS)) for _ in range(count)]


def _described(rng: random.Random, kind: Kind) -> Described:
    look = draw_look(rng, kind.types)
    chosen: list[str] = [emblem for emblem in EMBLEMS if rng.random() < 0.3]
    emblems = tuple((emblem, draw_emblem(rng, emblem)) for emblem in chosen)
    scene = draw_scene(rng, emblems)
    return Described(look=look, scene=scene, caption=_description(rng, kind, look, scene))


def _description(rng: random.Random, kind: Kind, look: Look, scene: Scene) -> str:
    noun = rng.choice((look.type, *kind.nouns))
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
    """Questions with the passage that answers each, three of each subject."""
    pairs = []
    for _ in range(subjects):
        topic, forms = rng.choice(list(TOPICS.items()))
        x = f"{names.word()} {topic.capitalize()}"
        values = {
            "x": x,
            "name": names.person(),
            "n": str(rng.randint(12, 98)),
            "year": str(rng.randint(1690, 1949)),
            "food": rng.choice(FOODS),
        }
        for statement, question in forms:
            asked = question.format_map(values)
            pairs.append(
                {
                    "question": f"{asked[0].upper()}{asked[1:]}?",
                    "passage": statement.format_map(values),
                }
            )
    return pairs
