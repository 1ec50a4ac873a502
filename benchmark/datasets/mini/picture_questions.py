"""Questions whose answer is only in pictures; cues in the question identify the pictures."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from benchmark.datasets.mini.questions import HUE, Question, capital, reference
from benchmark.datasets.mini.scene import GROUNDS, PROPS
from benchmark.datasets.mini.world import Picture, Thing

WHEN = {
    "time:day": ("by day", "in broad daylight", "while the sun is high"),
    "time:night": ("at night", "after dark", "under the moon", "in the darkness"),
    "time:sunset": ("at sunset", "at dusk", "in the evening light", "as the sun goes down"),
    "ground:grass": (
        "when there is grass in front",
        "on a green lawn",
        "where the ground is green",
    ),
    "ground:snow": ("in the snow", "when the ground is white with snow", "in wintry surroundings"),
    "ground:sand": ("where the ground is sandy", "when there is sand in front", "on a sandy spot"),
    "ground:cobbles": (
        "where the ground is paved",
        "when there are paving stones in front",
        "on a paved spot",
    ),
    "fence": ("behind a fence", "when there are palings in front", "with a fence before it"),
    "rain": ("in the rain", "while it is raining", "in wet weather", "in a shower"),
    "rainbow": ("under a rainbow", "while a rainbow can be seen", "with a rainbow behind it"),
    "kite": ("while a kite is flying", "when there is a kite in the air", "with a kite overhead"),
    "props:trees": ("when trees are nearby", "with trees at the side", "in the company of trees"),
    "props:barrels": (
        "when barrels are nearby",
        "with barrels at the side",
        "in the company of barrels",
    ),
    "props:lamps": (
        "when street lamps are nearby",
        "with street lamps at the side",
        "in the company of street lamps",
    ),
    "props:tents": ("when tents are nearby", "with tents at the side", "in the company of tents"),
}
NUMERALS = ("none", "one", "two", "three", "four")
MIX = {"color": 10, "shape": 5, "number": 12, "YesNo": 28, "Others": 27, "choose": 18}


@dataclass(frozen=True, slots=True, kw_only=True)
class Aspect:
    """A property of pictures for questions.

    needs: the cue that a picture must have. family: the cues that would give the answer away.
    """

    category: str
    needs: str
    family: str
    ask: tuple[str, ...]
    answer: str
    value: Callable[[Picture], str]


def _kite(picture: Picture, index: int) -> str:
    return picture.scene.kite[index] if picture.scene.kite else ""


def _prop(picture: Picture) -> str:
    return picture.scene.props[0] if picture.scene.props else ""


def _count(picture: Picture) -> str:
    return NUMERALS[picture.scene.props[1]] if picture.scene.props else ""


def _whether(cue: str) -> Callable[[Picture], str]:
    return lambda picture: "yes" if cue in picture.scene.cues() else "no"


def _yes_no(cue: str, family: str, *ask: str) -> Aspect:
    return Aspect(
        category="YesNo", needs="", family=family, ask=ask, answer="{V}.", value=_whether(cue)
    )


ASPECTS = (
    Aspect(
        category="color",
        needs="kite",
        family="kite",
        ask=(
            "what {hue} is the kite above {x}",
            "which {hue} does the kite over {x} have",
            "in what {hue} is the kite that flies over {x}",
            "of which {hue} is the toy in the sky over {x}",
        ),
        answer="The kite above {x} is {v}.",
        value=lambda picture: _kite(picture, 0),
    ),
    Aspect(
        category="shape",
        needs="kite",
        family="kite",
        ask=(
            "what shape is the kite above {x}",
            "which form does the kite over {x} have",
            "what outline has the kite in the air over {x}",
            "like what is the toy in the sky over {x} cut",
        ),
        answer="The kite above {x} is a {v}.",
        value=lambda picture: _kite(picture, 1),
    ),
    *(
        Aspect(
            category="number",
            needs=f"props:{prop}",
            family="props",
            ask=(
                f"how many {prop} are beside {{x}}",
                f"what is the number of {prop} near {{x}}",
                f"how many {prop} can one count around {{x}}",
                f"what quantity of {prop} surrounds {{x}}",
            ),
            answer=f"The number of {prop} is {{v}}.",
            value=_count,
        )
        for prop in PROPS
    ),
    Aspect(
        category="Others",
        needs="props",
        family="props",
        ask=(
            "what stands beside {x}",
            "which objects are next to {x}",
            "what is to be found at the side of {x}",
            "which things keep {x} company",
        ),
        answer="Next to {x} one can see {v}.",
        value=_prop,
    ),
    Aspect(
        category="Others",
        needs="",
        family="ground",
        ask=(
            "what covers the ground around {x}",
            "what kind of ground is there near {x}",
            "on what does {x} stand",
            "what lies underfoot around {x}",
        ),
        answer="The ground is covered with {v}.",
        value=lambda picture: picture.scene.ground,
    ),
    _yes_no(
        "fence",
        "fence",
        "is there a fence in front of {x}",
        "does a fence stand before {x}",
        "can one see palings before {x}",
        "is {x} fenced off",
    ),
    _yes_no(
        "kite",
        "kite",
        "is a kite flying above {x}",
        "is there a kite over {x}",
        "does anything fly above {x}",
        "can one see a toy in the sky over {x}",
    ),
    _yes_no(
        "rain",
        "rain",
        "is it raining on {x}",
        "does rain fall on {x}",
        "is the weather wet around {x}",
        "are drops falling on {x}",
    ),
    *(
        _yes_no(
            f"props:{prop}",
            "props",
            f"are there any {prop} beside {{x}}",
            f"can one see {prop} next to {{x}}",
            f"do {prop} stand near {{x}}",
        )
        for prop in ("trees", "barrels")
    ),
    Aspect(
        category="choose",
        needs="",
        family="ground",
        ask=(
            "is there {a} or {b} on the ground near {x}",
            "does {x} stand on {a} or on {b}",
            "which is underfoot around {x}, {a} or {b}",
        ),
        answer="There is {v}.",
        value=lambda picture: picture.scene.ground,
    ),
    Aspect(
        category="choose",
        needs="props",
        family="props",
        ask=(
            "are there {a} or {b} next to {x}",
            "does {x} have {a} or {b} at its side",
            "which of the two is beside {x}, {a} or {b}",
        ),
        answer="There are {v}.",
        value=_prop,
    ),
)
CHOICES = {"ground": GROUNDS, "props": PROPS}


def about_pictures(rng: random.Random, thing: Thing, others: list[Thing]) -> list[Question]:
    """Questions of mixed categories, in a random order that follows ``MIX``."""
    found = [_about_one(rng, thing, aspect) for aspect in ASPECTS]
    found += [_about_part(rng, thing, index) for index in (0, 1)]
    found.append(_about_kites(rng, thing, others))
    found += [_about_counts(rng, thing, others, prop) for prop in PROPS]
    questions = [question for question in found if question is not None]
    alike = {
        category: sum(question.category == category for question in questions) for category in MIX
    }
    return sorted(
        questions,
        key=lambda question: rng.random() ** (alike[question.category] / MIX[question.category]),
        reverse=True,
    )


def _only(thing: Thing, *cues: str) -> Picture | None:
    """The only picture of the thing that has all the cues; None if there is none or several."""
    having = [picture for picture in thing.pictures if picture.cues.issuperset(cues)]
    return having[0] if len(having) == 1 else None


def _about_one(rng: random.Random, thing: Thing, aspect: Aspect) -> Question | None:
    needs = {aspect.needs} - {""}
    options = []
    for cue in sorted({cue for picture in thing.pictures for cue in picture.cues}):
        told = cue.startswith(("year:", "festival:"))
        if (cue in WHEN or told) and not cue.startswith(aspect.family):
            picture = _only(thing, *needs, cue)
            if picture is not None:
                options.append((picture, cue, told))
    wanted = rng.random() < 0.15
    options = [option for option in options if option[2] == wanted] or options
    alone = _only(thing, *needs) if needs else None
    if alone is not None and (not options or rng.random() < 0.4):
        picture, cue = alone, ""
    elif options:
        picture, cue, _ = rng.choice(options)
    else:
        return None
    return _asked(rng, thing, aspect, picture, cue)


def _asked(
    rng: random.Random, thing: Thing, aspect: Aspect, picture: Picture, cue: str
) -> Question:
    value = aspect.value(picture)
    others = [choice for choice in CHOICES.get(aspect.family, ()) if choice != value]
    first, second = rng.sample([value, rng.choice(others or [""])], 2)
    x = reference(rng, thing, by_town=picture.names_town)
    text = rng.choice(aspect.ask).format(x=x, hue=rng.choice(HUE), a=first, b=second)
    return Question(
        text=_placed(rng, text, _when(rng, cue)),
        answer=aspect.answer.format(x=f"the {thing.title}", v=value, V=value.capitalize()),
        keyword=value,
        category=aspect.category,
        things=(thing,),
        pictures=(picture,),
    )


def _when(rng: random.Random, cue: str) -> str:
    if cue.startswith("year:"):
        return f"in {cue.removeprefix('year:')}"
    if cue.startswith("festival:"):
        return f"during the {cue.removeprefix('festival:')}"
    return rng.choice(WHEN[cue]) if cue else ""


def _placed(rng: random.Random, text: str, when: str) -> str:
    if not when:
        return capital(f"{text}?")
    return capital(f"{when}, {text}?") if rng.random() < 0.5 else capital(f"{text} {when}?")


def _about_part(rng: random.Random, thing: Thing, index: int) -> Question | None:
    """A question about a lasting colour, which all pictures show; only for things with two."""
    part = thing.kind.parts[index]
    if len(thing.pictures) > 2 or not part:
        return None
    x = reference(rng, thing, by_town=all(picture.names_town for picture in thing.pictures))
    look = thing.pictures[0].look
    value = (look.main, look.trim)[index]
    return Question(
        text=f"What is the {rng.choice(HUE)} of the {part} of {x}?",
        answer=f"The colour of the {part} is {value}.",
        keyword=value,
        category="color",
        things=(thing,),
        pictures=thing.pictures,
    )


def _about_kites(rng: random.Random, thing: Thing, others: list[Thing]) -> Question | None:
    first = _only(thing, "kite")
    rivals = [(other, picture) for other in others if (picture := _only(other, "kite"))]
    if first is None or not rivals:
        return None
    other, second = rng.choice(rivals)
    same = _kite(first, 0) == _kite(second, 0)
    x = reference(rng, thing, by_town=first.names_town)
    y = reference(rng, other, by_town=second.names_town)
    return Question(
        text=f"Are the kites above {x} and above {y} of the same {rng.choice(HUE)}?",
        answer=f"{'Yes' if same else 'No'}, they are {_kite(first, 0)} and {_kite(second, 0)}.",
        keyword="yes" if same else "no",
        category="YesNo",
        things=(thing, other),
        pictures=(first, second),
    )


def _about_counts(
    rng: random.Random, thing: Thing, others: list[Thing], prop: str
) -> Question | None:
    cue = f"props:{prop}"
    first = _only(thing, cue)
    rivals = [(other, picture) for other in others if (picture := _only(other, cue))]
    if first is None or not rivals:
        return None
    other, second = rng.choice(rivals)
    if _count(first) == _count(second):
        return None
    x = reference(rng, thing, by_town=first.names_town)
    y = reference(rng, other, by_town=second.names_town)
    more = thing if NUMERALS.index(_count(first)) > NUMERALS.index(_count(second)) else other
    return Question(
        text=f"Which has more {prop} beside it, {x} or {y}?",
        answer=f"The {more.title}.",
        keyword=more.title,
        category="choose",
        things=(thing, other),
        pictures=(first, second),
    )
