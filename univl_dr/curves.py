"""Learning curves: the measurements during training, written as JSON; `plot` draws them."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmark.io.files import write_text
from benchmark.results.curves import FILE
from univl_dr.choices import Select


@dataclass(frozen=True, kw_only=True)
class Point:
    """An evaluation after ``step`` steps; the first one is before training.

    loss, accuracy: means over the training batches since the previous evaluation.
    """

    step: int
    loss: float | None
    accuracy: float | None
    dev_accuracy: float
    dev_mrr: float | None

    def measured(self, select: Select) -> float:
        """The value by which weights are selected; for "last" it is the step."""
        if select == "last":
            return self.step
        if select == "accuracy":
            return self.dev_accuracy
        assert self.dev_mrr is not None  # noqa: S101  (checked when the training is declared)
        return self.dev_mrr

    def record(self) -> dict[str, float | None]:
        """The fields by name."""
        return dataclasses.asdict(self)


def waited(values: Sequence[float]) -> int:
    """The number of evaluations since the best one; among equal ones, the last is the best.

    0 if the last evaluation is the best, or if there is none yet.
    """
    best = max(values, default=0.0)
    return next((ago for ago, value in enumerate(reversed(values)) if value == best), 0)


def write_curves(curve: Sequence[Point], select: Select, folder: Path) -> None:
    """Write the curve into ``folder``; equal figures give equal bytes."""
    chosen = max(curve[1:], key=lambda point: (point.measured(select), point.step))
    points = [one.record() for one in curve]
    content = {"selected_by": select, "chosen": chosen.step, "curve": points}
    write_text(folder / FILE, json.dumps(content, indent=1) + "\n")
