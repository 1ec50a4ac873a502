"""Inference with trained models: as encoders for search, and for the MRR on dev in training."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, Corpus
from benchmark.dense.encode import Matrix
from benchmark.dense.search import search
from benchmark.progress import log
from univl_dr.choices import EncodingPrecision, Precision
from univl_dr.documents import AS_IS, Presentation, Presenter, ReadsDocuments
from univl_dr.examples import Numbers

if TYPE_CHECKING:
    from univl_dr.embedder import Embedder, Start, Trained

CHUNK = 1024
"""The number of decoded documents in memory at once."""

CUTOFF = 10


@recipe_name("Encoding")
@dataclass(frozen=True, kw_only=True)
class Encoding:
    """A ``DenseRanking`` model: an embedder and its presentation of documents.

    precision: bf16 runs the towers in bf16 by autocast, which is several times faster; fp16 has
    weights and activations in fp16, as in OpenAI's CLIP on a GPU. Both change embeddings in the
    third digit, so the precision is part of the identity.
    """

    weights: Start
    presentation: Presentation = AS_IS
    precision: EncodingPrecision = "fp32"

    def load(self, store: Store) -> EmbedderEncoder:
        """Load the weights."""
        from univl_dr.embedder import Embedder

        module = self.weights.module(store)
        assert isinstance(module, Embedder)  # noqa: S101  (nothing else can be searched with)
        if self.precision == "fp16":
            module.use_fp16()
            log.info(
                "encoding in fp16: weights and activations, as the released code of UniVL-DR does"
            )
        elif self.precision == "bf16":
            module.use_bf16()
        return presented(module, self.presentation, store, self.precision)


def precision_here(wanted: Precision) -> EncodingPrecision:
    """The precision of a setting on this machine: "auto" is fp16 if there is a GPU, else fp32."""
    if wanted != "auto":
        return wanted
    from univl_dr.embedder import device

    return "fp16" if device().type == "cuda" else "fp32"


class EmbedderEncoder:
    """An embedder as the benchmark's ``Encoder``.

    reader: makes the reader of a corpus's documents. It is called once, because an encoder encodes
    only one corpus.
    """

    def __init__(
        self,
        module: Embedder,
        reader: Callable[[Corpus], ReadsDocuments],
        precision: EncodingPrecision = "fp32",
    ) -> None:
        self._module = module.eval()
        self._reader = reader
        self._precision = precision
        self._documents: ReadsDocuments | None = None

    @property
    def dimension(self) -> int:
        return self._module.dimension

    @property
    def longest(self) -> int | None:
        """The number of tokens of a text that are read; None if the module does not state it."""
        return getattr(self._module, "longest", None)

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        import torch

        from univl_dr.embedder import computing

        with torch.inference_mode(), computing(self._module, self._precision):
            return self._module.embed_questions(texts).float().cpu().numpy()

    def encode_documents(self, corpus: Corpus, numbers: Numbers) -> Matrix:
        import torch

        from univl_dr.embedder import computing

        if self._documents is None:
            self._documents = self._reader(corpus)
        parts = []
        for start in range(0, len(numbers), CHUNK):
            items = self._documents.items(numbers[start : start + CHUNK])
            with torch.inference_mode(), computing(self._module, self._precision):
                parts.append(self._module.embed_documents(items).float().cpu().numpy())
        return np.concatenate(parts)

    @property
    def notes(self) -> dict[str, int]:
        """The numbers of texts that were cut and of images that were left out, if there are any."""
        counts = {
            "texts cut at the context length": self._module.cut,
            "unreadable images": len(self._documents.unreadable) if self._documents else 0,
        }
        return {what: count for what, count in counts.items() if count}


def presented(
    module: Embedder,
    presentation: Presentation,
    store: Store,
    precision: EncodingPrecision = "fp32",
) -> EmbedderEncoder:
    """An encoder of documents in the given presentation."""
    return EmbedderEncoder(
        module,
        lambda corpus: Presenter(presentation, corpus, store, module.preprocess),
        precision,
    )


@recipe_name("Validation")
@dataclass(frozen=True, kw_only=True)
class Validation:
    """MRR@10 of a split's judged questions over the whole collection."""

    data: Collection
    presentation: Presentation = AS_IS
    split: str = "dev"

    def open(self, module: Trained, store: Store) -> Callable[[], float]:
        """A function that computes the MRR@10 of the module's current weights."""
        from univl_dr.embedder import Embedder

        assert isinstance(module, Embedder)  # noqa: S101  (nothing else can be searched with)
        encoder = presented(module, self.presentation, store)
        corpus, qrels = self.data.corpus, self.data.qrels(self.split)
        judged = [query for query in self.data.queries(self.split) if query.id in qrels]
        questions = [query.text for query in judged]
        numbers = corpus.find(id_ for answers in qrels.values() for id_ in answers)
        relevant = [
            [numbers[id_] for id_, relevance in qrels[query.id].items() if relevance > 0]
            for query in judged
        ]

        def mrr() -> float:
            documents = encoder.encode_documents(corpus, np.arange(len(corpus)))
            retrieved = search(encoder.encode_queries(questions), documents, CUTOFF).numbers
            hits = [np.isin(top, wanted) for top, wanted in zip(retrieved, relevant, strict=True)]
            return float(np.mean([hit.any() / (1 + hit.argmax()) for hit in hits]))

        return mrr
