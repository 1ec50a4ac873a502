"""The content of a picture: the look of a thing, and the circumstances around it."""

from __future__ import annotations

import random
from dataclasses import dataclass

EMBLEMS: tuple[str, ...] = ("colour", "shape", "count")

COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black", "brown")
SHAPES = ("circle", "square", "triangle", "star", "cross", "diamond")
TIMES = ("day", "night", "sunset")
GROUNDS = ("grass", "snow", "sand", "cobbles")
PROPS = ("trees", "barrels", "lamps", "tents")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """The lasting look of a thing."""

    type: str
    main: str
    trim: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The circumstances of one picture. emblems: those that are visible, with their values."""

    time: str
    ground: str
    fence: bool
    rain: bool
    rainbow: bool
    kite: tuple[str, str] | None
    props: tuple[str, int] | None
    emblems: tuple[tuple[str, str], ...] = ()

    def cues(self) -> frozenset[str]:
        """The cues by which a question may identify this picture."""
        flags = {
            "fence": self.fence,
            "rain": self.rain,
            "rainbow": self.rainbow,
            "kite": self.kite is not None,
            "props": self.props is not None,
        }
        named = {f"time:{self.time}", f"ground:{self.ground}"}
        if self.props is not None:
            named.add(f"props:{self.props[0]}")
        named.update(f"emblem:{emblem}" for emblem, _ in self.emblems)
        return frozenset(named | {flag for flag, on in flags.items() if on})


def draw_look(rng: random.Random, noun: str) -> Look:
    main, trim = rng.sample(COLOURS, 2)
    return Look(type=noun, main=main, trim=trim)


def draw_scene(rng: random.Random, emblems: tuple[tuple[str, str], ...] = ()) -> Scene:
    time = rng.choices(TIMES, (5, 3, 3))[0]
    rain = rng.random() < 0.18
    return Scene(
        time=time,
        ground=rng.choice(GROUNDS),
        fence=rng.random() < 0.3,
        rain=rain,
        rainbow=not rain and time != "night" and rng.random() < 0.25,
        kite=(rng.choice(COLOURS), rng.choice(SHAPES)) if rng.random() < 0.4 else None,
        props=(rng.choice(PROPS), rng.randint(1, 4)) if rng.random() < 0.65 else None,
        emblems=emblems,
    )


def draw_emblem(rng: random.Random, emblem: str) -> str:
    if emblem == "colour":
        return rng.choice(COLOURS)
    return rng.choice(SHAPES) if emblem == "shape" else rng.choice(("two", "three", "four", "five"))
