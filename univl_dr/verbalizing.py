"""The start and the objective of a verbalizer's training; importing them loads no network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from univl_dr.examples import Example
from univl_dr.losses import Outcome

if TYPE_CHECKING:
    from univl_dr.embedder import Start, Trained
    from univl_dr.verbalizer import Verbalizer


@recipe_name("UntrainedVerbalizer")
@dataclass(frozen=True, kw_only=True)
class UntrainedVerbalizer:
    """An untrained verbalizer, which reads images through the image tower of ``encoder``.

    deviation: the standard deviation of the decoder's initial weights. Its default and that of
    ``dropout`` are GPT-2's; a narrow decoder that is trained for few steps needs larger weights and
    no dropout.
    """

    encoder: Start
    seed: int
    width: int = 512
    layers: int = 6
    deviation: float = 0.02
    dropout: float = 0.1

    def module(self, store: Store) -> Verbalizer:
        import torch

        from univl_dr.embedder import device
        from univl_dr.encoder import DualEncoder
        from univl_dr.verbalizer import Verbalizer

        encoder = self.encoder.module(store)
        assert isinstance(encoder, DualEncoder)  # noqa: S101  (no other has an image tower)
        torch.manual_seed(self.seed)
        module = Verbalizer(
            encoder,
            width=self.width,
            layers=self.layers,
            deviation=self.deviation,
            dropout=self.dropout,
        )
        return module.to(device())

    def restore(self, folder: Path) -> Verbalizer:
        from univl_dr.verbalizer import Verbalizer

        return Verbalizer.load(folder)


@recipe_name("Likelihood")
@dataclass(frozen=True, kw_only=True)
class Likelihood:
    """The likelihood of an example's question, given its positive document."""

    def __call__(self, module: Trained, examples: Sequence[Example]) -> Outcome:
        from univl_dr.verbalizer import Verbalizer

        assert isinstance(module, Verbalizer)  # noqa: S101  (this objective trains nothing else)
        return module.likelihood(
            [example.items[0] for example in examples], [example.question for example in examples]
        )
