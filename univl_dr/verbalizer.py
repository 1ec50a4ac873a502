"""A verbalizer of our own: CLIP's features of an image as a prefix to a small GPT-2.

It stands in for the paper's VinVL-based generator, which wasn't released. The prefix is a linear
map of the frozen encoder's image embedding to a few token embeddings; the caption follows, and the
text is continued from there (as ClipCap does, Mokady et al., 2021).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from benchmark.io.jsonl import decode_json
from univl_dr.embedder import Trained, device
from univl_dr.encoder import DualEncoder
from univl_dr.items import Item
from univl_dr.losses import Outcome
from univl_dr.weights import fit, read_weights, save_weights

if TYPE_CHECKING:
    from PIL.Image import Image

LONGEST_CAPTION, LONGEST_TEXT = 40, 32
"""Tokens that are read of a caption, and that are written at most."""

HEAD = 32
"""Width of an attention head; the decoder's is a multiple of it."""

WEIGHTS, CONFIG, ENCODER = "verbalizer.safetensors", "verbalizer.json", "encoder"


class Verbalizer(Trained):
    """Writes a text about an image and its caption, such as a question that it answers."""

    def __init__(self, encoder: DualEncoder, *, width: int, layers: int, prefix: int) -> None:
        from transformers import GPT2Config, GPT2LMHeadModel

        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        self.threads = encoder.threads
        self.shape = {"width": width, "layers": layers, "prefix": prefix}
        self.tokens = encoder.tokens
        config = GPT2Config(
            vocab_size=self.tokens.size,
            n_positions=prefix + LONGEST_CAPTION + LONGEST_TEXT + 2,
            n_embd=width,
            n_layer=layers,
            n_head=width // HEAD,
            bos_token_id=self.tokens.start,
            eos_token_id=self.tokens.end,
        )
        self.written = nn.ModuleDict(
            {
                "prefix": nn.Linear(encoder.dimension, prefix * width),
                "decoder": GPT2LMHeadModel(config),
            }
        )

    @classmethod
    def load(cls, folder: Path) -> Verbalizer:
        """The verbalizer that ``save`` wrote."""
        shape = decode_json((folder / CONFIG).read_bytes())
        module = cls(DualEncoder.load(folder / ENCODER), **shape)
        fit(module.written, read_weights(folder / WEIGHTS), folder / WEIGHTS)
        return module.to(device())

    def save(self, folder: Path) -> None:
        (folder / ENCODER).mkdir(exist_ok=True)
        self.encoder.save(folder / ENCODER)
        (folder / CONFIG).write_text(json.dumps(self.shape) + "\n", encoding="utf-8")
        save_weights(self.written, folder / WEIGHTS)

    def preprocess(self, image: Image) -> Tensor:
        return self.encoder.preprocess(image)

    def likelihood(self, items: Sequence[Item], texts: Sequence[str]) -> Outcome:
        """The mean loss of the texts' tokens, and how many are the likeliest in their place."""
        prompts = self._prompts(items)
        targets = [self._ids(text, LONGEST_TEXT, end=True) for text in texts]
        # The last token is predicted, never read.
        known = [torch.cat([p, self._embed(t[:-1])]) for p, t in zip(prompts, targets, strict=True)]
        logits = self._decoder(inputs_embeds=pad_sequence(known, batch_first=True)).logits
        starts = [len(prompt) - 1 for prompt in prompts]
        predicted = torch.cat(
            [
                row[start : start + len(t)]
                for row, start, t in zip(logits, starts, targets, strict=True)
            ]
        )
        return Outcome.of(predicted.float(), torch.cat(targets))

    def write(self, items: Sequence[Item]) -> list[str]:
        """The likeliest continuation of each item, token by token."""
        prompts = self._prompts(items)
        mask = [torch.ones(len(prompt), dtype=torch.long, device=self.device) for prompt in prompts]
        written = self._decoder.generate(
            inputs_embeds=pad_sequence(prompts, batch_first=True, padding_side="left"),
            attention_mask=pad_sequence(mask, batch_first=True, padding_side="left"),
            max_new_tokens=LONGEST_TEXT,
            do_sample=False,
            pad_token_id=self.tokens.end,
        )
        ends = [[*ids, self.tokens.end].index(self.tokens.end) for ids in written.tolist()]
        return [
            self.tokens.text(ids[:end]) for ids, end in zip(written.tolist(), ends, strict=True)
        ]

    def _prompts(self, items: Sequence[Item]) -> list[Tensor]:
        """The embeddings of prefix, caption and start token; each (length, width)."""
        seen = self.encoder.embed_documents([Item(None, item.image) for item in items])
        prefixes = self.written["prefix"](seen).view(len(items), self.shape["prefix"], -1)
        start = torch.tensor([self.tokens.start], device=self.device)
        return [
            torch.cat(
                [
                    prefix,
                    self._embed(self._ids(item.text or "", LONGEST_CAPTION)),
                    self._embed(start),
                ]
            )
            for prefix, item in zip(prefixes, items, strict=True)
        ]

    def _ids(self, text: str, longest: int, *, end: bool = False) -> Tensor:
        ids = self.tokens.ids(text)[:longest]
        return torch.tensor([*ids, self.tokens.end] if end else ids, device=self.device).long()

    def _embed(self, ids: Tensor) -> Tensor:
        embedded: Tensor = self._decoder.get_input_embeddings()(ids)
        return embedded

    @property
    def _decoder(self) -> Any:
        return self.written["decoder"]
