"""MARVEL: its sequences by hand, what is frozen, its stages as values, and its table."""

import csv
from pathlib import Path

import pytest
import torch
from tiny_models import SIZES, clip, tokenizer
from torch.nn.functional import normalize
from transformers import T5Config, T5Model
from univl_tiny import collection

from baselines.encoders.marvel import Marvel, released
from baselines.encoders.marvel_starts import FrozenMarvel, PublishedMarvel, SmallMarvel
from baselines.encoders.weights import weights
from baselines.marvel import MarvelANCE, MarvelDPR
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.errors import NotMeasuredError
from benchmark.papers import marvel
from benchmark.registry import retriever
from benchmark.report.inspection import Inspector
from benchmark.report.published import read_published
from benchmark.retriever import Task
from univl_dr.examples import Examples
from univl_dr.items import Item
from univl_dr.losses import InBatch, Symmetric
from univl_dr.tokens import Vocabulary
from univl_dr.train import Checkpoint, Recipe


@pytest.fixture
def tiny(tmp_path: Path) -> Collection:
    return collection(tmp_path / "tiny")


@pytest.fixture
def small(tiny: Collection) -> SmallMarvel:
    vocabulary = Vocabulary(data=tiny, size=120)
    return SmallMarvel(vocabulary=vocabulary, seed=1, width=32, layers=1, image_size=16)


def test_patches_stand_among_the_words(small: SmallMarvel, store: Store) -> None:
    module = small.module(store).eval()
    image = torch.randint(0, 255, (3, 16, 16), dtype=torch.uint8)
    t5, known = module.t5_model, module.t5_model.get_input_embeddings()
    begin, end = module.tokenizer.convert_tokens_to_ids(["<im_start>", "<im_end>"])
    words = torch.tensor(module.tokenizer("caption: red tower")["input_ids"])
    with torch.inference_mode():
        pixels = (image - module.mean) / module.deviation
        states = module.clip_model(pixels[None], output_hidden_states=True).hidden_states[-1]
        patches = module.projector(states[0, 1:])
        assert patches.shape == (4, 32)
        ids = torch.tensor([begin, *[0] * 4, end, *words])
        whole = known(ids)
        whole[1:5] = patches
        sequences = [
            known(torch.tensor(module.tokenizer("red tower")["input_ids"])),
            whole,
            patches,
        ]
        first = torch.zeros((1, 1), dtype=torch.long)
        expected = [
            t5(inputs_embeds=one[None], decoder_input_ids=first).last_hidden_state[0, 0]
            for one in sequences
        ]
        items = [Item("red tower"), Item("red tower", image), Item(None, image)]
        found = module.embed_documents(items)
        torch.testing.assert_close(found, normalize(torch.stack(expected), dim=-1))
        torch.testing.assert_close(module.embed_questions(["red tower"]), found[:1])
        long = module.embed_questions(["red " * 200, "red " * 300])
    torch.testing.assert_close(long[0], long[1])
    assert module.cut == 2


def test_the_frozen_part_stays_as_it_is_and_all_is_kept(
    small: SmallMarvel, tiny: Collection, store: Store
) -> None:
    trained = Checkpoint(
        start=FrozenMarvel(start=small, frozen="vision"),
        examples=Examples(data=tiny),
        dev=Examples(data=tiny, split="dev"),
        objective=InBatch(),
        recipe=Recipe(learning_rate=1e-2, batch=4, epochs=2, evaluate_every=4),
        seed=1,
    )
    before, after = small.module(store), trained.module(store)
    assert isinstance(after, Marvel)
    for part, changes in (("clip_model", False), ("projector", True), ("t5_model", True)):
        old, new = getattr(before, part).state_dict(), getattr(after, part).state_dict()
        assert changes == any(not torch.equal(old[name], new[name]) for name in old)
    frozen = FrozenMarvel(start=small, frozen="text").module(store)
    wanted = {name.split(".")[0] for name, one in frozen.named_parameters() if one.requires_grad}
    assert wanted == {"clip_model", "projector", "logit_scale"}


def test_published_parts_and_a_released_checkpoint_are_put_together(
    tmp_path: Path, store: Store
) -> None:
    torch.manual_seed(1)
    t5 = T5Model(
        T5Config(vocab_size=SIZES["vocab_size"], d_model=16, d_kv=8, d_ff=32, num_layers=1)
    )
    t5.save_pretrained(tmp_path / "t5")
    words = tokenizer()
    words.eos_token = "[SEP]"  # noqa: S105
    words.save_pretrained(tmp_path / "t5")
    start = PublishedMarvel(
        text=weights(str(tmp_path / "t5")), vision=weights(str(clip(tmp_path / "clip"))), seed=3
    )
    module = start.module(store)
    before = t5.shared.weight
    torch.testing.assert_close(module.t5_model.shared.weight[: len(before)], before)
    assert module.t5_model.config.vocab_size == len(before) + 3
    written = {
        name.replace("clip_model.", "clip_model.vision_model."): tensor + 1
        for name, tensor in module.state_dict().items()
    }
    written["clip_model.vision_model.embeddings.position_ids"] = torch.arange(5)
    torch.save({"epoch": 3, "model": written}, tmp_path / "released.pt")
    again = PublishedMarvel(
        text=start.text, vision=start.vision, seed=3, path=tmp_path / "released.pt"
    ).module(store)
    own = module.state_dict()
    assert set(released(written, module)) == set(own)
    torch.testing.assert_close(again.projector.weight, own["projector.weight"] + 1)


def test_the_stages_are_those_of_the_paper(webqa_micro: Collection) -> None:
    ance = MarvelANCE().weights(webqa_micro, 1)
    dpr = MarvelDPR().weights(webqa_micro, 1)
    assert (ance.start.frozen, ance.start.start) == ("vision", dpr)
    assert isinstance(ance.objective, InBatch)
    assert ance.examples.negatives.strategy == "balanced"
    assert ance.examples.negatives.mined.ranking.model.weights == dpr
    assert ance.recipe.accumulate == 1
    pretraining = dpr.start.start
    assert pretraining.start.frozen == "text"
    assert isinstance(pretraining.objective, Symmetric)
    assert MarvelANCE().why_unavailable(Task(data=webqa_micro)) is None


def test_its_figures_are_those_that_were_published(shared: Path) -> None:
    with (shared / "paper" / "published_later.csv").open(encoding="utf-8") as file:
        rows = {row["model"]: row for row in csv.DictReader(file)}
    found = read_published(Path(marvel.__file__).parent / "published.toml")
    names = {"anchor-dr-zero-shot": "Anchor-DR (Zero-Shot)"}
    for name in ("t5-ance-zero-shot", "marvel-dpr", "marvel-ance"):
        names[name] = retriever(name).title
    assert found.figures == {
        name: [float(rows[title][key]) for key in ("MRR@10", "NDCG@10", "Rec@100")]
        for name, title in names.items()
    }
    assert {name for group in marvel.GROUPS.values() for name in group} == set(found.figures)


def test_its_table_stands_beside_the_paper(inspector: Inspector) -> None:
    table = marvel.PAPER.tables["marvel"].beside([], inspector.data, "test")
    assert {record["status"] for record in table.records} == {None}
    assert "MARVEL (Zhou et al., ACL 2024)" in " ".join(table.notes)


def test_without_a_row_its_table_names_the_command(inspector: Inspector) -> None:
    with pytest.raises(NotMeasuredError) as error:
        marvel.PAPER.tables["marvel"].make(inspector.results, inspector.data, "test")
    assert error.value.command == "run t5-ance-zero-shot marvel-dpr marvel-ance"
