"""``merge``: combines the shards that `encode` and `search` made."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmark.commands.shards import Rankings, complete, shard_command

if TYPE_CHECKING:
    from benchmark.artefacts.store import Store


@click.command()
@shard_command
def merge(rankings: Rankings, store: Store) -> None:
    """Combine the shards that `encode` and `search` made.

    An error names the shards that are missing. Then `run` scores the complete lists.

    \b
        python -m benchmark merge clip-dpr
    """
    for name, ranking in rankings:
        complete(ranking.further_dependencies(), name, "encode", store)
        if store.has(ranking) or store.chunks(ranking).exists():
            complete([ranking], name, "search", store)
            click.echo(
                f"{name}: embeddings and ranked lists are complete; next, "
                f"`python -m benchmark run {name}`"
            )
        else:
            click.echo(
                f"{name}: embeddings are complete; next, `python -m benchmark search {name}`"
            )
