"""The DPR classes: they give ``transformers``' own embeddings, learn, and are kept whole."""

from pathlib import Path

import pytest
import torch
from transformers import (
    BertConfig,
    BertForMaskedLM,
    BertModel,
    BertTokenizer,
    DPRConfig,
    DPRContextEncoder,
    DPRQuestionEncoder,
)

from baselines.dpr import BERTDPR, NQANCE, ZeroShot
from baselines.encoders.bert import DualBert
from baselines.encoders.masked_language_model import MaskedLanguageModel
from baselines.encoders.recipes import refreshed
from baselines.encoders.starts import MaskedLanguageModeling, PublishedBert, published
from benchmark.artefacts.identity import dependencies
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.retriever import Task
from univl_dr.examples import Example
from univl_dr.items import Item
from univl_dr.negatives import HardNegatives

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS += ["which", "fox", "is", "red", "owl", "at", "night"]
TEXTS = ["which fox is red", "owl", "the owl at night is red"]
SIZES = {
    "vocab_size": len(WORDS),
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "max_position_embeddings": 24,
}


def tokenizer() -> BertTokenizer:
    return BertTokenizer(vocab={word: place for place, word in enumerate(WORDS)})


@pytest.fixture
def dpr(tmp_path: Path) -> PublishedBert:
    """Two Hugging Face folders of DPR with random weights, the one with a projection."""
    torch.manual_seed(1)
    for kind, name in ((DPRQuestionEncoder, "question"), (DPRContextEncoder, "document")):
        kind(DPRConfig(**SIZES, projection_dim=12)).save_pretrained(tmp_path / name)
        tokenizer().save_pretrained(tmp_path / name)
    return published(str(tmp_path / "question"), str(tmp_path / "document"))


def test_dpr_folders_give_the_embeddings_of_transformers(
    dpr: PublishedBert, store: Store, tmp_path: Path
) -> None:
    module = dpr.module(store).eval()
    module.save(tmp_path / "kept")
    kept = dpr.restore(tmp_path / "kept").eval()
    items = [Item(text) for text in TEXTS]
    for kind, name, embed, again in (
        (DPRQuestionEncoder, dpr.question, module.embed_questions, kept.embed_questions),
        (DPRContextEncoder, dpr.document, module.embed_documents, kept.embed_documents),
    ):
        theirs = kind.from_pretrained(name).eval()
        given = TEXTS if kind is DPRQuestionEncoder else items
        with torch.inference_mode():
            batch = tokenizer()(TEXTS, padding=True, return_tensors="pt")
            expected = theirs(**batch).pooler_output
            torch.testing.assert_close(embed(given), expected)
            torch.testing.assert_close(again(given), expected)
    assert module.dimension == 12


def test_plain_bert_is_shared_and_embeds_by_its_first_token(tmp_path: Path, store: Store) -> None:
    BertModel(BertConfig(**SIZES)).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    module = published(str(tmp_path), str(tmp_path)).module(store).eval()
    assert module.question is module.document
    with torch.inference_mode():
        batch = tokenizer()(TEXTS, padding=True, return_tensors="pt")
        expected = BertModel.from_pretrained(tmp_path).eval()(**batch).last_hidden_state[:, 0]
        torch.testing.assert_close(module.embed_questions(TEXTS), expected)
    module.save(tmp_path / "kept")
    assert not (tmp_path / "kept" / "document").exists()
    again = DualBert.load(tmp_path / "kept")
    assert again.question is again.document


def test_texts_beyond_the_context_are_cut_and_counted(dpr: PublishedBert, store: Store) -> None:
    module = dpr.module(store).eval()
    with torch.inference_mode():
        long, longer = module.embed_questions(["red " * 22, "red " * 40])
    torch.testing.assert_close(long, longer)
    assert module.cut == 1


def test_what_is_no_whole_encoder_is_refused_in_one_line(
    dpr: PublishedBert, store: Store, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no question encoder at"):
        published(str(tmp_path), str(tmp_path)).module(store)
    with pytest.raises(InputError, match=r"question encoder at .* lacks 'question_encoder\."):
        published(dpr.document, dpr.question).module(store)
    weights = tmp_path / "question" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(InputError, match="no question encoder at"):
        dpr.module(store)


def test_folders_are_known_by_their_weights(dpr: PublishedBert, tmp_path: Path) -> None:
    assert published(dpr.question, dpr.document) == dpr
    weights = tmp_path / "question" / "model.safetensors"
    weights.write_bytes(weights.read_bytes() + b" ")
    assert published(dpr.question, dpr.document) != dpr


def test_masked_words_repeat_and_are_learnt() -> None:
    torch.manual_seed(1)
    config = BertConfig(**SIZES, hidden_dropout_prob=0, attention_probs_dropout_prob=0)
    model = MaskedLanguageModel(BertForMaskedLM(config), tokenizer())
    examples = [Example(text, text, (), (), frozenset()) for text in TEXTS * 8]
    objective = MaskedLanguageModeling()
    first, again = objective(model, examples), objective(model, examples)
    assert first.loss.item() == again.loss.item()
    assert 0 < first.total < sum(len(text.split()) for text in TEXTS) * 8
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
    for _ in range(30):
        optimizer.zero_grad()
        objective(model, examples).loss.backward()
        optimizer.step()
    assert objective(model, examples).loss.item() < first.loss.item() / 2


def test_ance_mines_before_each_round_from_the_round_before(
    zoo: Collection, dpr: PublishedBert
) -> None:
    last = refreshed(dpr, zoo, seed=1, rounds=3, interval=2)
    mined = [part for part in dependencies(last) if isinstance(part, HardNegatives)]
    assert len(mined) == 3
    assert mined[0].ranking.model.weights == dpr
    assert mined[2].ranking.model.weights == last.start
    assert last.recipe.epochs == 2
    assert {part.ranking.task.split for part in mined} == {"train"}


def test_rows_say_what_they_lack(zoo: Collection, tmp_path: Path) -> None:
    nowhere = ZeroShot(question=str(tmp_path), document=str(tmp_path))
    assert nowhere.why_unavailable(Task(data=zoo)) is None
    for row in (BERTDPR(), NQANCE()):
        reason = row.why_unavailable(Task(data=zoo))
        assert reason is not None
        assert "no split 'train'" in reason
