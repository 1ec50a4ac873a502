"""Learning curves: what was measured while training, as a file of the checkpoint."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FILE = "curves.json"


@dataclass(frozen=True, kw_only=True)
class Curve:
    """What was measured at each evaluation while training.

    points: each with step, loss, accuracy, dev_accuracy and dev_mrr, None where not measured.
    selected_by: what the kept weights are the best in. chosen: the step they are of.
    """

    selected_by: str
    chosen: int
    points: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Curve:
        """The curve that a ``curves.json`` holds."""
        return cls(
            selected_by=content["selected_by"], chosen=content["chosen"], points=content["curve"]
        )
