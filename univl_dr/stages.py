"""The paper's stages as values, with their recipes: for webqa-mini's small CLIP, and for ViT-B/32.

    zero_shot -> clip_dpr -> hard negatives and verbalized captions -> univl_dr

The small models are the same code as the large ones. They start from little, so they take larger
steps and are evaluated more often; the values were chosen on webqa-mini's dev questions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from benchmark.datasets import DEFAULT, Collection
from benchmark.dense.search import DenseRanking
from benchmark.io.files import sha256
from benchmark.retriever import SEED, Task
from benchmark.types import Modality
from univl_dr.choices import Strategy, Texts
from univl_dr.documents import Presentation
from univl_dr.embedder import Start
from univl_dr.examples import Examples, Source
from univl_dr.inference import Encoding, Validation
from univl_dr.losses import HardNegative, InBatch, Symmetric
from univl_dr.models import ClipFile, OpenClip, SmallClip
from univl_dr.negatives import HardNegatives, Negatives
from univl_dr.pairs import Pairs
from univl_dr.tokens import Vocabulary
from univl_dr.train import Checkpoint, Recipe
from univl_dr.verbalize import Captioned, Given, Verbalized, Written
from univl_dr.verbalizer import Likelihood, UntrainedVerbalizer


@dataclass(frozen=True, kw_only=True)
class Recipes:
    """The recipes of all trainings on a data set."""

    in_batch: Recipe
    hard: Recipe
    verbalizer: Recipe


PAPER = Recipes(
    in_batch=Recipe(),
    hard=Recipe(accumulate=4),
    verbalizer=Recipe(learning_rate=2e-4, epochs=10),
)
"""Both stages as UniVL-DR's released code has them; the verbalizer's recipe is ours, for theirs
wasn't released. In stage 2, whose loss looks at each question alone, accumulation changes nothing
but the memory."""

_SMALL = Recipe(learning_rate=1e-3, epochs=8, evaluate_every=96)
SMALL = Recipes(
    in_batch=_SMALL,
    hard=replace(_SMALL, learning_rate=5e-4, epochs=3),
    verbalizer=replace(_SMALL, learning_rate=3e-3),
)
PRETRAINING = replace(_SMALL, epochs=6)
"""For the small CLIP in place of OpenAI's."""

CAPTIONER = "Salesforce/blip-image-captioning-base"
"""Writes captions on real photographs, where the data bring none."""


def recipes(data: Collection) -> Recipes:
    """The recipes for ``data``."""
    return SMALL if data.name == DEFAULT else PAPER


def published(model: str, weights: str) -> OpenClip | ClipFile:
    """A CLIP of open_clip with the weights of a tag, or of a checkpoint by its path."""
    path = Path(weights)
    if path.is_file():
        return ClipFile(path=path, sha256=sha256(path), name=model)
    return OpenClip(name=model, pretrained=weights)


def stand_in(data: Collection) -> Checkpoint:
    """A small CLIP pretrained on webqa-mini's described images, in place of OpenAI's.

    Its seed is always the same, as if it had been published.
    """
    return Checkpoint(
        start=SmallClip(vocabulary=Vocabulary(data=data), seed=SEED),
        examples=Pairs(data=data, kind="described"),
        dev=Pairs(data=data, kind="described", part="dev"),
        objective=Symmetric(),
        recipe=PRETRAINING,
        seed=SEED,
    )


def clip_dpr(
    start: Start,
    data: Collection,
    seed: int,
    presentation: Presentation,
    recipe: Recipe,
    *,
    balanced: bool = False,
    modality: Modality | None = None,
) -> Checkpoint:
    """Stage 1: in-batch negatives of both modalities, selected by in-batch accuracy on dev.

    modality: train on the questions that one modality answers, for divide-and-conquer.
    """

    def examples(split: str) -> Examples:
        return Examples(
            data=data,
            split=split,
            presentation=presentation,
            modality=modality,
            balanced=balanced,
        )

    return Checkpoint(
        start=start,
        examples=examples("train"),
        dev=examples("dev"),
        objective=InBatch(),
        recipe=recipe,
        seed=seed,
        validation=_validation(data, presentation, recipe, modality),
    )


def univl_dr(
    first: Encoding,
    data: Collection,
    seed: int,
    presentation: Presentation,
    recipe: Recipe,
    strategy: Strategy = "balanced",
) -> Checkpoint:
    """Stage 2: hard negatives of both modalities, selected by positive against one negative on dev.

    first: stage 1 as it ranks: its weights are the start, its top 100 the negatives.
    """

    def examples(split: str, drawn: Strategy) -> Examples:
        ranking = DenseRanking(task=Task(data=data, split=split), model=first)
        negatives = Negatives(mined=HardNegatives(ranking=ranking), strategy=drawn)
        return Examples(data=data, split=split, presentation=presentation, negatives=negatives)

    return Checkpoint(
        start=first.weights,
        examples=examples("train", strategy),
        dev=examples("dev", "one"),
        objective=HardNegative(),
        recipe=recipe,
        seed=seed,
        validation=_validation(data, presentation, recipe, None),
    )


def verbalized(
    encoder: Start,
    data: Collection,
    seed: int,
    presentation: Presentation,
    recipe: Recipe,
    texts: Texts,
) -> Given | Verbalized:
    """Captions expanded by generated questions or captions: those given with the data, or ours.

    Ours are written by a verbalizer that sees images as ``encoder`` does and is trained on pairs of
    the training split, for captions on webqa-mini's described images; captions of real photographs
    are left to a published model.
    """
    if texts in data.corpus.views:
        return Given(view=texts)
    if texts == "caption" and data.name != DEFAULT:
        return Captioned(data=data, name=CAPTIONER)
    if texts == "caption":
        presentation = replace(presentation, view="image")

    def examples(split: Literal["train", "dev"]) -> Source:
        if texts == "caption":
            return Pairs(data=data, kind="described", part=split)
        return Examples(data=data, split=split, presentation=presentation, modality="image")

    untrained = UntrainedVerbalizer(encoder=encoder, seed=seed)
    if data.name == DEFAULT:
        untrained = replace(untrained, width=64, layers=2, prefix=4)
    trained = Checkpoint(
        start=untrained,
        examples=examples("train"),
        dev=examples("dev"),
        objective=Likelihood(),
        recipe=recipe,
        seed=seed,
    )
    return Written(data=data, verbalizer=trained, presentation=presentation)


def _validation(
    data: Collection, presentation: Presentation, recipe: Recipe, modality: Modality | None
) -> Validation | None:
    """A search over the collection at each evaluation: where it is quick, or selects the weights.

    A half of divide-and-conquer never ranks the whole collection: there it would mean little.
    """
    if recipe.select == "mrr" or (data.name == DEFAULT and modality is None):
        return Validation(data=data, presentation=presentation)
    return None
