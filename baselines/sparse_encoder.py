"""Any sparse model that sentence-transformers loads, such as SPLADE, over passages and captions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from baselines.encoders.weights import Precision, why_missing
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.settings import Range


@register(
    "sparse-encoder",
    title="sentence-transformers (sparse)",
    group="Published models",
    template=True,
)
@dataclass(frozen=True, kw_only=True)
class SparseEncoderRetriever(Retriever):
    """A SparseEncoder (SPLADE): a weight for each token of the vocabulary, and exact search.

    Images are represented by their captions. ``active``: the number of weights of a text that are
    kept, the largest ones. The other settings are those of sentence-transformer.
    """

    model: str = ""
    revision: str | None = None
    query_prompt: str | None = None
    passage_prompt: str | None = None
    active: Annotated[int, Range(1)] | None = None
    longest: Annotated[int, Range(1)] | None = None
    dtype: Precision = "float32"
    batch: Annotated[int, Range(1)] = 32
    remote_code: bool = False

    def ranking(self, task: Task) -> Ranking:
        from baselines.encoders.sentence_models import Prompts
        from baselines.encoders.sparse import SparseEncoding, SparseRanking
        from baselines.encoders.weights import weights

        encoding = SparseEncoding(
            weights=weights(self.model, self.revision, remote_code=self.remote_code),
            prompts=Prompts(query=self.query_prompt, passage=self.passage_prompt),
            active=self.active,
            longest=self.longest,
            precision=self.dtype,
            batch=self.batch,
        )
        return SparseRanking(task=task, encoding=encoding)

    def why_unavailable(self, task: Task | None) -> str | None:
        del task
        return why_missing(self.model, self.revision, remote_code=self.remote_code)
