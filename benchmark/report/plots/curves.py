"""Learning curves: the training loss, and the accuracies and MRR while training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from benchmark.report.plots.chart import BLUE, GREEN, INK, ORANGE, VERMILION, Chart
from benchmark.results.curves import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = (
    ("accuracy", "training accuracy", ORANGE, "o--"),
    ("dev_accuracy", "dev accuracy", BLUE, "s-"),
    ("dev_mrr", "dev MRR@10", GREEN, "D-"),
)
"""Field, its name, and how it is drawn."""


def curves_chart(curves: Mapping[str, Curve], name: str = "learning-curves") -> Chart:
    """A row for each training by its title: the loss on the left, shares on the right."""

    def draw(figure: Figure) -> None:
        rows = figure.subplots(len(curves), 2, squeeze=False)
        for (left, right), (title, curve) in zip(rows, curves.items(), strict=True):
            _line(left, curve, "loss", "training loss", VERMILION, "o-")
            left.set_ylabel("training loss")
            left.set_ylim(0, 1.1 * left.dataLim.ymax)
            for line in LINES:
                _line(right, curve, *line)
            right.set_ylim(0, 1)
            right.axvline(curve.chosen, color=INK, linestyle=":", label="weights kept")
            left.set_title(title, loc="left", fontsize="medium")
            right.legend(loc="center left", bbox_to_anchor=(1, 0.5))
            for axes in (left, right):
                axes.set_xlabel("step")
                axes.grid(color=INK)

    return Chart(
        name=name,
        title=next(iter(curves)) if len(curves) == 1 else "Learning curves",
        says=" ".join(f"{title}: {_says(curve)}" for title, curve in curves.items()),
        size=(9, 2.6 * len(curves)),
        draw=draw,
    )


def _line(axes: Axes, curve: Curve, field: str, label: str, colour: str, form: str) -> None:
    points = [(one["step"], one[field]) for one in curve.points if one[field] is not None]
    if points:
        axes.plot(*zip(*points, strict=True), form, color=colour, label=label)


def _says(curve: Curve) -> str:
    kept = next(one for one in curve.points if one["step"] == curve.chosen)
    measured = [
        f"{label} {kept[field]:.3f}" for field, label, *_ in LINES if kept[field] is not None
    ]
    losses = [one["loss"] for one in curve.points if one["loss"] is not None]
    return (
        f"the loss goes from {losses[0]:.3f} to {losses[-1]:.3f} within "
        f"{curve.points[-1]['step']:,} steps; the weights of step {curve.chosen:,} are kept, "
        f"selected by {curve.selected_by} on dev ({', '.join(measured)})."
    )
