"""The interface of models to training and search: they embed questions and documents."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor, nn

from benchmark.errors import InputError
from univl_dr.choices import EncodingPrecision
from univl_dr.items import Item

if TYPE_CHECKING:
    from PIL.Image import Image

    from benchmark.artefacts.store import Store


class Trained(nn.Module):
    """A module with its own preprocessing of images, which can be saved."""

    threads: int | None = None
    """The number of threads; None for all. A small model is faster with one thread, and its weights
    then do not depend on the number of cores."""

    def preprocess(self, image: Image) -> Tensor:
        """The model's input for an image; all results have the same shape, so that they stack.

        image: in the mode in which it is stored (RGB, palette, grey, transparent, ...). Each model
        handles transparency in its own way; ``over_white`` puts the image on a white background.
        """
        raise NotImplementedError(f"{type(self).__name__} reads no images")

    def save(self, folder: Path) -> None:
        """Write weights and configuration."""
        raise NotImplementedError

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device


class Embedder(Trained):
    """A dual encoder: the score of a document is the inner product with the question."""

    dimension: int

    width: int
    """The width of its layers."""

    cut: int = 0
    """The number of texts so far that were longer than the model's limit, and were cut."""

    shares_text_tower: bool = False
    """Whether the same network embeds questions and texts of documents, in the same way."""

    @property
    def room(self) -> int:
        """The number of tokens in a batch: so many fit a processor's cache, or fill a GPU."""
        return (1 << 25 if self.device.type == "cuda" else 3 << 18) // self.width

    def embed_questions(self, texts: Sequence[str]) -> Tensor:
        """Float32 (fp16 after ``use_fp16``), shape (texts, dimension)."""
        raise NotImplementedError

    def embed_documents(self, items: Sequence[Item]) -> Tensor:
        """Float32 (fp16 after ``use_fp16``), shape (items, dimension)."""
        raise NotImplementedError

    def embed_both(self, texts: Sequence[str], items: Sequence[Item]) -> tuple[Tensor, Tensor]:
        """The embeddings of questions and documents; one batch is faster if a network is shared."""
        if not self.shares_text_tower:
            return self.embed_questions(texts), self.embed_documents(items)
        embedded = self.embed_documents([*(Item(text) for text in texts), *items])
        return embedded[: len(texts)], embedded[len(texts) :]

    def use_fp16(self) -> None:
        """Convert the weights to fp16, for encoding only."""
        raise InputError(
            f"{type(self).__name__} does not support fp16", mend="choose precision fp32 or bf16"
        )

    def use_bf16(self) -> None:
        """Convert the weights of matrix products to bf16, for encoding in bf16 only.

        Embeddings are the same without this: autocast then converts the weights for each batch.
        """

    def scale(self) -> Tensor:
        """The factor of inner products in the loss (the inverse temperature); a scalar."""
        return torch.ones((), device=self.device)


class Start(Protocol):
    """The source of a model: a frozen dataclass, part of the identity of artefacts that use it."""

    def module(self, store: Store) -> Trained:
        """The model, in fp32."""

    def restore(self, folder: Path) -> Trained:
        """The model that ``save`` wrote into ``folder`` after training from this start."""


@contextlib.contextmanager
def computing(module: Trained, precision: EncodingPrecision = "fp32") -> Iterator[None]:
    """Run ``module`` with its number of threads; "bf16" computes matrix products in bf16.

    "fp16" has no effect here, since it is a property of the weights (``Embedder.use_fp16``).
    """
    before = torch.get_num_threads()
    torch.set_num_threads(module.threads or before)
    try:
        with torch.autocast(module.device.type, dtype=torch.bfloat16, enabled=precision == "bf16"):
            yield
    finally:
        torch.set_num_threads(before)


def device() -> torch.device:
    """The device on which models run: the first GPU, or the processor if there is none."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
