"""The detectable difference by the number of questions, a curve for each number of seeds."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import median
from typing import TYPE_CHECKING

import numpy as np

from benchmark.evaluation.metrics import Scores
from benchmark.evaluation.planning import detectable
from benchmark.report.planning import seeds_of, spreads
from benchmark.report.plots.chart import COLOURS, INK, Chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEWEST, MOST, STEPS = 100, 10_000, 25


def power_chart(
    systems: Mapping[str, Scores], metric: str, difference: float, comparisons: int
) -> Chart:
    """Medians over the pairs of systems; dashed lines: ``comparisons`` pairs tested together."""
    variances = spreads(systems, metric)
    counts = np.unique(np.geomspace(FEWEST, MOST, STEPS).astype(int))
    curves = {
        (seeds, tests): [
            _in_points(median(detectable(pair, seeds, int(count), tests) for pair in variances))
            for count in counts
        ]
        for seeds in seeds_of(variances)
        for tests in (1, comparisons)
    }

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for number, seeds in enumerate(seeds_of(variances)):
            colour = COLOURS[number % len(COLOURS)]
            label = "1 seed" if seeds == 1 else f"{seeds} seeds"
            axes.plot(counts, curves[seeds, 1], color=colour, label=label)
            if comparisons > 1:
                axes.plot(counts, curves[seeds, comparisons], "--", color=colour)
        if comparisons > 1:
            axes.plot([], [], "--", color=INK, label=f"corrected over {comparisons} pairs")
        points = 100 * difference
        asked = (
            f"{variances[0].questions:,} questions, {points:g} point{'' if points == 1 else 's'}"
        )
        axes.axhline(points, color=INK, linestyle=":", label=asked)
        axes.axvline(variances[0].questions, color=INK, linestyle=":")
        axes.set_xscale("log")
        axes.set_yscale("log")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_formatter(lambda value, _: f"{value:,g}")
            axis.set_minor_formatter(lambda _, __: "")
        axes.set_ylim(top=100)
        axes.set_xlabel("questions")
        axes.set_ylabel(f"detectable difference in {metric}, points")
        axes.grid(color=INK)
        figure.legend(loc="outside upper center", ncols=3)

    last = {seeds: curves[seeds, 1][-1] for seeds in seeds_of(variances)}
    return Chart(
        name="power",
        title="Detectable differences",
        says=(
            f"The difference in {metric} that is detected with probability 0.8, for {FEWEST} to "
            f"{MOST:,} questions: with {MOST:,} questions "
            + ", ".join(f"{points:.2f} points for {seeds} seeds" for seeds, points in last.items())
            + f". Dashed: after a correction over {comparisons} pairs."
        ),
        size=(7, 4.5),
        draw=draw,
    )


def _in_points(difference: float) -> float:
    """A difference in points of 100; nan above 100, which no metric reaches."""
    return 100 * difference if difference <= 1 else float("nan")
