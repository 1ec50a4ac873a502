"""The difference of two systems in each question, sorted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from benchmark.evaluation.metrics import Scores
from benchmark.report.plots.chart import BLUE, GREEN, INK, VERMILION, Chart
from benchmark.report.tables import points

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def differences_chart(systems: Mapping[str, Scores], metric: str) -> Chart:
    """The first system's figure minus the second's, a bar for each question, largest first."""
    first, second = systems
    left, right = (scores.values[metric] for scores in systems.values())
    differences = 100 * np.sort(left - right)[::-1]
    better, worse = int((differences > 0).sum()), int((differences < 0).sum())

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        edges, heights = np.arange(len(differences) + 1), np.append(differences, differences[-1:])
        for name, won, colour, shown in (
            (first, better, BLUE, heights > 0),
            (second, worse, VERMILION, heights < 0),
        ):
            label = f"{name} better: {won:,}"
            axes.fill_between(edges, heights, step="post", color=colour, label=label, where=shown)
        axes.axhline(0, color=INK, linewidth=0.8)
        axes.axhline(differences.mean(), color=GREEN, linestyle=":", label="mean")
        axes.set_xlim(0, len(differences))
        axes.set_xlabel("questions, sorted")
        axes.set_ylabel(f"difference in {metric}, points of 100")
        axes.legend(loc="upper right")

    return Chart(
        name="differences",
        title=f"Differences in {metric}, question by question",
        says=(
            f"Differences in {metric} between {first} and {second} over {len(differences):,} "
            f"questions, sorted: {first} is better in {better:,}, {second} in {worse:,}; the mean "
            f"is {points(float(differences.mean()) / 100)} points."
        ),
        size=(7, 3),
        draw=draw,
    )
