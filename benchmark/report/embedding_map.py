"""The modality gap: distances of passages, images and questions in the embedding space."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.datasets import Collection
from benchmark.errors import NotMeasuredError
from benchmark.report.tables import PERCENT, SYSTEM, Column, Table, decimals
from benchmark.results.result import Result


def gap_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Distances between centroids, and how well a linear classifier separates the modalities.

    Raises NotMeasuredError if no result has mapped embeddings.
    """
    mapped = [(result, result.embedding_map) for result in results if result.embedding_map]
    if not mapped:
        raise NotMeasuredError("no embeddings are mapped", "space clip-zero-shot clip-dpr univl-dr")
    rows = [
        {
            "title": result.title,
            "name": result.name,
            **space["gaps"],
            "separability": space["separability"],
        }
        for result, space in mapped
    ]
    return Table(
        title=f"Modality gap on {data.name} ({split})",
        columns=[
            *SYSTEM,
            *(Column(pair, pair, decimals(3)) for pair in mapped[0][1]["gaps"]),
            Column("Separability", "separability", PERCENT),
        ],
        rows=rows,
        notes=[
            "Gaps: distances between the centroids of the unit vectors, from 0 to 2. Separability: "
            "cross-validated accuracy, in percent, of a logistic regression that separates as many "
            "passages as images; 50 is chance. With several seeds, the first is shown.",
            *([data.notice] if data.notice else []),
        ],
    )
