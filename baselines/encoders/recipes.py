"""How the text models are trained: webqa-mini's small ones from nothing, others as published."""

from __future__ import annotations

from dataclasses import replace

from baselines.encoders.bert import published
from baselines.encoders.masked_language_model import (
    MaskedLanguageModeling,
    PretrainedByMasking,
    SmallBert,
)
from baselines.encoders.region_documents import RegionEncoding, RegionExamples
from baselines.encoders.regions import Regional
from baselines.encoders.texts import Sentences
from baselines.encoders.visual_bert import WithRegions
from benchmark.datasets import DEFAULT, Collection
from benchmark.dense.search import DenseRanking
from benchmark.retriever import SEED, Task
from benchmark.types import Modality
from univl_dr.documents import Presentation
from univl_dr.embedder import Start
from univl_dr.examples import Examples
from univl_dr.inference import Encoding
from univl_dr.losses import InBatch
from univl_dr.negatives import HardNegatives, Negatives
from univl_dr.pairs import Pairs
from univl_dr.tokens import Vocabulary
from univl_dr.train import Checkpoint, Recipe

CAPTIONS = Presentation(view="caption")
"""An image is its caption."""

PUBLISHED = Recipe(learning_rate=2e-5)
"""DPR's learning rate (Karpukhin et al., 2020), and for the rest what the paper trains CLIP-DPR by:
how it trained its text baselines isn't known."""

SMALL = Recipe(learning_rate=1e-3, weight_decay=0.01, epochs=5, evaluate_every=48)
"""For networks that start from little or nothing."""

SMALL_HALF = replace(SMALL, epochs=2 * SMALL.epochs)
"""For the questions of one modality, half of all: as many steps as for both."""

MASKED = replace(SMALL, epochs=2)


def language_model(data: Collection) -> Checkpoint:
    """A small masked language model of webqa-mini's texts, in place of BERT."""
    return Checkpoint(
        start=SmallBert(vocabulary=Vocabulary(data=data), seed=SEED),
        examples=Sentences(data=data),
        dev=Sentences(data=data, part="dev"),
        objective=MaskedLanguageModeling(),
        recipe=MASKED,
        seed=SEED,
    )


def bert(data: Collection, name: str) -> Start:
    """The shared network that BERT-DPR starts from: ``name``, or the small one on webqa-mini."""
    if data.name == DEFAULT:
        return PretrainedByMasking(language_model=language_model(data))
    return published(name, name)


def out_of_domain(data: Collection, question: str, document: str) -> Start:
    """DPR trained on Natural Questions; on webqa-mini on its questions about other topics."""
    if data.name != DEFAULT:
        return published(question, document)
    return Checkpoint(
        start=PretrainedByMasking(language_model=language_model(data)),
        examples=Pairs(data=data, kind="nq"),
        dev=Pairs(data=data, kind="nq", part="dev"),
        objective=InBatch(),
        recipe=SMALL,
        seed=SEED,
    )


def in_batch(
    start: Start, data: Collection, seed: int, negatives: Negatives | None = None
) -> Checkpoint:
    """Trained on the judged questions of ``data``: all documents of the batch are negatives."""
    return Checkpoint(
        start=start,
        examples=Examples(data=data, presentation=CAPTIONS, negatives=negatives),
        dev=Examples(data=data, split="dev", presentation=CAPTIONS),
        objective=InBatch(),
        recipe=SMALL if data.name == DEFAULT else PUBLISHED,
        seed=seed,
    )


def refreshed(start: Start, data: Collection, seed: int, rounds: int, interval: int) -> Start:
    """ANCE: each round of ``interval`` epochs begins with negatives mined by what it starts from.

    The weights of the last round; each is a checkpoint of its own.
    """
    for _ in range(rounds):
        mined = HardNegatives(ranking=searched(Task(data=data, split="train"), start))
        negatives = Negatives(mined=mined, strategy="one")
        trained = in_batch(start, data, seed, negatives)
        start = replace(trained, recipe=replace(trained.recipe, epochs=interval))
    return start


def searched(task: Task, weights: Start) -> DenseRanking:
    """The ranking of a text encoder."""
    return DenseRanking(task=task, model=Encoding(weights=weights, presentation=CAPTIONS))


def with_regions(
    task: Task, bert_name: str, regions: Regional, modality: Modality | None
) -> DenseRanking:
    """The ranking of VinVL-DPR, trained on all questions or on those of one modality."""
    data = task.data
    small = SMALL if modality is None else SMALL_HALF

    def examples(split: str) -> RegionExamples:
        judged = Examples(data=data, split=split, presentation=CAPTIONS, modality=modality)
        return RegionExamples(examples=judged, regions=regions)

    weights = Checkpoint(
        start=WithRegions(bert=bert(data, bert_name), seed=SEED),
        examples=examples("train"),
        dev=examples("dev"),
        objective=InBatch(),
        recipe=small if data.name == DEFAULT else PUBLISHED,
        seed=task.seed,
    )
    return DenseRanking(task=task, model=RegionEncoding(weights=weights, regions=regions))
