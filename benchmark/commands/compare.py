"""``compare``: significance tests of the differences between systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from benchmark.commands.options import (
    PATH,
    Chosen,
    chosen_options,
    format_option,
    metric_option,
    plugin_option,
    seed_option,
    show_table,
    show_tables,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.evaluation.metrics import Scores
    from benchmark.report.slices import By
    from benchmark.results.result import Result
    from benchmark.types import Qrels


@click.command()
@click.argument("systems", nargs=-1, required=True, metavar="SYSTEM SYSTEM...")
@click.option(
    "--qrels",
    type=PATH,
    metavar="FILE",
    help="Relevance judgments for run files, in 3, 4 or 5 columns.",
)
@metric_option
@click.option(
    "--by",
    type=click.Choice(["Qcate", "modality", "length", "question"]),
    help="For two systems: the difference in each group of questions, and the questions that "
    "differ most. question: only the questions that differ most; also for run files.",
)
@click.option(
    "--plot",
    type=PATH,
    metavar="DIR",
    help="For two systems: write a chart of the difference in each question, as SVG and PNG.",
)
@seed_option("The seed of permutations and resampling.")
@chosen_options
@plugin_option
@format_option
def compare(
    systems: tuple[str, ...],
    qrels: Path | None,
    chosen: Chosen,
    metrics: tuple[str, ...],
    by: By | Literal["question"] | None,
    plot: Path | None,
    seed: int,
    form: str,
) -> None:
    """Test whether systems differ significantly, pair by pair.

    SYSTEM is a retriever that was run on the data set, or a run file; with --qrels, a run file.
    The test is a paired two-sided randomization test over the questions; a t-test is shown beside
    it. If a retriever has several training seeds, tests and intervals treat both questions and
    seeds as random. Holm's correction is over all pairs for each metric; d is Cohen's effect size.

    \b
        python -m benchmark compare univl-dr clip-dpr
        python -m benchmark compare univl-dr clip-dpr --by Qcate
        python -m benchmark compare a.trec b.trec --qrels qrels.txt --metric AP
        python -m benchmark compare a.trec b.trec --qrels qrels.txt --by question
    """
    from benchmark.evaluation.metrics import MAIN
    from benchmark.io.trec import read_qrels
    from benchmark.report.evaluation import comparison_table
    from benchmark.report.plots.differences import differences_chart
    from benchmark.report.slices import moved_table, slices, slices_table
    from benchmark.types import Query

    if len(systems) < 2:
        raise InputError("only one system is named", mend="give two or more")
    results: dict[str, Result] | None = None
    judged: Qrels
    if qrels is not None:
        if by not in (None, "question"):
            raise InputError(
                f"--by {by} needs the questions of a data set",
                mend="leave --qrels out and give --dataset",
            )
        judged = read_qrels(qrels)
    else:
        judged = chosen.data.qrels(chosen.split)
        results = {result.name: result for result in chosen.at_hand(empty=True)}
    if (by or plot) and (len(systems) != 2 or len(metrics) > 1):
        raise InputError(
            "--by and --plot compare two systems on one metric",
            mend="name two systems and at most one metric",
        )
    scores = _scores(systems, judged, results, metrics)
    metric = next(iter(next(iter(scores.values())).values)) if metrics else MAIN
    if plot is not None:
        source = str(qrels) if qrels is not None else chosen.source
        for path in differences_chart(scores, metric).write(plot, source):
            click.echo(path, err=True)
    if by is None:
        show_table(comparison_table(scores, seed), form)
        return
    if qrels is None:
        queries = chosen.data.queries(chosen.split)
    else:
        queries = [Query(id=query, text="") for query in judged]
    tables = [moved_table(scores, metric, queries)]
    if by != "question":
        tables.insert(0, slices_table(scores, metric, slices(queries, by)))
    show_tables(tables, form)


def _scores(
    systems: Sequence[str],
    qrels: Qrels,
    results: Mapping[str, Result] | None,
    metrics: Sequence[str],
) -> dict[str, Scores]:
    """The scores of ``systems`` by name: of run files, and of results where these are given.

    Together with results, the lists of run files are cut to the depth of the results' lists.
    """
    from benchmark.errors import unknown
    from benchmark.evaluation.measures import check_share
    from benchmark.evaluation.metrics import DEPTH
    from benchmark.evaluation.run_files import by_name, score_file

    for metric in metrics:
        check_share(metric)
    if len(set(systems)) < len(systems):
        raise InputError("a system is named twice", mend="name each system once")
    chosen = {system: results[system] for system in systems if results and system in results}
    paths = [Path(system) for system in systems if system not in chosen]
    if results is not None and (missing := [path for path in paths if not path.is_file()]):
        raise unknown("result or run file", str(missing[0]), list(results), command="table")
    depth = DEPTH if chosen else None
    files = by_name([score_file(path, qrels, metrics, depth=depth) for path in paths], [*chosen])
    scores = {name: result.scored_by(metrics, qrels) for name, result in chosen.items()}
    named = {str(file.path): name for name, file in files.items()}
    scores |= {name: file.scores for name, file in files.items()}
    order = [named.get(str(Path(system)), system) for system in systems]
    return {name: scores[name] for name in order}
