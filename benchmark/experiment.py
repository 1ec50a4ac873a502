"""An experiment: retrievers on a data set, each to a result on disk, nothing done twice."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from benchmark.artefacts import Store, identity
from benchmark.errors import UnavailableError
from benchmark.progress import say
from benchmark.provenance import manifest
from benchmark.registry import Entry
from benchmark.results import Result, place, write_result
from benchmark.retriever import Task


def run(
    entries: Sequence[Entry], task: Task, *, results: Path, store: Store, skip: bool
) -> list[Result]:
    """Run retrievers on ``task`` and write their results, reusing all that is there.

    A retriever that can't serve the task here is skipped, saying why, where ``skip`` is set; else
    UnavailableError is raised before anything is run.
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
    done = []
    for entry, retriever in ready:
        started = time.monotonic()
        ranking = retriever.ranking(task)
        result = Result(place(results, task.data, task.split) / entry.name)
        if result.is_of(identity(ranking)):
            say(f"{entry.name}: up to date")
        else:
            found = ranking.run(entry.name, store)
            result = write_result(
                result.folder,
                found,
                task.data,
                task.split,
                labels={"name": entry.name, "title": entry.title, "setting": entry.setting},
                made=manifest(ranking, store),
            )
            say(f"{entry.name}: done in {time.monotonic() - started:.1f} s")
        done.append(result)
    return done
