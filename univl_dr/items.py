"""A document as the input of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A passage, a caption, an image (preprocessed), or both."""

    text: str | None
    image: Tensor | None = None
