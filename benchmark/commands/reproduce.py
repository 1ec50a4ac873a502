"""``reproduce``: measures how well results reproduce a reference."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    PATH,
    Chosen,
    chosen_options,
    format_option,
    show_tables,
)
from benchmark.errors import InputError, unknown

if TYPE_CHECKING:
    from benchmark.results.reproduction import Measured, Reproduction


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME|RUN]...")
@click.option(
    "--reference",
    type=PATH,
    metavar="DIR|FILE",
    help="A folder of results, or a TREC run of one system [default: reference/ in --results].",
)
@click.option(
    "--qrels",
    type=PATH,
    metavar="FILE",
    help="Relevance judgments for run files [default: the data set's].",
)
@click.option(
    "--baseline",
    default="bm25",
    show_default=True,
    metavar="NAME",
    help="The retriever against which effects are measured.",
)
@click.option("--out", type=PATH, metavar="DIR", help="Write a certificate to this folder.")
@chosen_options
@format_option
def reproduce(
    names: tuple[str, ...],
    reference: Path | None,
    qrels: Path | None,
    baseline: str,
    chosen: Chosen,
    out: Path | None,
    form: str,
) -> None:
    """Compare results with reference results.

    Each result gets a verdict: IDENTICAL, EQUIVALENT or DIFFERENT; for the last two, the table
    names the first stage that diverged, if the manifests show it. Without NAME, all results are
    compared that the reference also has. If --reference is a file, NAME is a TREC run or a result.
    --out writes certificate.md, certificate.json and certificate.html.

    \b
        python -m benchmark reproduce
        python -m benchmark reproduce clip-dpr --reference their-results/
        python -m benchmark reproduce a.trec --reference b.trec --qrels qrels.txt
    """
    from benchmark.report.reproduction import reproduction_tables, write_certificate
    from benchmark.results.result import REFERENCE

    reference = chosen.results / REFERENCE if reference is None else reference
    if reference.is_file():
        reproductions = [_run_files(names, reference, qrels, chosen)]
        title = f"{reproductions[0].outcome.name} against {reference}"
    elif qrels is not None:
        raise InputError("--qrels needs run files", mend="give a run file as --reference, too")
    else:
        from benchmark.results.reproduction import reproduce_all

        reproductions = reproduce_all(
            chosen.results,
            reference,
            chosen.data,
            chosen.split,
            chosen.protocol,
            names=names,
            baseline=baseline,
        )
        title = f"Results on {chosen.data.name} ({chosen.split}) against {reference}"
    tables = reproduction_tables(reproductions, title, baseline)
    show_tables(tables, form)
    if out is not None:
        for path in write_certificate(tables, out):
            click.echo(path, err=True)


def _run_files(
    names: Sequence[str], reference: Path, qrels: Path | None, chosen: Chosen
) -> Reproduction:
    """Compare a run file, or a result, with a run file."""
    from benchmark.evaluation.metrics import DEPTH, score_run
    from benchmark.io.trec import read_qrels, read_run
    from benchmark.results.reproduction import Measured, reproduce

    if len(names) != 1:
        raise InputError(
            "a run file as --reference is compared with one system",
            mend="name one run file or result",
        )
    judged = read_qrels(qrels) if qrels else chosen.data.qrels(chosen.split)

    def measured(path: Path) -> Measured:
        run = read_run(path).cut(DEPTH)
        return Measured(name=str(path), runs={0: run}, scores=score_run(run, judged))

    if Path(names[0]).is_file():
        return reproduce(measured(Path(names[0])), measured(reference))
    results = {} if qrels else {result.name: result for result in chosen.at_hand(empty=True)}
    if names[0] not in results:
        raise unknown("run file or result", names[0], list(results), command="table")
    return reproduce(Measured.of(results[names[0]]), measured(reference))
