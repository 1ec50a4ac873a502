"""Learning curves, as reports read them from the file that a training writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FILE = "curves.json"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The measurements at each evaluation during a training.

    points: each with step, loss, accuracy, dev_accuracy and dev_mrr, None if not measured.
    selected_by: the measure in which the kept weights are best, or "last". chosen: their step.
    """

    selected_by: str
    chosen: int
    points: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Curve:
        """The curve in the content of a ``curves.json``."""
        return cls(
            selected_by=content["selected_by"], chosen=content["chosen"], points=content["curve"]
        )
