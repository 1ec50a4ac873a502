"""An experiment: retrievers on a data set, each to a result on disk, nothing done twice."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmark.artefacts import Artefact, Store, identity, parts
from benchmark.datasets import DEFAULT
from benchmark.errors import UnavailableError
from benchmark.files import locked
from benchmark.jobs import Job, run_jobs
from benchmark.progress import say
from benchmark.provenance import manifest
from benchmark.registry import Entry
from benchmark.results import Result, seed_folder, write_result
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
) -> None:
    """Run retrievers on ``task`` and write their results into ``folder``, reusing what is there.

    Seeds count up from the task's; a ranking that no seed changes is made once. A retriever that
    can't serve the task here is skipped, saying why, where ``skip`` is set; else UnavailableError
    is raised before anything is run. workers: processes; None for as many as suit the data.
    """
    ready = []
    for entry in entries:
        retriever = entry.make()
        if reason := retriever.lacks(task):
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
            place = seed_folder(folder / entry.name, seed, task.seed)
            if Result(place).is_of(key):
                say(f"{entry.name} (seed {seed}): up to date")
                continue
            jobs |= {job.key: job for job in _building(ranking, store) if job.key not in jobs}
            work = partial(_run, entry, ranking, seed, place, store)
            jobs[str(place)] = Job(key=str(place), work=work, after=frozenset([key]))
    run_jobs([*jobs.values()], workers or _workers(task))


def _workers(task: Task) -> int:
    """One process a core for webqa-mini's small models; larger ones use all cores themselves."""
    return (os.cpu_count() or 1) if task.data.name == DEFAULT else 1


def _building(ranking: Ranking, store: Store) -> Iterator[Job]:
    """What builds the artefacts that ``ranking`` is made of and the store lacks, in their order."""
    for artefact in parts(ranking):
        if not store.has(artefact):
            yield Job(
                key=identity(artefact),
                work=partial(_build, artefact, store),
                after=frozenset(map(identity, parts(artefact))) - {identity(artefact)},
            )


def _build(artefact: Artefact, store: Store) -> None:
    store.path(artefact)


def _run(entry: Entry, ranking: Ranking, seed: int, folder: Path, store: Store) -> None:
    started = time.monotonic()
    found = ranking.run(entry.name, store)
    with locked(folder, f"scoring {entry.name}"):
        if Result(folder).is_of(identity(ranking)):
            return  # by another process
        write_result(
            folder,
            found,
            ranking.task,
            labels={"name": entry.name, "title": entry.title, "setting": entry.setting},
            made=manifest(ranking, seed, store),
        )
    say(f"{entry.name} (seed {seed}): scored in {time.monotonic() - started:.1f} s")
