"""What equal scores leave open, against every order of the tied and figures worked out by hand."""

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark import Retriever, Task, TopK, top_k
from benchmark.artefacts.identity import recipe_name
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.evaluation.metrics import score_run
from benchmark.evaluation.plugin_metrics import PLUGIN_METRICS
from benchmark.evaluation.ties import in_order, ties
from benchmark.execution import experiment
from benchmark.registry import Entry
from benchmark.report.leaderboard import write_leaderboard
from benchmark.results.result import Result, results_folder
from benchmark.types import Run
from benchmark.verify import verify

Judged = Mapping[str, int]


def test_by_hand() -> None:
    """Three documents share the second to the fourth place, one of them relevant."""
    run = Run("r", {"q": ["a", "b", "c", "d", "e"]}, {"q": [3.0, 2.0, 2.0, 2.0, 1.0]})
    found = ties(run, {"q": {"c": 1, "e": 1}})
    assert found.documents == 3
    bounds = found.bounds()
    assert bounds["MRR@10"] == pytest.approx([1 / 4, 1 / 2])
    ideal = 1 + 1 / math.log2(3)
    last = 1 / math.log2(6)
    assert bounds["nDCG@10"] == pytest.approx(
        [(1 / math.log2(5) + last) / ideal, (1 / math.log2(3) + last) / ideal]
    )
    assert bounds["Recall@20"] == [1, 1]
    assert bounds["success@1"] == [0, 0]
    assert in_order(run, {"q": {"c": 1}}, best=True).documents["q"] == ["a", "c", "b", "d", "e"]


def test_without_ties_both_are_the_figure_and_unjudged_questions_count_for_nothing() -> None:
    run = Run("r", {"q": ["a", "b"], "x": ["a", "b"]}, {"q": [2.0, 1.0], "x": [1.0, 1.0]})
    found = ties(run, {"q": {"b": 1}, "unanswered": {"a": 1}})
    assert found.documents == 0
    assert found.bounds()["MRR@10"] == [0.25, 0.25]


@pytest.mark.parametrize("name", ["infAP", "odd"])
def test_a_metric_of_which_it_is_not_known_is_refused(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(PLUGIN_METRICS, "odd", len)  # type: ignore[arg-type]
    run = Run("r", {"q": ["a"]}, {"q": [1.0]})
    with pytest.raises(InputError, match=f"values of '{name}' over all orders are not known"):
        ties(run, {"q": {"a": 1}}, [name])


@settings(max_examples=10, deadline=None)
@given(levels=st.lists(st.sampled_from([None, 0, 1, 2]), min_size=2, max_size=4))
def test_so_it_is_by_the_libraries_own_metrics(levels: list[int | None]) -> None:
    """All documents are tied: every order is scored by ir_measures."""
    metrics = ("AP", "Bpref", "ERR@3", "RBP", "Judged@2", "nDCG@3", "P(rel=2)@2", "Rprec", "SetF")
    judged = {f"d{n}": level for n, level in enumerate(levels) if level is not None}
    judged |= {"elsewhere": 2}
    names = [f"d{n}" for n in range(len(levels))]
    orders = list(itertools.permutations(names))
    flat = {"q": [1.0] * len(names)}
    bounds = ties(Run("r", {"q": names}, flat), {"q": judged}, metrics, "ir_measures").bounds()
    falling = [float(-n) for n in range(len(names))]
    whole = Run(
        "r",
        {str(n): list(order) for n, order in enumerate(orders)},
        {str(n): falling for n in range(len(orders))},
    )
    scores = score_run(whole, {str(n): judged for n in range(len(orders))}, metrics, "ir_measures")
    for metric, figures in scores.values.items():
        assert bounds[metric] == pytest.approx([figures.min(), figures.max()]), metric


def gains(ranked: Sequence[str], judged: Judged, cut: int) -> list[int]:
    return [max(judged.get(document, 0), 0) for document in ranked[:cut]]


def reciprocal_rank(ranked: Sequence[str], judged: Judged) -> float:
    hits = [place for place, gain in enumerate(gains(ranked, judged, 3), 1) if gain]
    return 1 / hits[0] if hits else 0.0


def ndcg(ranked: Sequence[str], judged: Judged) -> float:
    def dcg(values: Sequence[int]) -> float:
        return sum(gain / math.log2(place + 1) for place, gain in enumerate(values, 1))

    return dcg(gains(ranked, judged, 3)) / dcg(sorted(judged.values(), reverse=True)[:3])


def average_precision(ranked: Sequence[str], judged: Judged) -> float:
    found = gains(ranked, judged, len(ranked))
    precisions = [
        sum(map(bool, found[:place])) / place for place, gain in enumerate(found, 1) if gain
    ]
    return sum(precisions) / sum(level > 0 for level in judged.values())


PLAIN: Mapping[str, Callable[[Sequence[str], Judged], float]] = {
    "mrr@3": reciprocal_rank,
    "ndcg@3": ndcg,
    "map": average_precision,
    "precision@2": lambda ranked, judged: sum(map(bool, gains(ranked, judged, 2))) / 2,
    "hit_rate@2": lambda ranked, judged: float(any(gains(ranked, judged, 2))),
}


@settings(max_examples=30, deadline=None)
@given(
    levels=st.lists(st.sampled_from([None, 0, 1, 2]), min_size=1, max_size=6),
    scores=st.lists(st.integers(0, 2), min_size=6, max_size=6),
    missed=st.booleans(),
)
def test_every_order_of_the_tied_lies_between_and_both_ends_are_met(
    levels: list[int | None], scores: list[int], missed: bool
) -> None:
    """The least and the greatest over all permutations, by plain loops; None is unjudged."""
    judged = {f"d{n}": level for n, level in enumerate(levels) if level is not None}
    judged |= {"elsewhere": 1} if missed or not any(judged.values()) else {}
    ranked = sorted(zip(scores, (f"d{n}" for n in range(len(levels))), strict=False), reverse=True)
    run = Run("r", {"q": [d for _, d in ranked]}, {"q": [float(score) for score, _ in ranked]})
    bounds = ties(run, {"q": judged}, list(PLAIN)).bounds()
    groups = [list(group) for _, group in itertools.groupby(ranked, lambda pair: pair[0])]
    orders = [
        [document for group in order for _, document in group]
        for order in itertools.product(*(itertools.permutations(group) for group in groups))
    ]
    for metric, plain in PLAIN.items():
        figures = [plain(order, judged) for order in orders]
        assert bounds[metric] == pytest.approx([min(figures), max(figures)]), metric


@recipe_name("test_ties-Flat")
@dataclass(frozen=True, kw_only=True)
class Flat(Retriever):
    """Finds every document alike."""

    def search(self, task: Task) -> TopK:
        scores = np.zeros((len(task.questions()), len(task.numbers)), dtype=np.float32)
        return top_k(scores, task.numbers, task.depth)


def test_a_result_keeps_what_its_ties_leave_open_and_the_leaderboard_names_it(
    zoo: Collection, store: Store, tmp_path: Path
) -> None:
    """Five documents tie; those that answer stand third, second and fifth in the corpus."""
    entry = Entry(name="flat", title="Flat", group="Single", kind=Flat, summary="")
    task, home = Task(data=zoo), results_folder(tmp_path, zoo, "test")
    experiment.run([entry], task, seeds=1, folder=home, store=store, skip=False)
    kept = Result(home / "flat").metrics
    assert kept["ties"]["MRR@10"] == pytest.approx([1 / 5, 1])
    assert kept["metrics"]["MRR@10"]["mean"] == pytest.approx((1 / 3 + 1 / 2 + 1 / 5) / 3)
    table = write_leaderboard(tmp_path, zoo, "test")
    assert table.rows[0]["tie_bounds"] == pytest.approx([1 / 5, 1])
    assert "20.00 to 100.00" in table.cells[0]
    assert any(note.startswith("Any order of ties: the lowest") for note in table.notes)
    assert verify(tmp_path, zoo, "test", store, {}) == []
