"""``evaluate``: scores run files against relevance judgments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    PATH,
    metric_option,
    plugin_option,
    qrels_option,
    show_table,
    table_options,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.evaluation.run_files import Questions


@click.command()
@click.argument("runs", type=PATH, nargs=-1, required=True, metavar="RUN...")
@qrels_option
@click.option(
    "--by",
    type=click.Choice(["modality"]),
    help="Also show the figures of each group of questions.",
)
@click.option(
    "--ties",
    is_flag=True,
    help="Show the lowest and highest figures over all orders of documents with equal scores.",
)
@metric_option
@click.option("--per-query", is_flag=True, help="Show the figures of each question.")
@click.option(
    "--relevance-level",
    "level",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    metavar="N",
    help="The lowest judgment that counts as relevant (trec_eval -l).",
)
@click.option(
    "--depth",
    type=click.IntRange(1),
    metavar="N",
    help="Use only the first N documents of each list (trec_eval -M) [default: all].",
)
@click.option(
    "--questions",
    type=click.Choice(["judged", "retrieved"]),
    default="judged",
    show_default=True,
    help="Average over all judged questions (trec_eval -c), or only over those that the run has.",
)
@plugin_option
@table_options(
    "trec_eval", help_of_further=" trec_eval: the output of trec_eval, with its measures and names."
)
def evaluate(
    runs: tuple[Path, ...],
    qrels: Path,
    by: str | None,
    ties: bool,
    metrics: tuple[str, ...],
    per_query: bool,
    level: int,
    depth: int | None,
    questions: Questions,
    form: str,
) -> None:
    """Score run files against relevance judgments, as trec_eval does.

    RUN is a TREC run (six columns, plain or .gz), or a prediction file of WebQA: a JSON object
    {question id: [document ids]}, whose unranked sets are scored by F1. Several runs are listed
    best first. Lists have the depth that they have in the file. As in trec_eval, scores are
    compared in single precision, and documents with equal scores are ordered by descending id.
    --by modality tells the modality from WebQA's ids: those of images are integers.

    \b
        python -m benchmark evaluate run.trec.gz --qrels qrels.txt
        python -m benchmark evaluate a.trec b.trec --qrels qrels.txt --metric AP
        python -m benchmark evaluate a.trec --qrels qrels.txt --format trec_eval
        python -m benchmark evaluate run.trec --qrels qrels.txt --ties
        python -m benchmark evaluate sources.json --qrels qrels.txt --by modality
    """
    from benchmark.evaluation.run_files import by_name, metrics_for, score_file
    from benchmark.io.trec import read_qrels, read_run
    from benchmark.report.evaluation import evaluation_table, evaluations_table, per_query_table
    from benchmark.report.trec_eval import trec_eval

    judged = read_qrels(qrels)
    if len(runs) > 1 and (by or form == "trec_eval"):
        raise InputError("--by and --format trec_eval take one run", mend="give one run at a time")
    if ties:
        from benchmark.report.ties import ties_table

        if len(runs) > 1 or by or per_query or questions != "judged" or form == "trec_eval":
            raise InputError(
                "--ties takes one run, and averages over all judged questions",
                mend="leave out --by, --per-query, --questions and --format trec_eval",
            )
        chosen = metrics_for(metrics, depth, level)
        show_table(ties_table(read_run(runs[0], ties="trec_eval"), judged, chosen), form)
        return
    if form == "trec_eval":
        run = read_run(runs[0], ties="trec_eval")
        run = run if depth is None else replace(run.cut(depth), cut_at=None)
        text = trec_eval(
            run, judged, metrics, level=level, questions=questions, per_query=per_query
        )
        click.echo(text, nl=False)
        return
    files = by_name(
        [
            score_file(path, judged, metrics, level=level, depth=depth, questions=questions)
            for path in runs
        ]
    )
    if per_query:
        show_table(per_query_table(files), form)
    elif len(files) > 1:
        show_table(evaluations_table(files), form)
    else:
        ((name, file),) = files.items()
        show_table(evaluation_table(name, file, judged, by), form)
