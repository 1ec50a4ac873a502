"""Any cross-encoder that sentence-transformers loads; it re-ranks another row's documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from baselines.encoders.sentence_models import Composition
from baselines.encoders.weights import Precision, why_missing
from benchmark.errors import InputError
from benchmark.registry import register, retriever
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.settings import Range


@register(
    "cross-encoder",
    title="sentence-transformers (re-ranked)",
    group="Published models",
    template=True,
)
@dataclass(frozen=True, kw_only=True)
class CrossEncoderRetriever(Retriever):
    """The first documents of another row, re-ranked by a CrossEncoder.

    ``first``: that row; its ranked lists are computed once for both rows. ``top_k``: the number of
    its documents that are scored; the others follow in their first order. ``images``: what the
    model reads of an image document: "caption"; or, if the model takes images, "image" or "joint"
    (image and caption). ``prompt``: a text that is put before each pair, or ``prompt:NAME``. The
    other settings are those of sentence-transformer.
    """

    model: str = ""
    revision: str | None = None
    first: str = "bm25"
    top_k: Annotated[int, Range(1)] = 100
    images: Composition = "caption"
    prompt: str | None = None
    longest: Annotated[int, Range(1)] | None = None
    dtype: Precision = "float32"
    batch: Annotated[int, Range(1)] = 32
    remote_code: bool = False

    def ranking(self, task: Task) -> Ranking:
        from baselines.encoders.cross import Reranked, Scoring
        from baselines.encoders.weights import weights

        scoring = Scoring(
            weights=weights(self.model, self.revision, remote_code=self.remote_code),
            prompt=self.prompt,
            images=self.images,
            longest=self.longest,
            precision=self.dtype,
            batch=self.batch,
        )
        first = first_stage(self.first).ranking(task)
        top_k = min(self.top_k, task.depth)
        return Reranked(task=task, first=first, scoring=scoring, top_k=top_k)

    def why_unavailable(self, task: Task | None) -> str | None:
        if reason := why_missing(self.model, self.revision, remote_code=self.remote_code):
            return reason
        reason = first_stage(self.first).why_unavailable(task)
        return f"re-ranks {self.first}, which {reason}" if reason else None


def first_stage(name: str) -> Retriever:
    """The retriever of row ``name``. Raises InputError if its chain of first stages is circular."""
    seen, made = [name], retriever(name).make()
    one = made
    while (further := getattr(one, "first", None)) is not None:
        if further in seen:
            raise InputError(
                f"row '{name}' re-ranks itself", mend="name another row as its first stage"
            )
        seen.append(further)
        one = retriever(further).make()
    return made
