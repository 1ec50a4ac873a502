"""``evaluate``: a run file scored against judgments."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    PATH,
    format_option,
    metric_option,
    plugin_option,
    qrels_option,
    show_table,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.evaluation.metrics import Scores
    from benchmark.types import Qrels


@click.command()
@click.argument("run", type=PATH)
@qrels_option
@click.option("--by", type=click.Choice(["modality"]), help="Figures of each group of questions.")
@metric_option
@plugin_option
@format_option
def evaluate(run: Path, qrels: Path, by: str | None, metrics: tuple[str, ...], form: str) -> None:
    """Score a run against judgments.

    RUN is a TREC run (six columns, .gz or not), or WebQA's prediction JSON: an object of
    'question id -> [document ids]', an unranked set scored by F1. The denominator is the judged
    questions. Modality is read from WebQA's ids: an image's is an integer, a passage's isn't.

    \b
        python -m benchmark evaluate run.trec.gz --qrels qrels.txt
        python -m benchmark evaluate sources.json --qrels test_qrels.txt --by modality
        python -m benchmark evaluate run.trec --qrels qrels.txt --metric precision@5
    """
    from benchmark.io.trec import read_qrels
    from benchmark.report.evaluation import evaluation_table

    judged = read_qrels(qrels)
    name, scores = score_file(run, judged, metrics)
    show_table(evaluation_table(name, scores, judged, by), form)


def score_file(path: Path, qrels: Qrels, metrics: Sequence[str]) -> tuple[str, Scores]:
    """The name of a run file, or of a file of unranked sets, and its figures."""
    from benchmark.evaluation.metrics import METRICS, score_run, score_sets
    from benchmark.io.trec import read_run, read_sets

    if path.suffix == ".json":
        if set(metrics) - {"F1"}:
            raise InputError("unranked sets have F1 alone", mend="leave --metric out", path=path)
        return path.stem, score_sets(read_sets(path), qrels)
    run = read_run(path)
    return run.name, score_run(run, qrels, metrics or METRICS)
