"""BERT as a dual encoder, as in DPR, with published weights or the weights of a folder."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn
from transformers import (
    AutoConfig,
    BertModel,
    BertTokenizer,
    DPRContextEncoder,
    DPRQuestionEncoder,
)
from transformers.utils import logging

from benchmark.dense.batching import Places, embed_by_length
from benchmark.errors import InputError
from univl_dr.embedder import Embedder, device
from univl_dr.items import Item

LONGEST = 256
"""The number of word pieces of a text that are read, as in DPR (Karpukhin et al., 2020)."""

Role: TypeAlias = Literal["question", "document"]

logging.set_verbosity_error()  # type: ignore[no-untyped-call]
logging.disable_progress_bar()  # type: ignore[no-untyped-call]


class Pieces:
    """The input that a BERT of ``config`` reads: word pieces, cut to its length."""

    def __init__(self, tokenizer: Any, config: Any) -> None:
        self.tokenizer = tokenizer
        self.longest = min(LONGEST, int(config.max_position_embeddings))

    def read(self, texts: Sequence[str]) -> tuple[list[list[int]], int]:
        """The token ids of each text, cut to ``longest``, and the number of texts that were cut."""
        whole = self.tokenizer(list(texts))["input_ids"]
        cut = [
            ids if len(ids) <= self.longest else [*ids[: self.longest - 1], ids[-1]]
            for ids in whole
        ]
        return cut, sum(len(ids) > self.longest for ids in whole)

    def batch(self, tokens: Sequence[Sequence[int]]) -> dict[str, Tensor]:
        """``input_ids`` and ``attention_mask``, padded; int64, shape (texts, longest text)."""
        batch = self.tokenizer.pad({"input_ids": list(tokens)}, return_tensors="pt")
        return {name: batch[name] for name in ("input_ids", "attention_mask")}


class DualBert(Embedder):
    """DPR: a text's embedding is the last hidden state of its first token.

    Questions and documents have separate networks, or share one. Models that start from plain BERT
    share one, as in OpenMatch by default.
    """

    def __init__(self, question: Any, document: Any, tokenizer: Any) -> None:
        super().__init__()
        self.question, self.document = question, document
        for model in {question, document}:
            pool_first_token(model)
        self.pieces = Pieces(tokenizer, document.config)
        config = document.config
        self.dimension = int(getattr(config, "projection_dim", 0) or config.hidden_size)
        self.width = int(config.hidden_size)
        self.threads = threads_for(self.width)

    @classmethod
    def load(cls, folder: Path) -> DualBert:
        """The encoder that ``save`` wrote."""
        question = network(folder / "question", "question")
        own = (folder / "document").exists()
        document = network(folder / "document", "document") if own else question
        return cls(question, document, BertTokenizer.from_pretrained(folder)).to(device())

    def save(self, folder: Path) -> None:
        """Write each network as a folder of ``transformers``, and the tokenizer."""
        self.question.save_pretrained(folder / "question")
        if self.document is not self.question:
            self.document.save_pretrained(folder / "document")
        self.pieces.tokenizer.save_pretrained(folder)

    def embed_questions(self, texts: Sequence[str]) -> Tensor:
        return self._embed(self.question, texts)

    def embed_documents(self, items: Sequence[Item]) -> Tensor:
        return self._embed(self.document, [item.text or "" for item in items])

    def _embed(self, model: Any, texts: Sequence[str]) -> Tensor:
        tokens, cut = self.pieces.read(texts)
        self.cut += cut

        def embed(places: Places) -> Tensor:
            batch = self.pieces.batch([tokens[place] for place in places])
            output = model(**{name: tensor.to(self.device) for name, tensor in batch.items()})
            is_dpr = model.config.model_type == "dpr"
            first: Tensor = output.pooler_output if is_dpr else output.last_hidden_state[:, 0]
            return first

        return embed_by_length([len(ids) for ids in tokens], self.room, embed).float()


def network(name: str | Path, role: Role) -> Any:
    """DPR's encoder of that role, or a plain BERT without its pooler, in fp32.

    Raises InputError if there is none, or if its weights are damaged or incomplete.
    """
    mend = "give a name of the hub, or a folder with config.json and model.safetensors"
    kinds: dict[str, Any] = {
        "dpr": (DPRQuestionEncoder if role == "question" else DPRContextEncoder).from_pretrained,
        "bert": functools.partial(BertModel.from_pretrained, add_pooling_layer=False),
    }
    try:
        kind = AutoConfig.from_pretrained(name).model_type
        if kind not in kinds:
            raise InputError(f"'{name}' is a '{kind}'", mend="give a DPR encoder or a BERT")
        model, info = kinds[kind](name, dtype=torch.float32, output_loading_info=True)
    except InputError:
        raise
    except Exception as error:  # torch, safetensors and transformers raise many kinds
        reason = str(error).split("\n")[0]
        raise InputError(f"no {role} encoder at '{name}' ({reason})", mend=mend) from None
    if missing := sorted(info["missing_keys"]):
        raise InputError(f"the {role} encoder at '{name}' lacks '{missing[0]}'", mend=mend)
    return model


def pool_first_token(model: nn.Module) -> None:
    """Let a BERT's last layer compute only the first token, since no other token is pooled."""

    def first(attention: nn.Module, inputs: Any, outputs: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        del attention, inputs
        return (outputs[0][:, :1], *outputs[1:])

    *_, last = (part for name, part in model.named_modules() if name.endswith(".attention"))
    last.register_forward_hook(first)


def threads_for(width: int) -> int | None:
    """The number of threads for a network of that width, as ``Trained.threads``."""
    return 1 if width < 256 else None
