"""``run``: runs retrievers on a data set, and prints the leaderboard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    data_options,
    format_option,
    plugin_option,
    protocol_option,
    remote_code_option,
    results_option,
    rows_option,
    seed_options,
    show_table,
)
from benchmark.errors import InputError
from benchmark.protocol import Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmark.artefacts.store import Store
    from benchmark.retriever import Task


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--all",
    "everything",
    is_flag=True,
    help="Run all retrievers that can run here, and skip the others.",
)
@seed_options
@click.option(
    "--jobs",
    type=click.IntRange(1),
    metavar="N",
    help="The number of parallel processes [default: one for each core on webqa-mini, else 1].",
)
@click.option(
    "--index",
    default="exact",
    show_default=True,
    metavar="BACKEND",
    help="The index of dense retrievers: exact, faiss:FACTORY[:PARAMETERS] or qdrant[:URL]. An "
    "approximate index makes a row of its own, with its recall against exact search.",
)
@data_options
@results_option
@protocol_option
@plugin_option
@rows_option
@remote_code_option
@format_option
def run(
    names: tuple[str, ...],
    everything: bool,
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    protocol: Protocol,
    form: str,
    seed: int,
    seeds: int,
    jobs: int | None,
    index: str,
) -> None:
    """Run retrievers, score them, and print the leaderboard.

    Existing results are reused, and an interrupted run continues with the same command. If a
    retriever fails, the others still run, and the exit code is 2.

    \b
        python -m benchmark run bm25 clip-dpr
        python -m benchmark run --all --seeds 3
        python -m benchmark run bm25 --dataset beir --data-dir scifact/
        python -m benchmark run mine --plugin mine.py --dataset my-data.toml
    """
    from benchmark.datasets import find
    from benchmark.execution import experiment
    from benchmark.execution.distributed import joined
    from benchmark.execution.pool import FailedJobsError
    from benchmark.registry import retriever, retrievers
    from benchmark.report.leaderboard import write_leaderboard
    from benchmark.results.result import results_folder
    from benchmark.retriever import Task

    if bool(names) == everything:
        raise InputError(
            "names and --all together" if names else "no retriever is named",
            mend="give names of retrievers (`list` shows them), or --all",
        )
    entries = [*retrievers().values()] if everything else [retriever(name) for name in names]
    if index != "exact":
        from benchmark.dense.backends import back_end
        from benchmark.dense.indexed import indexed

        entries = [indexed(entry, back_end(index)) for entry in entries]
    data = find(dataset, data_dir, store)
    task = Task(data=data, split=split, seed=seed, protocol=protocol)
    folder = results_folder(results, data, split, protocol)
    task.check()
    failed: FailedJobsError | None = None
    with joined() as ranks:
        try:
            experiment.run(
                entries,
                task,
                seeds=seeds,
                folder=folder,
                store=store,
                skip=everything,
                workers=jobs,
                ranks=ranks,
            )
        except FailedJobsError as error:
            failed = error  # raised below, after the table of the rows that ran
    if ranks.first and (failed is None or any(folder.glob("*/manifest.json"))):
        show_table(write_leaderboard(results, data, split, protocol, store), form)
        _compare_with_reference(results, task, [entry.name for entry in entries], store)
    if failed:
        raise failed


def _compare_with_reference(results: Path, task: Task, names: Sequence[str], store: Store) -> None:
    """Log each row's figure beside the reference's, with the verdict, if there is a reference."""
    from benchmark.progress import log
    from benchmark.report.reproduction import verdict_lines
    from benchmark.results.reproduction import outcomes
    from benchmark.results.result import REFERENCE, results_folder

    reference = results / REFERENCE
    if not results_folder(reference, task.data, task.split, task.protocol).is_dir():
        return
    try:
        compared = outcomes(results, reference, task.data, task.split, task.protocol, store)
    except InputError as error:
        log.warning(f"not compared with the reference: {error}")
        return
    log.info("\nCompared with the reference (`reproduce` shows more):")
    for line in verdict_lines([outcome for outcome in compared if outcome.name in names]):
        log.info(line)
