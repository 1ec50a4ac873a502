"""``search``: exact search in embeddings, all or one shard of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from benchmark.commands.shards import (
    Rankings,
    complete,
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
def search(rankings: Rankings, store: Store, shard: Shard | None) -> None:
    """Search the embeddings that `encode` made.

    The search is exact, over all documents or one shard of them.

    \b
        torchrun --nproc-per-node 4 -m benchmark search clip-dpr
        python -m benchmark search clip-dpr --shard 0/8
    """
    names = []
    with joined_ranks(shard) as ranks:
        for name, ranking in rankings:
            if shard is not None:
                complete(ranking.further_dependencies(), name, "encode", store)
            make(ranking, store, shard, ranks)
            names.append(name)
    if ranks.first:
        tell(names, "searched", shard, "run")
