"""The plots made of results, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from benchmark.artefacts import Store
from benchmark.report.history import curves, seconds_by_stage
from benchmark.report.plots.chart import Chart
from benchmark.report.plots.curves import curves_chart
from benchmark.report.plots.leaderboard import leaderboard_chart
from benchmark.report.plots.seconds import seconds_chart
from benchmark.results import Result


def seconds(results: Sequence[Result]) -> Chart:
    """What each system took to make, the quickest first."""
    took = {result.name: seconds_by_stage(result) for result in results}
    return seconds_chart(dict(sorted(took.items(), key=lambda item: sum(item[1].values()))))


def learning_curves(results: Sequence[Result], store: Store) -> Chart | None:
    """All trainings whose checkpoints are in the store; None where there is none."""
    found = curves(results, store)
    return curves_chart(found) if found else None


PLOTS: Mapping[str, Callable[[Sequence[Result], Store], Chart | None]] = MappingProxyType(
    {
        "leaderboard": lambda results, _: leaderboard_chart(results),
        "learning-curves": learning_curves,
        "seconds": lambda results, _: seconds(results),
    }
)
