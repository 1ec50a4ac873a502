"""Models with two towers, one for texts and one for images, whose embeddings are summed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import normalize

from univl_dr.embedder import Embedder
from univl_dr.items import Item


class TwoTowers(Embedder):
    """A document's embedding is the L2-normalised sum of its parts' embeddings.

    The parts are an image and its caption; their embeddings are not normalised before the sum, as
    in UniVL-DR and in MTEB's CLIP-like models. A question's embedding is L2-normalised.
    """

    shares_text_tower = True

    @property
    def dtype(self) -> torch.dtype:
        """The type of the towers' outputs and their sums: fp32, unless ``use_fp16`` changed it."""
        return torch.float32

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Unnormalised embeddings of texts; ``dtype``, shape (texts, dimension)."""
        raise NotImplementedError

    def embed_images(self, images: Sequence[Tensor]) -> Tensor:
        """Unnormalised embeddings of preprocessed images; ``dtype``, shape (images, dimension)."""
        raise NotImplementedError

    def embed_questions(self, texts: Sequence[str]) -> Tensor:
        return normalize(self.embed_texts(texts), dim=-1)

    def embed_documents(self, items: Sequence[Item]) -> Tensor:
        texts = [(place, item.text) for place, item in enumerate(items) if item.text is not None]
        images = [(place, item.image) for place, item in enumerate(items) if item.image is not None]
        total = torch.zeros(len(items), self.dimension, device=self.device, dtype=self.dtype)
        if texts:
            places, contents = zip(*texts, strict=True)
            total = total.index_add(0, self._places(places), self.embed_texts(contents))
        if images:
            places, pixels = zip(*images, strict=True)
            total = total.index_add(0, self._places(places), self.embed_images(pixels))
        return normalize(total, dim=-1)

    def _places(self, places: Any) -> Tensor:
        return torch.as_tensor(np.asarray(places), device=self.device)
