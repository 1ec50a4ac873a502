"""The input that a model reads for a document: which of its parts, and which caption."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Corpus
from benchmark.errors import InputError
from univl_dr.choices import Unreadable, View
from univl_dr.items import Item
from univl_dr.pictures import pictures

if TYPE_CHECKING:
    from PIL.Image import Image
    from torch import Tensor


class ReadsDocuments(Protocol):
    """Turns the documents of one corpus into the input of one model."""

    unreadable: Mapping[int, str]
    """The error message for each image that was left out, by corpus number."""

    def items(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> list[Item]:
        """The inputs for the documents with these corpus numbers."""


class Captions(Protocol):
    """Texts that replace the images' own captions: a frozen dataclass, part of the identity."""

    def open(self, store: Store, corpus: Corpus) -> Callable[[Sequence[int]], list[str]]:
        """A function from numbers of image documents to captions, which are made if missing."""


@recipe_name("Presentation")
@dataclass(frozen=True, kw_only=True)
class Presentation:
    """The parts of a document that a model reads; of a passage it is always the text.

    unreadable: an image that cannot be decoded is an error that names it ("fail"), or its document
    is embedded without it, and counted ("skip").
    """

    view: View = "both"
    captions: Captions | None = None
    unreadable: Unreadable = "fail"


AS_IS = Presentation()


class Presenter:
    """Turns the documents of one corpus into the input of one model, as a ``Presentation`` says."""

    def __init__(
        self,
        presentation: Presentation,
        corpus: Corpus,
        store: Store,
        preprocess: Callable[[Image], Tensor],
    ) -> None:
        self._as = presentation
        self._corpus = corpus
        captions = presentation.captions
        self._captions = None if captions is None else captions.open(store, corpus)
        self._pictures = pictures(corpus, preprocess)
        self._unreadable: dict[int, str] = {}
        self.unreadable: Mapping[int, str] = self._unreadable

    def items(self, numbers: Sequence[int] | npt.NDArray[np.int64]) -> list[Item]:
        """The inputs for the documents with these corpus numbers."""
        wanted = np.asarray(numbers, dtype=np.int64)
        texts: list[str | None] = list(self._corpus.texts(wanted))
        images: list[Tensor | None] = [None] * len(texts)
        places = np.flatnonzero(wanted >= self._corpus.numbers("image").start)
        image_numbers = wanted[places].tolist()
        if image_numbers and self._as.view == "image":
            for place in places:
                texts[place] = None
        elif image_numbers and self._captions is not None:
            for place, caption in zip(places, self._captions(image_numbers), strict=True):
                texts[place] = caption
        if image_numbers and self._as.view != "caption":
            found = self._pictures.read(image_numbers)
            for place, number, image in zip(places, image_numbers, found, strict=True):
                images[place] = self._shown(number, image)
        return [Item(text, image) for text, image in zip(texts, images, strict=True)]

    def _shown(self, number: int, image: Tensor | InputError) -> Tensor | None:
        if not isinstance(image, InputError):
            return image
        if self._as.unreadable == "fail":
            raise image
        self._unreadable[number] = str(image)
        return None
