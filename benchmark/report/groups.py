"""A paper's table: its rows in its order and groups, with what the tests can tell apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchmark.datasets import Collection
from benchmark.evaluation.comparison import Comparison, compare, letters
from benchmark.report.tables import LEGEND, PERCENT, TEXT, Cell, Column, Mark, Table, best_two
from benchmark.report.testing import method
from benchmark.results.result import Result, best_first, oracle_rows


def grouped_table(
    results: Sequence[Result],
    data: Collection,
    split: str,
    *,
    title: str,
    groups: Mapping[str, Sequence[str]],
    metrics: Sequence[str],
    legend: str = LEGEND,
    notes: Sequence[str] = (),
) -> Table:
    """The rows of ``groups`` that have a result; a note names the others.

    Superscripts tell which figures of a column do not differ significantly. groups: group of rows
    -> names of retrievers. notes: what else stands below.
    """
    by_name = {result.name: result for result in results}
    rows: list[dict[str, Any]] = []
    for group, names in groups.items():
        for name in names:
            if name not in by_name:
                continue
            result = by_name[name]
            means = {metric: result.summary[metric]["mean"] for metric in metrics}
            rows.append({"setting": group, "title": result.title, "name": name, **means})
    shown = [by_name[row["name"]] for row in rows]
    missing = [name for names in groups.values() for name in names if name not in by_name]
    judged = data.metadata["splits"][split]["judged"]
    said = [f"{judged:,} judged questions, the denominator of all means. Figures in percent."]
    said.append(legend)
    comparisons = compare({result.name: result.over_seeds for result in shown}, *metrics)
    if comparisons:
        said.append(
            "Superscripts: figures of a column that share a letter do not differ significantly "
            f"({method(comparisons)} of each metric). Letters of other tables are of other pairs."
        )
    said += [data.notice] if data.notice else []
    said += notes
    said += [f"Not run: {', '.join(missing)}."] if missing else []
    return Table(
        title=f"{title} on {data.name} ({split})",
        columns=[
            Column("Setting", "setting", TEXT),
            Column("Model", "title", TEXT),
            Column("Name", "name", TEXT, first=True),
            *(Column(metric, metric, PERCENT) for metric in metrics),
        ],
        rows=rows,
        notes=said,
        marks=_marks(shown, metrics, comparisons),
        unranked=oracle_rows(shown),
    )


def _marks(
    results: Sequence[Result],
    metrics: Sequence[str],
    comparisons: Sequence[Comparison],
) -> dict[Cell, Mark]:
    """The best two figures of each column, and the letters of significance."""
    means = {
        metric: [None if result.oracle else result.summary[metric]["mean"] for result in results]
        for metric in metrics
    }
    marks = best_two(means)
    for metric in metrics:
        ranked = [result.name for result in best_first(results, metric)]
        groups = letters(ranked, [pair for pair in comparisons if pair.metric == metric])
        for row, result in enumerate(results):
            if comparisons:
                mark = marks.get((row, metric), Mark())
                marks[row, metric] = replace(mark, superscript=groups[result.name])
    return marks
