"""A table of a paper: its rows in its order and groups, with letters of significance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from benchmark.datasets import Collection
from benchmark.errors import NotMeasuredError
from benchmark.evaluation.comparison import Comparison, compare, letters
from benchmark.registry import retrievers
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

    Figures of a column that share a superscript letter do not differ significantly. groups: group
    of rows -> names of retrievers. notes: further notes below the table. Raises NotMeasuredError
    if no row has a result.
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
    if not rows:
        names = [name for name in chain.from_iterable(groups.values()) if name in retrievers()]
        raise NotMeasuredError(f"no row of {title} was run", f"run {' '.join(names)}")
    shown = [by_name[row["name"]] for row in rows]
    missing = [name for names in groups.values() for name in names if name not in by_name]
    judged = data.metadata["splits"][split]["judged"]
    origin = [
        f"{judged:,} judged questions, the denominator of all means. Figures in percent.",
        legend,
    ]
    letters_note = "Letters: figures of a column that share a letter do not differ significantly"
    others_differ = "Other tables test other pairs, and so have other letters."
    comparisons = compare({result.name: result.over_seeds for result in shown}, *metrics)
    tests = (
        [f"{letters_note} (for each metric: {method(comparisons)}). {others_differ}"]
        if comparisons
        else []
    )
    tests_in_brief = [f"{letters_note}. {others_differ}"] if comparisons else []
    others = [*([data.notice] if data.notice else []), *notes]
    others += [f"Not run: {', '.join(missing)}."] if missing else []
    return Table(
        title=f"{title} on {data.name} ({split})",
        columns=[
            Column("Setting", "setting", TEXT),
            Column("Model", "title", TEXT),
            Column("Name", "name", TEXT, first=True),
            *(Column(metric, metric, PERCENT) for metric in metrics),
        ],
        rows=rows,
        notes=[*origin, *tests, *others],
        brief=[*origin, *tests_in_brief, *others],
        marks=_marks(shown, metrics, comparisons),
        unranked=oracle_rows(shown),
    )


def _marks(
    results: Sequence[Result],
    metrics: Sequence[str],
    comparisons: Sequence[Comparison],
) -> dict[Cell, Mark]:
    """The marks of the best two figures of each column, and the letters of significance."""
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
