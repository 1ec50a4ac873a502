"""The leaderboard as dots with their 95% intervals, best first, coloured by setting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.evaluation.metrics import MAIN
from benchmark.report.plots.chart import COLOURS, INK, Chart
from benchmark.report.tables import percent
from benchmark.results.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKERS = "osD^vP"


def leaderboard_chart(results: Sequence[Result], metric: str = MAIN) -> Chart:
    """Each system's mean with its interval over the questions."""
    ranked = sorted(results, key=lambda result: (-result.summary[metric]["mean"], result.name))
    settings = list(dict.fromkeys(result.group for result in results))

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for number, setting in enumerate(settings):
            rows = [row for row, one in enumerate(ranked) if one.group == setting]
            figures = [ranked[row].summary[metric] for row in rows]
            means = [100 * one["mean"] for one in figures]
            lows = [one["mean"] if one["low"] is None else one["low"] for one in figures]
            highs = [one["mean"] if one["high"] is None else one["high"] for one in figures]
            below = [mean - 100 * low for mean, low in zip(means, lows, strict=True)]
            above = [100 * high - mean for mean, high in zip(means, highs, strict=True)]
            axes.errorbar(
                means,
                rows,
                xerr=[below, above],
                fmt=MARKERS[number % len(MARKERS)],
                color=COLOURS[number % len(COLOURS)],
                capsize=2,
                label=setting,
            )
        axes.set_yticks(range(len(ranked)), [result.name for result in ranked])
        axes.invert_yaxis()
        axes.set_xlim(left=0)
        axes.set_xlabel(f"{metric} in percent, 95% interval over the questions")
        axes.grid(axis="x", color=INK)
        axes.legend(loc="lower right")

    best, last = ranked[0], ranked[-1]
    return Chart(
        name="leaderboard",
        title=f"{metric} with 95% intervals",
        says=(
            f"{metric} of {len(ranked)} systems with 95% intervals, from {best.name} "
            f"({percent(best.summary[metric]['mean'])}) down to {last.name} "
            f"({percent(last.summary[metric]['mean'])}); the leaderboard has the figures."
        ),
        size=(7, 1 + 0.26 * len(ranked)),
        draw=draw,
    )
