"""The modality gap of the systems whose embeddings were mapped."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.datasets import Collection
from benchmark.errors import InputError
from benchmark.report.tables import Table, percent
from benchmark.results.result import Result


def gap_table(results: Sequence[Result], data: Collection, split: str) -> Table:
    """Distances between the kinds of embeddings, and how well a line tells two of them apart."""
    mapped = [(result, result.embedding_map) for result in results if result.embedding_map]
    if not mapped:
        raise InputError("no embeddings are mapped", mend="run `space` first")
    rows, records = [], []
    for result, space in mapped:
        gaps = space["gaps"]
        cells = [f"{gap:.3f}" for gap in gaps.values()]
        rows.append([result.title, result.name, *cells, percent(space["separability"])])
        records.append({"name": result.name, **gaps, "separability": space["separability"]})
    return Table(
        title=f"Modality gap on {data.name} ({split})",
        columns=["System", "Name", *mapped[0][1]["gaps"], "Separability"],
        rows=rows,
        records=records,
        notes=[
            "Gaps: distances between the centroids of unit vectors, 0 to 2. Separability: accuracy "
            "in percent with which a logistic regression tells passages from images, "
            "cross-validated, half of each; 50 is chance. Of several seeds, the first.",
            *([data.notice] if data.notice else []),
        ],
    )
