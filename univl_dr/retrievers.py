"""The paper's rows of CLIP, CLIP-DPR and UniVL-DR, and the authors' released checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.types import MODALITIES, Modality
from univl_dr.choices import (
    VIT_B_32,
    Copies,
    Precision,
    Select,
    Steps,
    Strategy,
    Texts,
    TrainingPrecision,
    Unreadable,
    View,
)
from univl_dr.released import released_path, why_not_released

if TYPE_CHECKING:
    from benchmark.datasets import Collection
    from univl_dr.documents import Presentation
    from univl_dr.embedder import Start
    from univl_dr.inference import Encoding
    from univl_dr.train import Recipe

SETTING = "UnivSearch"


@dataclass(frozen=True, kw_only=True)
class _Clip(Retriever):
    """Base of the rows: CLIP's two towers, and one index over both modalities.

    view: the parts of an image document that are embedded. unreadable: an image that cannot be
    decoded is an error ("fail"), or its document is embedded without it ("skip"). precision: the
    type of the matrix products; bf16 is several times faster than fp32, and fp16 is what the
    released code uses for encoding on a GPU.
    """

    view: View = "both"
    unreadable: Unreadable = "fail"
    precision: Precision = "fp32"

    def weights(self, data: Collection, seed: int) -> Start:
        """The encoder."""
        raise NotImplementedError

    def presentation(self, data: Collection, seed: int) -> Presentation:
        """The parts of documents that the encoder reads."""
        del data, seed
        from univl_dr.documents import Presentation

        return Presentation(view=self.view, unreadable=self.unreadable)

    def ranking(self, task: Task) -> Ranking:
        from benchmark.dense.search import DenseRanking

        return DenseRanking(task=task, model=self.encoding(task.data, task.seed))

    def encoding(self, data: Collection, seed: int) -> Encoding:
        """The model that embeds questions and documents."""
        from univl_dr.inference import Encoding, precision_here

        return Encoding(
            weights=self.weights(data, seed),
            presentation=self.presentation(data, seed),
            precision=precision_here(self.precision),
        )


@register("clip-zero-shot", title="CLIP (Zero-Shot)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class CLIPZeroShot(_Clip):
    """Pretrained CLIP over passages and captioned images, without further training.

    ``model``: a plain CLIP of open_clip. ``start``: a tag of its weights, or the path of a
    checkpoint with OpenAI's tensor names. On webqa-mini a small CLIP, pretrained on described
    images and on questions with passages about other topics, takes the place of OpenAI's ViT-B/32.
    """

    model: str = VIT_B_32
    start: str = "openai"

    def weights(self, data: Collection, seed: int) -> Start:
        del seed
        from univl_dr.presets import small_clip
        from univl_dr.stages import published

        return small_clip(data) if self._stands_in(data) else published(self.model, self.start)

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and self.view != "caption" and (reason := task.data.corpus.lacks_images()):
            return reason
        if task is None or self._stands_in(task.data):
            return None
        from univl_dr.stages import published

        return published(self.model, self.start).why_unavailable()

    def _stands_in(self, data: Collection) -> bool:
        return data.stand_ins and (self.model, self.start) == (VIT_B_32, "openai")


@register("clip-dpr", title="CLIP-DPR", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class CLIPDPR(CLIPZeroShot):
    """CLIP trained on the task with in-batch negatives of both modalities.

    ``modality``: train only on the questions of this modality. ``balanced``: each batch has the
    same number of questions of each modality. ``select``: keep the weights with the best in-batch
    accuracy on dev (as in the paper), those with the best MRR@10 of the dev questions over the
    whole collection, or the last ones; the default is that of the preset, on webqa-mini the last
    ones. ``precision``: applies to training as well. ``steps``: the number of optimizer steps: as
    many as its own questions give ("own") or, for controls, as many as all questions give
    ("all-questions") or as both stages of UniVL-DR together have ("both-stages").
    """

    precision: TrainingPrecision = "fp32"

    modality: Modality | None = None
    balanced: bool = False
    select: Select | None = None
    steps: Steps = "own"

    def weights(self, data: Collection, seed: int) -> Start:
        from univl_dr.presets import preset

        first = self._in_batch(super().weights(data, seed), data, seed, preset(data).in_batch)
        if self.steps != "both-stages":
            return first
        return self._in_batch(first, data, seed, preset(data).further)

    def _in_batch(self, start: Start, data: Collection, seed: int, recipe: Recipe) -> Start:
        from univl_dr.stages import clip_dpr

        return clip_dpr(
            start,
            data,
            seed,
            CLIPZeroShot.presentation(self, data, seed),
            self.changed(recipe),
            balanced=self.balanced,
            modality=self.modality,
            paced=self.steps == "all-questions",
        )

    def first_stage(self, data: Collection, seed: int) -> Encoding:
        """The model of CLIP-DPR, from which a second stage starts."""
        from univl_dr.inference import Encoding

        return Encoding(
            weights=CLIPDPR.weights(self, data, seed),
            presentation=CLIPZeroShot.presentation(self, data, seed),
            precision=self.precision,
        )

    def changed(self, recipe: Recipe) -> Recipe:
        """``recipe`` with this row's settings."""
        select = self.select or recipe.select
        return replace(recipe, select=select, precision=self.precision)

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and (missing := [one for one in ("train", "dev") if one not in task.data.splits]):
            return f"needs questions to learn from: the data set has no split '{missing[0]}'"
        return super().why_unavailable(task)


@register("univl-dr", title="UniVL-DR", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class UniVLDR(CLIPDPR):
    """CLIP-DPR trained further with hard negatives of both modalities and verbalized captions.

    ``negatives``: how they are drawn. ``verbalized``: captions are expanded by a generated question
    ("query") or caption ("caption"), which is part of the data or else generated by a verbalizer
    that is trained here. ``replaced``: this text replaces the caption. ``copies``: copies of a
    positive under other ids are dropped from the mined negatives, or kept, as in the original code.
    """

    negatives: Strategy = "balanced"
    verbalized: Texts | None = "query"
    replaced: bool = False
    copies: Copies = "dropped"

    def weights(self, data: Collection, seed: int) -> Start:
        from univl_dr.presets import preset

        return self.second_stage(data, seed, preset(data).hard)

    def second_stage(
        self,
        data: Collection,
        seed: int,
        recipe: Recipe,
        *,
        depth: int = 100,
        in_batch: bool = False,
    ) -> Start:
        """CLIP-DPR trained further with this row's negatives; ``univl_dr.stages`` describes how."""
        from univl_dr.stages import univl_dr

        return univl_dr(
            self.first_stage(data, seed),
            data,
            seed,
            self.presentation(data, seed),
            self.changed(recipe),
            self.negatives,
            self.copies,
            depth=depth,
            in_batch=in_batch,
        )

    def presentation(self, data: Collection, seed: int) -> Presentation:
        from univl_dr.stages import verbalized
        from univl_dr.verbalize import Alone

        plain = super().presentation(data, seed)
        if self.verbalized is None:
            return plain
        encoder = self.first_stage(data, seed).weights
        captions = verbalized(encoder, data, seed, plain, self.verbalized)
        return replace(plain, captions=Alone(of=captions) if self.replaced else captions)

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and not all(task.data.corpus.numbers(modality) for modality in MODALITIES):
            return "needs passages and images: the data set has one of the two"
        return super().why_unavailable(task)


@dataclass(frozen=True, kw_only=True)
class _Released(_Clip):
    """Base of the released checkpoints; ``checkpoint`` is relative to the folder of the images.

    Encoding is in fp16 if there is a GPU, as in the released code, else in fp32.
    """

    precision: Precision = "auto"
    checkpoint: str

    def weights(self, data: Collection, seed: int) -> Start:
        del seed
        from benchmark.io.files import sha256
        from univl_dr.models import ClipFile

        path = released_path(data, self.checkpoint)
        return ClipFile(path=path, sha256=sha256(path))

    def why_unavailable(self, task: Task | None) -> str | None:
        return why_not_released(task.data if task else None, self.checkpoint)


@register("clip-dpr-released", title="CLIP-DPR (released)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class ReleasedCLIPDPR(_Released):
    """The authors' checkpoint of CLIP-DPR, evaluated here."""

    checkpoint: str = "checkpoints/clip-dpr.pt"


@register("univl-dr-released", title="UniVL-DR (released)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class ReleasedUniVLDR(_Released):
    """The authors' checkpoint of UniVL-DR, evaluated here with their verbalized captions."""

    checkpoint: str = "checkpoints/univl-dr.pt"

    def presentation(self, data: Collection, seed: int) -> Presentation:
        from univl_dr.verbalize import Given

        return replace(super().presentation(data, seed), captions=Given(view="query"))

    def why_unavailable(self, task: Task | None) -> str | None:
        if reason := super().why_unavailable(task):
            return reason
        if task and "query" not in task.data.corpus.views:
            return "needs the authors' all_imgs_query.json beside the data set's other files"
        return None
