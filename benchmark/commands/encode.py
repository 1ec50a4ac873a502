"""``encode``: computes embeddings of dense retrievers, all or one shard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmark.commands.shards import (
    Rankings,
    joined_ranks,
    make,
    shard_command,
    shard_option,
    tell,
)

if TYPE_CHECKING:
    from benchmark.artefacts.chunks import Shard
    from benchmark.artefacts.store import Store


@click.command()
@shard_command
@shard_option
def encode(rankings: Rankings, store: Store, shard: Shard | None) -> None:
    """Embed questions and documents with dense retrievers.

    All are embedded, or one shard of them. Embeddings that exist are kept. Models that are not
    trained yet are trained first.

    \b
        torchrun --nproc-per-node 4 -m benchmark encode clip-dpr
        python -m benchmark encode clip-dpr --shard 0/8
    """
    names = []
    with joined_ranks(shard) as ranks:
        for name, ranking in rankings:
            for embedded in ranking.further_dependencies():
                make(embedded, store, shard, ranks)
            names.append(name)
    if ranks.first:
        tell(names, "embedded", shard, "search")
