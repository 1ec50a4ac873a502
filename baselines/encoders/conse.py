"""ConSE: an image's embedding is the weighted mean of the embeddings of its likely classes' names.

Norouzi et al., "Zero-Shot Learning by Convex Combination of Semantic Embeddings" (ICLR 2014),
equation 3, with a sentence encoder in place of their word vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.dense.encode import Documents
from univl_dr.choices import Unreadable, View
from univl_dr.documents import Presentation, Presenter

if TYPE_CHECKING:
    import numpy.typing as npt
    from PIL.Image import Image
    from torch import Tensor

    from benchmark.datasets import Corpus
    from benchmark.dense.encode import Encoder, Matrix, Model

BATCH = 4
"""The batch size of the classifier, whose wide layers exceed the processor's cache with more."""


class Classifier(Protocol):
    """A loaded image classifier."""

    names: Sequence[str]
    """The names of its classes."""

    def preprocess(self, image: Image) -> Tensor:
        """The classifier's input for an image of any mode; all results have the same shape."""

    def probabilities(self, images: Tensor) -> Tensor:
        """Float32, shape (images, classes)."""


class Classifying(Protocol):
    """The recipe of a classifier: a frozen dataclass, part of the identity of its embeddings."""

    def open(self) -> Classifier:
        """Load the weights."""


@recipe_name("ConSEImages")
@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Images without their captions, embedded by the names of their ``top`` most likely classes."""

    text: Model
    classifying: Classifying
    top: int
    unreadable: Unreadable = "fail"

    def load(self, store: Store) -> PicturesEncoder:
        """Load both models."""
        return PicturesEncoder(self, store)


class PicturesEncoder:
    """A classifier and a text encoder as the benchmark's ``Encoder`` of images."""

    def __init__(self, made: Pictures, store: Store) -> None:
        self._store, self._top = store, made.top
        self._shown = Presentation(view="image", unreadable=made.unreadable)
        self._text: Encoder = made.text.load(store)
        self._classifier = made.classifying.open()
        self._names = self._text.encode_queries(self._classifier.names)
        self._presenter: Presenter | None = None

    @property
    def dimension(self) -> int:
        return self._text.dimension

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        return self._text.encode_queries(texts)

    def encode_documents(self, corpus: Corpus, numbers: npt.NDArray[np.int64]) -> Matrix:
        import torch

        if self._presenter is None:
            preprocess = self._classifier.preprocess
            self._presenter = Presenter(self._shown, corpus, self._store, preprocess)
        vectors = np.zeros((len(numbers), self.dimension), dtype=np.float32)
        for start in range(0, len(numbers), BATCH):
            items = self._presenter.items(numbers[start : start + BATCH])
            images = {
                start + n: item.image for n, item in enumerate(items) if item.image is not None
            }
            if images:
                vectors[list(images)] = self._convex(torch.stack(list(images.values())))
        return vectors

    @property
    def notes(self) -> dict[str, int]:
        """The number of images that could not be decoded; their vectors are zero."""
        unreadable = len(self._presenter.unreadable) if self._presenter else 0
        return {"unreadable images": unreadable} if unreadable else {}

    def _convex(self, images: Tensor) -> Matrix:
        """The mean of the class names' embeddings, weighted by probability; unit vectors."""
        likeliest = self._classifier.probabilities(images).topk(self._top)
        weights, names = likeliest.values.numpy(), self._names[likeliest.indices.numpy()]
        return _normalised(np.einsum("it,itd->id", weights, names))


@recipe_name("ConSE")
@dataclass(frozen=True, kw_only=True)
class ConSE:
    """Passages by a text encoder; captioned images by caption, by image, or by both (``view``).

    "both" is the normalised sum of the two unit vectors. texts: the text encoder's vectors of the
    whole corpus. images: the vectors of its images by ``Pictures``. All views share them.
    """

    texts: Documents
    images: Documents
    view: View = "both"

    def load(self, store: Store) -> ConSEEncoder:
        """Load the text encoder."""
        return ConSEEncoder(self, store)


class ConSEEncoder:
    """Reads the documents' embeddings from the store, and encodes the questions."""

    def __init__(self, made: ConSE, store: Store) -> None:
        self._view, self._store = made.view, store
        self._texts, self._images = made.texts, made.images
        self._encoder: Encoder = made.texts.model.load(store)

    @property
    def dimension(self) -> int:
        return self._encoder.dimension

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        return self._encoder.encode_queries(texts)

    def encode_documents(self, corpus: Corpus, numbers: npt.NDArray[np.int64]) -> Matrix:
        first = corpus.numbers("image").start
        vectors = np.array(self._texts.matrix(self._store)[numbers])
        pictured = numbers >= first
        if self._view != "caption" and pictured.any():
            seen = self._images.matrix(self._store)[numbers[pictured] - first]
            both = self._view == "both"
            vectors[pictured] = _normalised(vectors[pictured] + seen) if both else seen
        return vectors


def _normalised(vectors: Matrix) -> Matrix:
    """The rows, normalised to unit length."""
    unit: Matrix = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
