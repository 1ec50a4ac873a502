"""``space``: maps embeddings, and measures the gap between passages and images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    data_options,
    format_option,
    plugin_option,
    remote_code_option,
    results_option,
    rows_option,
    show_table,
    training_seed_option,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store
    from benchmark.dense.embedding_map import Method


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@training_seed_option
@click.option(
    "--method",
    type=click.Choice(["pca", "tsne"]),
    default="pca",
    show_default=True,
    help="The projection of the embeddings to two dimensions.",
)
@data_options
@results_option
@plugin_option
@rows_option
@remote_code_option
@format_option
def space(
    names: tuple[str, ...],
    dataset: str,
    data_dir: Path | None,
    split: str,
    store: Store,
    results: Path,
    form: str,
    seed: int,
    method: Method,
) -> None:
    """Map embeddings and measure the gap between the modalities.

    NAME is a dense retriever with one embedding space for passages and images; without NAME,
    clip-zero-shot (before training), clip-dpr and univl-dr (after it). Retrievers without a result
    are run first. Each map is saved beside the result; `plot spaces` draws it.

    \b
        python -m benchmark space clip-zero-shot clip-dpr
    """
    from benchmark.datasets import find
    from benchmark.dense.embedding_map import embedding_map_of
    from benchmark.execution import experiment
    from benchmark.registry import retriever
    from benchmark.report.embedding_map import gap_table
    from benchmark.results.result import Result, results_folder
    from benchmark.results.writing import write_embedding_map
    from benchmark.retriever import Task
    from benchmark.types import MODALITIES

    data = find(dataset, data_dir, store)
    if not all(data.corpus.numbers(modality) for modality in MODALITIES):
        raise InputError(
            f"{data.name} has only one modality, so that there is no gap to measure",
            mend="give a --dataset with passages and images",
        )
    entries = [retriever(name) for name in names or ("clip-zero-shot", "clip-dpr", "univl-dr")]
    task, home = Task(data=data, split=split, seed=seed), results_folder(results, data, split)
    for entry in entries:
        made = entry.make()
        if not made.why_unavailable(task) and not embedding_map_of(made.ranking(task), method):
            raise InputError(
                f"{entry.name} has no single embedding space for passages and images",
                mend="name a dense retriever that has one",
            )
    experiment.run(entries, task, seeds=1, folder=home, store=store, skip=False)
    for entry in entries:
        if mapped := embedding_map_of(entry.make().ranking(task), method):
            write_embedding_map(home / entry.name, mapped.content(store))
    show_table(gap_table([Result(home / entry.name) for entry in entries], data, split), form)
