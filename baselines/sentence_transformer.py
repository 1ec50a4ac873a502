"""Any dense model that sentence-transformers loads, over texts or over texts and images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from baselines.encoders.sentence_models import Composition
from baselines.encoders.weights import Precision, why_missing
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.settings import Range
from benchmark.types import Modality
from univl_dr.choices import Unreadable

if TYPE_CHECKING:
    from baselines.encoders.sentence_transformer import SentenceEncoding

GROUP = "Published models"


@register("sentence-transformer", title="sentence-transformers", group=GROUP, template=True)
@dataclass(frozen=True, kw_only=True)
class SentenceTransformerRetriever(Retriever):
    """A dense model of sentence-transformers, with its own similarity.

    ``model``: a name on the Hugging Face hub, a folder, or ``package:MODULE/FOLDER``. ``revision``:
    a commit on the hub, or the first digits of a folder's hash; without it the main branch is used,
    from the local cache if it is there. ``images``: how an image document is embedded: "joint"
    (image and caption in one input), "sum" (of both embeddings), "caption" or "image"; "auto" is
    the first of these that the model supports. ``query_prompt``, ``passage_prompt``,
    ``image_prompt``: a text that is put before questions, passages and image documents, or
    ``prompt:NAME`` for one of the model's own prompts; without them the model's prompts for queries
    and documents are used. ``query_prompt_text``, ``query_prompt_image``: these replace
    ``query_prompt`` when only passages or only images are searched. ``similarity``: "cosine" or
    "dot", in place of the model's own. ``truncate_dim``: the number of leading dimensions that are
    used. ``longest``: the number of tokens of a text that are read. ``dtype``: the type of weights
    and arithmetic. ``remote_code``: whether the model needs Python code of its own, which runs only
    with --allow-remote-code.
    """

    model: str = ""
    revision: str | None = None
    images: Composition = "auto"
    query_prompt: str | None = None
    query_prompt_text: str | None = None
    query_prompt_image: str | None = None
    passage_prompt: str | None = None
    image_prompt: str | None = None
    similarity: Literal["model", "cosine", "dot"] = "model"
    truncate_dim: Annotated[int, Range(1)] | None = None
    longest: Annotated[int, Range(1)] | None = None
    dtype: Precision = "float32"
    batch: Annotated[int, Range(1)] = 32
    unreadable: Unreadable = "fail"
    remote_code: bool = False

    def ranking(self, task: Task) -> Ranking:
        from benchmark.dense.search import DenseRanking

        return DenseRanking(task=task, model=self.encoding(task.scope))

    def encoding(self, scope: Modality | None = None) -> SentenceEncoding:
        """The model with these settings, for a search in one modality (``scope``) or in both."""
        from baselines.encoders.sentence_models import Prompts
        from baselines.encoders.sentence_transformer import SentenceEncoding
        from baselines.encoders.weights import weights

        special = {"text": self.query_prompt_text, "image": self.query_prompt_image}
        query = special[scope] if scope else None
        return SentenceEncoding(
            weights=weights(self.model, self.revision, remote_code=self.remote_code),
            prompts=Prompts(
                query=self.query_prompt if query is None else query,
                passage=self.passage_prompt,
                image=self.image_prompt if self.image_prompt is not None else self.passage_prompt,
            ),
            images=self.images,
            similarity=self.similarity,
            truncate_dim=self.truncate_dim,
            longest=self.longest,
            precision=self.dtype,
            batch=self.batch,
            unreadable=self.unreadable,
        )

    def why_unavailable(self, task: Task | None) -> str | None:
        del task
        return why_missing(self.model, self.revision, remote_code=self.remote_code)
