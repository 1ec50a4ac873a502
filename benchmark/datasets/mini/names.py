"""Invented names, made of shared syllables, so that new names consist of known word pieces."""

from __future__ import annotations

import random

HEADS = (
    *("bel", "tor", "mar", "ost", "kel", "vin", "dra", "sul", "fen", "ral", "mon", "tes", "gar"),
    *("lor", "pel", "had", "nim", "cor", "wes", "jun", "bru", "sta", "ili", "ven"),
    *("hul", "zan", "ber", "qui", "tar", "mol", "gre", "nor", "pas", "fal", "dun", "yel"),
)
MIDDLES = (
    "va",
    "ri",
    "lo",
    "de",
    "mu",
    "ne",
    "sa",
    "ko",
    "ti",
    "gra",
    "be",
    "lu",
    "fi",
    "ro",
    "da",
    "pe",
    "zo",
    "mi",
)
TAILS = (
    "ro",
    "ki",
    "na",
    "den",
    "vel",
    "mas",
    "tin",
    "sk",
    "ra",
    "lo",
    "nor",
    "is",
    "gan",
    "tos",
    "lem",
    "dar",
)
TOWN_TAILS = ("mar", "wick", "ford", "holm", "stead", "by", "haven", "burg")
GIVEN = (
    *("Orla", "Tamsin", "Ivo", "Berit", "Casper", "Dunja", "Edda", "Falk", "Greta", "Hanno"),
    *("Inga", "Jory", "Kaspian", "Lenka", "Milo", "Nessa", "Odo", "Petra", "Quill", "Runa"),
)


class Names:
    """Draws names, each only once."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._taken: set[str] = set()

    def town(self) -> str:
        return self._new((HEADS, MIDDLES, TOWN_TAILS))

    def word(self) -> str:
        return self._new((HEADS, MIDDLES, TAILS))

    def person(self) -> str:
        return f"{self._rng.choice(GIVEN)} {self._new((HEADS, MIDDLES, MIDDLES, TAILS))}"

    def _new(self, parts: tuple[tuple[str, ...], ...]) -> str:
        while True:
            name = "".join(self._rng.choice(part) for part in parts).capitalize()
            if name not in self._taken:
                self._taken.add(name)
                return name
