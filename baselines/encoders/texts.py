"""The texts that the small BERT learns masked words from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from univl_dr.examples import EVERY, Drawn, Example, Places, Rows

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

HELD_OUT = 10
"""Each so many-th text is for the dev part."""


@recipe_name("Sentences")
@dataclass(frozen=True, kw_only=True)
class Sentences:
    """The corpus' distinct texts and the training questions: no judgment, and no other question."""

    data: Collection
    part: Literal["train", "dev"] = "train"

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        del store, preprocess
        corpus = self.data.corpus
        texts = corpus.texts(np.unique(corpus.canonical))
        texts += [query.text for query in self.data.queries("train")]
        held_out = self.part == "dev"
        return _Drawn([text for n, text in enumerate(texts) if (n % HELD_OUT == 0) == held_out])


class _Drawn:
    unreadable: Mapping[int, str] = MappingProxyType({})

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def order(self, generator: np.random.Generator) -> Rows:
        return generator.permutation(len(self))

    def draw(
        self, numbers: Rows, generator: np.random.Generator, shown: Places = EVERY
    ) -> list[Example]:
        del generator, shown
        return [Example(f"text {n}", self._texts[n], (), (), frozenset()) for n in numbers.tolist()]
