"""The command that examines this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmark.commands.options import format_option, show_table, store_option

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store


@click.command()
@store_option
@format_option
def doctor(store: Store, form: str) -> None:
    """Check Java, torch, optional weights and disk; say what is missing and what mends it."""
    from benchmark.environment.doctor import examine

    show_table(examine(store.root), form)
