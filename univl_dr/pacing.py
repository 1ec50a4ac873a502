"""Examples for a control: an epoch of them takes as many optimizer steps as one of others does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from univl_dr.examples import EVERY, Drawn, Example, Numbers, Places, Source

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor


@recipe_name("Paced")
@dataclass(frozen=True, kw_only=True)
class Paced:
    """``examples``, of which an epoch has as many batches as an epoch of ``pace``.

    They are shuffled again as soon as fewer than a batch are left, so that no batch holds an
    example twice. Trained by one recipe, whose ``batch`` this is, both take the same number of
    steps at the same learning rates.
    """

    examples: Source
    pace: Source
    batch: int

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        others = self.pace.open(store, preprocess).order(np.random.default_rng(0))
        drawn = self.examples.open(store, preprocess)
        return _Paced(drawn, self.batch, len(others) // self.batch)


class _Paced:
    def __init__(self, drawn: Drawn, batch: int, batches: int) -> None:
        self._drawn, self._batch, self._batches = drawn, batch, batches
        self.unreadable: Mapping[int, str] = drawn.unreadable

    def __len__(self) -> int:
        return len(self._drawn)

    def order(self, generator: np.random.Generator) -> Numbers:
        wanted, order = self._batches * self._batch, self._whole(generator)
        while 0 < len(order) < wanted:
            order = np.concatenate([order, self._whole(generator)])
        return order[:wanted]

    def draw(
        self, numbers: Numbers, generator: np.random.Generator, shown: Places = EVERY
    ) -> list[Example]:
        return self._drawn.draw(numbers, generator, shown)

    def _whole(self, generator: np.random.Generator) -> Numbers:
        """The examples shuffled once, as far as they fill batches."""
        order = self._drawn.order(generator)
        return order[: len(order) // self._batch * self._batch]
