"""``space``: maps of embeddings, and the gap between passages and images."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    SEED_RANGE,
    data_options,
    format_option,
    plugin_option,
    remote_code_option,
    results_option,
    rows_option,
    show_table,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store
    from benchmark.dense.embedding_map import Method


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@data_options
@plugin_option
@rows_option
@remote_code_option
@results_option
@format_option
@click.option(
    "--seed",
    type=SEED_RANGE,
    default=1234,
    show_default=True,
    help="For all that is trained or drawn.",
)
@click.option(
    "--method",
    type=click.Choice(["pca", "tsne"]),
    default="pca",
    show_default=True,
    help="How the embeddings are laid out in two dimensions.",
)
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
    """Map the embeddings of retrievers and measure the gap between passages and images.

    Without names: before training and after (clip-zero-shot, clip-dpr, univl-dr). What is missing
    is run; the map goes beside each one's result.
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
            f"{data.name} has no passages or no images, so that there is no gap between them",
            mend="name a --dataset with both",
        )
    entries = [retriever(name) for name in names or ("clip-zero-shot", "clip-dpr", "univl-dr")]
    task, home = Task(data=data, split=split, seed=seed), results_folder(results, data, split)
    experiment.run(entries, task, seeds=1, folder=home, store=store, skip=False)
    for entry in entries:
        mapped = embedding_map_of(entry.make().ranking(task), method)
        if mapped is None:
            raise InputError(
                f"{entry.name} embeds nothing, or passages and images apart",
                mend="name a dense retriever of one space",
            )
        write_embedding_map(home / entry.name, mapped.content(store))
    show_table(gap_table([Result(home / entry.name) for entry in entries], data, split), form)
