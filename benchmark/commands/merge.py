"""``merge``: the shards that `encode` and `search` made, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmark.commands.shards import Rankings, complete, shard_command

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store


@click.command()
@shard_command
def merge(rankings: Rankings, store: Store) -> None:
    """Put the shards together that `encode` and `search` made; name those that are missing.

    `run` scores what is complete.
    """
    for name, ranking in rankings:
        complete(ranking.further_dependencies(), name, "encode", store)
        if store.has(ranking) or store.chunks(ranking).exists():
            complete([ranking], name, "search", store)
            click.echo(f"{name}: embeddings and lists are complete")
        else:
            click.echo(f"{name}: embeddings are complete; nothing is searched yet")
