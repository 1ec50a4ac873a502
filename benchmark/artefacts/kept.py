"""Figures that follow from hashed inputs alone, kept in the store so that they are computed once.

    kept(store, "tests", inputs, lambda: ...)

gives the JSON data that the function returns, and calls it only where the store lacks them.
``inputs`` must tell all that the figures follow from, by hashes that have been checked. The code
that computes them is known by its source, and numpy and scipy by their versions. Whatever verifies
computes anew instead.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmark.artefacts.identity import INCIDENTAL, Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.io.files import write_text
from benchmark.io.jsonl import decode_json

FILE = "figures.json"

SOURCES = ("evaluation", "results")
"""The packages of this project that compute what is kept."""


@recipe_name("Figures")
@dataclass(frozen=True, kw_only=True)
class Figures(Artefact):
    """What ``compute`` gives; ``inputs`` is JSON data."""

    what: str
    inputs: str
    code: str
    compute: Callable[[], Any] = field(metadata=INCIDENTAL)

    def build(self, folder: Path, store: Store) -> None:
        del store
        write_text(folder / FILE, json.dumps(self.compute(), allow_nan=False) + "\n")


def kept(store: Store | None, what: str, inputs: Any, compute: Callable[[], Any]) -> Any:
    """The JSON data that ``compute`` gives; it is called where there is no store to write to."""
    text = json.dumps(inputs, sort_keys=True, allow_nan=False)
    figures = Figures(what=what, inputs=text, code=_code(), compute=compute)
    if store is None or not (store.has(figures) or os.access(store.root, os.W_OK)):
        return compute()
    return decode_json((store.path(figures) / FILE).read_bytes())


@cache
def _code() -> str:
    """A hash of the code that computes figures, and of the versions of what it computes with."""
    digest = hashlib.sha256()
    for package in SOURCES:
        for path in sorted((Path(__file__).parents[1] / package).glob("*.py")):
            digest.update(path.read_bytes())
    for name in ("numpy", "scipy"):
        digest.update(version(name).encode())
    return digest.hexdigest()
