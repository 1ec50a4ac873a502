"""DPR and ANCE: dense retrieval of texts; images are represented by their captions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from benchmark.environment.hub import lacks_weights
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.settings import Range

if TYPE_CHECKING:
    from benchmark.datasets import Collection
    from univl_dr.embedder import Start

SETTING = "Single Modality (Text Only)"
NQ_QUESTION = "facebook/dpr-question_encoder-single-nq-base"
NQ_DOCUMENT = "facebook/dpr-ctx_encoder-single-nq-base"
BERT = "google-bert/bert-base-uncased"


class TextEncoder(Retriever):
    """Base of the rows: one dual encoder over passages and captions."""

    needs: ClassVar[tuple[str, ...]] = ()
    """The splits that its training needs."""

    def weights(self, data: Collection, seed: int) -> Start:
        """The encoder; rows that train it do so on ``data``."""
        raise NotImplementedError

    def published(self) -> Sequence[str]:
        """The published weights that it starts from if the data set has no stand-ins for them."""
        raise NotImplementedError

    def ranking(self, task: Task) -> Ranking:
        from baselines.encoders.recipes import searched

        return searched(task, self.weights(task.data, task.seed))

    def why_unavailable(self, task: Task | None) -> str | None:
        if task and (missing := [split for split in self.needs if split not in task.data.splits]):
            return f"needs questions to learn from: the data set has no split '{missing[0]}'"
        if task and task.data.stand_ins:
            return None
        return next(filter(None, map(lacks_weights, self.published())), None)


@dataclass(frozen=True, kw_only=True)
class _FromNQ(TextEncoder):
    question: str = NQ_QUESTION
    document: str = NQ_DOCUMENT

    def weights(self, data: Collection, seed: int) -> Start:
        del seed
        from baselines.encoders.recipes import preset

        return preset(data).dpr(data, self.question, self.document)

    def published(self) -> Sequence[str]:
        return self.question, self.document


@register("dpr-zero-shot", title="DPR (Zero-Shot)", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class ZeroShot(_FromNQ):
    """DPR trained on Natural Questions, without further training.

    ``question``, ``document``: the names of its two encoders. On webqa-mini a small model takes
    their place, trained on generated questions about other topics.
    """


@register("nq-dpr", title="NQ-DPR", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class NQDPR(_FromNQ):
    """DPR trained on Natural Questions, then on the data set with in-batch negatives."""

    needs: ClassVar[tuple[str, ...]] = ("train", "dev")

    def weights(self, data: Collection, seed: int) -> Start:
        from baselines.encoders.recipes import in_batch

        return in_batch(super().weights(data, seed), data, seed)


@register("nq-ance", title="NQ-ANCE", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class NQANCE(NQDPR):
    """NQ-DPR trained further with ANCE's hard negatives, which are mined again for each round.

    A round mines with the current model, then trains for ``interval`` epochs: each question has
    one hard negative from the top 100, besides the in-batch negatives (Xiong et al., 2021). Each
    round has its own optimizer and cosine schedule.
    """

    rounds: Annotated[int, Range(1)] = 3
    interval: Annotated[int, Range(1)] = 2

    def weights(self, data: Collection, seed: int) -> Start:
        from baselines.encoders.recipes import refreshed

        return refreshed(super().weights(data, seed), data, seed, self.rounds, self.interval)


@register("bert-dpr", title="BERT-DPR", group=SETTING)
@dataclass(frozen=True, kw_only=True)
class BERTDPR(TextEncoder):
    """BERT trained like DPR on the data set's questions with in-batch negatives.

    On webqa-mini the BERT is small, and was pretrained on texts of webqa-mini alone, by masked
    language modelling.
    """

    bert: str = BERT
    needs: ClassVar[tuple[str, ...]] = ("train", "dev")

    def weights(self, data: Collection, seed: int) -> Start:
        from baselines.encoders.recipes import in_batch, preset

        return in_batch(preset(data).bert(data, self.bert), data, seed)

    def published(self) -> Sequence[str]:
        return (self.bert,)
