"""Questions that passages answer; most need two passages."""

from __future__ import annotations

import random

from benchmark.datasets.mini.kind import FACTS
from benchmark.datasets.mini.questions import Question, capital, reference
from benchmark.datasets.mini.sentences import sentence
from benchmark.datasets.mini.world import Thing

NUMERIC: tuple[str, ...] = ("year", "size")


def about_facts(rng: random.Random, thing: Thing, others: list[Thing]) -> list[Question]:
    """A question of each form that is possible for the thing."""
    found = [_bridge(rng, thing), _bridge(rng, thing), _pair(rng, thing), _pair(rng, thing)]
    found += [_compare(rng, thing, rng.choice(others)), _single(rng, thing)]
    return [question for question in found if question is not None]


def _ask(rng: random.Random, thing: Thing, fact: str, x: str) -> str:
    return rng.choice(thing.kind.facts[fact].ask).format(x=x)


def _answer(thing: Thing, fact: str) -> str:
    form = thing.kind.facts[fact].say[0]
    return sentence(form, thing.kind, fact, f"the {thing.title}", thing.facts)


def _bridge(rng: random.Random, thing: Thing) -> Question | None:
    """A question for which one passage identifies the thing, and another contains the answer."""
    fact = rng.choice(("year", "stuff", "keeper", "size", "place"))
    via: str = "place" if fact != "place" and rng.random() < 0.3 else "maker"
    if via == "place" and thing.town == thing.word:
        via = "maker"
    first, second = thing.telling(via), thing.telling(fact)
    if first == second:
        return None
    noun = rng.choice(thing.nouns)
    if via == "maker":
        clue = thing.kind.facts["maker"].clue.format(v=thing.facts["maker"])
        x = f"the {noun} {clue}"
    else:
        x = f"the {noun} of {thing.town}"
    return Question(
        text=capital(_ask(rng, thing, fact, x)) + "?",
        answer=_answer(thing, fact),
        keyword=thing.facts[fact],
        category="text",
        things=(thing,),
        passages=(first, second),
    )


def _pair(rng: random.Random, thing: Thing) -> Question | None:
    """A question about two facts in two passages."""
    fact, other = rng.sample(FACTS, 2)
    first, second = thing.telling(fact), thing.telling(other)
    if first == second or ("place" in (fact, other) and thing.town == thing.word):
        return None
    x = reference(rng, thing, by_town=False)
    return Question(
        text=capital(
            f"{_ask(rng, thing, fact, x)}, and {_ask(rng, thing, other, f'the {thing.type}')}?"
        ),
        answer=f"{_answer(thing, fact)} {_answer(thing, other)}",
        keyword=f"{thing.facts[fact]}, {thing.facts[other]}",
        category="text",
        things=(thing,),
        passages=(first, second),
    )


def _single(rng: random.Random, thing: Thing) -> Question:
    fact = rng.choice(FACTS)
    if fact == "place" and thing.town == thing.word:
        fact = "maker"
    x = reference(rng, thing, by_town=thing.town == thing.word)
    return Question(
        text=capital(_ask(rng, thing, fact, x)) + "?",
        answer=_answer(thing, fact),
        keyword=thing.facts[fact],
        category="text",
        things=(thing,),
        passages=(thing.telling(fact),),
    )


def _compare(rng: random.Random, thing: Thing, other: Thing) -> Question | None:
    """A question which of two things has more."""
    fact = rng.choice(NUMERIC)
    if thing.facts[fact] == other.facts[fact]:
        return None
    text = thing.kind.facts[fact].more.format(
        x=reference(rng, thing, by_town=thing.town == thing.word),
        y=reference(rng, other, by_town=other.town == other.word),
    )
    winner = max(thing, other, key=lambda one: int(one.facts[fact]))
    return Question(
        text=text,
        answer=f"The {winner.title}.",
        keyword=winner.title,
        category="text",
        things=(thing, other),
        passages=(thing.telling(fact), other.telling(fact)),
    )
