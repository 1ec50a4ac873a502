"""MARVEL's encoder: a dense text encoder that reads an image's patches among its tokens.

Zhou et al., "MARVEL: Unlocking the Multi-Modal Capability of Dense Retrieval via Visual Module
Plugin" (ACL 2024). The parts have the same names as the tensors of the released checkpoints.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import normalize
from transformers import (
    AutoTokenizer,
    CLIPVisionConfig,
    CLIPVisionModel,
    T5Config,
    T5Model,
)

from benchmark.dense.batching import embed_by_length
from benchmark.io.jsonl import decode_json
from univl_dr.embedder import Embedder, device
from univl_dr.items import Item
from univl_dr.pictures import ClipPixels
from univl_dr.weights import fit, read_weights, save_weights

if TYPE_CHECKING:
    from baselines.encoders.marvel_starts import Frozen

PATCH, BEGIN, END = "<im_patch>", "<im_start>", "<im_end>"
"""The tokens that are added to T5's, in the order of their ids."""

LONGEST = 128
"""The number of tokens of a text that are read, besides the patches of an image."""

SMALL = 256
"""The largest dimension of embeddings for which one thread is used."""

WEIGHTS, CONFIG = "model.safetensors", "marvel.json"


class Marvel(Embedder):
    """One T5 for questions, passages and images, which reads an image's patches among its tokens.

    An embedding is the decoder's hidden state after one step that starts from token 0, normalised.
    A patch is one of CLIP's last hidden states, without that of the class token, after a linear
    layer. The input of an image with a caption is begin, patches, end, "caption:" and the caption;
    that of an image alone is its patches.
    """

    shares_text_tower = True

    mean: Tensor
    deviation: Tensor

    def __init__(self, t5: Any, vision: Any, tokenizer: Any) -> None:
        from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD

        super().__init__()
        tokenizer.add_special_tokens({"extra_special_tokens": [PATCH, BEGIN, END]})
        if t5.config.vocab_size != len(tokenizer):
            t5.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        self.t5_model, self.clip_model, self.tokenizer = t5, vision, tokenizer
        self.dimension = self.width = int(t5.config.d_model)
        self.projector = nn.Linear(int(vision.config.hidden_size), self.width)
        self.logit_scale = nn.Parameter(torch.tensor(np.log(1 / 0.07), dtype=torch.float32))
        self.size = int(vision.config.image_size)
        self.patches = (self.size // int(vision.config.patch_size)) ** 2
        self.threads = 1 if self.width <= SMALL else None
        self._begin, self._end = tokenizer.convert_tokens_to_ids([BEGIN, END])
        for name, values in (("mean", OPENAI_DATASET_MEAN), ("deviation", OPENAI_DATASET_STD)):
            channels = 255 * torch.tensor(values).view(3, 1, 1)
            self.register_buffer(name, channels, persistent=False)

    @classmethod
    def load(cls, folder: Path) -> Marvel:
        """The encoder that ``save`` wrote."""
        config = decode_json((folder / CONFIG).read_bytes())
        t5 = T5Model(T5Config(**config["t5"]))
        vision = CLIPVisionModel(CLIPVisionConfig(**config["vision"]))
        module = cls(t5, vision, AutoTokenizer.from_pretrained(folder))
        fit(module, read_weights(folder / WEIGHTS), folder / WEIGHTS)
        return module.to(device())

    def save(self, folder: Path) -> None:
        """Write the weights as safetensors, the configurations as JSON, and the tokenizer."""
        config = {
            "t5": self.t5_model.config.to_diff_dict(),
            "vision": self.clip_model.config.to_diff_dict(),
        }
        for part in config.values():
            part.pop("architectures", None)
        text = json.dumps(config, indent=1, default=str)
        (folder / CONFIG).write_text(text + "\n", encoding="utf-8")
        self.tokenizer.save_pretrained(folder)
        save_weights(self, folder / WEIGHTS)

    def freeze(self, part: Frozen) -> Marvel:
        """Freeze the text encoder or the image tower, so that training does not change it."""
        frozen = self.t5_model if part == "text" else self.clip_model
        frozen.requires_grad_(False)
        return self

    def scale(self) -> Tensor:
        """exp(logit_scale), a learnt parameter."""
        return self.logit_scale.exp()

    @property
    def preprocess(self) -> ClipPixels:
        """CLIP's preprocessing without the normalisation; uint8, (3, size, size)."""
        return ClipPixels(self.size)

    def embed_questions(self, texts: Sequence[str]) -> Tensor:
        return self.embed_documents([Item(text) for text in texts])

    def embed_documents(self, items: Sequence[Item]) -> Tensor:
        words = [None if item.text is None else self._words(item) for item in items]
        places = [0 if item.image is None else self.patches for item in items]
        framed = [item.image is not None and item.text is not None for item in items]
        lengths = [
            len(ids or []) + place + 2 * frame
            for ids, place, frame in zip(words, places, framed, strict=True)
        ]
        return embed_by_length(
            lengths,
            self.room,
            lambda batch: self._embed(
                [words[place] for place in batch], [items[place].image for place in batch]
            ),
            kinds=[(place > 0) + frame for place, frame in zip(places, framed, strict=True)],
        )

    def _words(self, item: Item) -> list[int]:
        """The ids of a passage, or of the text after an image's end token, with T5's end token."""
        text = item.text or ""
        ids = self.tokenizer(text if item.image is None else f"caption: {text}")["input_ids"]
        self.cut += len(ids) > LONGEST
        kept: list[int] = ids if len(ids) <= LONGEST else [*ids[: LONGEST - 1], ids[-1]]
        return kept

    def _embed(self, words: Sequence[list[int] | None], images: Sequence[Tensor | None]) -> Tensor:
        """The embeddings of a batch of texts, of images, or of images with captions."""
        whole = [ids or [self.tokenizer.eos_token_id] for ids in words]
        before: list[Tensor] = []
        if images[0] is not None:
            pixels = torch.stack([image for image in images if image is not None])
            normal = (pixels.to(self.device) - self.mean) / self.deviation
            seen = self.projector(self.clip_model(pixel_values=normal).last_hidden_state[:, 1:])
            if words[0] is None:
                before, whole = [seen], [[] for _ in whole]
            else:
                before = [self._known([[self._begin]] * len(whole)), seen]
                whole = [[self._end, *ids] for ids in whole]
        lengths = torch.tensor([len(ids) for ids in whole], device=self.device)
        longest = int(lengths.max())
        padded = [[*ids, *[0] * (longest - len(ids))] for ids in whole]
        embeddings = torch.cat([*before, self._known(padded)], dim=1)
        ahead = embeddings.shape[1] - longest
        places = torch.arange(embeddings.shape[1], device=self.device)
        found = self.t5_model(
            inputs_embeds=embeddings,
            attention_mask=(places < ahead + lengths[:, None]).long(),
            decoder_input_ids=torch.zeros_like(lengths)[:, None],
        )
        return normalize(found.last_hidden_state[:, 0].float(), dim=-1)

    def _known(self, ids: Sequence[Sequence[int]]) -> Tensor:
        """T5's input embeddings of token ids; shape (texts, length, width)."""
        read = torch.tensor(ids, dtype=torch.long, device=self.device)
        embedded: Tensor = self.t5_model.get_input_embeddings()(read)
        return embedded


def released(weights: Mapping[str, Tensor], module: Marvel) -> dict[str, Tensor]:
    """The tensors of a released checkpoint, renamed as this version of transformers names them.

    Older versions had the image tower in a separate module, and saved its position ids as well.
    """
    expected = module.state_dict()
    found = {}
    for name, tensor in weights.items():
        short = name.replace("clip_model.vision_model.", "clip_model.")
        if not name.endswith(".position_ids"):
            found[name if name in expected else short] = tensor
    return found
