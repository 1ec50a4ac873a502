"""Any two-tower model that transformers loads, over passages and captioned images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from baselines.encoders.weights import why_missing
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task
from univl_dr.choices import Unreadable, View


@register("transformers", title="transformers", group="Published models", template=True)
@dataclass(frozen=True, kw_only=True)
class AutoModelRetriever(Retriever):
    """CLIP, SigLIP, ALIGN or BLIP; an image document is the sum of both towers' embeddings.

    ``model``: a name on the Hugging Face hub, or a folder, which ``AutoModel`` loads.
    ``revision``: a commit on the hub, or the first digits of a folder's hash. ``view``: the parts
    of an image document that are embedded. ``dtype``: bfloat16 is used by autocast.
    ``remote_code``: whether the model needs Python code of its own, which runs only with
    --allow-remote-code.
    """

    model: str = ""
    revision: str | None = None
    view: View = "both"
    unreadable: Unreadable = "fail"
    dtype: Literal["float32", "bfloat16"] = "float32"
    remote_code: bool = False

    def ranking(self, task: Task) -> Ranking:
        from baselines.encoders.auto_towers import AutoEncoding
        from baselines.encoders.weights import weights
        from benchmark.dense.search import DenseRanking
        from univl_dr.documents import Presentation

        encoding = AutoEncoding(
            weights=weights(self.model, self.revision, remote_code=self.remote_code),
            presentation=Presentation(view=self.view, unreadable=self.unreadable),
            precision=self.dtype,
        )
        return DenseRanking(task=task, model=encoding)

    def why_unavailable(self, task: Task | None) -> str | None:
        del task
        return why_missing(self.model, self.revision, remote_code=self.remote_code)
