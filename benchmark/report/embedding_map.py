"""The modality gap of the systems whose embeddings were mapped."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.report.tables import PERCENT, SYSTEM, Column, Table, decimals
from benchmark.results.result import Result


def gap_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Distances between the kinds of embeddings, and how well a line tells two of them apart."""
    mapped = [(result, result.embedding_map) for result in results if result.embedding_map]
    if not mapped:
        raise InputError("no embeddings are mapped", mend="run `space` first")
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
            "Gaps: distances between the centroids of unit vectors, 0 to 2. Separability: accuracy "
            "in percent with which a logistic regression tells passages from images, "
            "cross-validated, half of each; 50 is chance. Of several seeds, the first.",
            *([data.notice] if data.notice else []),
        ],
    )
