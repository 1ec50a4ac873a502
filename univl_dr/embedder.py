"""What the trainer and the search ask of a model: to embed questions and documents."""

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
    """A module that reads images in its own way and can be saved."""

    threads: int | None = None
    """How many threads compute; None for all. One suits a small model: waiting for each other would
    cost more than it gains, and the weights come out alike however many cores there are."""

    def preprocess(self, image: Image) -> Tensor:
        """An image as this model reads it; batches stack these, so all have one shape.

        image: in the mode in which it is stored (RGB, with a palette, grey, transparent, ...). What
        becomes of transparency is the model's own; ``over_white`` shows it as a page does.
        """
        raise NotImplementedError(f"{type(self).__name__} reads no images")

    def save(self, folder: Path) -> None:
        """Write weights and configuration."""
        raise NotImplementedError

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device


class Embedder(Trained):
    """A dual encoder: the inner product of two embeddings says how well a document answers."""

    dimension: int

    width: int
    """Of its layers."""

    cut: int = 0
    """How many of the texts read so far were longer than the model reads, and lost their end."""

    shares_text_tower: bool = False
    """Whether one network reads questions and the texts of documents, both in the same way."""

    @property
    def room(self) -> int:
        """Tokens that go through at once: their numbers fit a processor's cache, or fill a GPU."""
        return (1 << 25 if self.device.type == "cuda" else 3 << 18) // self.width

    def embed_questions(self, texts: Sequence[str]) -> Tensor:
        """Float32 (fp16 after ``use_fp16``), shape (texts, dimension)."""
        raise NotImplementedError

    def embed_documents(self, items: Sequence[Item]) -> Tensor:
        """Float32 (fp16 after ``use_fp16``), shape (items, dimension)."""
        raise NotImplementedError

    def embed_both(self, texts: Sequence[str], items: Sequence[Item]) -> tuple[Tensor, Tensor]:
        """Questions and documents: quicker at once where one network reads both."""
        if not self.shares_text_tower:
            return self.embed_questions(texts), self.embed_documents(items)
        embedded = self.embed_documents([*(Item(text) for text in texts), *items])
        return embedded[: len(texts)], embedded[len(texts) :]

    def use_fp16(self) -> None:
        """Turn the weights into fp16, for encoding alone."""
        raise InputError(
            f"{type(self).__name__} has no fp16 of its own", mend="choose precision fp32 or bf16"
        )

    def scale(self) -> Tensor:
        """What the loss multiplies inner products by; a scalar."""
        return torch.ones((), device=self.device)


class Start(Protocol):
    """Where a model comes from: a frozen dataclass, part of the identity of what is made of it."""

    def module(self, store: Store) -> Trained:
        """The model as this says, in fp32."""

    def restore(self, folder: Path) -> Trained:
        """The model that ``save`` wrote into ``folder`` after training from here."""


@contextlib.contextmanager
def computing(module: Trained, precision: EncodingPrecision = "fp32") -> Iterator[None]:
    """Run ``module`` on its number of threads, with its matrix products in bf16 where wanted.

    fp16 is a matter of the weights (``Embedder.use_fp16``): nothing is cast here.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(module.threads or before)
    try:
        with torch.autocast(module.device.type, dtype=torch.bfloat16, enabled=precision == "bf16"):
            yield
    finally:
        torch.set_num_threads(before)


def device() -> torch.device:
    """Where models run: the first GPU where there is one."""
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")
