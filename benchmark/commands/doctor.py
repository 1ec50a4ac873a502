"""The command that examines this machine, or one model on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmark.commands.options import (
    format_option,
    plugin_option,
    remote_code_option,
    rows_option,
    show_table,
    store_option,
)

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
@plugin_option
@rows_option
@remote_code_option
@store_option
@format_option
def doctor(model: str | None, family: str, store: Store, form: str) -> None:
    """Check this machine, or with MODEL (a row, a name of the hub, a folder) that model on it.

    Of the machine: Java, torch, optional weights and disk; what is missing and what mends it. A
    model is loaded and shown two texts and two images: its dimension, the tokens that it reads, its
    speed and memory here, and the hours that the real WebQA would take.
    """
    if model is None:
        from benchmark.environment.doctor import examine

        show_table(examine(store.root), form)
        return
    from benchmark.environment.model import examine_model

    show_table(examine_model(model, family), form)
