"""Masked language modelling, BERT's own training, for the small network that stands in for BERT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import BertConfig, BertForMaskedLM, BertTokenizer

from baselines.encoders.bert import DualBert, Pieces, threads_for
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.io.jsonl import decode_json
from univl_dr.embedder import Start, Trained, device
from univl_dr.examples import Example
from univl_dr.losses import Outcome
from univl_dr.tokens import FILE, SPECIAL, Vocabulary


class MaskedLanguageModel(Trained):
    """BERT with the head that predicts masked word pieces."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        super().__init__()
        self.model = model
        self.pieces = Pieces(tokenizer, model.config)
        self.threads = threads_for(int(model.config.hidden_size))

    @classmethod
    def load(cls, folder: Path) -> MaskedLanguageModel:
        """The model that ``save`` wrote."""
        model = BertForMaskedLM.from_pretrained(folder)
        return cls(model, BertTokenizer.from_pretrained(folder)).to(device())

    def save(self, folder: Path) -> None:
        """A folder of ``transformers``."""
        self.model.save_pretrained(folder)
        self.pieces.tokenizer.save_pretrained(folder)


@recipe_name("MaskedWords")
@dataclass(frozen=True, kw_only=True)
class MaskedLanguageModeling:
    """BERT's objective (Devlin et al., 2019): 15% of the word pieces are predicted from the others.

    Of those, 80% are replaced by [MASK], 10% by another piece, and 10% are left as they are. The
    draw is seeded by the texts themselves, so that an evaluation repeats.
    """

    share: float = 0.15

    def __call__(self, module: Trained, examples: Sequence[Example]) -> Outcome:
        assert isinstance(module, MaskedLanguageModel)  # noqa: S101  (this objective trains nothing else)
        pieces, tokenizer = module.pieces, module.pieces.tokenizer
        batch = pieces.batch(pieces.read([example.question for example in examples])[0])
        ids = batch["input_ids"]
        dice = torch.Generator().manual_seed(int(ids.sum()))
        word = ~torch.isin(ids, torch.tensor(tokenizer.all_special_ids))
        chosen = word & (torch.rand(ids.shape, generator=dice) < self.share)
        kind = torch.rand(ids.shape, generator=dice)
        others = torch.randint(len(SPECIAL), len(tokenizer), ids.shape, generator=dice)
        hidden = torch.where(chosen & (kind < 0.8), tokenizer.mask_token_id, ids)
        hidden = torch.where(chosen & (kind >= 0.9), others, hidden)
        logits = module.model(
            input_ids=hidden.to(module.device),
            attention_mask=batch["attention_mask"].to(module.device),
        ).logits[chosen]
        return Outcome.of(logits, ids[chosen].to(logits.device))


@recipe_name("SmallBert")
@dataclass(frozen=True, kw_only=True)
class SmallBert:
    """An untrained BERT with word pieces learnt from a data set, cheap on two cores.

    It has no dropout and begins with larger weights than BERT's 0.02: so small a network, trained
    for so few steps, didn't learn to match without that.
    """

    vocabulary: Vocabulary
    seed: int
    width: int = 64
    layers: int = 2
    heads: int = 2
    longest: int = 128

    def module(self, store: Store) -> MaskedLanguageModel:
        tokenizer = word_pieces(self.vocabulary, store)
        torch.manual_seed(self.seed)
        config = BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=self.width,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=4 * self.width,
            max_position_embeddings=self.longest,
            initializer_range=0.1,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        return MaskedLanguageModel(BertForMaskedLM(config), tokenizer).to(device())

    def restore(self, folder: Path) -> MaskedLanguageModel:
        return MaskedLanguageModel.load(folder)


@recipe_name("FromMasked")
@dataclass(frozen=True, kw_only=True)
class PretrainedByMasking:
    """A dual encoder of one shared network, pretrained by masked language modelling."""

    language_model: Start

    def module(self, store: Store) -> DualBert:
        trained = self.language_model.module(store)
        assert isinstance(trained, MaskedLanguageModel)  # noqa: S101
        return DualBert(trained.model.bert, trained.model.bert, trained.pieces.tokenizer)

    def restore(self, folder: Path) -> DualBert:
        return DualBert.load(folder)


def word_pieces(vocabulary: Vocabulary, store: Store) -> Any:
    """BERT's tokenizer with the pieces of ``vocabulary``."""
    content = decode_json((store.path(vocabulary) / FILE).read_bytes())
    return BertTokenizer(vocab=content["model"]["vocab"])
