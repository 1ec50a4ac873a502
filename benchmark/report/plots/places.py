"""The places that each system may truly have, as a line about the one that it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.report.certainty import Placed
from benchmark.report.plots.chart import BLUE, INK, Chart, is_narrow, label_below

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def places_chart(found: Sequence[Placed]) -> Chart:
    """The systems, best first."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        rows = range(len(found))
        axes.hlines(
            rows,
            [one.standing.first for one in found],
            [one.standing.last for one in found],
            color=BLUE,
            linewidth=3,
            alpha=0.5,
            label="true place, with probability 0.95",
        )
        axes.plot([row + 1 for row in rows], rows, "o", color=INK, label="place here")
        axes.set_yticks(rows, [one.name for one in found])
        axes.invert_yaxis()
        axes.set_xlim(0.5, len(found) + 0.5)
        label_below(figure, axes, "place among the systems that are not told part of the answer")
        axes.grid(axis="x", color=INK)
        figure.legend(loc="outside upper center", ncols=1 if is_narrow(figure) else 2)

    best = max(found, key=lambda one: one.standing.best)
    widest = max(found, key=lambda one: one.standing.last - one.standing.first)
    return Chart(
        name="places",
        title="How sure the places are",
        says=(
            f"The places that each of {len(found)} systems truly has with probability 0.95. "
            f"{best.name} is the best with probability {best.standing.best:.2f}; the least sure is "
            f"the place of {widest.name}, {widest.standing.first} to {widest.standing.last}. The "
            "table below has the figures."
        ),
        size=(7, 1.3 + 0.26 * len(found)),
        tall=1.5 + 0.22 * len(found),
        draw=draw,
    )
