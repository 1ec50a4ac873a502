"""Fusion of ranked lists against figures worked out by hand, and its invariants."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from baselines.divided import DivideAndConquer
from baselines.fusion import (
    InverseSquareRank,
    OracleModality,
    ReciprocalRank,
    WeightedSum,
    Weights,
    best,
)
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.datasets.writer import Writer
from benchmark.errors import InputError
from benchmark.evaluation.metrics import score_run
from benchmark.io.jsonl import Source
from benchmark.retriever import Ranking, Retriever, Task
from benchmark.types import Document, Modality, Query, TopK

HERE = Source(Path("nowhere"))


@recipe_name("test_fusion-Listed")
@dataclass(frozen=True, kw_only=True)
class Listed(Ranking):
    """A ranking that is written down: for each question (row, score) pairs, best first."""

    task: Task
    lists: tuple[tuple[tuple[int, float], ...], ...]

    def rank(self, store: Store) -> TopK:
        rows = np.full((len(self.lists), self.task.depth), -1, dtype=np.int32)
        scores = np.full(rows.shape, -np.inf, dtype=np.float32)
        for place, found in enumerate(self.lists):
            rows[place, : len(found)] = [row for row, _ in found]
            scores[place, : len(found)] = [score for _, score in found]
        return TopK(rows, scores)


def collection(folder: Path, *modalities: Modality | None) -> Collection:
    """Four passages (rows 0-3), four images (4-7), and a question of each modality given."""
    with Writer(folder, name="toy", title="Toy", notice="") as writer:
        for row in range(4):
            writer.add(Document(id=f"p{row}", text=f"passage {row}"), HERE)
        for row in range(4, 8):
            writer.add(Document(id=f"i{row}", text=f"caption {row}", modality="image"), HERE)
        for split in ("dev", "test"):
            queries = [
                (Query(id=f"{split}{n}", text=f"question {n}", modality=modality), HERE)
                for n, modality in enumerate(modalities)
            ]
            qrels = {
                query.id: {"i5" if query.modality == "image" else "p1": 1} for query, _ in queries
            }
            writer.split(split, queries, qrels, Path("nowhere"))
    return Collection(folder)


@pytest.fixture
def task(tmp_path: Path) -> Task:
    return Task(data=collection(tmp_path / "toy", "text", "image"), depth=4)


def listed(task: Task, *lists: Sequence[tuple[int, float]]) -> Listed:
    return Listed(task=task, lists=tuple(tuple(pairs) for pairs in lists))


def found(ranking: Ranking, store: Store) -> list[list[int]]:
    return [[row for row in rows if row >= 0] for rows in ranking.top(store).numbers.tolist()]


def test_reciprocal_rank_by_hand(task: Task, store: Store) -> None:
    # First question: 1 is at ranks 1 and 3, 4/3; 6 at 1, 1; 2 and 5 at 2, 1/2; 5 also is nowhere.
    # Second: disjoint lists tie at every rank, and the passage, earlier in the corpus, comes first.
    first = listed(task, [(1, 9.0), (2, 8.0)], [(3, 2.0), (0, 1.0)])
    second = listed(task, [(6, 0.5), (5, 0.4), (1, 0.3)], [(7, 90.0), (4, 80.0)])
    fused = ReciprocalRank(task=task, lists=(first, second))
    assert found(fused, store) == [[1, 6, 2, 5], [3, 7, 0, 4]]
    scores = fused.top(store).scores
    assert scores[0].tolist() == pytest.approx([4 / 3, 1, 1 / 2, 1 / 2])
    with_constant = replace(fused, constant=60)
    assert with_constant.top(store).scores[0, 0] == pytest.approx(1 / 61 + 1 / 63)


def test_exact_fractions_keep_ties(task: Task, store: Store) -> None:
    # 1/2 = 1/3 + 1/6, which binary fractions need not see: row 7 stands at 3 and 6, row 0 at 2.
    deep = replace(task, depth=6)
    lists = (
        listed(deep, [(1, 9.0), (0, 8.0)], []),
        listed(deep, [(2, 9.0), (3, 8.0), (7, 7.0)], []),
        listed(deep, [(1, 9.0), (2, 8.0), (3, 7.0), (4, 6.0), (5, 5.0), (7, 4.0)], []),
    )
    top = ReciprocalRank(task=deep, lists=lists).top(store)
    ranked = dict(zip(top.numbers[0].tolist(), top.scores[0].tolist(), strict=True))
    assert ranked[0] == ranked[7] == 0.5
    assert top.numbers[0].tolist() == [1, 2, 3, 0, 7, 4]
    assert top.numbers[1].tolist() == [-1] * 6


@given(
    lists=st.lists(st.lists(st.integers(0, 30), unique=True, max_size=8), min_size=1, max_size=4),
    depth=st.integers(1, 12),
)
def test_fusion_orders_its_documents_and_needs_no_order_of_lists(
    lists: list[list[int]], depth: int
) -> None:
    def fused(order: Iterator[list[int]]) -> TopK:
        sums: dict[int, float] = {}
        for rows in order:
            for rank, row in enumerate(rows, 1):
                sums[row] = sums.get(row, 0) + 2.0**-rank
        return best([sums], depth)

    top = fused(iter(lists))
    assert top.numbers.tolist() == fused(reversed(lists)).numbers.tolist()
    rows = [row for row in top.numbers[0].tolist() if row >= 0]
    assert len(rows) == min(depth, len({row for ranked in lists for row in ranked}))
    pairs = [(-score, row) for row, score in zip(rows, top.scores[0].tolist(), strict=False)]
    assert pairs == sorted(set(pairs))


def test_inverse_square_rank_by_hand(task: Task, store: Store) -> None:
    # 1: two lists x (1/1 + 1/9) = 20/9; 6: 1; 2 and 5: 1/4. Equal scores don't matter, ranks do.
    first = listed(task, [(1, 9.0), (2, 9.0)], [])
    second = listed(task, [(6, 0.5), (5, 0.5), (1, 0.5)], [(7, 1.0)])
    fused = InverseSquareRank(task=task, lists=(first, second))
    assert found(fused, store) == [[1, 6, 2, 5], [7]]
    assert fused.top(store).scores[0, 0] == pytest.approx(20 / 9)


def test_weights_are_tuned_on_the_questions_of_their_own_lists(task: Task, store: Store) -> None:
    dev = replace(task, split="dev")
    # On dev the first list is right about both questions; on test it is the second.
    good = ([(1, 3.0), (0, 2.0), (2, 1.0)], [(5, 3.0), (4, 2.0), (6, 1.0)])
    bad = ([(7, 3.0), (6, 2.0), (5, 1.0)], [(3, 3.0), (2, 2.0), (0, 1.0)])
    for norm in ("min-max", "zmuv"):
        weights = Weights(lists=(listed(dev, *good), listed(dev, *bad)), norm=norm)
        assert weights.values(store) == (0.55, 0.45)  # the most even that puts the first list first
        fused = WeightedSum(
            task=task, lists=(listed(task, *bad), listed(task, *good)), weights=weights
        )
        assert [rows[0] for rows in found(fused, store)] == [7, 3]
    # Min-max gives 1, 1/2, 0, and so 0.55, 0.45, 0.275, 0.225, 0, 0.
    assert found(replace(fused, weights=replace(weights, norm="min-max")), store)[0] == [7, 1, 6, 0]


def test_the_oracle_takes_the_list_of_the_answers_modality(task: Task, store: Store) -> None:
    text = listed(task, [(1, 1.0)], [(2, 1.0)])
    image = listed(task, [(6, 1.0)], [(5, 1.0), (4, 0.5)])
    assert found(OracleModality(task=task, text=text, image=image), store) == [[1], [5, 4]]


def test_the_oracle_needs_the_modality(tmp_path: Path, store: Store) -> None:
    task = Task(data=collection(tmp_path / "unknown", "text", None), depth=4)
    ranking = listed(task, [(1, 1.0)], [(2, 1.0)])
    with pytest.raises(InputError, match="modality of question 'test1' is unknown"):
        OracleModality(task=task, text=ranking, image=ranking).top(store)


@recipe_name("test_fusion-InOrder")
@dataclass(frozen=True, kw_only=True)
class InOrder(Retriever):
    """Ranks the corpus from its start, or from its end."""

    step: int = 1

    def search(self, task: Task) -> TopK:
        rows = np.array(task.numbers[:: self.step][: task.depth], dtype=np.int32)
        count = len(task.questions())
        return TopK(
            np.tile(rows, (count, 1)),
            np.tile(-np.arange(len(rows), dtype=np.float32), (count, 1)),
        )


@dataclass(frozen=True, kw_only=True)
class Halves(DivideAndConquer):
    """Passages from the start of the corpus, images from its end."""

    def halves(self) -> dict[Modality, Retriever]:
        return {"text": InOrder(), "image": InOrder(step=-1)}


def test_each_half_searches_its_own_modality(task: Task, store: Store) -> None:
    assert found(Halves().ranking(task), store) == [[0, 7, 1, 6]] * 2
    assert found(Halves().ranking(replace(task, scope="image")), store) == [[7, 6, 5, 4]] * 2


def test_a_single_modality_run_restricts_corpus_and_questions(task: Task, store: Store) -> None:
    alone = replace(task, scope="image")
    ordered = score_run(InOrder().ranking(alone).run("x", store), alone.qrels())
    assert ordered.queries == ("test1",)
    assert ordered.mean("MRR@10") == pytest.approx(1 / 2)  # 5 is the second image
    halves = score_run(Halves().ranking(alone).run("x", store), alone.qrels())
    assert halves.mean("MRR@10") == pytest.approx(1 / 3)


def test_a_single_modality_run_needs_questions_of_it(tmp_path: Path) -> None:
    task = Task(data=collection(tmp_path / "texts", "text"), depth=4, scope="image")
    with pytest.raises(InputError, match="no judged question of split 'test'"):
        task.qrels()
