"""The plots made of results, by name."""

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
    """What each system that was made here took, the quickest first, in one chart."""
    took = {one.name: seconds_by_stage(one) for one in of.results if not one.external}
    ranked = dict(sorted(took.items(), key=lambda item: sum(item[1].values())))
    return [seconds_chart(ranked)] if ranked else []


def cost(of: Inspector) -> list[Chart]:
    """What each system that was made here took, against how well it ranks."""
    made = {
        one.name: (sum(seconds_by_stage(one).values()), one.over_seeds.mean(MAIN))
        for one in of.ranked
        if not one.external
    }
    chart = cost_chart(made, [one.name for one in of.ranked if one.oracle and one.name in made])
    return [chart] if chart else []


def learning_curves(of: Inspector, store: Store) -> list[Chart]:
    """All trainings whose checkpoints are in the store, a chart for each system."""
    return [curves_chart(*one) for one in trainings(of.results, store).items()]


def spaces(of: Inspector) -> list[Chart]:
    """The maps of the systems whose embeddings were mapped."""
    return [
        embedding_map_chart(one.name, one.embedding_map) for one in of.ranked if one.embedding_map
    ]


PLOTS: Mapping[str, Callable[[Inspector, Store], list[Chart]]] = MappingProxyType(
    {
        "leaderboard": lambda of, _: [leaderboard_chart(of.results)],
        "learning-curves": learning_curves,
        "places": lambda of, _: [places_chart(placed(of.results))],
        "overview": lambda of, _: [chart for chart in [overview_chart(of)] if chart],
        "bias": lambda of, _: [bias_chart(bias_table(of.results, of.data, of.split).rows)],
        "spaces": lambda of, _: spaces(of),
        "seconds": lambda of, _: seconds(of),
        "cost": lambda of, _: cost(of),
    }
)
"""Name -> the charts there are to draw, none where nothing was measured."""
