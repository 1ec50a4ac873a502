"""The wording of captions and passages."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from benchmark.datasets.mini.kind import Kind
from benchmark.datasets.mini.scene import Scene

MONTHS = {"spring": "April", "summer": "July", "autumn": "October", "winter": "January"}
PHOTOGRAPHERS = ("A. Brandt", "M. Okafor", "L. Sorel", "J. Whitby", "T. Ngata", "R. Solano")
VIEWS = ("", "", "View of the ", "The ", "Photograph of the ", "A visit to the ")
TOLD = {
    "colour": ("the {noun} of {x} is {v}", "tradition gives {x} its {v} {noun}"),
    "shape": ("the {noun} of {x} is a {v}", "a {v} serves as the {noun} of {x}"),
    "count": ("{v} {noun} belong to {x}", "{x} has {v} {noun}"),
}
FILLERS = (
    "A good deal has been written about it.",
    "Local papers mention it every year.",
    "Not everyone in the region agrees on the details.",
    "Old letters confirm this.",
    "It appears on a postage stamp.",
    "A small museum tells the story.",
)


def caption_of(
    rng: random.Random,
    title: str,
    town: str | None,
    year: int | None,
    festival: str | None,
    scene: Scene,
) -> str:
    """A caption: the name and some circumstances; some captions contain the time of day."""
    season = "winter" if scene.ground == "snow" else rng.choice(tuple(MONTHS))
    if year:
        day = f"{rng.randint(1, 28)} {MONTHS[season]} {year}"
        date = rng.choice((f"{season} {year}", f"{year}", day))
    else:
        date = rng.choice((season, "", ""))
    text = rng.choice(VIEWS) + title
    if town and town not in title:
        text += rng.choice((f", {town}", f" in {town}", f" ({town})"))
    if festival:
        text += rng.choice((f" during the {festival}", f" at the {festival}"))
    if scene.time == "night" and rng.random() < 0.15:
        text += " at night"
    if date:
        text += f", {date}"
    if rng.random() < 0.25:
        text += f". Photo: {rng.choice(PHOTOGRAPHERS)}"
    return text


def passage_of(
    rng: random.Random,
    kind: Kind,
    title: str,
    noun: str,
    topics: Sequence[str],
    values: Mapping[str, str],
) -> str:
    """A passage: the first sentence contains the thing's name, the others its noun."""
    sentences = []
    for index, topic in enumerate(topics):
        x = f"the {title}" if index == 0 else f"the {noun}"
        sentences.append(sentence(rng.choice(statements(kind, topic)), kind, topic, x, values))
    if rng.random() < 0.5:
        sentences.append(rng.choice(FILLERS))
    return " ".join(sentences)


def statements(kind: Kind, topic: str) -> Sequence[str]:
    """The sentence forms for a fact, or for the value of an emblem."""
    if topic in TOLD:
        return TOLD[topic]
    return next(fact.say for key, fact in kind.facts.items() if key == topic)


def sentence(form: str, kind: Kind, topic: str, x: str, values: Mapping[str, str]) -> str:
    text = form.format(x=x, v=values[topic], noun=kind.emblems.get(topic, ""))
    return f"{text[0].upper()}{text[1:]}."
