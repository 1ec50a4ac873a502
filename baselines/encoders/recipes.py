"""How text models are trained: small ones from scratch on webqa-mini, others from checkpoints."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from baselines.encoders.region_documents import RegionEncoding, RegionExamples
from baselines.encoders.regions import Regional
from baselines.encoders.starts import (
    MaskedLanguageModeling,
    PretrainedByMasking,
    SmallBert,
    WithRegions,
    published,
)
from baselines.encoders.texts import Sentences
from benchmark.datasets import Collection
from benchmark.dense.search import DenseRanking
from benchmark.retriever import SEED, Task
from benchmark.types import Modality
from univl_dr.documents import Presentation
from univl_dr.examples import Examples
from univl_dr.inference import Encoding
from univl_dr.losses import InBatch
from univl_dr.negatives import HardNegatives, Negatives
from univl_dr.pairs import Pairs
from univl_dr.presets import SMALL
from univl_dr.tokens import Vocabulary
from univl_dr.train import Checkpoint, Recipe

if TYPE_CHECKING:
    from univl_dr.embedder import Start

CAPTIONS = Presentation(view="caption")
"""Images are represented by their captions."""

_SMALL = replace(SMALL, weight_decay=0.01, epochs=40)
MASKED = replace(_SMALL, epochs=2)
"""The recipe of the masked language modelling by which the small BERT is pretrained."""
PRETRAINING = replace(_SMALL, epochs=4)
"""The recipe of the small DPR's pretraining on questions about other topics, which are many."""


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The checkpoints from which text models start, and the recipes that train them.

    bert: maps the published name of a BERT to a network that both towers share. dpr: maps the
    published names of DPR's two encoders to a dual encoder trained on Natural Questions.
    all_questions, one_modality: the recipes for training on all questions, or on those of one
    modality.
    """

    bert: Callable[[Collection, str], Start]
    dpr: Callable[[Collection, str, str], Start]
    all_questions: Recipe
    one_modality: Recipe

    def recipe(self, modality: Modality | None) -> Recipe:
        """The recipe for the questions of one modality, or for all."""
        return self.all_questions if modality is None else self.one_modality


def language_model(data: Collection) -> Checkpoint:
    """A small masked language model of webqa-mini's texts, the stand-in of BERT."""
    return Checkpoint(
        start=SmallBert(vocabulary=Vocabulary(data=data), seed=SEED),
        examples=Sentences(data=data),
        dev=Sentences(data=data, part="dev"),
        objective=MaskedLanguageModeling(),
        recipe=MASKED,
        seed=SEED,
    )


def _small_bert(data: Collection, name: str) -> Start:
    del name
    return PretrainedByMasking(language_model=language_model(data))


def _small_dpr(data: Collection, question: str, document: str) -> Start:
    """A small DPR, trained on webqa-mini's questions about other topics."""
    del question, document
    return Checkpoint(
        start=PretrainedByMasking(language_model=language_model(data)),
        examples=Pairs(data=data, kinds=("nq",)),
        dev=Pairs(data=data, kinds=("nq",), part="dev"),
        objective=InBatch(),
        recipe=PRETRAINING,
        seed=SEED,
    )


PUBLISHED = Preset(
    bert=lambda _, name: published(name, name),
    dpr=lambda _, question, document: published(question, document),
    all_questions=Recipe(learning_rate=2e-5),
    one_modality=Recipe(learning_rate=2e-5),
)
"""The learning rate of DPR (Karpukhin et al., 2020), and otherwise the recipe of the paper's
CLIP-DPR, since the paper does not say how its text baselines were trained."""

MINIATURE = Preset(
    bert=_small_bert,
    dpr=_small_dpr,
    all_questions=_SMALL,
    one_modality=replace(_SMALL, epochs=2 * _SMALL.epochs),
)
"""For small networks with little or no pretraining. The questions of one modality are half of all
questions, so twice the epochs give the same number of steps."""


def preset(data: Collection) -> Preset:
    """The preset of ``data``."""
    return MINIATURE if data.stand_ins else PUBLISHED


def in_batch(
    start: Start, data: Collection, seed: int, negatives: Negatives | None = None
) -> Checkpoint:
    """A checkpoint trained on the judged questions of ``data`` with in-batch negatives.

    negatives: hard negatives, which are added to each question's candidates.
    """
    return Checkpoint(
        start=start,
        examples=Examples(data=data, presentation=CAPTIONS, negatives=negatives),
        dev=Examples(data=data, split="dev", presentation=CAPTIONS, positive="first"),
        objective=InBatch(),
        recipe=preset(data).recipe(None),
        seed=seed,
    )


def refreshed(start: Start, data: Collection, seed: int, rounds: int, interval: int) -> Start:
    """ANCE: in each round, hard negatives are mined by the current model, which is then trained.

    interval: the number of epochs of a round. Each round has its own checkpoint; the last one is
    returned.
    """
    for _ in range(rounds):
        mined = HardNegatives(ranking=searched(Task(data=data, split="train"), start))
        negatives = Negatives(mined=mined, strategy="one")
        trained = in_batch(start, data, seed, negatives)
        # A round is short: without an evaluation at its end, many steps would never be evaluated.
        recipe = replace(trained.recipe, epochs=interval, evaluate_last=True)
        start = replace(trained, recipe=recipe)
    return start


def searched(task: Task, weights: Start) -> DenseRanking:
    """The ranking by a text encoder."""
    return DenseRanking(task=task, model=Encoding(weights=weights, presentation=CAPTIONS))


def with_regions(
    task: Task, bert_name: str, regions: Regional, modality: Modality | None
) -> DenseRanking:
    """The ranking by VinVL-DPR, trained on all questions or on those of one modality."""
    data = task.data

    def examples(split: str) -> RegionExamples:
        judged = Examples(
            data=data,
            split=split,
            presentation=CAPTIONS,
            modality=modality,
            positive="first" if split == "dev" else "random",
        )
        return RegionExamples(examples=judged, regions=regions)

    weights = Checkpoint(
        start=WithRegions(bert=preset(data).bert(data, bert_name), seed=SEED),
        examples=examples("train"),
        dev=examples("dev"),
        objective=InBatch(),
        recipe=preset(data).recipe(modality),
        seed=task.seed,
    )
    return DenseRanking(task=task, model=RegionEncoding(weights=weights, regions=regions))
