"""An experiment: retrievers on a data set, each to a result on disk, nothing done twice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmark.artefacts import Store, identity
from benchmark.errors import UnavailableError
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
) -> None:
    """Run retrievers on ``task`` and write their results into ``folder``, reusing what is there.

    Seeds count up from the task's; a ranking that no seed changes is made once. A retriever that
    can't serve the task here is skipped, saying why, where ``skip`` is set; else UnavailableError
    is raised before anything is run.
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
    for entry, retriever in ready:
        made: set[str] = set()
        for seed in range(task.seed, task.seed + seeds):
            ranking = retriever.ranking(replace(task, seed=seed))
            if identity(ranking) not in made:
                _run(entry, ranking, seed, seed_folder(folder / entry.name, seed, task.seed), store)
                made.add(identity(ranking))


def _run(entry: Entry, ranking: Ranking, seed: int, folder: Path, store: Store) -> None:
    started, label = time.monotonic(), f"{entry.name} (seed {seed})"
    if Result(folder).is_of(identity(ranking)):
        say(f"{label}: up to date")
        return
    write_result(
        folder,
        ranking.run(entry.name, store),
        ranking.task,
        labels={"name": entry.name, "title": entry.title, "setting": entry.setting},
        made=manifest(ranking, seed, store),
    )
    say(f"{label}: done in {time.monotonic() - started:.1f} s")
