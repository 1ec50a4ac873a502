"""Training: a start, a source of examples and an objective in, a checkpoint with its curves out.

The released code of UniVL-DR keeps weights in fp16 and no fp32 masters. Here weights, gradients'
sums and the optimizer are fp32; a recipe may run the towers in bf16 by autocast.

Here is what is trained and how; the loop is in training.py, which loads torch.
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

    AdamW with decoupled weight decay on matrices only: vectors (norms, biases) and logit_scale have
    none. The learning rate falls to zero by a cosine over all epochs, without warm-up: update ``n``
    of ``N`` takes the cosine at ``n``, counted from 1, so that the last one is at zero
    (``learning_rate_at``). Each epoch drops its last short batch.
    evaluate_every: steps. evaluate_last: whether the last step is evaluated too, where it is no
    multiple of these; it always is in a training of fewer steps, for else nothing would be
    measured, and where the last weights are kept.
    patience: how many evaluations in a row may bring no gain; a tie is one.
    select: what the kept weights are best in, accuracy on the dev examples (the paper) or MRR@10
    of the dev questions over the whole collection; "last" keeps the last ones.
    accumulate: a batch goes through the model in so many parts. Their gradients add up to those of
    the whole, but in-batch negatives come from the part alone.
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
        """The learning rate of an update, counted from 1; the released code counts so, too."""
        return self.learning_rate * (1 + math.cos(math.pi * update / updates)) / 2


@recipe_name("Checkpoint")
@dataclass(frozen=True, kw_only=True)
class Checkpoint(Artefact):
    """A trained model, itself a start for another training; any module and source will do.

    dev: examples whose accuracy is measured at each evaluation, in batches as in training, of which
    the last may be shorter: the mean of the batches' accuracies, as the released code has it.
    validation: where given, MRR@10 over the dev collection is measured as well.
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
        """Whether ranks can train it together."""
        return isinstance(self.objective, Contrastive)

    def follow(self, store: Store) -> None:
        """Train along with rank 0, whose folder it is."""
        from univl_dr.training import Training

        ranks = ranks_of(self)
        Training(self, ranks.agree(Path), store, ranks).run()

    def module(self, store: Store) -> Trained:
        """The trained model, in fp32."""
        return self.restore(store.path(self))

    def restore(self, folder: Path) -> Trained:
        return self.start.restore(folder)
