"""Questions, their references to things, and questions that either modality may answer."""

from __future__ import annotations

import random
from dataclasses import dataclass

from benchmark.datasets.mini.scene import EMBLEMS
from benchmark.datasets.mini.world import Passage, Picture, Thing

HUE = ("colour", "color", "hue", "tint", "shade")
ASKED: dict[str, tuple[str, ...]] = {
    "colour": (
        "What {hue} is the {noun} of {x}?",
        "Which {hue} does the {noun} of {x} have?",
        "What is the {hue} of {x}'s {noun}?",
        "In what {hue} does the {noun} of {x} come?",
        "Of which {hue} is {x}'s {noun}?",
    ),
    "shape": (
        "What shape is the {noun} of {x}?",
        "Which form does the {noun} of {x} have?",
        "What is the outline of {x}'s {noun}?",
        "Like what is the {noun} of {x} cut?",
        "What figure does {x}'s {noun} form?",
    ),
    "count": (
        "How many {noun} does {x} have?",
        "What is the number of {noun} on {x}?",
        "How many {noun} can be counted on {x}?",
        "How large is the number of {noun} of {x}?",
        "What quantity of {noun} does {x} have?",
    ),
}
COMPARED: dict[str, tuple[str, ...]] = {
    "colour": (
        "Is the {noun} of {x} the same {hue} as that of {y}?",
        "Do {x} and {y} share the {hue} of the {noun}?",
        "Does the {noun} of {x} match that of {y} in {hue}?",
    ),
    "shape": (
        "Is the {noun} of {x} the same shape as that of {y}?",
        "Do {x} and {y} share the shape of the {noun}?",
        "Does the {noun} of {x} match that of {y} in outline?",
    ),
    "count": (
        "Do {x} and {y} have the same number of {noun}?",
        "Does {x} have as many {noun} as {y}?",
    ),
}
ANSWERED = {
    "colour": "The colour of the {noun} is {v}.",
    "shape": "The {noun} is a {v}.",
    "count": "The number of {noun} is {v}.",
}
CATEGORIES: dict[str, str] = {"colour": "color", "shape": "shape", "count": "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about things, with the pictures or the passages that answer it."""

    text: str
    answer: str
    keyword: str
    category: str
    things: tuple[Thing, ...]
    pictures: tuple[Picture, ...] = ()
    passages: tuple[Passage, ...] = ()


def reference(rng: random.Random, thing: Thing, *, by_town: bool = True) -> str:
    """The thing's name, a part of it, or, where ``by_town`` holds, where it is at home."""
    noun = rng.choice(thing.nouns)
    forms = [f"the {thing.title}", f"the {thing.word} {noun}"]
    if by_town:
        forms.append(f"the {noun} of {thing.town}")
    return rng.choice(forms)


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def about_emblems(rng: random.Random, thing: Thing, others: list[Thing]) -> list[Question]:
    """Questions whose wording does not show whether a picture or a passage answers them."""
    questions = []
    for emblem in EMBLEMS:
        if not (_shown(thing, emblem) or emblem in thing.told):
            continue
        questions.append(_about_one(rng, thing, emblem))
        peers = [other for other in others if _comparable(thing, other, emblem)]
        if peers:
            questions.append(_about_two(rng, thing, rng.choice(peers), emblem))
    return questions


def _shown(thing: Thing, emblem: str) -> tuple[Picture, ...]:
    return tuple(picture for picture in thing.pictures if _value(picture, emblem))


def _value(picture: Picture, emblem: str) -> str:
    return dict(picture.scene.emblems).get(emblem, "")


def _comparable(thing: Thing, other: Thing, emblem: str) -> bool:
    if emblem in thing.told:
        return emblem in other.told
    return len(_shown(thing, emblem)) == len(_shown(other, emblem)) == 1


def _evidence(thing: Thing, emblem: str) -> tuple[tuple[Picture, ...], tuple[Passage, ...], str]:
    if emblem in thing.told:
        return (), (thing.telling(emblem),), thing.told[emblem]
    pictures = _shown(thing, emblem)
    return pictures, (), _value(pictures[0], emblem)


def _by_town(thing: Thing, pictures: tuple[Picture, ...]) -> bool:
    """Whether the documents contain the town; passages contain it only in names."""
    if thing.town == thing.word:
        return True
    return bool(pictures) and all(picture.names_town for picture in pictures)


def _about_one(rng: random.Random, thing: Thing, emblem: str) -> Question:
    pictures, passages, value = _evidence(thing, emblem)
    x = reference(rng, thing, by_town=_by_town(thing, pictures))
    noun = thing.kind.emblems[emblem]
    text = rng.choice(ASKED[emblem]).format(x=x, noun=noun, hue=rng.choice(HUE))
    return Question(
        text=text,
        answer=ANSWERED[emblem].format(noun=noun, v=value),
        keyword=value,
        category=CATEGORIES[emblem] if pictures else "text",
        things=(thing,),
        pictures=pictures,
        passages=passages,
    )


def _about_two(rng: random.Random, thing: Thing, other: Thing, emblem: str) -> Question:
    pictures, passages, value = _evidence(thing, emblem)
    more_pictures, more_passages, second = _evidence(other, emblem)
    text = rng.choice(COMPARED[emblem]).format(
        x=reference(rng, thing, by_town=_by_town(thing, pictures)),
        y=reference(rng, other, by_town=_by_town(other, more_pictures)),
        noun=thing.kind.emblems[emblem],
        hue=rng.choice(HUE),
    )
    same = value == second
    return Question(
        text=text,
        answer=f"Yes, it is {value} for both." if same else f"No, {value} and {second}.",
        keyword="yes" if same else "no",
        category="YesNo" if pictures else "text",
        things=(thing, other),
        pictures=pictures + more_pictures,
        passages=passages + more_passages,
    )
