"""The pages of the site: each is tables, and charts where they help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmark.artefacts import Store
from benchmark.datasets import Collection
from benchmark.evaluation.metrics import MAIN
from benchmark.evaluation.significance import Comparison
from benchmark.report.bias import bias_table, scores_table
from benchmark.report.charts import seconds
from benchmark.report.history import curves, seconds_table
from benchmark.report.leaderboard import compared, leaderboard
from benchmark.report.plots.chart import Chart
from benchmark.report.plots.curves import curves_chart
from benchmark.report.plots.leaderboard import leaderboard_chart
from benchmark.report.published import against_paper
from benchmark.report.table1 import table1
from benchmark.report.tables import Table
from benchmark.results import Result


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the site, in ``<name>.html``: charts, then tables.

    says: what is on it, in a sentence. template, more: of a page that has something else as well.
    """

    name: str
    title: str
    says: str
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    template: str = "page.html"
    more: Mapping[str, Any] = field(default_factory=dict)


def pages(results: Sequence[Result], data: Collection, split: str, store: Store) -> list[Page]:
    """All pages but those of single systems and questions, in the order of the navigation."""
    found = [
        _leaderboard(results, data, split),
        Page(
            name="table1",
            title="Table 1",
            says="The rows of the paper's Table 1, and the published figures beside ours.",
            tables=[table1(results, data, split), against_paper(results, data, split)],
        ),
        Page(
            name="bias",
            title="Bias",
            says="Which modality each system retrieves, and how its scores lie.",
            tables=[bias_table(results, data, split), scores_table(results, data, split)],
        ),
        Page(
            name="speed",
            title="Speed",
            says="What each system took to make, by stage.",
            tables=[seconds_table(results)],
            charts=[seconds(results)],
        ),
    ]
    if trained := curves(results, store):
        charts = [
            curves_chart({title: curve}, name=f"curve-{number}")
            for number, (title, curve) in enumerate(trained.items(), 1)
        ]
        says = "What was measured while each checkpoint was trained."
        found.append(Page(name="curves", title="Learning curves", says=says, charts=charts))
    return found


def _leaderboard(results: Sequence[Result], data: Collection, split: str) -> Page:
    comparisons = compared(results, MAIN)
    return Page(
        name="index",
        title="Leaderboard",
        says="All systems, best first, with what the tests can tell apart.",
        tables=[leaderboard(results, data, split, comparisons=comparisons)],
        charts=[leaderboard_chart(results)],
        template="leaderboard.html",
        more={"pairs": _pairs(comparisons), "metric": MAIN},
    )


def _pairs(comparisons: Sequence[Comparison]) -> dict[str, dict[str, list[float]]]:
    """First -> second -> difference, interval (in points) and corrected p, both ways round."""
    found: dict[str, dict[str, list[float]]] = {}
    for pair in comparisons:
        points = [round(100 * value, 4) for value in (pair.difference, pair.low, pair.high)]
        difference, low, high = points
        found.setdefault(pair.first, {})[pair.second] = [difference, low, high, pair.p_holm]
        found.setdefault(pair.second, {})[pair.first] = [-difference, -high, -low, pair.p_holm]
    return found
