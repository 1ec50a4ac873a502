"""Recipes of the encoders that training starts from; they load no weights themselves.

They are published BERTs, or a small stand-in that is pretrained by masked language modelling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baselines.encoders.regions import WIDTH
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.io.files import sha256
from benchmark.io.jsonl import decode_json
from univl_dr.examples import Example
from univl_dr.losses import Outcome
from univl_dr.tokens import FILE, SPECIAL, Vocabulary

if TYPE_CHECKING:
    from baselines.encoders.bert import DualBert
    from baselines.encoders.masked_language_model import MaskedLanguageModel
    from baselines.encoders.visual_bert import VisualBert
    from univl_dr.embedder import Start, Trained


@recipe_name("PublishedBert")
@dataclass(frozen=True, kw_only=True)
class PublishedBert:
    """DPR's two encoders, or one BERT, from the Hugging Face hub or from folders of its format.

    Folders are identified by the hash of their weights, which ``published`` computes; models on
    the hub by their names alone, on the assumption that they do not change.
    """

    question: str
    document: str
    sha256: tuple[str, ...] = ()

    def module(self, store: Store) -> DualBert:
        del store
        from transformers import BertTokenizer

        from baselines.encoders.bert import DualBert, network
        from univl_dr.embedder import device

        question = network(self.question, "question")
        shared = self.question == self.document
        document = question if shared else network(self.document, "document")
        tokenizer = BertTokenizer.from_pretrained(self.question)
        return DualBert(question, document, tokenizer).to(device())

    def restore(self, folder: Path) -> DualBert:
        from baselines.encoders.bert import DualBert

        return DualBert.load(folder)


def published(question: str, document: str) -> PublishedBert:
    """The weights named ``question`` and ``document``, each a name on the hub or a folder."""
    weights = [
        path
        for name in (question, document)
        for path in sorted([*Path(name).glob("*.safetensors"), *Path(name).glob("*.bin")])
    ]
    hashes = tuple(sha256(path) for path in weights)
    return PublishedBert(question=question, document=document, sha256=hashes)


@recipe_name("MaskedWords")
@dataclass(frozen=True, kw_only=True)
class MaskedLanguageModeling:
    """BERT's objective (Devlin et al., 2019): 15% of the word pieces are predicted from the others.

    Of these, 80% are replaced by [MASK], 10% by a random piece, and 10% are not changed. They are
    drawn with a seed from the texts themselves, so that evaluations are repeatable.
    """

    share: float = 0.15

    def __call__(self, module: Trained, examples: Sequence[Example]) -> Outcome:
        import torch

        from baselines.encoders.masked_language_model import MaskedLanguageModel

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
    """A small untrained BERT with word pieces learnt from a data set, which trains on two cores.

    It has no dropout, and its initial weights have a larger deviation than BERT's 0.02: otherwise
    a network of this size, trained for so few steps, did not learn to match texts.
    """

    vocabulary: Vocabulary
    seed: int
    width: int = 64
    layers: int = 2
    heads: int = 2
    longest: int = 128

    def module(self, store: Store) -> MaskedLanguageModel:
        import torch
        from transformers import BertConfig, BertForMaskedLM

        from baselines.encoders.masked_language_model import MaskedLanguageModel
        from univl_dr.embedder import device

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
        from baselines.encoders.masked_language_model import MaskedLanguageModel

        return MaskedLanguageModel.load(folder)


@recipe_name("FromMasked")
@dataclass(frozen=True, kw_only=True)
class PretrainedByMasking:
    """A dual encoder of one shared network, pretrained by masked language modelling."""

    language_model: Start

    def module(self, store: Store) -> DualBert:
        from baselines.encoders.bert import DualBert
        from baselines.encoders.masked_language_model import MaskedLanguageModel

        trained = self.language_model.module(store)
        assert isinstance(trained, MaskedLanguageModel)  # noqa: S101
        return DualBert(trained.model.bert, trained.model.bert, trained.pieces.tokenizer)

    def restore(self, folder: Path) -> DualBert:
        from baselines.encoders.bert import DualBert

        return DualBert.load(folder)


@recipe_name("WithRegions")
@dataclass(frozen=True, kw_only=True)
class WithRegions:
    """A BERT with a new layer for region features, whose weights are random.

    The paper's VinVL-DPR starts from VinVL's Oscar+, which is not published in a format that
    ``transformers`` reads.
    """

    bert: Start
    seed: int

    def module(self, store: Store) -> VisualBert:
        import torch
        from transformers import VisualBertConfig, VisualBertModel

        from baselines.encoders.bert import DualBert
        from baselines.encoders.visual_bert import VisualBert
        from univl_dr.embedder import device

        dual = self.bert.module(store)
        assert isinstance(dual, DualBert)  # noqa: S101
        kept = {
            name: value
            for name, value in dual.document.config.to_diff_dict().items()
            if name not in ("architectures", "model_type")
        }
        torch.manual_seed(self.seed)
        config = VisualBertConfig(**kept, visual_embedding_dim=WIDTH)
        model = VisualBertModel(config, add_pooling_layer=False)
        missing = model.load_state_dict(dual.document.state_dict(), strict=False)
        assert not missing.unexpected_keys  # noqa: S101
        return VisualBert(model, dual.pieces.tokenizer).to(device())

    def restore(self, folder: Path) -> VisualBert:
        from baselines.encoders.visual_bert import VisualBert

        return VisualBert.load(folder)


def word_pieces(vocabulary: Vocabulary, store: Store) -> Any:
    """BERT's tokenizer with the pieces of ``vocabulary``."""
    from transformers import BertTokenizer

    content = decode_json((store.path(vocabulary) / FILE).read_bytes())
    return BertTokenizer(vocab=content["model"]["vocab"])
