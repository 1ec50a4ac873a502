"""Metrics from a table of levels, and lists in columns: against ranx and plain implementations."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmark.evaluation import engines
from benchmark.evaluation.copies import merge_copies
from benchmark.evaluation.levels import is_computed, levels
from benchmark.evaluation.measures import BENCHMARK, resolve
from benchmark.io.slices import Slices, in_columns, same_lists, with_repeats
from benchmark.types import Run

METRICS = [*BENCHMARK.values(), *map(resolve, ("mrr@1", "ndcg@3", "recall@50", "hit_rate@2"))]


def run_of(documents: dict[str, list[str]]) -> Run:
    return Run("r", documents, {q: [-1.0 * i for i in range(len(d))] for q, d in documents.items()})


@pytest.mark.filterwarnings("ignore")  # ranx' open files, and numba on ranx
def test_figures_are_those_of_ranx_to_the_last_bit() -> None:
    dice = random.Random(7)
    pool = [f"d{i}" for i in range(90)]
    qrels = {
        f"q{i}": {d: dice.choice([-1, 0, 1, 1, 2, 3, 5]) for d in dice.sample(pool, 1 + i % 40)}
        for i in range(200)
    }
    lists = {query: dice.sample(pool, dice.randint(0, 60)) for query in [*qrels][:190]}
    assert all(map(is_computed, METRICS))
    table = levels(run_of(lists), qrels, None)
    ranked = [lists.get(query, []) for query in qrels]
    theirs = engines.by_ranx(ranked, [*qrels.values()], METRICS)
    for metric, expected in zip(METRICS, theirs, strict=True):
        assert np.array_equal(table.figures(metric), expected), metric.name


LISTS = st.dictionaries(
    st.sampled_from("pqrs"),
    st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8),
    min_size=1,
)
JUDGED = st.dictionaries(
    st.sampled_from("qrst"),
    st.dictionaries(st.sampled_from("abcdxy"), st.integers(-1, 3), min_size=1),
    min_size=1,
)


@settings(deadline=None)
@given(lists=LISTS, judged=JUDGED)
def test_a_table_holds_the_level_at_each_rank(
    lists: dict[str, list[str]], judged: dict[str, dict[str, int]]
) -> None:
    for depth in (3, None):
        found = levels(run_of(lists), judged, depth).found.tolist()
        for query, row in zip(judged, found, strict=True):
            expected = [max(judged[query].get(d, 0), 0) for d in lists.get(query, [])[:depth]]
            assert row == expected + [0] * (len(row) - len(expected))


@settings(deadline=None)
@given(lists=LISTS, judged=JUDGED, pairs=st.dictionaries(*[st.sampled_from("abcdefgh")] * 2))
def test_copies_are_merged_as_by_hand(
    lists: dict[str, list[str]], judged: dict[str, dict[str, int]], pairs: dict[str, str]
) -> None:
    run, qrels = merge_copies(run_of(lists), judged, pairs)
    plain, scores = {}, {}
    for query, ranked in lists.items():
        first: dict[str, float] = {}
        for rank, document in enumerate(ranked):
            first.setdefault(pairs.get(document, document), -1.0 * rank)
        plain[query], scores[query] = list(first), list(first.values())
    assert run.documents == plain
    assert run.scores == scores
    assert qrels == {
        query: {
            name: max(level for d, level in levels.items() if pairs.get(d, d) == name)
            for name in dict.fromkeys(pairs.get(d, d) for d in levels)
        }
        for query, levels in judged.items()
    }


def test_lists_in_columns_are_the_lists() -> None:
    lists = {"p": ["b", "a"], "q": [], "r": ["a", "c"]}
    columns = in_columns(lists)
    assert columns == lists
    assert columns.coded.names.tolist() == ["b", "a", "c"]
    assert columns.table(["r", "x", "p"], 1).tolist() == [[1], [-1], [0]]
    falling = Slices(np.array([2.0, 2.0, 2.0, 1.0, 1.0]), ["p", "q", "r"], np.array([0, 2, 3, 5]))
    assert with_repeats(falling) == 2


LISTS = st.dictionaries(
    st.sampled_from("pqr"), st.lists(st.sampled_from("abc"), max_size=3, unique=True), max_size=3
)


@settings(deadline=None)
@given(one=LISTS, other=LISTS)
def test_lists_in_columns_are_the_same_where_the_mappings_are_equal(
    one: dict[str, list[str]], other: dict[str, list[str]]
) -> None:
    assert same_lists(in_columns(one), in_columns(other)) == (one == other)
    assert same_lists(one, dict(reversed(one.items())))
