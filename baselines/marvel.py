"""MARVEL (Zhou et al., ACL 2024): a visual module plugged into a dense text encoder.

Training follows the released code, with two differences. The weights that are kept from the visual
module's pretraining are those of the best accuracy on dev; the original keeps those of the lowest
loss. And the authors pretrained on image-caption pairs of ClueWeb22, which needs a licence. For a
data set without such pairs, ``pretrained`` names the authors' checkpoint; without it, the visual
module starts untrained.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from baselines.encoders.weights import why_missing
from benchmark.registry import register
from benchmark.retriever import SEED, Ranking, Retriever, Task
from benchmark.types import MODALITIES
from univl_dr.choices import Unreadable
from univl_dr.released import released_path, why_not_released

if TYPE_CHECKING:
    from benchmark.datasets import Collection
    from univl_dr.documents import Presentation
    from univl_dr.embedder import Start
    from univl_dr.inference import Encoding
    from univl_dr.train import Checkpoint

T5_ANCE = "OpenMatch/t5-ance"
CLIP = "openai/clip-vit-base-patch32"
TEXT, UNIVERSAL = "Single Modality (Text Only)", "UnivSearch"


@dataclass(frozen=True, kw_only=True)
class _Marvel(Retriever):
    """Base of the rows; ``text`` and ``vision`` name the two models that the encoder joins."""

    text: str = T5_ANCE
    vision: str = CLIP
    unreadable: Unreadable = "fail"

    def weights(self, data: Collection, seed: int) -> Start:
        """The encoder."""
        raise NotImplementedError

    def presentation(self) -> Presentation:
        """How documents are given to the encoder: captions are plain, never verbalized."""
        from univl_dr.documents import Presentation

        return Presentation(unreadable=self.unreadable)

    def encoding(self, data: Collection, seed: int) -> Encoding:
        """The model that embeds questions and documents."""
        from univl_dr.inference import Encoding

        return Encoding(weights=self.weights(data, seed), presentation=self.presentation())

    def ranking(self, task: Task) -> Ranking:
        from benchmark.dense.search import DenseRanking

        return DenseRanking(task=task, model=self.encoding(task.data, task.seed))

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and task.data.stand_ins:
            return None
        return why_missing(self.text) or why_missing(self.vision)

    def _parts(self, data: Collection, checkpoint: Path | None = None) -> Start:
        """The text encoder and an untrained visual module, or both from ``checkpoint``."""
        from baselines.encoders.marvel_starts import FrozenMarvel, PublishedMarvel, SmallMarvel
        from baselines.encoders.weights import weights
        from benchmark.io.files import sha256
        from univl_dr.losses import InBatch
        from univl_dr.pairs import Pairs
        from univl_dr.presets import PRETRAINING
        from univl_dr.tokens import Vocabulary
        from univl_dr.train import Checkpoint

        if not data.stand_ins:
            hashed = sha256(checkpoint) if checkpoint else ""
            text, vision = weights(self.text), weights(self.vision)
            return PublishedMarvel(
                text=text, vision=vision, seed=SEED, path=checkpoint, sha256=hashed
            )
        # A small T5, trained to match questions and passages about other topics.
        small = SmallMarvel(vocabulary=Vocabulary(data=data), seed=SEED)
        return Checkpoint(
            start=FrozenMarvel(start=small, frozen="vision"),
            examples=Pairs(data=data, kinds=("nq",)),
            dev=Pairs(data=data, kinds=("nq",), part="dev"),
            objective=InBatch(),
            recipe=PRETRAINING,
            seed=SEED,
        )


@register("t5-ance-zero-shot", title="T5-ANCE (Zero-Shot)", group=TEXT)
@dataclass(frozen=True, kw_only=True)
class T5ANCE(_Marvel):
    """The dense text encoder that MARVEL starts from; images are represented by their captions.

    On webqa-mini a small model takes its place, trained on generated questions about other topics.
    """

    def weights(self, data: Collection, seed: int) -> Start:
        del seed
        return self._parts(data)

    def presentation(self) -> Presentation:
        return replace(super().presentation(), view="caption")


@register("marvel-dpr", title="MARVEL-DPR", group=UNIVERSAL)
@dataclass(frozen=True, kw_only=True)
class MarvelDPR(_Marvel):
    """T5-ANCE that reads CLIP's patches among its tokens, trained with in-batch negatives.

    In the first step, the visual module learns to match images with their captions, and the text
    encoder is frozen. In the second step, everything but the image tower is trained.
    ``pretrained``: the path of the authors' checkpoint of the first step, for data sets without
    image-caption pairs.
    """

    pretrained: str = ""

    def weights(self, data: Collection, seed: int) -> Start:
        from univl_dr.losses import InBatch

        return self._trained(self._pretrained(data), data, seed, InBatch())

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and (missing := [one for one in ("train", "dev") if one not in task.data.splits]):
            return f"needs questions to learn from: the data set has no split '{missing[0]}'"
        if self.pretrained and not Path(self.pretrained).is_file():
            return f"needs the checkpoint '{self.pretrained}', which does not exist: check the path"
        return super().why_unavailable(task)

    def _pretrained(self, data: Collection) -> Start:
        """The encoder after its visual module was pretrained on image-caption pairs."""
        from baselines.encoders.marvel_starts import FrozenMarvel
        from univl_dr.losses import Symmetric
        from univl_dr.pairs import Pairs
        from univl_dr.presets import PRETRAINING
        from univl_dr.train import Checkpoint

        if not data.stand_ins:
            return self._parts(data, Path(self.pretrained) if self.pretrained else None)
        return Checkpoint(
            start=FrozenMarvel(start=self._parts(data), frozen="text"),
            examples=Pairs(data=data, kinds=("described",)),
            dev=Pairs(data=data, kinds=("described",), part="dev"),
            objective=Symmetric(),
            recipe=PRETRAINING,
            seed=SEED,
        )

    def _trained(
        self,
        start: Start,
        data: Collection,
        seed: int,
        objective: object,
        first: Encoding | None = None,
    ) -> Checkpoint:
        """The encoder trained on the judged questions, with the image tower frozen.

        first: a model; from its top 100, each question gets an image and a passage as negatives.
        """
        from baselines.encoders.marvel_starts import FrozenMarvel
        from benchmark.dense.search import DenseRanking
        from univl_dr.examples import Examples
        from univl_dr.losses import InBatch
        from univl_dr.negatives import HardNegatives, Negatives
        from univl_dr.presets import preset
        from univl_dr.train import Checkpoint

        def examples(split: str) -> Examples:
            found = Examples(data=data, split=split, presentation=self.presentation())
            if first is None:
                return found
            ranking = DenseRanking(task=Task(data=data, split=split), model=first)
            return replace(found, negatives=Negatives(mined=HardNegatives(ranking=ranking)))

        chosen = preset(data)
        assert isinstance(objective, InBatch)  # noqa: S101
        return Checkpoint(
            start=FrozenMarvel(start=start, frozen="vision"),
            examples=examples("train"),
            dev=replace(examples("dev"), positive="first"),
            objective=objective,
            # The paper uses UniVL-DR's recipe for both steps.
            recipe=chosen.in_batch if first is None else chosen.further,
            seed=seed,
        )


@register("marvel-ance", title="MARVEL-ANCE", group=UNIVERSAL)
@dataclass(frozen=True, kw_only=True)
class MarvelANCE(MarvelDPR):
    """MARVEL-DPR trained further, with an image and a passage of its top 100 as hard negatives.

    The loss is a softmax over all positives and negatives of the batch, while UniVL-DR's second
    stage compares only the three documents of each question.
    """

    def weights(self, data: Collection, seed: int) -> Start:
        from univl_dr.inference import Encoding
        from univl_dr.losses import InBatch

        dpr = super().weights(data, seed)
        first = Encoding(weights=dpr, presentation=self.presentation())
        return self._trained(dpr, data, seed, InBatch(), first)

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and not all(task.data.corpus.numbers(modality) for modality in MODALITIES):
            return "needs passages and images: the data set has one of the two"
        return super().why_unavailable(task)


@dataclass(frozen=True, kw_only=True)
class _Released(_Marvel):
    """Base of the released checkpoints; ``checkpoint`` is relative to the folder of the images."""

    checkpoint: str

    def weights(self, data: Collection, seed: int) -> Start:
        del seed
        return self._parts(data, released_path(data, self.checkpoint))

    def why_unavailable(self, task: Task | None) -> str | None:
        if reason := why_not_released(task.data if task else None, self.checkpoint):
            return reason
        return super().why_unavailable(task)


@register("marvel-dpr-released", title="MARVEL-DPR (released)", group=UNIVERSAL)
@dataclass(frozen=True, kw_only=True)
class ReleasedDPR(_Released):
    """The authors' checkpoint of MARVEL-DPR, evaluated here."""

    checkpoint: str = "checkpoints/marvel-dpr.pt"


@register("marvel-ance-released", title="MARVEL-ANCE (released)", group=UNIVERSAL)
@dataclass(frozen=True, kw_only=True)
class ReleasedANCE(_Released):
    """The authors' checkpoint of MARVEL-ANCE, evaluated here."""

    checkpoint: str = "checkpoints/marvel-ance.pt"
