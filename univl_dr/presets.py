"""What the trained rows start from and are trained by: the paper's preset, and the miniature's.

A data set brings small models along, or published ones are used (``Collection.stand_ins``). The
small models are the same code as the large ones. They start from little, so they take larger
steps; the values were chosen on webqa-mini's dev questions.
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
    """The recipes of both stages and of the verbalizer, and what else depends on the models' size.

    captioner: the published model that describes images; None where the data set brings described
    images, on which ``small_captioner`` is trained. verbalizer: of the one that writes questions.
    """

    in_batch: Recipe
    hard: Recipe
    verbalizer: Recipe
    captioner: str | None

    @property
    def further(self) -> Recipe:
        """For training on with in-batch negatives: as many steps as ``hard``, at the same rates.

        Batches go through in as many parts as in the first stage, since a part has its own in-batch
        negatives alone.
        """
        return replace(self.hard, accumulate=self.in_batch.accumulate)


PAPER = Preset(
    in_batch=Recipe(),
    hard=Recipe(accumulate=4),
    verbalizer=Recipe(learning_rate=2e-4, epochs=10, evaluate_last=True),
    captioner="Salesforce/blip-image-captioning-base",
)
"""Both stages as UniVL-DR's released code has them; the verbalizer's recipe is ours, for theirs
wasn't released. In stage 2, whose loss looks at each question alone, accumulation changes nothing
but the memory."""

SMALL = Recipe(learning_rate=2e-3, batch=128, epochs=20, evaluate_every=200, select="last")
"""For webqa-mini's small models; with more epochs, CLIP-DPR ranks no better on dev."""

WRITING = replace(SMALL, learning_rate=6e-3, batch=64)
"""For its small verbalizers; after more epochs, no more tokens of dev questions are right."""

MINIATURE = Preset(
    in_batch=SMALL,
    hard=replace(SMALL, learning_rate=3e-4, epochs=8),
    verbalizer=WRITING,
    captioner=None,
)
PRETRAINING = replace(SMALL, epochs=4)
"""For the small CLIP in place of OpenAI's."""

CAPTIONING = replace(WRITING, epochs=14)
"""For the small captioner in place of a published one."""


def preset(data: Collection) -> Preset:
    """The preset of ``data``."""
    return MINIATURE if data.stand_ins else PAPER


def small_clip(data: Collection) -> Checkpoint:
    """A small CLIP in place of OpenAI's, pretrained on what the data set brings for that.

    It learns from described images, and from questions with passages about other topics. Its seed
    is always the same, as if it had been published.
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

    It sees images as ``small_clip`` does. Its seed is always the same, as if it had been published.
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
