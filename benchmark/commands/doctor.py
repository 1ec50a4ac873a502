"""``doctor``: what this machine has and lacks, or one model on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    data_dir_option,
    format_option,
    plugin_option,
    remote_code_option,
    rows_option,
    show_table,
    store_option,
)
from benchmark.errors import InputError

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store


@click.command()
@click.argument("model", required=False)
@click.option(
    "--family",
    default="sentence-transformer",
    show_default=True,
    metavar="NAME",
    help="What reads a model that is no row: sentence-transformer, open-clip, transformers, ...",
)
@click.option(
    "--dataset",
    metavar="NAME|FILE.toml|ir_datasets:ID",
    help="Say what each retriever needs to run on this data set.",
)
@data_dir_option
@plugin_option
@rows_option
@remote_code_option
@store_option
@format_option
def doctor(
    model: str | None,
    family: str,
    dataset: str | None,
    data_dir: Path | None,
    store: Store,
    form: str,
) -> None:
    """Check this machine, or with MODEL (a row, a name of the hub, a folder) that model on it.

    Of the machine: Java, torch, packages, weights and disk; what is missing and how to get it. A
    model is loaded and shown two texts and two images: its dimension, the tokens that it reads, its
    speed and memory here, and the hours that the real WebQA would take.
    """
    if model is not None:
        from benchmark.environment.model import examine_model

        if dataset is not None:
            raise InputError("a model is examined without a data set", mend="leave --dataset out")
        show_table(examine_model(model, family), form)
        return
    from benchmark.datasets import find
    from benchmark.environment.doctor import examine
    from benchmark.retriever import Task

    task = None if dataset is None else Task(data=find(dataset, data_dir, store))
    show_table(examine(store.root, task), form)
