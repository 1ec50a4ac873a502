"""A run's figures in the order of its file, with their bounds over all orders of tied documents."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.evaluation.measures import Metric
from benchmark.evaluation.metrics import score_run
from benchmark.evaluation.ties import ties
from benchmark.report.tables import TEXT, Column, Table, decimals
from benchmark.types import Qrels, Run


def ties_table(run: Run, qrels: Qrels, metrics: Sequence[Metric]) -> Table:
    """Each metric's mean in the worst order of tied documents, as read, and in the best order."""
    tied = ties(run, qrels, metrics, "ir_measures")
    as_read = score_run(run, qrels, metrics, "ir_measures")
    rows = [
        {"metric": metric, "lowest": low, "as_read": as_read.mean(metric), "highest": high}
        for metric, (low, high) in tied.bounds().items()
    ]
    return Table(
        title=f"{run.name}: bounds of the figures for equal scores",
        columns=[
            Column("Metric", "metric", TEXT, first=True),
            Column("Lowest", "lowest", decimals(4)),
            Column("As read", "as_read", decimals(4)),
            Column("Highest", "highest", decimals(4)),
        ],
        rows=rows,
        notes=[
            f"{tied.documents:,} documents of judged questions share their score with another one "
            "in the list. Lowest and highest: over all orders of documents with equal scores.",
            f"{as_read.unanswered} of the judged questions have no result and count 0.",
        ],
    )
