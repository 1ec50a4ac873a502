"""The leaderboard as dots with their 95% intervals, best first, coloured by group of rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.evaluation.metrics import MAIN
from benchmark.report.plots.chart import (
    COLOURS,
    GREY,
    INK,
    Chart,
    is_narrow,
    label_below,
    name_rows,
)
from benchmark.report.tables import percent
from benchmark.results.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MARKERS = "osD^vP"
ORACLES = "told part of the answer"


def leaderboard_chart(results: Sequence[Result], metric: str = MAIN) -> Chart:
    """Each system's mean with its interval over the questions; oracles are grey and hollow."""
    ranked = sorted(results, key=lambda result: (-result.summary[metric]["mean"], result.name))
    groups = list(dict.fromkeys(_group(result) for result in results))
    groups.sort(key=lambda group: group == ORACLES)

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for number, group in enumerate(groups):
            rows = [row for row, result in enumerate(ranked) if _group(result) == group]
            figures = [ranked[row].summary[metric] for row in rows]
            means = [100 * figure["mean"] for figure in figures]
            lows = [
                figure["mean"] if figure["low"] is None else figure["low"] for figure in figures
            ]
            highs = [
                figure["mean"] if figure["high"] is None else figure["high"] for figure in figures
            ]
            below = [mean - 100 * low for mean, low in zip(means, lows, strict=True)]
            above = [100 * high - mean for mean, high in zip(means, highs, strict=True)]
            axes.errorbar(
                means,
                rows,
                xerr=[below, above],
                fmt="o" if group == ORACLES else MARKERS[number % len(MARKERS)],
                color=GREY if group == ORACLES else COLOURS[number % len(COLOURS)],
                mfc="none" if group == ORACLES else None,
                capsize=2,
                label=group,
            )
        told = [result.name for result in ranked if result.oracle]
        name_rows(axes, [result.name for result in ranked], told)
        axes.set_xlim(left=0)
        label_below(figure, axes, f"{metric} in percent, 95% interval over the questions")
        axes.grid(axis="x", color=INK)
        if is_narrow(figure):
            figure.legend(loc="outside upper center")
        else:
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
        tall=1.6 + 0.22 * len(ranked),
        draw=draw,
    )


def _group(result: Result) -> str:
    return ORACLES if result.oracle else result.group
