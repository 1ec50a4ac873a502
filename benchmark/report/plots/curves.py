"""Learning curves of a system's trainings: loss, accuracies and MRR."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.report.plots.chart import (
    BLUE,
    GREEN,
    INK,
    LINE,
    ORANGE,
    VERMILION,
    Chart,
    is_narrow,
    label_below,
)
from benchmark.report.trainings import Stage, selection
from benchmark.results.curves import Curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = (
    ("accuracy", "training accuracy", ORANGE, "o--"),
    ("dev_accuracy", "dev accuracy", BLUE, "s-"),
    ("dev_mrr", "dev MRR@10", GREEN, "D-"),
)
"""Field of a point, label, colour, and matplotlib's format."""


@dataclass(frozen=True)
class _Rows:
    """Draws the rows of a chart; systems that share all stages have the same drawing."""

    stages: tuple[Stage, ...]

    def __hash__(self) -> int:
        return hash(tuple(stage.identity for stage in self.stages))

    def __call__(self, figure: Figure) -> None:
        rows = figure.subplots(len(self.stages), 2, squeeze=False, sharex=True, sharey="col")
        for (left, right), stage in zip(rows, self.stages, strict=True):
            _line(left, stage.curve, "loss", "training loss", VERMILION, "o-")
            for line in LINES:
                _line(right, stage.curve, *line)
            for axes in (left, right):
                axes.axvline(stage.curve.chosen, color=INK, linestyle=":", label="weights kept")
                axes.grid(color=INK)
            left.set_ylabel("loss")
            right.set_ylabel("share")
            title = f"{stage.title}; kept {selection(stage.curve.selected_by)}"
            lines = textwrap.wrap(title, LINE if is_narrow(figure) else 2 * LINE)
            left.set_title("\n".join(lines), loc="left", fontsize="medium")
        rows[0, 0].set_ylim(bottom=0)
        rows[0, 1].set_ylim(0, 1.04)  # a dot at 1 is drawn whole
        label_below(figure, rows[-1, 0], "step")
        label_below(figure, rows[-1, 1], "step")
        handles = {
            label: line
            for axes in rows.flat
            for line, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        figure.legend(
            handles.values(),
            handles,
            loc="outside upper center",
            ncols=2 if is_narrow(figure) else len(handles),
        )


def curves_chart(system: str, stages: Sequence[Stage]) -> Chart:
    """A row for each stage, on the same axes: the loss on the left, accuracies and MRR on the
    right.
    """
    described = ". ".join(f"{stage.title}: {_says(stage.curve)}" for stage in stages)
    return Chart(
        name=f"learning-curves-{system}",
        title=f"Learning curves of {system}",
        says=f"Learning curves of {system}. {described}.",
        size=(8, 0.8 + 1.9 * len(stages)),
        tall=1.2 + 1.7 * len(stages),
        draw=_Rows(tuple(stages)),
    )


def _line(axes: Axes, curve: Curve, field: str, label: str, colour: str, form: str) -> None:
    points = [(point["step"], point[field]) for point in curve.points if point[field] is not None]
    if points:
        axes.plot(*zip(*points, strict=True), form, color=colour, label=label)


def _says(curve: Curve) -> str:
    chosen = next(point for point in curve.points if point["step"] == curve.chosen)
    measured = [
        f"{label} {chosen[field]:.3f}" for field, label, *_ in LINES if chosen[field] is not None
    ]
    losses = [point["loss"] for point in curve.points if point["loss"] is not None]
    return (
        f"the loss goes from {losses[0]:.3f} to {losses[-1]:.3f} within "
        f"{curve.points[-1]['step']:,} steps; the weights of step {curve.chosen:,}, "
        f"{selection(curve.selected_by)}, are kept ({', '.join(measured)})"
    )
