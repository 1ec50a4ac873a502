"""Tables of modality bias: what is retrieved by modality, what stands first, how scores lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.evaluation.bias import Retrieved
from benchmark.report.figures import look
from benchmark.report.tables import Table, percent
from benchmark.results.result import Result, best_first
from benchmark.types import MODALITIES, Modality

DEPTHS = (10, 100)
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
GROUPS: tuple[tuple[str, Modality | None], ...] = (
    ("all", None),
    ("image", "image"),
    ("text", "text"),
)


def bias_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Share and exposure of images by question modality, and what stands first."""
    rows, records = [], []
    for result in best_first(results):
        found = look(result, data, split)
        shares = {
            f"{what}@{depth}": {name: _mean(measure(depth), found, kind) for name, kind in GROUPS}
            for what, measure in (("images", found.share), ("exposure", found.exposure))
            for depth in DEPTHS
        }
        outcomes = found.outcomes()
        judged = {name: _mean(found.judged, found, kind) for name, kind in GROUPS}
        cells = [*shares["images@10"].values(), *shares["exposure@10"].values()]
        cells += [shares["images@100"]["all"]]
        cells += [outcomes[one] for one in ("relevant", "wrong document", "wrong modality")]
        rows.append([result.title, result.name, *map(percent, cells)])
        records.append({"name": result.name, **shares, "judged": judged, "first": outcomes})
    asked = ", ".join(f"{name} {percent(share)}" for name, share in judged.items())
    return Table(
        title=f"Modality bias on {data.name} ({split})",
        columns=[
            "System",
            "Name",
            *(f"Images@10, {name}" for name, _ in GROUPS),
            *(f"Exposure@10, {name}" for name, _ in GROUPS),
            "Images@100, all",
            "First: relevant",
            "First: right modality, wrong document",
            "First: wrong modality",
        ],
        rows=rows,
        records=records,
        notes=[
            "In percent. Images@k: share of images among the first k of all, image and text "
            f"questions; judged share: {asked}."
            " Exposure@k: the same, ranks weighed by 1 / log2(1 + rank).",
            "First: what stands at rank 1, of the questions that one modality answers; questions "
            "without results make up the rest. Of several seeds, the first.",
            *([data.notice] if data.notice else []),
        ],
    )


def scores_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Quantiles of the scores of retrieved passages and images.

    Raises InputError where no result bears scores: the reference's don't.
    """
    results = [result for result in results if result.has_scores]
    if not results:
        raise InputError(
            "the reference keeps no scores", mend="run the retrievers that are to be shown"
        )
    rows, records = [], []
    for result in results:
        found = look(result, data, split)
        for modality in MODALITIES:
            scores = found.scores_of(modality)
            at = np.quantile(scores, QUANTILES).tolist() if len(scores) else [None] * len(QUANTILES)
            shown = ["" if value is None else f"{value:.4g}" for value in at]
            rows.append([result.title, result.name, modality, f"{len(scores):,}", *shown])
            levels = dict(zip(map(str, QUANTILES), at, strict=True))
            records.append(
                {
                    "name": result.name,
                    "modality": modality,
                    "count": len(scores),
                    "quantiles": levels,
                }
            )
    return Table(
        title=f"Scores by modality on {data.name} ({split})",
        columns=[
            "System",
            "Name",
            "Modality",
            "Retrieved",
            *(f"{100 * one:.0f}%" for one in QUANTILES),
        ],
        rows=rows,
        records=records,
        notes=["Quantiles of the scores of all retrieved documents, over all judged questions."],
    )


def _mean(values: np.ndarray, found: Retrieved, modality: Modality | None) -> float | None:
    chosen = values[found.asking(modality)]
    return float(np.nanmean(chosen)) if np.isfinite(chosen).any() else None
