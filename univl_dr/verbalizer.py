"""A verbalizer of this project: CLIP's features of an image's patches as a prefix to a small GPT-2.

It takes the place of the paper's VinVL-based generator, which was not released. A layer norm and a
linear map turn each patch into one token of the prefix. The caption follows, and then the text is
generated. ClipCap (Mokady et al., 2021) makes its prefix from CLIP's pooled embedding. That
embedding does not contain the details of an image: a verbalizer that reads it writes the same few
texts about all images.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

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
"""The largest numbers of tokens: of a caption that is read, and of a text that is generated."""

HEAD = 32
"""The width of an attention head; the decoder's width is a multiple of it."""

WEIGHTS, CONFIG, ENCODER = "verbalizer.safetensors", "verbalizer.json", "encoder"


class Verbalizer(Trained):
    """Generates a text about an image and its caption, such as a question that the image answers.

    encoder: embeds the image, and is frozen. width, layers: those of the decoder. deviation: the
    standard deviation of the decoder's initial weights. dropout: its rate in training.
    """

    def __init__(
        self,
        encoder: DualEncoder,
        *,
        width: int,
        layers: int,
        deviation: float = 0.02,
        dropout: float = 0.1,
    ) -> None:
        from transformers import GPT2Config, GPT2LMHeadModel

        super().__init__()
        self.encoder = encoder.requires_grad_(False)
        self.threads = encoder.threads
        self.shape = {"width": width, "layers": layers, "dropout": dropout}
        self.tokens, self.patches = encoder.tokens, encoder.patches - 1
        config = GPT2Config(
            vocab_size=self.tokens.size,
            n_positions=self.patches + LONGEST_CAPTION + LONGEST_TEXT + 2,
            n_embd=width,
            n_layer=layers,
            n_head=width // HEAD,
            initializer_range=deviation,
            activation_function="gelu_pytorch_tanh",  # GPT-2's, in one pass
            resid_pdrop=dropout,
            embd_pdrop=dropout,
            attn_pdrop=dropout,
            bos_token_id=self.tokens.start,
            eos_token_id=self.tokens.end,
        )
        self.written = nn.ModuleDict(
            {
                "prefix": nn.Sequential(
                    nn.LayerNorm(encoder.patch_width), nn.Linear(encoder.patch_width, width)
                ),
                "decoder": GPT2LMHeadModel(config),
            }
        )

    @classmethod
    def load(cls, folder: Path) -> Verbalizer:
        """The verbalizer that ``save`` wrote into ``folder``."""
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
        """The mean loss of the texts' tokens, and how many of them are the most likely ones."""
        prompts = [self._prompt(item) for item in items]
        targets = [[*self._ids(text, LONGEST_TEXT), self.tokens.end] for text in texts]
        # The last token is predicted, but never an input.
        known = [[*p, *t[:-1]] for p, t in zip(prompts, targets, strict=True)]
        read = self._embedded(items, self._padded(known, side="right"))
        hidden = self._decoder.transformer(inputs_embeds=read).last_hidden_state
        # Logits are computed only at positions that predict a token, since prompts are long.
        first = self.patches - 1
        predicting = torch.cat(
            [
                row[first + len(p) : first + len(p) + len(t)]
                for row, p, t in zip(hidden, prompts, targets, strict=True)
            ]
        )
        wanted = torch.tensor([one for t in targets for one in t], device=self.device)
        return Outcome.of(self._decoder.lm_head(predicting).float(), wanted)

    def write(self, items: Sequence[Item]) -> list[str]:
        """The text that greedy decoding generates for each item."""
        prompts = [self._prompt(item) for item in items]
        read = self._embedded(items, self._padded(prompts, side="left"))
        mask = torch.ones(read.shape[:2], dtype=torch.long, device=self.device)
        for row, prompt in zip(mask, prompts, strict=True):
            row[self.patches : len(row) - len(prompt)] = 0
        written = self._decoder.generate(
            inputs_embeds=read,
            attention_mask=mask,
            max_new_tokens=LONGEST_TEXT,
            do_sample=False,
            pad_token_id=self.tokens.end,
        )
        ends = [[*ids, self.tokens.end].index(self.tokens.end) for ids in written.tolist()]
        return [
            self.tokens.text(ids[:end]) for ids, end in zip(written.tolist(), ends, strict=True)
        ]

    def _embedded(self, items: Sequence[Item], ids: Tensor) -> Tensor:
        """The decoder's input: one token for each patch, then ``ids``; (items, length, width).

        The patches of an item without an image, such as one that cannot be decoded, are zeros.
        """
        images = {place: item.image for place, item in enumerate(items) if item.image is not None}
        patches = torch.zeros(
            len(items), self.patches, self.encoder.patch_width, device=self.device
        )
        if images:
            with torch.no_grad():
                patches[list(images)] = self.encoder.embed_patches(list(images.values()))
        return torch.cat(
            [self.written["prefix"](patches), self._decoder.get_input_embeddings()(ids)], dim=1
        )

    def _prompt(self, item: Item) -> list[int]:
        """The ids of an item's caption, then the start token."""
        return [*self._ids(item.text or "", LONGEST_CAPTION), self.tokens.start]

    def _ids(self, text: str, longest: int) -> Sequence[int]:
        return self.tokens.ids(text)[:longest]

    def _padded(self, rows: Sequence[Sequence[int]], side: Literal["left", "right"]) -> Tensor:
        """Rows of ids as a matrix; the padding has no effect on the result."""
        tensors = [torch.tensor(row, device=self.device) for row in rows]
        return pad_sequence(
            tensors, batch_first=True, padding_value=self.tokens.end, padding_side=side
        )

    @property
    def _decoder(self) -> Any:
        return self.written["decoder"]
