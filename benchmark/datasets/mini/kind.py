"""What a kind of things is: its nouns, its parts, and the facts told about it."""

from __future__ import annotations

from dataclasses import dataclass, field

FACTS: tuple[str, ...] = ("maker", "year", "stuff", "keeper", "size", "place")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """How a fact is told and asked for; the two avoid each other's words where they can.

    say: sentences about {x} with the value {v}.
    values: what {v} is drawn from; the values of the other facts are the same for all kinds.
    ask: questions that begin with their question word.
    more: which of two has more of it, for the facts that are numbers.
    clue: what stands for the name in a question about another fact, where {v} is unique.
    """

    say: tuple[str, ...]
    ask: tuple[str, ...]
    values: tuple[str, ...] = ()
    more: str = ""
    clue: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """nouns: the two types, which the names end in, and what questions say in place of each.

    parts: what has the main colour, and what has the other.
    emblems: what carries the colour, the shape and the number that a picture or a passage gives.
    """

    name: str
    nouns: dict[str, tuple[str, ...]]
    parts: tuple[str, str]
    emblems: dict[str, str]
    facts: dict[str, Fact] = field(repr=False)


def numbers(start: int, stop: int) -> tuple[str, ...]:
    """Figures as texts, ``stop`` left out."""
    return tuple(str(number) for number in range(start, stop))
