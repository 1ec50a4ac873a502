"""The commands that score and compare run files, wherever they come from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from benchmark.commands.options import PATH, format_option, qrels_option, show_table
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.evaluation.metrics import Scores


@click.command()
@click.argument("run", type=PATH)
@qrels_option
@click.option("--by", type=click.Choice(["modality"]), help="Figures of each group of questions.")
@format_option
def evaluate(run: Path, qrels: Path, by: str | None, form: str) -> None:
    """Score a run against judgments.

    RUN is a TREC run (six columns, .gz or not), or WebQA's prediction JSON: an object of
    'question id -> [document ids]', an unranked set scored by F1. The denominator is the judged
    questions. Modality is read from WebQA's ids: an image's is an integer, a passage's isn't.

    \b
        python -m benchmark evaluate run.trec.gz --qrels qrels.txt
        python -m benchmark evaluate sources.json --qrels test_qrels.txt --by modality
    """
    from benchmark.report.evaluation import evaluation_table
    from benchmark.trec import read_qrels

    judgments = read_qrels(qrels)
    name, scores = _scores(run, judgments)
    show_table(evaluation_table(name, scores, judgments, by), form)


@click.command()
@click.argument("runs", nargs=-1, required=True, type=PATH, metavar="RUN RUN...")
@qrels_option
@click.option("--metric", "metrics", multiple=True, help="Which metric; may be repeated.")
@click.option("--seed", default=1234, show_default=True, help="For permutations and resampling.")
@format_option
def compare(
    runs: tuple[Path, ...], qrels: Path, metrics: tuple[str, ...], seed: int, form: str
) -> None:
    """Test the difference between runs, pair by pair.

    Paired two-sided randomization test and t-test with Holm's correction over all pairs of a
    metric, 95% bootstrap interval of the difference, effect size (Cohen's d).

    \b
        python -m benchmark compare a.trec b.trec --qrels qrels.txt --metric nDCG@10
    """
    from benchmark.report.evaluation import comparison_table
    from benchmark.trec import read_qrels

    if len(runs) < 2:
        raise InputError("one run alone", mend="give two runs or more")
    judgments = read_qrels(qrels)
    systems: dict[str, Scores] = {}
    for path in runs:
        name, scores = _scores(path, judgments)
        systems[str(path) if name in systems else name] = scores
    show_table(comparison_table(systems, metrics, seed), form)


def _scores(path: Path, judgments: Any) -> tuple[str, Scores]:
    from benchmark.evaluation.metrics import score_run, score_sets
    from benchmark.trec import read_run, read_sets

    if path.suffix == ".json":
        return path.stem, score_sets(read_sets(path), judgments)
    run = read_run(path)
    return run.name, score_run(run, judgments)
