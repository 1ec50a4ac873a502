"""The texts that the small masked language model is trained on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from univl_dr.examples import Drawn, Example, FixedExamples

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor

HELD_OUT = 10
"""One of HELD_OUT texts is in the dev part."""


@recipe_name("Sentences")
@dataclass(frozen=True, kw_only=True)
class Sentences:
    """The distinct texts of the corpus and the training questions, without any judgments."""

    data: Collection
    part: Literal["train", "dev"] = "train"

    def open(self, store: Store, preprocess: Callable[[Image], Tensor]) -> Drawn:
        del store, preprocess
        corpus = self.data.corpus
        texts = corpus.texts(np.unique(corpus.canonical))
        texts += [query.text for query in self.data.queries("train")]
        held_out = self.part == "dev"
        kept = [text for n, text in enumerate(texts) if (n % HELD_OUT == 0) == held_out]
        return FixedExamples(
            [Example(f"text {n}", text, (), (), frozenset()) for n, text in enumerate(kept)]
        )
