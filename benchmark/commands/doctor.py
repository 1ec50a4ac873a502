"""``doctor``: checks this machine, or one model on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    DATA_SET,
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
    help="The family that loads a MODEL that is not a row: sentence-transformer, open-clip, "
    "transformers, ...",
)
@click.option(
    "--dataset",
    metavar=DATA_SET,
    help="Show what each retriever needs to run on this data set.",
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
    """Check this machine, or one model on it.

    Without MODEL: Java, torch, packages, weights and disk; what is missing, and how to get it.
    MODEL is a row, a name on the Hugging Face hub, or a folder. It is loaded and embeds two texts
    and two images; the table shows its dimensions, the tokens that it reads, its speed and memory
    on this machine, and the hours that it would need for the real WebQA.

    \b
        python -m benchmark doctor
        python -m benchmark doctor --dataset webqa
        python -m benchmark doctor sentence-transformers/all-MiniLM-L6-v2
    """
    if model is not None:
        from benchmark.environment.model import examine_model

        if dataset is not None:
            raise InputError("a model is checked without a data set", mend="leave --dataset out")
        show_table(examine_model(model, family), form)
        return
    from benchmark.datasets import find
    from benchmark.environment.doctor import examine
    from benchmark.retriever import Task

    task = None if dataset is None else Task(data=find(dataset, data_dir, store))
    show_table(examine(store.root, task), form)
