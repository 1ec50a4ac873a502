"""The rank of each system, with its 95% interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.report.certainty import Placed
from benchmark.report.plots.chart import BLUE, INK, Chart, is_narrow, label_below, name_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def places_chart(systems: Sequence[Placed]) -> Chart:
    """systems: best first."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        rows = range(len(systems))
        axes.hlines(
            rows,
            [system.standing.first for system in systems],
            [system.standing.last for system in systems],
            color=BLUE,
            linewidth=3,
            label="95% interval of the rank by true means",
        )
        axes.plot([row + 1 for row in rows], rows, "o", color=INK, label="rank here")
        name_rows(axes, [system.name for system in systems])
        axes.set_xlim(0.5, len(systems) + 0.5)
        label_below(figure, axes, "rank; oracles are left out")
        axes.grid(axis="x", color=INK)
        figure.legend(loc="outside upper center", ncols=1 if is_narrow(figure) else 2)

    best = max(systems, key=lambda system: system.standing.best)
    widest = max(systems, key=lambda system: system.standing.last - system.standing.first)
    return Chart(
        name="places",
        title="Ranks with 95% intervals",
        says=(
            f"The 95% intervals of the ranks of {len(systems)} systems. {best.name} is the best "
            f"with probability {best.standing.best:.2f}. The widest interval is that of "
            f"{widest.name}, from {widest.standing.first} to {widest.standing.last}. The table "
            "below has the figures."
        ),
        size=(7, 1.3 + 0.26 * len(systems)),
        tall=1.5 + 0.22 * len(systems),
        draw=draw,
    )
