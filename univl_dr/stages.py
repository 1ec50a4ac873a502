"""The paper's stages as values.

zero_shot -> clip_dpr -> hard negatives and verbalized captions -> univl_dr
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.datasets import Collection
from benchmark.dense.search import DenseRanking
from benchmark.io.files import sha256
from benchmark.retriever import Task
from benchmark.types import Modality
from univl_dr.choices import Copies, Strategy, Texts
from univl_dr.documents import Presentation
from univl_dr.examples import Examples, Source
from univl_dr.inference import Encoding, Validation
from univl_dr.losses import HardNegative, InBatch
from univl_dr.models import ClipFile, OpenClip
from univl_dr.negatives import HardNegatives, Negatives
from univl_dr.pacing import Paced
from univl_dr.presets import preset, small_captioner
from univl_dr.train import Checkpoint, Recipe
from univl_dr.verbalize import Captioned, Given, Verbalized, Written
from univl_dr.verbalizing import Likelihood, UntrainedVerbalizer

if TYPE_CHECKING:
    from univl_dr.embedder import Start


def published(model: str, weights: str) -> OpenClip | ClipFile:
    """A CLIP of open_clip with the weights of a tag, or of a checkpoint by its path."""
    path = Path(weights)
    if path.is_file():
        return ClipFile(path=path, sha256=sha256(path), name=model)
    return OpenClip(name=model, pretrained=weights)


def clip_dpr(
    start: Start,
    data: Collection,
    seed: int,
    presentation: Presentation,
    recipe: Recipe,
    *,
    balanced: bool = False,
    modality: Modality | None = None,
    paced: bool = False,
) -> Checkpoint:
    """Stage 1: in-batch negatives of both modalities; dev accuracy is in-batch accuracy.

    modality: train on the questions that one modality answers, for divide-and-conquer. paced: for
    as many steps as all questions take.
    """

    def examples(split: str) -> Examples:
        return Examples(
            data=data,
            split=split,
            presentation=presentation,
            modality=modality,
            balanced=balanced,
        )

    train: Source = examples("train")
    if paced and modality:
        every = replace(examples("train"), modality=None)
        train = Paced(examples=train, pace=every, batch=recipe.batch)
    return Checkpoint(
        start=start,
        examples=train,
        dev=replace(examples("dev"), positive="first"),
        objective=InBatch(),
        recipe=recipe,
        seed=seed,
        validation=_validation(data, presentation, recipe),
    )


def univl_dr(
    first: Encoding,
    data: Collection,
    seed: int,
    presentation: Presentation,
    recipe: Recipe,
    strategy: Strategy = "balanced",
    copies: Copies = "dropped",
    *,
    depth: int = 100,
    in_batch: bool = False,
) -> Checkpoint:
    """Stage 2: hard negatives of both modalities; dev accuracy is positive against one negative.

    first: stage 1 as it ranks: its weights are the start, its first ``depth`` the negatives.
    copies: whether copies of a positive under other ids may be negatives. in_batch: a loss that
    isn't the paper's, one softmax over all documents of the batch, as is dev accuracy then.
    """

    def examples(split: str, drawn: Strategy) -> Examples:
        ranking = DenseRanking(task=Task(data=data, split=split, depth=depth), model=first)
        negatives = Negatives(mined=HardNegatives(ranking=ranking, copies=copies), strategy=drawn)
        return Examples(data=data, split=split, presentation=presentation, negatives=negatives)

    return Checkpoint(
        start=first.weights,
        examples=examples("train", strategy),
        dev=replace(examples("dev", strategy if in_batch else "one"), positive="first"),
        objective=InBatch() if in_batch else HardNegative(),
        recipe=recipe,
        seed=seed,
        validation=_validation(data, presentation, recipe),
    )


def verbalized(
    encoder: Start,
    data: Collection,
    seed: int,
    presentation: Presentation,
    texts: Texts,
) -> Given | Verbalized:
    """Captions expanded by generated questions or captions: those given with the data, or ours.

    Ours are questions by a verbalizer that is trained on the training split's questions, and
    captions by a published captioner, or by webqa-mini's small one. The verbalizer sees images as
    ``encoder`` does, or starts from the small captioner.
    """
    if texts in data.corpus.views:
        return Given(view=texts)
    chosen = preset(data)
    if texts == "caption":
        if chosen.captioner is not None:
            return Captioned(data=data, name=chosen.captioner)
        uncaptioned = replace(presentation, view="image")
        return Written(data=data, verbalizer=small_captioner(data), presentation=uncaptioned)
    untrained = UntrainedVerbalizer(encoder=encoder, seed=seed)
    examples = Examples(data=data, presentation=presentation, modality="image")
    trained = Checkpoint(
        start=small_captioner(data) if data.stand_ins else untrained,
        examples=examples,
        dev=replace(examples, split="dev", positive="first"),
        objective=Likelihood(),
        recipe=chosen.verbalizer,
        seed=seed,
    )
    return Written(data=data, verbalizer=trained, presentation=presentation)


def _validation(data: Collection, presentation: Presentation, recipe: Recipe) -> Validation | None:
    """A search over the whole collection at each evaluation, where it selects the weights."""
    if recipe.select == "mrr":
        return Validation(data=data, presentation=presentation)
    return None
