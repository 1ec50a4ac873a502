"""Learning curves: what was measured while training, as JSON and as a picture."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmark.files import write_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

JSON, PICTURE = "curves.json", "curves.svg"


@dataclass(frozen=True, kw_only=True)
class Point:
    """An evaluation after ``step`` steps; the first one is before training.

    loss, accuracy: means over the training batches since the evaluation before.
    """

    step: int
    loss: float | None
    accuracy: float | None
    dev_accuracy: float
    dev_mrr: float | None

    def record(self) -> dict[str, float | None]:
        """The fields by name."""
        return dataclasses.asdict(self)


def waited(values: Sequence[float]) -> int:
    """How many evaluations have passed since the best, of which a tie is a new one.

    0 at the best, and where nothing has been measured yet.
    """
    best = max(values, default=0.0)
    return next((ago for ago, value in enumerate(reversed(values)) if value == best), 0)


def write_curves(curve: Sequence[Point], select: str, folder: Path) -> None:
    """Write the curve into ``folder``: the same bytes for the same figures."""
    chosen = max(curve[1:], key=lambda point: (getattr(point, f"dev_{select}"), point.step))
    text = json.dumps(
        {"selected_by": select, "chosen": chosen.step, "curve": [one.record() for one in curve]},
        indent=1,
    )
    write_text(folder / JSON, text + "\n")
    _draw(curve, chosen.step, folder / PICTURE)


def _draw(curve: Sequence[Point], chosen: int, path: Path) -> None:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "univl-bench", "svg.fonttype": "none"}):
        figure = Figure(figsize=(7, 3), layout="constrained")
        left, right = figure.subplots(1, 2)
        _line(left, curve, "loss", "training loss")
        _line(right, curve, "accuracy", "training accuracy")
        _line(right, curve, "dev_accuracy", "dev accuracy")
        _line(right, curve, "dev_mrr", "dev MRR@10")
        right.axvline(chosen, color="grey", linestyle=":", label="kept")
        right.set_ylim(0, 1)
        for axes in (left, right):
            axes.set_xlabel("step")
            axes.legend()
        figure.savefig(path, metadata={"Date": None})


def _line(axes: Axes, curve: Sequence[Point], field: str, label: str) -> None:
    points = [(one.step, value) for one in curve if (value := getattr(one, field)) is not None]
    if points:
        axes.plot(*zip(*points, strict=True), marker=".", label=label)
