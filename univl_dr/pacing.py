"""Examples for a control: an epoch has as many optimizer steps as an epoch of other examples."""

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
    """``examples``, with as many batches in an epoch as ``pace`` has.

    They are shuffled again when fewer than a batch are left, so that no batch contains an example
    twice. With the same recipe, whose batch size is ``batch``, both have the same number of steps
    and the same learning rates.
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
        """The examples, shuffled; those that do not fill a last batch are dropped."""
        order = self._drawn.order(generator)
        return order[: len(order) // self._batch * self._batch]
