"""Cost against quality: the seconds to build each system, and its MRR@10."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from benchmark.evaluation.metrics import MAIN
from benchmark.report.plots.chart import BLUE, GREY, INK, VERMILION, Chart, is_narrow, label_below

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LEAST = 0.1
"""Smaller numbers of seconds are drawn here, since the axis is logarithmic."""

DOT = 4
"""Half the width of a dot with its margin, in pixels."""


def cost_chart(
    systems: Mapping[str, tuple[float, float]], oracles: Collection[str] = ()
) -> Chart | None:
    """systems: name -> (seconds, mean of MRR@10 as a share), in any order. oracles: the systems
    that are told part of the answer. None if there are no others.
    """
    competing = {name: point for name, point in systems.items() if name not in oracles}
    if not competing:
        return None
    front = [
        name
        for name, (seconds, mean) in competing.items()
        if not any(s < seconds and m > mean for s, m in competing.values())
    ]
    groups = {
        "no other is both quicker and better": (front, "D", VERMILION),
        "others": ([name for name in competing if name not in front], "o", BLUE),
        "told part of the answer": (list(oracles), "s", GREY),
    }
    points = {name: (max(seconds, LEAST), 100 * mean) for name, (seconds, mean) in systems.items()}

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for label, (names, marker, colour) in groups.items():
            if names:
                across, up = zip(*(points[name] for name in names), strict=True)
                axes.plot(across, up, marker, color=colour, label=label)
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda seconds, _: f"{seconds:g}")
        label_below(figure, axes, "seconds to build, training included (logarithmic)")
        axes.set_ylabel(f"{MAIN} in percent")
        axes.margins(x=0.2)
        axes.grid(color=INK)
        figure.legend(loc="outside upper center", ncols=1 if is_narrow(figure) else 3)
        names = [name for names, *_ in groups.values() for name in names]
        _name(figure, axes, names, points, oracles)

    best = max(competing, key=lambda name: competing[name][1])
    return Chart(
        name="cost",
        title=f"Cost against quality: seconds to build, and {MAIN}",
        says=(
            f"Seconds against {MAIN} for {len(systems)} systems. The best is {best} "
            f"({100 * systems[best][1]:.2f}, {systems[best][0]:.1f} s). No other system is both "
            f"quicker and better than: {', '.join(front)}."
        ),
        size=(7, 5),
        draw=draw,
    )


def _name(
    figure: Figure,
    axes: Axes,
    names: list[str],
    points: Mapping[str, tuple[float, float]],
    oracles: Collection[str],
) -> None:
    """Write each name beside its dot unless it would overlap; the table names all systems."""
    from matplotlib.transforms import Bbox

    whole: Any = figure.figure
    whole.get_layout_engine().execute(whole)  # so that texts have positions
    dots = axes.transData.transform([points[name] for name in names])
    taken = [Bbox.from_extents(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in dots]
    for name in names:
        for side, offset in (("left", 5), ("right", -5)):
            text = axes.annotate(
                name,
                points[name],
                xytext=(offset, 0),
                textcoords="offset points",
                fontsize=8,
                horizontalalignment=side,
                verticalalignment="center",
                color=GREY if name in oracles else INK,
            )
            text.set_in_layout(False)
            box = text.get_window_extent()
            if axes.bbox.x0 < box.x0 and box.x1 < axes.bbox.x1 and not box.count_overlaps(taken):
                taken.append(box)
                break
            text.remove()
