"""Documents with the regions of their images, for training and for search."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from baselines.encoders.regions import Regional, RegionFile
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Corpus
from univl_dr.examples import EVERY, Drawn, Example, Examples, Numbers, Places
from univl_dr.inference import EmbedderEncoder
from univl_dr.items import Item

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

    from univl_dr.embedder import Start

CACHED = 4096
"""The number of images whose regions are kept in memory."""


class RegionDocuments:
    """The model's input for documents: caption, tags and regions of images; text of passages."""

    unreadable: Mapping[int, str] = MappingProxyType({})

    def __init__(self, corpus: Corpus, regions: RegionFile) -> None:
        self._corpus, self._regions = corpus, regions
        self._images = corpus.numbers("image")
        self._cached = lru_cache(maxsize=CACHED)(self._read)

    def items(self, numbers: Sequence[int] | Numbers) -> list[Item]:
        """The documents in ``numbers``."""
        return [
            self._item(int(number), text)
            for number, text in zip(numbers, self._corpus.texts(numbers), strict=True)
        ]

    def _item(self, number: int, text: str) -> Item:
        if number not in self._images:
            return Item(text)
        tags, features = self._cached(number)
        return Item(f"{text} [SEP] {tags}", features)

    def _read(self, number: int) -> tuple[str, Tensor]:
        import torch

        (name,) = self._corpus.ids([number])
        regions = self._regions.read(name)
        return " ".join(regions.tags), torch.tensor(regions.features)


@recipe_name("RegionExamples")
@dataclass(frozen=True, kw_only=True)
class RegionExamples:
    """Training examples whose images are represented by regions in place of pixels."""

    examples: Examples
    regions: Regional

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        documents = RegionDocuments(self.examples.data.corpus, self.regions.open(store))
        return _Drawn(self.examples.open(store, preprocess), documents)


class _Drawn:
    def __init__(self, drawn: Drawn, documents: RegionDocuments) -> None:
        self._drawn, self._documents = drawn, documents
        self.unreadable = documents.unreadable

    def __len__(self) -> int:
        return len(self._drawn)

    def order(self, generator: np.random.Generator) -> Numbers:
        return self._drawn.order(generator)

    def draw(
        self, numbers: Numbers, generator: np.random.Generator, shown: Places = EVERY
    ) -> list[Example]:
        # An example's keys are corpus numbers: those of the first documents of equal content.
        return [
            replace(example, items=self._documents.items(example.keys))
            if place in shown
            else example
            for place, example in enumerate(self._drawn.draw(numbers, generator, shown))
        ]


@recipe_name("RegionEncoding")
@dataclass(frozen=True, kw_only=True)
class RegionEncoding:
    """A ``DenseRanking`` model: an embedder that reads regions in place of pixels."""

    weights: Start
    regions: Regional

    def load(self, store: Store) -> EmbedderEncoder:
        """Load the weights."""
        from univl_dr.embedder import Embedder

        module = self.weights.module(store)
        assert isinstance(module, Embedder)  # noqa: S101
        regions = self.regions.open(store)
        return EmbedderEncoder(module, lambda corpus: RegionDocuments(corpus, regions))
