"""Masked language modelling, as in BERT's pretraining, for the small stand-in of BERT."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from transformers import BertForMaskedLM, BertTokenizer

from baselines.encoders.bert import Pieces, threads_for
from univl_dr.embedder import Trained, device


class MaskedLanguageModel(Trained):
    """BERT with a head that predicts masked word pieces."""

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
        """Write a folder of ``transformers`` with the tokenizer."""
        self.model.save_pretrained(folder)
        self.pieces.tokenizer.save_pretrained(folder)
