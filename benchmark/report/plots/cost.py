"""Cost against quality: what each system took to make, and how well it ranks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from benchmark.evaluation.metrics import MAIN
from benchmark.report.plots.chart import BLUE, INK, Chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LEAST = 0.1
"""Seconds below this are drawn here: the axis is logarithmic."""


APART = 1.5
"""Points between names that would cover each other; the table names all systems."""


def cost_chart(systems: Mapping[str, tuple[float, float]]) -> Chart:
    """systems: name -> (seconds, mean of MRR@10 as a share), in any order."""

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        named: list[tuple[float, float]] = []
        for name, (seconds, mean) in systems.items():
            x, y = max(seconds, LEAST), 100 * mean
            axes.plot(x, y, "o", color=BLUE)
            if all(abs(y - top) > APART or not x / 2 < left < 2 * x for left, top in named):
                named.append((x, y))
                axes.annotate(name, (x, y), xytext=(5, 2), textcoords="offset points", fontsize=7)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda seconds, _: f"{seconds:g}")
        axes.set_xlabel("seconds to make, training included (logarithmic)")
        axes.set_ylabel(f"{MAIN} in percent")
        axes.margins(x=0.2)
        axes.grid(color=INK)

    best = max(systems, key=lambda name: systems[name][1])
    # No other system is both quicker and better than one of these.
    front = [
        name
        for name, (seconds, mean) in systems.items()
        if not any(s < seconds and m > mean for s, m in systems.values())
    ]
    return Chart(
        name="cost",
        title=f"Cost against quality: seconds to make, and {MAIN}",
        says=(
            f"Seconds against {MAIN} for {len(systems)} systems. The best is {best} "
            f"({100 * systems[best][1]:.2f}, {systems[best][0]:.1f} s). No other system is both "
            f"quicker and better than: {', '.join(front)}."
        ),
        size=(7, 5),
        draw=draw,
    )
