"""VinVL-DPR's encoder: a BERT-like transformer of words, object tags and region features."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence
from transformers import BertTokenizer, VisualBertModel

from baselines.encoders.bert import Pieces, pool_first_token, threads_for
from benchmark.dense.batching import Places, embed_by_length
from univl_dr.embedder import Embedder, device
from univl_dr.items import Item

MOST_REGIONS = 50
"""The number of regions of an image that are read, as by Oscar+ in retrieval (Zhang et al.,
2021)."""


class VisualBert(Embedder):
    """One network for questions, passages and images.

    An embedding is the last hidden state of the first token. The input of an image is its caption,
    [SEP], its tags, [SEP], and the features of its regions, each after a linear layer.
    ``Item.text`` contains the caption and tags, ``Item.image`` the features: float32, shape
    (regions, 2054).
    """

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__()
        self.model = model
        pool_first_token(model)
        self.pieces = Pieces(tokenizer, model.config)
        self.dimension = self.width = int(model.config.hidden_size)
        self.threads = threads_for(self.dimension)

    @classmethod
    def load(cls, folder: Path) -> VisualBert:
        """The encoder that ``save`` wrote."""
        model = VisualBertModel.from_pretrained(folder, add_pooling_layer=False)
        return cls(model, BertTokenizer.from_pretrained(folder)).to(device())

    def save(self, folder: Path) -> None:
        """Write a folder of ``transformers`` with the tokenizer."""
        self.model.save_pretrained(folder)
        self.pieces.tokenizer.save_pretrained(folder)

    def embed_questions(self, texts: Sequence[str]) -> Tensor:
        return self.embed_documents([Item(text) for text in texts])

    def embed_documents(self, items: Sequence[Item]) -> Tensor:
        tokens, cut = self.pieces.read([item.text or "" for item in items])
        self.cut += cut

        def embed(places: Places) -> Tensor:
            batch = self.pieces.batch([tokens[place] for place in places])
            batch |= _regions([items[place].image for place in places])
            inputs = {name: tensor.to(self.device) for name, tensor in batch.items()}
            first: Tensor = self.model(**inputs).last_hidden_state[:, 0]
            return first

        lengths = [len(ids) for ids in tokens]
        has_regions = [item.image is not None for item in items]
        return embed_by_length(lengths, self.room, embed, kinds=has_regions).float()


def _regions(images: Sequence[Tensor | None]) -> dict[str, Tensor]:
    """The padded region features of a batch; empty for a batch of texts."""
    features = [image[:MOST_REGIONS] for image in images if image is not None]
    if not features:
        return {}
    masks = [torch.ones(len(one), dtype=torch.long) for one in features]
    mask = pad_sequence(masks, batch_first=True)
    return {
        "visual_embeds": pad_sequence(features, batch_first=True),
        "visual_attention_mask": mask,
        "visual_token_type_ids": torch.ones_like(mask),
    }
