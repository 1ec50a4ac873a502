"""The scores of a run on its task: metrics of each question, and means with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from benchmark.datasets import Collection
from benchmark.evaluation.copies import merge_copies
from benchmark.evaluation.effects import parts
from benchmark.evaluation.metrics import Scores, score_run
from benchmark.evaluation.significance import ALPHA, FEWEST_QUESTIONS, bootstrap, defined
from benchmark.protocol import JOINT
from benchmark.retriever import Task
from benchmark.types import Run

_TOGETHER = 256
"""Rows of figures that are resampled at once, so that many take little memory."""


class Figure(TypedDict):
    """A metric's mean over the questions, and its 95% interval (None for a single question)."""

    mean: float
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Scored:
    """The figures of a run; ``merged``: with documents of equal content counted as one, if any."""

    scores: Scores
    merged: Scores | None

    @property
    def all(self) -> list[Scores]:
        """Those that there are."""
        return [self.scores] if self.merged is None else [self.scores, self.merged]


def score(run: Run, task: Task) -> Scored:
    """Score ``run`` on the judged questions of its task."""
    qrels, copies = task.qrels(), _copies(task.data)
    merged = score_run(*merge_copies(run, qrels, copies)) if copies else None
    return Scored(score_run(run, qrels), merged)


def metrics_of(
    scored: Scored,
    task: Task,
    labels: Mapping[str, Any],
    summaries: Sequence[Mapping[str, Figure]],
) -> dict[str, Any]:
    """What ``metrics.json`` says. summaries: of ``scored.all``, by ``summarise``."""
    figures, *merged = summaries
    return {
        **labels,
        "data": task.data.name,
        "split": task.split,
        **({} if task.protocol == JOINT else {"protocol": task.protocol}),
        "questions": len(scored.scores.queries),
        "unanswered": scored.scores.unanswered,
        "metrics": figures,
        **({"copies_as_one": merged[0]} if merged else {}),
    }


def summarise(several: Sequence[Scores]) -> list[dict[str, Figure]]:
    """As ``summary`` of each, of one training seed: resamples are drawn once for all."""
    intervals: dict[bytes, tuple[float | None, float | None]] = {}
    rows = [row for scores in several for row in scores.values.values()]
    for questions in {len(row) for row in rows}:
        distinct = {row.tobytes(): row for row in rows if len(row) == questions}
        keys = [*distinct]
        for start in range(0, len(keys), _TOGETHER):
            names = keys[start : start + _TOGETHER]
            low, high = bootstrap(np.stack([distinct[name] for name in names]))
            bounds = ((defined(low[i]), defined(high[i])) for i in range(len(names)))
            intervals |= dict(zip(names, bounds, strict=True))
    return [
        {
            metric: _figure(float(row.mean()), *intervals[row.tobytes()])
            for metric, row in scores.values.items()
        }
        for scores in several
    ]


def summary(scores: Scores) -> dict[str, Figure]:
    """Mean and 95% interval of each metric.

    With several training seeds, both seeds and questions are random (evaluation/effects.py);
    otherwise the interval is a bootstrap over the questions.
    """
    values = np.stack(list(scores.values.values()))
    if not scores.seeds or values.shape[1] < FEWEST_QUESTIONS:
        return summarise([scores])[0]
    every = [
        np.stack([seed.values[metric] for seed in scores.seeds.values()])
        for metric in scores.values
    ]
    reach = parts(np.stack(every)).design.reach(1 - ALPHA / 2)
    low, high = (values.mean(axis=1) + np.stack([-reach, reach])).clip(0, 1)
    bounds = zip(scores.values, values.mean(axis=1), low, high, strict=True)
    return {
        metric: _figure(float(mean), defined(least), defined(most))
        for metric, mean, least, most in bounds
    }


def _figure(mean: float, low: float | None, high: float | None) -> Figure:
    return {"mean": mean, "low": low, "high": high}


def _copies(data: Collection) -> dict[str, str]:
    """Id of each duplicate -> id of the first document with the same content."""
    canonical = data.corpus.canonical
    rows = np.flatnonzero(canonical != np.arange(len(canonical)))
    return dict(zip(data.corpus.ids(rows), data.corpus.ids(canonical[rows]), strict=True))
