"""Shared by `encode`, `search` and `merge`: dense rankings, and work in shards."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from benchmark.commands.options import (
    data_options,
    plugin_option,
    remote_code_option,
    rows_option,
    seed_option,
)
from benchmark.errors import InputError, UnavailableError

if TYPE_CHECKING:
    from benchmark.artefacts.chunks import Chunked, Shard
    from benchmark.artefacts.store import Store
    from benchmark.dense.search import DenseRanking
    from benchmark.execution.distributed import Ranks

Rankings: TypeAlias = "Iterator[tuple[str, DenseRanking]]"
"""Pairs (name of the retriever, dense ranking), made lazily."""


def _shard(_: click.Context, __: click.Parameter, text: str | None) -> Shard | None:
    from benchmark.artefacts.chunks import Shard

    return None if text is None else Shard.parse(text)


def shard_command(function: Callable[..., None]) -> Callable[..., None]:
    """Add the options that select retrievers and data; passes on ``rankings`` and ``store``."""

    @wraps(function)
    def command(
        names: tuple[str, ...],
        dataset: str,
        data_dir: Path | None,
        split: str,
        store: Store,
        seed: int,
        **others: Any,
    ) -> None:
        rankings = _dense(names, dataset, data_dir, split, store, seed)
        function(rankings=rankings, store=store, **others)

    seed = seed_option("The seed of the trained models.")
    names = click.argument("names", nargs=-1, required=True, metavar="NAME...")
    return names(data_options(plugin_option(rows_option(remote_code_option(seed(command))))))


shard_option = click.option(
    "--shard",
    callback=_shard,
    metavar="I/N",
    help="Only shard I (from 0) of N equal shards [default: all, divided among torchrun's ranks].",
)


def _dense(
    names: Sequence[str], dataset: str, data_dir: Path | None, split: str, store: Store, seed: int
) -> Rankings:
    from benchmark.datasets import find
    from benchmark.dense.search import dense_rankings
    from benchmark.registry import retriever
    from benchmark.retriever import Task

    task = Task(data=find(dataset, data_dir, store), split=split, seed=seed).searching()
    dense = []
    for name in names:
        made = retriever(name).make()
        if reason := made.why_unavailable(task):
            raise UnavailableError(f"{name} {reason}")
        rankings = list(dense_rankings(made.ranking(task)))
        if not rankings:
            raise InputError(f"{name} makes no embeddings", mend="name a dense retriever")
        dense += [(name, ranking) for ranking in rankings]
    yield from dense


@contextmanager
def joined_ranks(shard: Shard | None) -> Iterator[Ranks]:
    from benchmark.execution.distributed import joined

    with joined() as ranks:
        if shard is not None and ranks.count > 1:
            raise InputError(
                "--shard is for independent processes",
                mend="leave it out under torchrun, where each rank takes one shard",
            )
        yield ranks


def make(artefact: Chunked, store: Store, shard: Shard | None, ranks: Ranks) -> None:
    from benchmark.artefacts.chunks import make_chunks
    from benchmark.execution.experiment import build_together

    if shard is None:
        build_together(artefact, store, ranks)
    elif not store.has(artefact):
        make_chunks(artefact, store, shard)


def tell(names: Iterable[str], done: str, shard: Shard | None, following: str) -> None:
    """Log what is done for each retriever, and the command that follows."""
    from benchmark.progress import log

    for name in dict.fromkeys(names):
        if shard is None:
            log.info(f"{name}: {done}; next, `python -m benchmark {following} {name}`")
        else:
            log.info(
                f"{name}: {done}, shard {shard.number} of {shard.count}; after all shards, "
                f"`python -m benchmark merge {name}`"
            )


def complete(artefacts: Sequence[Chunked], name: str, command: str, store: Store) -> None:
    """Build ``artefacts`` from their chunks. Raises InputError with the shards that are missing."""
    from benchmark.artefacts.chunks import missing

    if lost := {shard for artefact in artefacts for shard in missing(artefact, store)}:
        count = max(shard.count for shard in lost)
        numbers = sorted(shard.number for shard in lost if shard.count == count)
        again = f"python -m benchmark {command} {name}"
        if count == 1:
            raise InputError(f"{name}: `{command}` has not run yet", mend=f"run `{again}`")
        if len(numbers) == 1:
            raise InputError(
                f"{name}: shard {numbers[0]} of {count} is missing",
                mend=f"run `{again} --shard {numbers[0]}/{count}`",
            )
        raise InputError(
            f"{name}: shards {_ranges(numbers)} of {count} are missing",
            mend=f"run `{again} --shard I/{count}` for each of them",
        )
    for artefact in artefacts:
        store.path(artefact)


def _ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers in the syntax of Slurm's ``--array``: 0-3,7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ",".join("-".join(map(str, run)) for run in runs)
