"""UniVL-DR's dual encoder: CLIP's two towers, with one space for passages and captioned images."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from benchmark.dense.batching import embed_by_length
from benchmark.errors import InputError
from benchmark.io.jsonl import decode_json
from univl_dr.attention import SelfAttention, pool_one_token, use_self_attention
from univl_dr.embedder import device
from univl_dr.pictures import ClipPixels
from univl_dr.tokens import Tokens, load_tokens
from univl_dr.towers import TwoTowers
from univl_dr.weights import fit, read_weights, save_weights

SMALL = 128
"""The largest dimension of embeddings for which one thread is used."""

WEIGHTS, CONFIG = "model.safetensors", "model.json"


class DualEncoder(TwoTowers):
    """CLIP's text tower for questions, passages and captions, and its image tower for images.

    An image document's embedding is the L2-normalised sum of the embeddings of image and caption,
    which are not normalised before. config: open_clip's ``embed_dim``, ``quick_gelu``,
    ``vision_cfg`` and ``text_cfg``.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, config: Mapping[str, Any], tokens: Tokens) -> None:
        # Imported here, because it takes seconds and is not needed to name an encoder.
        from open_clip import CLIP
        from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD

        super().__init__()
        self.config = {"quick_gelu": False, **config}
        self.clip = CLIP(**self.config)
        use_self_attention(self.clip)
        pool_one_token(self.clip)
        self.tokens = tokens
        self.dimension = int(config["embed_dim"])
        self.threads = 1 if self.dimension <= SMALL else None
        self.width = int(config["text_cfg"]["width"])
        self.longest = int(self.clip.context_length)
        self.size = int(config["vision_cfg"]["image_size"])
        self.patch_width = int(config["vision_cfg"].get("width", 768))
        self.patches = (self.size // int(config["vision_cfg"].get("patch_size", 32))) ** 2 + 1
        for name, values in (("mean", OPENAI_DATASET_MEAN), ("deviation", OPENAI_DATASET_STD)):
            channels = 255 * torch.tensor(values).view(3, 1, 1)
            self.register_buffer(name, channels, persistent=False)

    @classmethod
    def load(cls, folder: Path) -> DualEncoder:
        """The encoder that ``save`` wrote into ``folder``."""
        config = decode_json((folder / CONFIG).read_bytes())
        module = cls(config, load_tokens(folder))
        fit(module.clip, read_weights(folder / WEIGHTS), folder / WEIGHTS)
        return module.to(device())

    def save(self, folder: Path) -> None:
        """Write the weights as safetensors, the configuration as JSON, and a learnt vocabulary."""
        (folder / CONFIG).write_text(json.dumps(self.config, indent=1) + "\n", encoding="utf-8")
        self.tokens.save(folder)
        save_weights(self.clip, folder / WEIGHTS)

    def scale(self) -> Tensor:
        """exp(logit_scale), a learnt parameter."""
        scale: Tensor = self.clip.logit_scale.exp()
        return scale

    @property
    def dtype(self) -> torch.dtype:
        """The type of the towers' outputs and of the embeddings."""
        kind: torch.dtype = self.clip.text_projection.dtype
        return kind

    def use_fp16(self) -> None:
        """Convert the weights to fp16, except those of layer norms, which are computed in fp32.

        As in OpenAI's CLIP on a GPU, the activations, the sum of the embeddings of image and
        caption, and its normalisation are in fp16, too.
        """
        for part in self.clip.modules():
            if isinstance(part, nn.LayerNorm):
                part.register_forward_pre_hook(lambda _, inputs: (inputs[0].float(),))
                part.register_forward_hook(lambda _, __, output: output.half())
            else:
                for weights in part.parameters(recurse=False):
                    weights.data = weights.data.half()

    def use_bf16(self) -> None:
        for part in self.clip.modules():
            if isinstance(part, (nn.Linear, nn.Conv2d, SelfAttention)):
                for weights in part.parameters(recurse=False):
                    weights.data = weights.data.bfloat16()

    @property
    def preprocess(self) -> ClipPixels:
        return ClipPixels(self.size)

    def embed_images(self, images: Sequence[Tensor]) -> Tensor:
        """Unnormalised embeddings of preprocessed images; ``dtype``, shape (images, dimension)."""
        parts = []
        size = max(self.room // self.patches, 1)
        for start in range(0, len(images), size):
            scaled = self._scaled(images[start : start + size])
            parts.append(self.clip.encode_image(scaled).to(self.dtype))
        return torch.cat(parts)

    def _scaled(self, images: Sequence[Tensor]) -> Tensor:
        """Preprocessed images as one batch, normalised for the tower."""
        pixels = torch.stack(list(images)).to(self.device)
        return ((pixels - self.mean) / self.deviation).to(self.dtype)

    def embed_patches(self, images: Sequence[Tensor]) -> Tensor:
        """The hidden states of the patches before the last block of the image tower.

        That block prepares the pooled token, and does not preserve what it does not need of the
        patches. Returns ``dtype``, shape (images, patches, ``patch_width``). Raises InputError if
        the tower is not a vision transformer of at least two blocks.
        """
        from open_clip.transformer import VisionTransformer

        tower = self.clip.visual
        if not isinstance(tower, VisionTransformer) or tower.transformer.layers < 2:
            raise InputError(
                "this CLIP's image tower is not a vision transformer of at least two blocks",
                mend="choose one, such as ViT-B-32",
            )
        parts = []
        size = max(self.room // self.patches, 1)
        for start in range(0, len(images), size):
            found = tower.forward_intermediates(
                self._scaled(images[start : start + size]),
                indices=[tower.transformer.layers - 2],
                stop_early=True,
                intermediates_only=True,
                output_fmt="NLC",
            )
            parts.append(found["image_intermediates"][0].to(self.dtype))
        return torch.cat(parts)

    def embed_texts(self, texts: Sequence[str]) -> Tensor:
        """Unnormalised embeddings of texts, cut to the context length; (texts, dimension).

        Texts are batched by length and padded to the longest of a batch only: the tower is causal
        and pools the end token, so the positions after it have no effect.
        """
        tokens = [self._tokens(text) for text in texts]
        return embed_by_length(
            [len(ids) for ids in tokens],
            self.room,
            lambda places: self._embed_tokens([tokens[place] for place in places]),
        )

    def _tokens(self, text: str) -> list[int]:
        ids, room = self.tokens.ids(text), self.longest - 2
        self.cut += len(ids) > room
        return [self.tokens.start, *ids[:room], self.tokens.end]

    def _embed_tokens(self, batch: Sequence[list[int]]) -> Tensor:
        clip, width = self.clip, max(map(len, batch))
        ids = torch.tensor([ids + [0] * (width - len(ids)) for ids in batch], device=self.device)
        ends = torch.tensor([len(ids) - 1 for ids in batch], device=self.device)
        hidden = clip.token_embedding(ids) + clip.positional_embedding[:width]
        *blocks, last = clip.transformer.resblocks
        for block in blocks:
            hidden = block(hidden, attn_mask=clip.attn_mask[:width, :width])
        pooled = clip.ln_final(last(hidden, ends=ends)[:, 0])
        embedded: Tensor = pooled @ clip.text_projection
        return embedded.to(self.dtype)
