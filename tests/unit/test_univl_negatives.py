"""Hard negatives: what is mined, and the ways of drawing from it."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from univl_tiny import clip, collection

from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.io.jsonl import Source
from benchmark.retriever import Ranking, Task
from benchmark.types import Document, Query, TopK
from univl_dr.choices import Strategy
from univl_dr.examples import Examples
from univl_dr.negatives import HardNegatives, Negatives, Pool

# Passages are rows below 8, images those from 8 on.
MIXED = [3, 9, 4, 10, 11, 12, -1]


@pytest.mark.parametrize(
    ("strategy", "texts", "images"),
    [
        ("balanced", 1, 1),
        ("only-text", 2, 0),
        ("only-image", 0, 2),
        ("two-text-one-image", 2, 1),
        ("one-text-two-image", 1, 2),
    ],
)
def test_each_strategy_draws_its_mix(strategy: Strategy, texts: int, images: int) -> None:
    pool = Pool(np.array([MIXED], dtype=np.int32), 8, strategy)
    for seed in range(20):
        drawn = pool.draw(0, np.random.default_rng(seed))
        assert len(set(drawn)) == len(drawn)
        assert (sum(row < 8 for row in drawn), sum(row >= 8 for row in drawn)) == (texts, images)


def test_a_modality_that_lacks_is_filled_up_by_the_other() -> None:
    def drawn(rows: list[int], strategy: Strategy) -> list[int]:
        return Pool(np.array([rows], dtype=np.int32), 8, strategy).draw(0, np.random.default_rng(0))

    assert set(drawn([9, 10, -1], "balanced")) == {9, 10}
    assert set(drawn([3, 4, 9], "one-text-two-image")) == {3, 4, 9}
    assert drawn([9, -1, -1], "two-text-one-image") == [9, 9, 9]
    with pytest.raises(InputError, match="question 0 has no mined negative"):
        drawn([-1, -1], "balanced")


def test_random_is_drawn_from_the_mixed_list() -> None:
    pool = Pool(np.array([MIXED], dtype=np.int32), 8, "random")
    seen = Counter(row for seed in range(600) for row in pool.draw(0, np.random.default_rng(seed)))
    assert set(seen) == {3, 4, 9, 10, 11, 12}
    assert all(count == pytest.approx(200, rel=0.25) for count in seen.values())


@recipe_name("test_univl_negatives-Backwards")
@dataclass(frozen=True, kw_only=True)
class Backwards(Ranking):
    """All documents, from the last row to the first."""

    task: Task

    def rank(self, store: Store) -> TopK:
        rows = np.arange(len(self.task.data.corpus), dtype=np.int32)[::-1]
        found = np.tile(rows, (len(self.task.questions()), 1))
        return TopK(found, np.zeros(found.shape, dtype=np.float32))


def test_positives_are_never_mined_and_examples_lead_with_theirs(
    tmp_path: Path, store: Store
) -> None:
    data = collection(tmp_path / "tiny")
    mined = HardNegatives(ranking=Backwards(task=Task(data=data, split="train", depth=16)))
    rows = mined.numbers(store)
    positives = [0, 8, 1, 9]  # of the questions t0, i0, t1, i1
    for found, positive in zip(rows, positives, strict=False):
        assert found[:-1].tolist() == [row for row in range(15, -1, -1) if row != positive]
        assert found[-1] == -1
    preprocess = clip(data).module(store).preprocess
    drawn = Examples(data=data, negatives=Negatives(mined=mined)).open(store, preprocess)
    for example in drawn.draw(np.arange(len(drawn)), np.random.default_rng(0)):
        first, *others = example.keys
        assert example.positives == {first}
        assert first not in others
        assert sorted(row >= 8 for row in others) == [False, True]
        pictured = [item.image is not None for item in example.items]
        assert pictured == [row >= 8 for row in example.keys]


def test_copies_of_a_positive_are_dropped_or_kept(tmp_path: Path, store: Store) -> None:
    """p0 and p1 are the same text; p0 answers the question."""
    here = Source(tmp_path)
    with Writer(tmp_path / "data", name="toy", title="Toy", notice="") as writer:
        for name, text in (("p0", "same"), ("p1", "same"), ("p2", "other")):
            writer.add(Document(id=name, text=text), here)
        writer.split("train", [(Query(id="q", text="?"), here)], {"q": {"p0": 1}}, tmp_path)
    ranking = Backwards(task=Task(data=Collection(tmp_path / "data"), split="train", depth=3))
    assert HardNegatives(ranking=ranking).numbers(store).tolist() == [[2, -1, -1]]
    kept = HardNegatives(ranking=ranking, copies="kept")
    assert kept.numbers(store).tolist() == [[2, 1, -1]]
