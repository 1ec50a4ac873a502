"""An experiment: retrievers on a data set, each to a result on disk, nothing done twice."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmark.artefacts.identity import Artefact, dependencies, identity
from benchmark.artefacts.store import Store
from benchmark.errors import InputError, UnavailableError
from benchmark.execution.distributed import ALONE, Ranks, build, world
from benchmark.execution.pool import Job, run_jobs
from benchmark.execution.provenance import manifest
from benchmark.io.files import locked, sweep
from benchmark.progress import say
from benchmark.registry import Entry
from benchmark.results.result import Result, results_folder, seed_folder, write_result
from benchmark.results.variants import Variant, at_hand
from benchmark.retriever import Ranking, Task


def run(
    entries: Sequence[Entry],
    task: Task,
    *,
    seeds: int,
    folder: Path,
    store: Store,
    skip: bool,
    workers: int | None = None,
    ranks: Ranks = ALONE,
) -> None:
    """Run retrievers on ``task`` and write their results into ``folder``, reusing what is there.

    Seeds count up from the task's; a ranking that no seed changes is made once. A retriever that
    can't serve the task here is skipped, saying why, where ``skip`` is set; else UnavailableError
    is raised before anything is run. workers: processes; None for as many as suit the data. With
    several ranks there are no others: these build one artefact after the other, together.
    """
    if ranks.count != world():
        raise InputError(
            "torchrun splits run, encode and search alone", mend="leave it out for this command"
        )
    ready = []
    for entry in entries:
        retriever = entry.make()
        if reason := retriever.why_unavailable(task):
            if not skip:
                raise UnavailableError(f"{entry.name} {reason}")
            say(f"skipped {entry.name}: {reason}")
        else:
            ready.append((entry, retriever))
    jobs: dict[str, Job] = {}
    for entry, retriever in ready:
        made: set[str] = set()
        for seed in range(task.seed, task.seed + seeds):
            ranking = retriever.ranking(replace(task, seed=seed))
            if (key := identity(ranking)) in made:
                continue
            made.add(key)
            target = seed_folder(folder / entry.name, seed, task.seed)
            if ranks.agree(partial(Result(target).is_of, key)):
                if ranks.first:
                    say(f"{entry.name} (seed {seed}): up to date")
                continue
            if ranks.count > 1:
                build_together(ranking, store, ranks)
                if ranks.first:
                    _run(entry, ranking, seed, target, store)
                ranks.wait(f"rank 0, which scores {entry.name}")
                continue
            jobs |= {job.key: job for job in _building(ranking, store) if job.key not in jobs}
            work = partial(_run, entry, ranking, seed, target, store)
            jobs[str(target)] = Job(key=str(target), work=work, after=frozenset([key]))
    run_jobs([*jobs.values()], workers or _workers(task))


def run_variants(
    variants: Iterable[Variant], task: Task, *, seeds: int, results: Path, store: Store
) -> dict[str, Result]:
    """The results of the variants by name, run where they are missing.

    Those that can't run here are left out, saying why.
    """
    home = results_folder(results, task.data, task.split, task.protocol)
    distinct = list({one.name: one for one in variants}.values())
    for variant in distinct:
        run(
            [variant.entry()],
            replace(task, scope=variant.scope),
            seeds=seeds,
            folder=variant.folder(home),
            store=store,
            skip=True,
        )
    return at_hand(distinct, results, task.data, task.split, task.protocol)


def build_together(artefact: Artefact, store: Store, ranks: Ranks) -> None:
    """Build what ``artefact`` is made from, and then itself, by all ranks."""
    for part in dependencies(artefact):
        build(part, store, ranks)


def _workers(task: Task) -> int:
    """One process a core for small models; larger ones use all cores themselves."""
    return (os.cpu_count() or 1) if task.data.stand_ins else 1


def _building(ranking: Ranking, store: Store) -> Iterator[Job]:
    """What builds the artefacts that ``ranking`` is made of and the store lacks, in their order."""
    for artefact in dependencies(ranking):
        if not store.has(artefact):
            yield Job(
                key=identity(artefact),
                work=partial(_build, artefact, store),
                after=frozenset(map(identity, dependencies(artefact))) - {identity(artefact)},
            )


def _build(artefact: Artefact, store: Store) -> None:
    store.path(artefact)


def _run(entry: Entry, ranking: Ranking, seed: int, folder: Path, store: Store) -> None:
    started = time.monotonic()
    found = ranking.run(entry.name, store)
    with locked(folder, f"scoring {entry.name}"):
        if Result(folder).is_of(identity(ranking)):
            return  # by another process
        sweep(folder)
        write_result(
            folder,
            found,
            ranking.task,
            labels={
                "name": entry.name,
                "title": entry.title,
                "group": entry.group,
                **ranking.metadata(store),
            },
            made=manifest(ranking, seed, store),
        )
    say(f"{entry.name} (seed {seed}): scored in {time.monotonic() - started:.1f} s")
