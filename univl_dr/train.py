"""Training: a start, a source of examples and an objective give a checkpoint with its curves.

The released code of UniVL-DR has weights in fp16 without fp32 master weights. Here weights,
accumulated gradients and the optimizer's state are in fp32; a recipe may run the towers in bf16 by
autocast.

This module describes trainings; the loop is in training.py, which loads torch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from benchmark.artefacts.identity import Artefact, recipe_name
from benchmark.artefacts.store import Store
from benchmark.execution.distributed import ranks_of
from univl_dr.choices import Select, TrainingPrecision
from univl_dr.examples import Source
from univl_dr.inference import Validation
from univl_dr.losses import Contrastive, Objective

if TYPE_CHECKING:
    from univl_dr.embedder import Start, Trained


@recipe_name("TrainingRecipe")
@dataclass(frozen=True, kw_only=True)
class Recipe:
    """How weights are optimised; the defaults are those of UniVL-DR's released code.

    The optimizer is AdamW with decoupled weight decay on matrices only: vectors (norms, biases) and
    logit_scale have none. The learning rate falls to zero by a cosine over all epochs, without
    warm-up: update ``n`` of ``N``, counted from 1, has the cosine at ``n``, so that it is zero at
    the last update (``learning_rate_at``). Each epoch drops an incomplete last batch.
    evaluate_every: the number of steps between evaluations. evaluate_last: whether the last step is
    evaluated even if it is not a multiple of them. It is evaluated anyway if the training has fewer
    steps than that, or if the last weights are kept.
    patience: training stops after this number of evaluations in a row without a gain; a tie counts
    as a gain.
    select: the weights that are kept are the best by accuracy on the dev examples (the paper) or by
    MRR@10 of the dev questions over the whole collection; "last" keeps the last ones.
    accumulate: the number of parts in which a batch goes through the model. Their gradients are
    summed, but in-batch negatives come only from the same part.
    """

    learning_rate: float = 5e-6
    betas: tuple[float, float] = (0.9, 0.98)
    epsilon: float = 1e-6
    weight_decay: float = 0.2
    batch: int = 64
    accumulate: int = 1
    epochs: int = 20
    evaluate_every: int = 500
    evaluate_last: bool = False
    patience: int = 5
    select: Select = "accuracy"
    precision: TrainingPrecision = "fp32"

    def learning_rate_at(self, update: int, updates: int) -> float:
        """The learning rate of an update, counted from 1, as in the released code."""
        return self.learning_rate * (1 + math.cos(math.pi * update / updates)) / 2


@recipe_name("Checkpoint")
@dataclass(frozen=True, kw_only=True)
class Checkpoint(Artefact):
    """A trained model, which can be the start of another training.

    dev: the examples on which accuracy is measured at each evaluation, as the mean over batches
    like those of training; the last batch may be shorter, as in the released code.
    validation: if given, the MRR@10 on the dev questions is measured as well.
    """

    version: ClassVar[str] = "5"
    resumable: ClassVar[bool] = True

    start: Start
    examples: Source
    dev: Source
    objective: Objective
    recipe: Recipe
    seed: int
    validation: Validation | None = None

    def __post_init__(self) -> None:
        if self.recipe.select == "mrr" and self.validation is None:
            raise ValueError("selection by MRR needs a validation")

    def build(self, folder: Path, store: Store) -> None:
        from univl_dr.training import Training

        ranks = ranks_of(self)
        Training(self, ranks.agree(lambda: folder), store, ranks).run()

    def is_joint(self) -> bool:
        """Whether several ranks can train it together."""
        return isinstance(self.objective, Contrastive)

    def follow(self, store: Store) -> None:
        """Train together with rank 0, which has the folder."""
        from univl_dr.training import Training

        ranks = ranks_of(self)
        Training(self, ranks.agree(Path), store, ranks).run()

    def module(self, store: Store) -> Trained:
        """The trained model, in fp32."""
        return self.restore(store.path(self))

    def restore(self, folder: Path) -> Trained:
        return self.start.restore(folder)
