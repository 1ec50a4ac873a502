"""The seconds to build each system, by stage, as stacked bars."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from benchmark.report.plots.chart import COLOURS, INK, Chart, is_narrow, label_below, name_rows

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HATCHES = ("", "//", "..", "xx", "\\\\", "++")


def seconds_chart(
    seconds: Mapping[str, Mapping[str, float]], oracles: Collection[str] = ()
) -> Chart:
    """seconds: system -> stage -> seconds; the systems in the order to show them."""
    stages = list(dict.fromkeys(stage for took in seconds.values() for stage in took))
    totals = {name: sum(took.values()) for name, took in seconds.items()}

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        starts = dict.fromkeys(seconds, 0.0)
        for number, stage in enumerate(stages):
            widths = [took.get(stage, 0.0) for took in seconds.values()]
            axes.barh(
                range(len(seconds)),
                widths,
                left=list(starts.values()),
                color=COLOURS[number % len(COLOURS)],
                hatch=HATCHES[number % len(HATCHES)],
                edgecolor="white",
                linewidth=0,
                label=stage,
            )
            starts = {
                name: start + width
                for (name, start), width in zip(starts.items(), widths, strict=True)
            }
        name_rows(axes, list(seconds), oracles)
        label_below(figure, axes, "seconds; what several systems share counts for each of them")
        axes.grid(axis="x", color=INK)
        if is_narrow(figure):
            figure.legend(loc="outside upper center", ncols=2)
        else:
            axes.legend(loc="upper right")

    slowest = max(totals, key=lambda name: totals[name])
    quickest = min(totals, key=lambda name: totals[name])
    return Chart(
        name="seconds",
        title="Seconds to build each system",
        says=(
            f"Seconds by stage for {len(seconds)} systems: from {quickest} "
            f"({totals[quickest]:.1f}) to {slowest} ({totals[slowest]:.1f}); the table below has "
            "the figures."
        ),
        size=(7, 1 + 0.26 * len(seconds)),
        tall=1.7 + 0.22 * len(seconds),
        draw=draw,
    )
