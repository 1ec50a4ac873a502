"""Table 1 of the paper from the results at hand: its rows, in its order and groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from benchmark.datasets import Collection
from benchmark.evaluation.metrics import MAIN
from benchmark.evaluation.significance import ALPHA, compare, letters
from benchmark.report.tables import LEGEND, Mark, Place, Table, best_two, percent
from benchmark.results.result import Result, best_first

GROUPS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Single Modality (Text Only)": (
            "bm25",
            "dpr-zero-shot",
            "clip-text-zero-shot",
            "bert-dpr",
            "nq-dpr",
            "nq-ance",
        ),
        "Divide-Conquer": (
            "vinvl-dpr-divided",
            "clip-dpr-divided",
            "bm25-clip-dpr",
            "bm25-clip-dpr-oracle",
            "bm25-clip-dpr-router",
        ),
        "UnivSearch": ("clip-zero-shot", "vinvl-dpr", "clip-dpr", "univl-dr"),
    }
)
"""Setting -> names of retrievers. The learned router is this project's; all else is the paper's."""

FUSED, ROUTED, ORACLE = "bm25-clip-dpr", "bm25-clip-dpr-router", "bm25-clip-dpr-oracle"

COLUMNS = ("MRR@10", "nDCG@10", "MRR@20", "nDCG@20", "Recall@20", "Recall@100")
FIRST = 3
"""The number of the first column of figures."""


def table1(results: Sequence[Result], data: Collection, split: str) -> Table:
    """The rows of Table 1 that have a result; a note names the others.

    Superscripts tell which figures of a column can't be told apart. The oracle is no contender: it
    is told the modality.
    """
    found = {result.name: result for result in results}
    rows, records = [], []
    for setting, names in GROUPS.items():
        for name in names:
            if name not in found:
                continue
            result = found[name]
            means = {metric: result.summary[metric]["mean"] for metric in COLUMNS}
            rows.append([setting, result.title, name, *map(percent, means.values())])
            records.append({"setting": setting, "title": result.title, "name": name, **means})
    shown = [found[str(record["name"])] for record in records]
    missing = [name for names in GROUPS.values() for name in names if name not in found]
    judged = data.metadata["splits"][split]["judged"]
    notes = [f"{judged:,} judged questions, the denominator of all means. Figures in percent."]
    notes.append(f"{LEGEND} The oracle, which is told the modality, is left out of that.")
    if len(shown) > 1:
        notes.append(
            "Superscripts: figures of a column that share a letter can't be told apart (paired "
            "two-sided randomization test, Holm's correction over all pairs of the metric, alpha "
            f"{ALPHA})."
        )
    if data.notice:
        notes.append(data.notice)
    if {FUSED, ROUTED, ORACLE} <= found.keys():
        notes.append(_routing(*(found[name] for name in (FUSED, ROUTED, ORACLE))))
    if missing:
        notes.append(f"Not run: {', '.join(missing)}.")
    return Table(
        title=f"Table 1 on {data.name} ({split})",
        columns=["Setting", "Model", "Name", *COLUMNS],
        rows=rows,
        records=records,
        notes=notes,
        marks=_marks(shown),
    )


def _marks(results: Sequence[Result]) -> dict[Place, Mark]:
    """The best two figures of each column, and the letters of those that can't be told apart."""
    means = {
        column: [
            None if result.name == ORACLE else result.summary[metric]["mean"] for result in results
        ]
        for column, metric in enumerate(COLUMNS, FIRST)
    }
    marks = best_two(means)
    comparisons = compare({result.name: result.over_seeds for result in results}, *COLUMNS)
    for column, metric in enumerate(COLUMNS, FIRST):
        ranked = [result.name for result in best_first(results, metric)]
        groups = letters(ranked, [pair for pair in comparisons if pair.metric == metric])
        for row, result in enumerate(results):
            if comparisons:
                mark = marks.get((row, column), Mark())
                marks[row, column] = replace(mark, above=groups[result.name])
    return marks


def _routing(fused: Result, routed: Result, oracle: Result) -> str:
    """How much of the distance between fusion and oracle the learned router closes."""
    low, middle, high = (one.summary[MAIN]["mean"] for one in (fused, routed, oracle))
    if high <= low:
        return f"The oracle's modality gains nothing over fusion in {MAIN}: no distance to close."
    return (
        f"The learned router closes {(middle - low) / (high - low):.1%} of the distance in {MAIN} "
        f"between {fused.title} ({percent(low)}) and {oracle.title} ({percent(high)})."
    )
