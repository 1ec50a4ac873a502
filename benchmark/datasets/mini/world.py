"""The invented world: towns, the things in them, their pictures and their passages."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from benchmark.datasets.mini.kind import FACTS, Kind
from benchmark.datasets.mini.kinds import KINDS
from benchmark.datasets.mini.names import Names
from benchmark.datasets.mini.scene import (
    EMBLEMS,
    Look,
    Scene,
    draw_emblem,
    draw_look,
    draw_scene,
)
from benchmark.datasets.mini.sentences import caption_of, passage_of

KINDS_IN_A_TOWN = 3
TOWN_NAMED = 0.4

GUILDS = (
    *("Weavers", "Coopers", "Bakers", "Tanners", "Masons", "Glaziers", "Potters", "Smiths"),
    *("Fishers", "Printers", "Millers", "Dyers", "Brewers", "Carvers"),
)
FESTIVALS = ("Lantern Fair", "Harvest Fair", "Regatta", "May Feast", "Guild Days", "Apple Market")


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture: its scene, and the content of its caption.

    year, festival: None if the caption does not contain them. names_town: whether the caption
    contains the town. number: the picture's number among all pictures.
    """

    number: int
    title: str
    look: Look
    scene: Scene
    caption: str
    year: int | None
    festival: str | None
    names_town: bool

    @cached_property
    def cues(self) -> frozenset[str]:
        """The cues by which a question may identify this picture."""
        told = {f"year:{self.year}"} if self.year else set()
        if self.festival:
            told.add(f"festival:{self.festival}")
        return self.scene.cues() | told


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage. tells: the facts and the emblems that its text contains."""

    number: int
    title: str
    text: str
    tells: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """An entity: the only one of its type in its town, beside the other type of its kind."""

    kind: Kind
    word: str
    type: str
    town: str
    facts: Mapping[str, str]
    told: Mapping[str, str]
    pictures: tuple[Picture, ...]
    passages: tuple[Passage, ...]

    @property
    def title(self) -> str:
        return f"{self.word} {self.type.capitalize()}"

    @property
    def nouns(self) -> tuple[str, ...]:
        """What questions say in place of the type; of no other thing in its town."""
        return self.kind.nouns[self.type]

    def telling(self, fact: str) -> Passage:
        """The only passage that contains this fact."""
        (passage,) = (passage for passage in self.passages if fact in passage.tells)
        return passage


class World:
    """Makes towns; pictures and passages are numbered in the order in which they are made."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self.names = Names(rng)
        self.pictures: list[Picture] = []
        self.passages: list[Passage] = []

    def town(self) -> list[Thing]:
        name = self.names.town()
        kinds = self._rng.sample(KINDS, KINDS_IN_A_TOWN)
        return [self._thing(kind, noun, name) for kind in kinds for noun in kind.nouns]

    def _thing(self, kind: Kind, noun: str, town: str) -> Thing:
        rng = self._rng
        word = town if rng.random() < TOWN_NAMED else self.names.word()
        look = draw_look(rng, noun)
        facts = self._facts(kind, town)
        shown: dict[str, str] = {}
        told: dict[str, str] = {}
        for emblem in EMBLEMS:
            fate = rng.choice((shown, told, {}))
            fate[emblem] = draw_emblem(rng, emblem)
        title = f"{word} {noun.capitalize()}"
        return Thing(
            kind=kind,
            word=word,
            type=noun,
            town=town,
            facts=facts,
            told=told,
            pictures=self._pictures(title, town, look, shown),
            passages=self._passages(kind, title, noun, facts, told),
        )

    def _facts(self, kind: Kind, town: str) -> dict[str, str]:
        return {
            "maker": self.names.person(),
            "year": str(self._rng.randint(1690, 1949)),
            "stuff": self._rng.choice(kind.facts["stuff"].values),
            "keeper": f"Guild of {self._rng.choice(GUILDS)}",
            "size": self._rng.choice(kind.facts["size"].values),
            "place": town,
        }

    def _pictures(
        self, title: str, town: str, look: Look, shown: Mapping[str, str]
    ) -> tuple[Picture, ...]:
        rng = self._rng
        count = rng.choices((2, 3), (45, 55))[0]
        on_show: list[list[tuple[str, str]]] = [[] for _ in range(count)]
        for emblem, value in shown.items():
            for index in rng.sample(range(count), rng.choice((1, 1, 2))):
                on_show[index].append((emblem, value))
        years = rng.sample(range(1988, 2021), count)
        pictures = []
        for year, emblems in zip(years, on_show, strict=True):
            scene = draw_scene(rng, tuple(emblems))
            festival = rng.choice(FESTIVALS) if rng.random() < 0.25 else None
            told_year = year if rng.random() < 0.5 else None
            names_town = town in title or rng.random() < 0.6
            picture = Picture(
                number=len(self.pictures),
                title=title,
                look=look,
                scene=scene,
                caption=caption_of(
                    rng, title, town if names_town else None, told_year, festival, scene
                ),
                year=told_year,
                festival=festival,
                names_town=names_town,
            )
            self.pictures.append(picture)
            pictures.append(picture)
        return tuple(pictures)

    def _passages(
        self,
        kind: Kind,
        title: str,
        noun: str,
        facts: Mapping[str, str],
        told: Mapping[str, str],
    ) -> tuple[Passage, ...]:
        rng = self._rng
        topics: list[str] = [*FACTS, *told]
        rng.shuffle(topics)
        count = rng.choices((2, 3, 4), (25, 45, 30))[0]
        shares = [topics[index::count] for index in range(count)]
        values: dict[str, str] = {**facts, **told}
        passages = []
        for share in shares:
            text = passage_of(rng, kind, title, noun, share, values)
            passage = Passage(
                number=len(self.passages), title=title, text=text, tells=frozenset(share)
            )
            self.passages.append(passage)
            passages.append(passage)
        return tuple(passages)
