"""What a run scores on its task: each metric of each question, and the means with intervals."""

from __future__ import annotations

from collections.abc import Mapping
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


class Figure(TypedDict):
    """A metric's mean over the questions with its 95% interval, which one question doesn't have."""

    mean: float
    low: float | None
    high: float | None


def scored(run: Run, task: Task, labels: Mapping[str, Any]) -> tuple[Scores, dict[str, Any]]:
    """The figures of ``run``, and what ``metrics.json`` says of them."""
    qrels = task.qrels()
    scores = score_run(run, qrels)
    metrics = {
        **labels,
        "data": task.data.name,
        "split": task.split,
        **({} if task.protocol == JOINT else {"protocol": task.protocol}),
        "questions": len(scores.queries),
        "unanswered": scores.unanswered,
        "metrics": summary(scores),
    }
    copies = _copies(task.data)
    if copies:
        merged = score_run(*merge_copies(run, qrels, copies))
        metrics["copies_as_one"] = summary(merged)
    return scores, metrics


def summary(scores: Scores) -> dict[str, Figure]:
    """Mean and 95% interval of each metric; None where there is none.

    With several training seeds, seeds and questions both are random (evaluation/effects.py); else
    it is a bootstrap over the questions.
    """
    values = np.stack(list(scores.values.values()))
    if scores.seeds and values.shape[1] >= FEWEST_QUESTIONS:
        every = [
            np.stack([seed.values[metric] for seed in scores.seeds.values()])
            for metric in scores.values
        ]
        reach = parts(np.stack(every)).design.reach(1 - ALPHA / 2)
        low, high = (values.mean(axis=1) + np.stack([-reach, reach])).clip(0, 1)
    else:
        low, high = bootstrap(values)
    return {
        metric: {"mean": float(mean), "low": defined(low[i]), "high": defined(high[i])}
        for i, (metric, mean) in enumerate(zip(scores.values, values.mean(axis=1), strict=True))
    }


def _copies(data: Collection) -> dict[str, str]:
    """Id of each document whose content came before -> id of the first of that content."""
    canonical = data.corpus.canonical
    rows = np.flatnonzero(canonical != np.arange(len(canonical)))
    return dict(zip(data.corpus.ids(rows), data.corpus.ids(canonical[rows]), strict=True))
