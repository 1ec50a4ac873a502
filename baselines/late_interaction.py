"""Any multi-vector model that sentence-transformers loads, such as ColBERT, scored by MaxSim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from baselines.cross_encoder import first_stage
from baselines.encoders.sentence_models import Composition
from baselines.encoders.weights import Precision, why_missing
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.settings import Range


@register(
    "late-interaction",
    title="sentence-transformers (MaxSim)",
    group="Published models",
    template=True,
)
@dataclass(frozen=True, kw_only=True)
class LateInteractionRetriever(Retriever):
    """A MultiVectorEncoder (ColBERT): a vector for each token, and exact search by MaxSim.

    ``first``: a row; only its first ``top_k`` documents are scored. Without it all documents are
    scored, which takes about 25 KB of disk for each. ``images``: "joint", "image" or "caption";
    "auto" is "joint" if the model supports it, else "caption". The other settings are those of
    sentence-transformer.
    """

    model: str = ""
    revision: str | None = None
    first: str | None = None
    top_k: Annotated[int, Range(1)] = 100
    images: Composition = "auto"
    query_prompt: str | None = None
    passage_prompt: str | None = None
    image_prompt: str | None = None
    longest: Annotated[int, Range(1)] | None = None
    dtype: Precision = "float32"
    batch: Annotated[int, Range(1)] = 32
    remote_code: bool = False

    def ranking(self, task: Task) -> Ranking:
        from baselines.encoders.late import LateEncoding, LateRanking
        from baselines.encoders.sentence_models import Prompts
        from baselines.encoders.weights import weights

        image = self.image_prompt if self.image_prompt is not None else self.passage_prompt
        encoding = LateEncoding(
            weights=weights(self.model, self.revision, remote_code=self.remote_code),
            prompts=Prompts(query=self.query_prompt, passage=self.passage_prompt, image=image),
            images=self.images,
            longest=self.longest,
            precision=self.dtype,
            batch=self.batch,
        )
        if self.first is None:
            return LateRanking(task=task, encoding=encoding)
        first, top_k = first_stage(self.first).ranking(task), min(self.top_k, task.depth)
        return LateRanking(task=task, encoding=encoding, first=first, top_k=top_k)

    def why_unavailable(self, task: Task | None) -> str | None:
        if reason := why_missing(self.model, self.revision, remote_code=self.remote_code):
            return reason
        reason = first_stage(self.first).why_unavailable(task) if self.first else None
        return f"re-ranks {self.first}, which {reason}" if reason else None
