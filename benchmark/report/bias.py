"""Tables of modality bias: share of images, first documents, and scores by modality."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.datasets import Collection
from benchmark.errors import NotMeasuredError
from benchmark.evaluation.bias import Retrieved
from benchmark.report.figures import retrieved_by
from benchmark.report.tables import COUNT, PERCENT, SYSTEM, TEXT, Column, Format, Table, percent
from benchmark.results.result import Result, best_first, oracle_rows
from benchmark.types import MODALITIES, Modality

DEPTHS = (10, 100)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
SCORE = Format(
    lambda value: "" if value is None else f"{value:#.4g}", lambda value: float(f"{value:.4g}")
)
GROUPS: tuple[tuple[str, Modality | None], ...] = (
    ("all", None),
    ("image", "image"),
    ("text", "text"),
)


def bias_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Share and exposure of images by question modality, and what is ranked first."""
    rows, ranked = [], best_first(results)
    for result in ranked:
        retrieved = retrieved_by(result, data, split)
        shares = {
            f"{what}@{depth}": {
                name: _mean(measure(depth), retrieved, kind) for name, kind in GROUPS
            }
            for what, measure in (("images", retrieved.share), ("exposure", retrieved.exposure))
            for depth in DEPTHS
        }
        outcomes = retrieved.outcomes()
        judged = {name: _mean(retrieved.judged, retrieved, kind) for name, kind in GROUPS}
        rows.append(
            {
                "title": result.title,
                "name": result.name,
                **shares,
                "judged": judged,
                "first": outcomes,
            }
        )
    shares_judged = ", ".join(f"{percent(share)} ({name})" for name, share in judged.items())
    return Table(
        title=f"Modality bias on {data.name} ({split})",
        columns=[
            *SYSTEM,
            *(Column(f"Images@10, {name}", ("images@10", name), PERCENT) for name, _ in GROUPS),
            *(Column(f"Exposure@10, {name}", ("exposure@10", name), PERCENT) for name, _ in GROUPS),
            Column("Images@100, all", ("images@100", "all"), PERCENT),
            Column("First: relevant", ("first", "relevant"), PERCENT),
            Column("First: right modality, wrong document", ("first", "wrong document"), PERCENT),
            Column("First: wrong modality", ("first", "wrong modality"), PERCENT),
        ],
        rows=rows,
        notes=[
            "Figures in percent. Images@k: share of images among the first k documents, for all, "
            "image and text questions; the share among relevant documents is "
            f"{shares_judged}. Exposure@k: the same, with ranks weighted by 1 / log2(1 + rank).",
            "First: the document at rank 1, for questions that one modality answers; the rest are "
            "questions without results. With several seeds, these are the figures of the first.",
            *([data.notice] if data.notice else []),
        ],
        unranked=oracle_rows(ranked),
    )


def scores_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Quantiles of the scores of retrieved passages and images.

    Raises NotMeasuredError if no result has scores, as in the reference.
    """
    results = [result for result in results if result.has_scores]
    if not results:
        raise NotMeasuredError("the reference has no scores", "run bm25 clip-dpr")
    rows = []
    for result in results:
        retrieved = retrieved_by(result, data, split)
        for modality in MODALITIES:
            scores = retrieved.scores_of(modality)
            at = np.quantile(scores, QUANTILES).tolist() if len(scores) else [None] * len(QUANTILES)
            levels = dict(zip(map(str, QUANTILES), at, strict=True))
            rows.append(
                {
                    "title": result.title,
                    "name": result.name,
                    "modality": modality,
                    "count": len(scores),
                    "quantiles": levels,
                }
            )
    return Table(
        title=f"Scores by modality on {data.name} ({split})",
        columns=[
            *SYSTEM,
            Column("Modality", "modality", TEXT, first=True),
            Column("Retrieved", "count", COUNT),
            *(Column(f"{100 * at:.0f}%", ("quantiles", str(at)), SCORE) for at in QUANTILES),
        ],
        rows=rows,
        notes=["Quantiles of the scores of all retrieved documents, over all judged questions."],
    )


def _mean(values: np.ndarray, retrieved: Retrieved, modality: Modality | None) -> float | None:
    chosen = values[retrieved.asking(modality)]
    return float(np.nanmean(chosen)) if np.isfinite(chosen).any() else None
