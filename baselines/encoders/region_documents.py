"""Documents with the regions of their images, for training and for search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch

from baselines.encoders.regions import Regional, RegionFile
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Corpus
from benchmark.dense.encode import Matrix
from univl_dr.embedder import Embedder, Item, Start, computing
from univl_dr.examples import EVERY, Drawn, Example, Examples, Places, Rows

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

CACHED = 4096
"""Images whose regions are kept in memory."""

CHUNK = 1024
"""Documents whose regions are held at a time."""


class Pictured:
    """Gives image documents their tags and regions; passages stay as they are."""

    def __init__(self, corpus: Corpus, regions: RegionFile) -> None:
        self._corpus, self._regions = corpus, regions
        self._images = corpus.numbers("image")
        self._read = lru_cache(maxsize=CACHED)(self._look)

    def items(self, numbers: Sequence[int]) -> list[Item]:
        """The documents in ``numbers``."""
        return [
            self._item(row, text)
            for row, text in zip(numbers, self._corpus.texts(numbers), strict=True)
        ]

    def _item(self, row: int, text: str) -> Item:
        if row not in self._images:
            return Item(text)
        tags, features = self._read(row)
        return Item(f"{text} [SEP] {tags}", features)

    def _look(self, row: int) -> tuple[str, Tensor]:
        (name,) = self._corpus.ids([row])
        found = self._regions.read(name)
        return " ".join(found.tags), torch.tensor(found.features)


@recipe_name("RegionExamples")
@dataclass(frozen=True, kw_only=True)
class PicturedExamples:
    """Examples whose images come with their regions in place of pixels."""

    examples: Examples
    regions: Regional

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        pictured = Pictured(self.examples.data.corpus, self.regions.open(store))
        return _Drawn(self.examples.open(store, preprocess), pictured)


class _Drawn:
    def __init__(self, drawn: Drawn, pictured: Pictured) -> None:
        self._drawn, self._pictured = drawn, pictured
        self.unreadable: Mapping[int, str] = {}

    def __len__(self) -> int:
        return len(self._drawn)

    def order(self, generator: np.random.Generator) -> Rows:
        return self._drawn.order(generator)

    def draw(
        self, numbers: Rows, generator: np.random.Generator, shown: Places = EVERY
    ) -> list[Example]:
        # An example's keys are numbers: those of the first documents of the same content.
        return [
            replace(example, items=self._pictured.items(example.keys))
            if place in shown
            else example
            for place, example in enumerate(self._drawn.draw(numbers, generator, shown))
        ]


@recipe_name("RegionEncoding")
@dataclass(frozen=True, kw_only=True)
class PicturedEncoding:
    """An embedder that is shown regions: a model for ``DenseRanking``."""

    weights: Start
    regions: Regional

    def load(self, store: Store) -> PicturedEncoder:
        """Load the weights."""
        module = self.weights.module(store)
        assert isinstance(module, Embedder)  # noqa: S101
        return PicturedEncoder(module.eval(), self.regions.open(store))


class PicturedEncoder:
    """An embedder with regions as the benchmark's ``Encoder``."""

    def __init__(self, module: Embedder, regions: RegionFile) -> None:
        self._module, self._regions = module, regions

    @property
    def dimension(self) -> int:
        return self._module.dimension

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        with torch.inference_mode(), computing(self._module):
            return self._module.embed_questions(texts).cpu().numpy()

    def encode_documents(self, corpus: Corpus, numbers: Rows) -> Matrix:
        pictured, parts = Pictured(corpus, self._regions), []
        for start in range(0, len(numbers), CHUNK):
            items = pictured.items(numbers[start : start + CHUNK].tolist())
            with torch.inference_mode(), computing(self._module):
                parts.append(self._module.embed_documents(items).cpu().numpy())
        return np.concatenate(parts)
