"""The plots that are drawn from results, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from benchmark.artefacts.store import Store
from benchmark.evaluation.metrics import MAIN
from benchmark.report.bias import bias_table
from benchmark.report.certainty import placed
from benchmark.report.history import seconds_by_stage
from benchmark.report.inspection import Inspector
from benchmark.report.plots.bias import bias_chart
from benchmark.report.plots.chart import Chart
from benchmark.report.plots.cost import cost_chart
from benchmark.report.plots.curves import curves_chart
from benchmark.report.plots.embedding_map import embedding_map_chart
from benchmark.report.plots.leaderboard import leaderboard_chart
from benchmark.report.plots.overview import overview_chart
from benchmark.report.plots.places import places_chart
from benchmark.report.plots.seconds import seconds_chart
from benchmark.report.trainings import trainings


def seconds(of: Inspector) -> list[Chart]:
    """The build time of each system that was built here, the quickest first, in one chart.

    No chart if no result says how long its artefacts took.
    """
    times = {result.name: seconds_by_stage(result) for result in of.results if not result.external}
    ranked = dict(sorted(times.items(), key=lambda item: sum(item[1].values())))
    oracles = [result.name for result in of.results if result.oracle]
    return [seconds_chart(ranked, oracles)] if any(ranked.values()) else []


def cost(of: Inspector) -> list[Chart]:
    """The build time of each system that was built here, against its MRR@10."""
    built = [result for result in of.ranked if not result.external]
    points = {
        result.name: (sum(seconds_by_stage(result).values()), result.over_seeds.mean(MAIN))
        for result in built
    }
    chart = cost_chart(points, [result.name for result in built if result.oracle])
    return [chart] if chart else []


def learning_curves(of: Inspector, store: Store) -> list[Chart]:
    """All trainings whose checkpoints are in the store, a chart for each system."""
    return [curves_chart(*training) for training in trainings(of.results, store).items()]


def spaces(of: Inspector) -> list[Chart]:
    """The maps of the systems whose embeddings were mapped."""
    return [
        embedding_map_chart(result.name, result.embedding_map)
        for result in of.ranked
        if result.embedding_map
    ]


PLOTS: Mapping[str, Callable[[Inspector, Store], list[Chart]]] = MappingProxyType(
    {
        "leaderboard": lambda of, _: [leaderboard_chart(of.results)],
        "learning-curves": learning_curves,
        "places": lambda of, _: [places_chart(placed(of.results))],
        "overview": lambda of, _: [chart for chart in [overview_chart(of)] if chart],
        "bias": lambda of, _: [bias_chart(bias_table(of.results, of.data, of.split))],
        "spaces": lambda of, _: spaces(of),
        "seconds": lambda of, _: seconds(of),
        "cost": lambda of, _: cost(of),
    }
)
"""Name -> the charts; an empty list if the results lack what they show."""

_BUILT_HERE = ("no system was built here", "run bm25")

MADE_BY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "learning-curves": (
            "no checkpoint of these systems is in the store",
            "run clip-dpr univl-dr",
        ),
        "overview": (
            "no image question is answered better by the best of two systems",
            "run bm25 clip-dpr",
        ),
        "spaces": ("no embeddings are mapped", "space clip-zero-shot clip-dpr univl-dr"),
        "seconds": _BUILT_HERE,
        "cost": _BUILT_HERE,
    }
)
"""Plots that the results may lack: what is missing, and the command that makes it."""
