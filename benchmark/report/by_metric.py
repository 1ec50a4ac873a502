"""The leaderboard by any metric, also one that the results do not contain."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.datasets import Collection
from benchmark.evaluation.comparison import compare, letters
from benchmark.evaluation.measures import benchmark_name, check_share
from benchmark.report.leaderboard import leaderboard
from benchmark.report.tables import PERCENT_INTERVAL, TEXT, WHOLE, Column, Table
from benchmark.report.testing import detectable, intervals, method
from benchmark.results.result import Result
from benchmark.results.scoring import summary
from benchmark.retriever import Task


def ranked_by(results: Sequence[Result], data: Collection, split: str, name: str) -> Table:
    """The leaderboard by the metric called ``name``.

    A metric that the results do not contain is computed from the ranked lists; then there are no
    columns of other metrics. Raises InputError for an unknown metric, a metric that counts, or one
    whose cutoff is beyond the end of the lists.
    """
    check_share(name)
    if known := benchmark_name(name):
        return leaderboard(results, data, split, known)
    scored = {
        result.name: result.scored_by([name], _task(result, data, split).qrels())
        for result in results
    }
    (metric,) = next(iter(scored.values())).values
    ordered = sorted(results, key=lambda result: (-scored[result.name].mean(metric), result.name))
    comparisons = compare({result.name: scored[result.name] for result in ordered}, metric)
    marks = letters([result.name for result in ordered], comparisons)
    rows = [
        {
            "place": place,
            "title": result.title,
            "name": result.name,
            "group": result.group,
            "metric": metric,
            "figure": summary(scored[result.name])[metric],
            "letters": marks[result.name],
            "seeds": len(result.seeds),
        }
        for place, result in enumerate(ordered, 1)
    ]
    notes = []
    if comparisons:
        notes = [
            f"Group: systems that share a letter do not differ significantly in {metric} "
            f"({method(comparisons)}). {intervals(comparisons)}",
            *filter(None, [detectable(comparisons, metric)]),
        ]
    return Table(
        title=f"{data.name} ({split}) by {metric}: {data.title}",
        columns=[
            Column("#", "place", WHOLE, first=True),
            Column("System", "title", TEXT),
            Column("Name", "name", TEXT, first=True),
            Column("Setting", "group", TEXT),
            Column(f"{metric} [95%]", "figure", PERCENT_INTERVAL, first=True),
            Column("Group", "letters", TEXT, first=True),
            Column("Seeds", "seeds", WHOLE),
        ],
        rows=rows,
        notes=[*notes, data.notice] if data.notice else notes,
    )


def _task(result: Result, data: Collection, split: str) -> Task:
    return Task(data=data, split=split, scope=result.manifest["data"]["scope"])
