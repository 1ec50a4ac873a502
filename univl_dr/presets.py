"""Presets of the trained rows, their starts and recipes: the paper's, and the miniature's.

A data set has small stand-ins, which are trained here, or published models are used
(``Collection.stand_ins``). Small models have the same code as large ones. They have little or no
pretraining, so their learning rates are larger; the values were chosen on webqa-mini's dev
questions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmark.datasets import Collection
from benchmark.retriever import SEED
from univl_dr.losses import Symmetric
from univl_dr.models import SmallClip
from univl_dr.pairs import Pairs
from univl_dr.tokens import Vocabulary
from univl_dr.train import Checkpoint, Recipe
from univl_dr.verbalizing import Likelihood, UntrainedVerbalizer


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The recipes of both stages and of the verbalizer, and the captioner.

    in_batch, hard: the first and the second stage. verbalizer: the recipe of the model that
    generates questions. captioner: the published model that describes images; None if the data set
    has described images, on which ``small_captioner`` is trained.
    """

    in_batch: Recipe
    hard: Recipe
    verbalizer: Recipe
    captioner: str | None

    @property
    def further(self) -> Recipe:
        """Further training with in-batch negatives: the steps and learning rates of ``hard``.

        Batches are divided into as many parts as in the first stage, because in-batch negatives
        come only from the same part.
        """
        return replace(self.hard, accumulate=self.in_batch.accumulate)


PAPER = Preset(
    in_batch=Recipe(),
    hard=Recipe(accumulate=4),
    verbalizer=Recipe(learning_rate=2e-4, epochs=10, evaluate_last=True),
    captioner="Salesforce/blip-image-captioning-base",
)
"""Both stages as in UniVL-DR's released code. The verbalizer's recipe is this project's, since the
authors' was not released. In stage 2 the loss compares only a question's own documents, so
accumulation saves memory and does not change the result."""

SMALL = Recipe(learning_rate=2e-3, batch=128, epochs=20, evaluate_every=200, select="last")
"""The recipe of webqa-mini's small models; more epochs do not improve CLIP-DPR on dev."""

WRITING = replace(SMALL, learning_rate=6e-3, batch=64)
"""The recipe of its small verbalizers; more epochs do not improve the accuracy of dev tokens."""

MINIATURE = Preset(
    in_batch=SMALL,
    hard=replace(SMALL, learning_rate=3e-4, epochs=8),
    verbalizer=WRITING,
    captioner=None,
)
PRETRAINING = replace(SMALL, epochs=4)
"""The recipe of the small CLIP that takes the place of OpenAI's."""

CAPTIONING = replace(WRITING, epochs=14)
"""The recipe of the small captioner that takes the place of a published one."""


def preset(data: Collection) -> Preset:
    """The preset of ``data``."""
    return MINIATURE if data.stand_ins else PAPER


def small_clip(data: Collection) -> Checkpoint:
    """A small CLIP in place of OpenAI's, pretrained on pairs that are part of the data set.

    These are described images, and questions with passages about other topics. Its seed does not
    change with the training seed, like the weights of a published model.
    """
    return Checkpoint(
        start=SmallClip(vocabulary=Vocabulary(data=data), seed=SEED),
        examples=Pairs(data=data, kinds=("described", "nq")),
        dev=Pairs(data=data, kinds=("described", "nq"), part="dev"),
        objective=Symmetric(),
        recipe=PRETRAINING,
        seed=SEED,
    )


def small_captioner(data: Collection) -> Checkpoint:
    """A small captioner in place of a published one, trained on the described images.

    It reads images through ``small_clip``. Its seed does not change with the training seed, like
    the weights of a published model.
    """
    untrained = UntrainedVerbalizer(
        encoder=small_clip(data), seed=SEED, width=64, layers=2, deviation=0.1, dropout=0.0
    )
    return Checkpoint(
        start=untrained,
        examples=Pairs(data=data, kinds=("described",)),
        dev=Pairs(data=data, kinds=("described",), part="dev"),
        objective=Likelihood(),
        recipe=CAPTIONING,
        seed=SEED,
    )
