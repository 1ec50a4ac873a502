"""Any dense model of sentence-transformers as an encoder of questions and documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from baselines.encoders.sentence_models import (
    OWN_PROMPTS,
    Composition,
    Prompts,
    as_texts,
    composition,
    load,
    longest,
    prompted,
)
from baselines.encoders.weights import Precision, Weights
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.errors import InputError

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image

    from benchmark.datasets import Corpus
    from benchmark.dense.encode import Matrix

IMAGES = 128
"""The number of decoded images in memory at once."""


@recipe_name("SentenceEncoding")
@dataclass(frozen=True, kw_only=True)
class SentenceEncoding:
    """A ``DenseRanking`` model: a dense model of sentence-transformers, with its settings."""

    weights: Weights
    prompts: Prompts = OWN_PROMPTS
    images: Composition = "auto"
    similarity: Literal["model", "cosine", "dot"] = "model"
    truncate_dim: int | None = None
    longest: int | None = None
    precision: Precision = "float32"
    batch: int = 32
    unreadable: Literal["fail", "skip"] = "fail"

    def load(self, store: Store) -> SentenceEncoder:
        """Load the weights. Raises InputError if they are not those of a dense model."""
        del store
        from sentence_transformers import SentenceTransformer

        model = load(SentenceTransformer, self.weights, self.precision, self.longest)
        return SentenceEncoder(model, self)


class SentenceEncoder:
    """A loaded model as the benchmark's ``Encoder``."""

    def __init__(self, model: Any, made: SentenceEncoding) -> None:
        similarity = made.similarity if made.similarity != "model" else model.similarity_fn_name
        if similarity not in ("cosine", "dot"):
            raise InputError(
                f"'{made.weights.source}' compares by '{similarity}', not by inner product",
                mend='set similarity = "cosine" or "dot" in the row',
            )
        self._made, self._model = made, model
        self._unit = similarity == "cosine"
        self.composition = composition(model, made.images, made.weights)
        self._unreadable: dict[int, str] = {}
        self._composed = 0

    @property
    def dimension(self) -> int:
        width = self._model.get_embedding_dimension()
        if width is None:
            width = self._model.encode("one").shape[-1]
        return min(int(width), self._made.truncate_dim or int(width))

    @property
    def longest(self) -> int | None:
        """The number of tokens of a text that are read; None if the model has no limit."""
        return longest(self._model)

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        inputs, prompt = as_texts(texts), self._made.prompts.query
        return self._scored(self._encode(self._model.encode_query, inputs, prompt))

    def encode_documents(self, corpus: Corpus, numbers: npt.NDArray[np.int64]) -> Matrix:
        found = np.zeros((len(numbers), self.dimension), dtype=np.float32)
        pictured = numbers >= corpus.numbers("image").start
        if not pictured.all():
            texts = as_texts(corpus.texts(numbers[~pictured]))
            found[~pictured] = self._scored(self._documents(texts, self._made.prompts.passage))
        for start in range(0, int(pictured.sum()), IMAGES):
            places = np.flatnonzero(pictured)[start : start + IMAGES]
            found[places] = self._scored(self._pictures(corpus, numbers[places]))
        return found

    @property
    def notes(self) -> dict[str, int]:
        """How image documents were embedded, and how many images could not be decoded."""
        counts = {
            f"image documents composed as: {self.composition}": self._composed,
            "unreadable images": len(self._unreadable),
        }
        return {what: count for what, count in counts.items() if count}

    def _pictures(self, corpus: Corpus, numbers: npt.NDArray[np.int64]) -> Matrix:
        """Embed image documents; one whose image cannot be decoded is embedded by its caption."""
        own, captions = self._made.prompts.image, corpus.texts(numbers)
        self._composed += len(numbers)
        if self.composition == "caption":
            return self._documents(as_texts(captions), own)
        images = [self._image(corpus, int(number)) for number in numbers]
        seen = np.array([image is not None for image in images])
        inputs: list[Any] = [image for image in images if image is not None]
        if self.composition == "joint":
            read = [caption for caption, one in zip(captions, seen, strict=True) if one]
            inputs = [
                {"image": image, "text": text} for image, text in zip(inputs, read, strict=True)
            ]
        found = np.zeros((len(numbers), self.dimension), dtype=np.float32)
        if inputs:
            found[seen] = self._documents(inputs, own)
        if self.composition == "sum":
            found += self._documents(as_texts(captions), self._made.prompts.passage)
        elif self.composition == "joint" and not seen.all():
            left = [caption for caption, one in zip(captions, seen, strict=True) if not one]
            found[~seen] = self._documents(as_texts(left), own)
        return found

    def _image(self, corpus: Corpus, number: int) -> Image | None:
        try:
            return corpus.image(number)
        except InputError as error:
            if self._made.unreadable == "fail":
                raise
            self._unreadable[number] = str(error)
            return None

    def _documents(self, inputs: Sequence[object], prompt: str | None) -> Matrix:
        return self._encode(self._model.encode_document, inputs, prompt)

    def _encode(
        self, encode: Callable[..., Any], inputs: Sequence[object], prompt: str | None
    ) -> Matrix:
        given = prompted(prompt, self._model, self._made.weights)
        with self._made.weights.encoding():
            found = encode(
                list(inputs),
                **given,
                batch_size=self._made.batch,
                truncate_dim=self._made.truncate_dim,
                show_progress_bar=False,
                convert_to_tensor=True,
            )
        matrix: Matrix = found.float().cpu().numpy()
        return matrix

    def _scored(self, vectors: Matrix) -> Matrix:
        """The vectors, normalised if the similarity is the cosine; they have inner products."""
        if not self._unit:
            return vectors
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Matrix = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit
