"""ConSE: an image is the mean of what its likeliest classes are called, in a text encoder's space.

Norouzi et al., "Zero-Shot Learning by Convex Combination of Semantic Embeddings" (ICLR 2014),
equation 3, with a sentence encoder in place of their word vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import torch

from benchmark.artefacts import Store
from univl_dr.documents import AS_IS, Presentation, Presenter

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image
    from torch import Tensor

    from benchmark.datasets import Corpus
    from benchmark.dense.encode import Encoder, Matrix, Model

BATCH = 64


class Classifier(Protocol):
    """A loaded image classifier."""

    names: Sequence[str]
    """What its classes are called."""

    def preprocess(self, image: Image) -> Tensor:
        """An image as the classifier reads it; all have one shape."""

    def probabilities(self, images: Tensor) -> Tensor:
        """Float32, shape (images, classes)."""


class Classifying(Protocol):
    """How a classifier is made: a frozen dataclass, part of the identity."""

    def open(self) -> Classifier:
        """Load the weights."""


@dataclass(frozen=True, kw_only=True)
class ConSE:
    """A text encoder that also takes images, through the names of their ``top`` classes.

    A captioned image is the normalised sum of its two unit vectors, so that both count alike.
    """

    text: Model
    images: Classifying
    top: int
    presentation: Presentation = AS_IS

    def load(self, store: Store) -> ConSEEncoder:
        """Load both models."""
        return ConSEEncoder(self, store)


class ConSEEncoder:
    """The two models as the benchmark's ``Encoder``."""

    def __init__(self, made: ConSE, store: Store) -> None:
        self._made = made
        self._store = store
        self._text: Encoder = made.text.load(store)
        self._classifier = made.images.open()
        self._names = self._text.encode_queries(self._classifier.names)
        self._presenter: Presenter | None = None

    @property
    def dimension(self) -> int:
        return self._text.dimension

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        return self._text.encode_queries(texts)

    def encode_documents(self, corpus: Corpus, rows: npt.NDArray[np.int64]) -> Matrix:
        vectors = np.zeros((len(rows), self.dimension), dtype=np.float32)
        pictured = rows >= corpus.rows("image").start
        for places, encode in ((~pictured, self._text.encode_documents), (pictured, self._images)):
            if places.any():
                vectors[places] = encode(corpus, rows[places])
        return vectors

    def _images(self, corpus: Corpus, rows: npt.NDArray[np.int64]) -> Matrix:
        if self._presenter is None:
            self._presenter = Presenter(
                self._made.presentation, corpus, self._store, self._classifier.preprocess
            )
        vectors = np.zeros((len(rows), self.dimension), dtype=np.float32)
        for start in range(0, len(rows), BATCH):
            batch = vectors[start : start + BATCH]
            items = self._presenter.items(rows[start : start + BATCH])
            captions = {place: item.text for place, item in enumerate(items) if item.text}
            images = {n: item.image for n, item in enumerate(items) if item.image is not None}
            if captions:
                batch[list(captions)] += self._text.encode_queries(list(captions.values()))
            if images:
                batch[list(images)] += self._convex(torch.stack(list(images.values())))
        return _normalised(vectors)

    def _convex(self, images: Tensor) -> Matrix:
        """The unit vectors of images: means of their classes' names, weighted by probability."""
        likeliest = self._classifier.probabilities(images).topk(self._made.top)
        weights, names = likeliest.values.numpy(), self._names[likeliest.indices.numpy()]
        return _normalised(np.einsum("it,itd->id", weights, names))

    @property
    def notes(self) -> dict[str, int]:
        """How many images couldn't be decoded."""
        unreadable = len(self._presenter.unreadable) if self._presenter else 0
        return {"unreadable images": unreadable} if unreadable else {}


def _normalised(vectors: Matrix) -> Matrix:
    """Rows of length one; a row of zeros (a document of which nothing could be read) stays."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Matrix = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    return unit
