"""``encode``: embeddings of dense retrievers, all or a shard of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmark.commands.shards import Rankings, joined_ranks, make, shard_command, shard_option

if TYPE_CHECKING:
    from benchmark.artefacts.chunks import Shard
    from benchmark.artefacts.store import Store


@click.command()
@shard_command
@shard_option
def encode(rankings: Rankings, store: Store, shard: Shard | None) -> None:
    """Embed the questions and documents of dense retrievers, all or a shard of them.

    What is done already is kept, whoever did it. Models that aren't trained yet are trained first.

    \b
        torchrun --nproc-per-node 4 -m benchmark encode clip-dpr
        python -m benchmark encode clip-dpr --shard 0/8
    """
    with joined_ranks(shard) as ranks:
        for _, ranking in rankings:
            for embedded in ranking.further_dependencies():
                make(embedded, store, shard, ranks)
