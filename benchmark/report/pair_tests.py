"""All pairs of systems tested on a metric, and each system's figures with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmark.artefacts.kept import kept
from benchmark.artefacts.store import Store
from benchmark.evaluation.comparison import Comparison, compare
from benchmark.evaluation.metrics import MAIN
from benchmark.results.result import Result, best_first
from benchmark.results.scoring import Figure


@dataclass(frozen=True, kw_only=True)
class PairTests:
    """comparisons: the better system of each pair first. summaries: name -> ``Result.summary``."""

    comparisons: Sequence[Comparison]
    summaries: Mapping[str, Mapping[str, Figure]]


def pair_tests(
    results: Sequence[Result], metric: str = MAIN, store: Store | None = None
) -> PairTests:
    """All pairs of ``results``, whose files have been checked.

    With a store this is computed once for the same results.
    """
    ranked = best_first(results, metric)
    inputs = [metric, [[one.name, *(seed.seal for seed in one.seeds)] for one in ranked]]
    found = kept(store, "tests", inputs, lambda: _computed(ranked, metric))
    return PairTests(
        comparisons=[Comparison(**pair) for pair in found["comparisons"]],
        summaries=found["summaries"],
    )


def _computed(ranked: Sequence[Result], metric: str) -> dict[str, Any]:
    pairs = compare({one.name: one.over_seeds for one in ranked}, metric)
    return {
        "comparisons": [vars(pair) for pair in pairs],
        "summaries": {one.name: one.summary for one in ranked},
    }
