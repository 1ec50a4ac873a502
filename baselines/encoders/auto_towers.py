"""Two-tower models such as CLIP, SigLIP, ALIGN and BLIP, as ``transformers`` loads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from baselines.encoders.weights import Precision, Weights
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets.images import over_white
from benchmark.dense.batching import embed_by_length
from benchmark.errors import InputError
from univl_dr.choices import EncodingPrecision
from univl_dr.documents import AS_IS, Presentation
from univl_dr.embedder import device
from univl_dr.inference import EmbedderEncoder, presented
from univl_dr.towers import TwoTowers

SMALL = 128
"""The largest dimension of embeddings for which one thread is used."""

IMAGES = 64
"""The batch size of images on a GPU; on a processor it is a quarter of that."""

PADDED = ("siglip", "siglip2")
"""Model types that were trained with texts padded to full length, and attend to the padding."""


class AutoTowers(TwoTowers):
    """A model with ``get_text_features`` and ``get_image_features``, and its processor."""

    def __init__(self, model: Any, processor: Any) -> None:
        super().__init__()
        self.model, self.tokenizer = model, processor.tokenizer
        self._images = processor.image_processor
        text = getattr(model.config, "text_config", model.config)
        self.longest = int(
            min(text.max_position_embeddings, getattr(self.tokenizer, "model_max_length", 1 << 30))
        )
        self.padded = model.config.model_type in PADDED
        self.width = int(text.hidden_size)
        with torch.inference_mode():
            self.dimension = int(self._features("text", **self._ids(["one"])).shape[1])
        self.threads = 1 if self.dimension <= SMALL else None

    def preprocess(self, image: Image.Image) -> Tensor:
        """The output of the model's image processor, normalised; float32, (3, height, width)."""
        found = self._images(images=over_white(image), return_tensors="pt")
        if set(found) - {"pixel_mask"} != {"pixel_values"}:
            raise InputError(
                f"a '{self.model.config.model_type}' reads images as {', '.join(found)}",
                mend="use a model that reads pixels of one size, or sentence-transformers",
            )
        pixels: Tensor = found["pixel_values"][0]
        return pixels

    def embed_images(self, images: Sequence[Tensor]) -> Tensor:
        size = IMAGES if self.device.type == "cuda" else IMAGES // 4
        parts = []
        for start in range(0, len(images), size):
            pixels = torch.stack(list(images[start : start + size])).to(self.device)
            parts.append(self._features("image", pixel_values=pixels))
        return torch.cat(parts)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        # Lengths include special tokens: a text that fills the context length is not cut.
        found = self.tokenizer(list(texts), add_special_tokens=True)["input_ids"]
        self.cut += sum(len(ids) > self.longest for ids in found)
        lengths = [self.longest if self.padded else min(len(ids), self.longest) for ids in found]
        return embed_by_length(
            lengths,
            self.room,
            lambda places: self._features("text", **self._ids([texts[place] for place in places])),
        )

    def _ids(self, texts: list[str]) -> dict[str, Tensor]:
        """The tokenizer's tensors, padded to the longest text or to the full length."""
        found = self.tokenizer(
            texts,
            padding="max_length" if self.padded else True,
            truncation=True,
            max_length=self.longest,
            return_tensors="pt",
        )
        return {name: tensor.to(self.device) for name, tensor in found.items()}

    def _features(self, kind: str, **given: Tensor) -> Tensor:
        found = getattr(self.model, f"get_{kind}_features")(**given)
        features: Tensor = getattr(found, "pooler_output", found)
        return features.float()


@recipe_name("AutoTowers")
@dataclass(frozen=True, kw_only=True)
class AutoEncoding:
    """A ``DenseRanking`` model: a model of ``transformers`` and its presentation of documents.

    precision: bfloat16 is used by autocast.
    """

    weights: Weights
    presentation: Presentation = AS_IS
    precision: Precision = "float32"

    def load(self, store: Store) -> EmbedderEncoder:
        """Load the weights. Raises InputError if they are not those of a two-tower model."""
        towers = self.towers().to(device())
        precision: EncodingPrecision = "bf16" if self.precision == "bfloat16" else "fp32"
        return presented(towers, self.presentation, store, precision)

    def towers(self) -> AutoTowers:
        """The model with its processor, in fp32."""
        from transformers import AutoModel, AutoProcessor
        from transformers.utils import logging

        logging.disable_progress_bar()  # type: ignore[no-untyped-call]
        made = self.weights
        given: dict[str, Any] = {"revision": made.commit, "trust_remote_code": made.remote_code}
        with made.loading("an image-text model of transformers"):
            model, told = AutoModel.from_pretrained(
                made.source, dtype=torch.float32, output_loading_info=True, **given
            )
            if missing := sorted(told["missing_keys"]):
                raise InputError(
                    f"'{made.source}' lacks the weights '{missing[0]}'",
                    mend="give a model whose towers are both trained",
                )
            if not hasattr(model, "get_text_features") or not hasattr(model, "get_image_features"):
                raise InputError(
                    f"'{made.source}' is a {type(model).__name__}, which has no two towers",
                    mend="give a CLIP, SigLIP, ALIGN or BLIP model, or use another retriever",
                )
            processor: Any = AutoProcessor.from_pretrained(  # type: ignore[no-untyped-call]
                made.source, **given
            )
            return AutoTowers(model.eval(), processor).eval()
