"""An experiment: retrievers run on a data set, and their results on disk; nothing is done twice."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmark.artefacts.identity import Artefact, dependencies, identity, name_of
from benchmark.artefacts.store import Store
from benchmark.errors import InputError, UnavailableError
from benchmark.evaluation.metrics import MAIN
from benchmark.evaluation.ties import ties
from benchmark.execution.distributed import ALONE, Ranks, build, world
from benchmark.execution.pool import Job, run_jobs
from benchmark.execution.provenance import manifest
from benchmark.io.files import locked, sweep
from benchmark.plugins import blaming
from benchmark.progress import log
from benchmark.registry import Entry
from benchmark.results.result import Result, results_folder, seed_folder
from benchmark.results.variants import Variant, at_hand
from benchmark.results.writing import write_result
from benchmark.retriever import Ranking, Task
from benchmark.types import Run

FEW = 3
"""Up to this many rows are logged one by one; more are summed up in one line."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A retriever on a task, and the folder of its results."""

    entry: Entry
    task: Task
    folder: Path


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """One ranking of a row, and the folder of its result.

    seeded: whether another training seed would give another ranking.
    """

    entry: Entry
    ranking: Ranking
    seed: int
    seeded: bool
    folder: Path


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
    """Run retrievers on ``task`` and write their results into ``folder``; existing ones are reused.

    Seeds are counted up from the task's; a ranking without training is made once. skip: whether to
    skip a retriever that cannot run on the task here, and log the reason; otherwise
    UnavailableError is raised before anything runs. workers: the number of processes; None chooses
    by the data set. With several ranks there are no other processes: the ranks build one artefact
    after the other, together.
    """
    if ranks.count != world():
        raise InputError(
            "torchrun divides only run, encode and search", mend="leave it out for this command"
        )
    rows = [Row(entry=entry, task=task, folder=folder / entry.name) for entry in entries]
    todo = _todo(plan(rows, seeds, skip=skip), ranks)
    if ranks.count == 1:
        execute(todo, store, workers or _workers(task))
        return
    for scoring in todo:
        build_together(scoring.ranking, store, ranks)
        if ranks.first:
            _score(scoring, store)
        ranks.wait(f"rank 0, which scores {scoring.entry.name}")


def run_variants(
    variants: Iterable[Variant], task: Task, *, seeds: int, results: Path, store: Store
) -> dict[str, Result]:
    """The results of variants, by name; missing ones are run, all in one graph of jobs.

    Variants that cannot run here are skipped, and the reason is logged.
    """
    home = results_folder(results, task.data, task.split, task.protocol)
    distinct = list({variant.name: variant for variant in variants}.values())
    rows = [
        Row(
            entry=variant.entry(),
            task=replace(task, scope=variant.scope),
            folder=variant.folder(home) / variant.name,
        )
        for variant in distinct
    ]
    todo = _todo(plan(rows, seeds, skip=True), ALONE)
    execute(todo, store, _workers(task))
    return at_hand(distinct, results, task.data, task.split, task.protocol)


def plan(rows: Sequence[Row], seeds: int, *, skip: bool) -> list[Scoring]:
    """The rankings of all rows and seeds; a ranking without training appears once for its row.

    Raises UnavailableError for a row that cannot run here, unless ``skip`` is set.
    """
    planned = []
    skipped: dict[str, str] = {}
    for row in rows:
        retriever, task = row.entry.make(), row.task.searching()
        with blaming():
            reason = retriever.why_unavailable(task)
        if reason:
            if not skip:
                raise UnavailableError(f"{row.entry.name} {reason}")
            skipped[row.entry.name] = reason
            continue
        made: set[str] = set()
        for seed in range(task.seed, task.seed + seeds):
            with blaming():
                ranking = retriever.ranking(replace(task, seed=seed))
            if (key := identity(ranking)) not in made:
                made.add(key)
                planned.append(
                    Scoring(
                        entry=row.entry,
                        ranking=ranking,
                        seed=seed,
                        seeded=identity(retriever.ranking(replace(task, seed=seed + 1))) != key,
                        folder=seed_folder(row.folder, seed, task.seed),
                    )
                )
    if len(skipped) > FEW:
        log.info(
            f"skipped {len(skipped)} rows that cannot run here; `python -m benchmark doctor` with "
            "the same --dataset lists them with the reasons"
        )
    else:
        for name, reason in skipped.items():
            log.info(f"skipped {name}: {reason}")
    return planned


def execute(planned: Sequence[Scoring], store: Store, workers: int) -> None:
    """Build what the store lacks, and score each ranking as soon as it is made.

    An artefact that several rankings need is built once. Jobs that do not depend on each other run
    in parallel, whichever row they belong to. If a row fails, the other rows still run; then
    FailedJobsError is raised.
    """
    jobs: dict[str, Job] = {}
    for scoring in planned:
        jobs |= {job.key: job for job in _building(scoring.ranking, store) if job.key not in jobs}
        jobs[str(scoring.folder)] = Job(
            key=str(scoring.folder),
            work=partial(_score, scoring, store),
            after=frozenset([identity(scoring.ranking)]),
            kind="scoring",
        )
    run_jobs([*jobs.values()], workers)


def build_together(artefact: Artefact, store: Store, ranks: Ranks) -> None:
    """Build ``artefact`` and its dependencies by all ranks together."""
    for part in dependencies(artefact):
        build(part, store, ranks)


def _workers(task: Task) -> int:
    """One process for each core with small models; larger models use all cores themselves."""
    return (os.cpu_count() or 1) if task.data.stand_ins else 1


def _building(ranking: Ranking, store: Store) -> Iterator[Job]:
    """The jobs that build the artefacts that ``ranking`` needs and the store lacks, in order."""
    for artefact in dependencies(ranking):
        if not store.has(artefact):
            yield Job(
                key=identity(artefact),
                work=partial(_build, artefact, store),
                after=frozenset(map(identity, dependencies(artefact))) - {identity(artefact)},
                kind=name_of(type(artefact)),
            )


def _build(artefact: Artefact, store: Store) -> None:
    store.path(artefact)


def _todo(planned: Sequence[Scoring], ranks: Ranks) -> list[Scoring]:
    """The rankings without a result, equal on all ranks; logs which results are up to date."""
    todo: list[Scoring] = []
    done: list[Scoring] = []
    for scoring in planned:
        result = Result(scoring.folder)
        there = ranks.agree(partial(result.is_of, identity(scoring.ranking), tell=True))
        (done if there else todo).append(scoring)
    if ranks.first and len(done) > FEW:
        rest = f"{len(todo)} are to be computed" if todo else "nothing to recompute"
        log.info(f"{len(done)} results are up to date; {rest}")
    elif ranks.first:
        for scoring in done:
            log.info(f"{scoring.entry.name} (seed {scoring.seed}): up to date")
    return todo


def _ties(run: Run, task: Task) -> dict[str, Any]:
    """The bounds of each figure over all orders of equal scores; empty if they are equal.

    They are computed before the run is written, since written runs have no equal scores.
    """
    bounds = ties(run, task.qrels()).bounds()
    return {"ties": bounds} if any(low < high for low, high in bounds.values()) else {}


def _score(scoring: Scoring, store: Store) -> None:
    started = time.monotonic()
    entry, ranking, folder = scoring.entry, scoring.ranking, scoring.folder
    run = ranking.run(entry.name, store)
    with locked(folder, f"scoring {entry.name}"):
        if Result(folder).is_of(identity(ranking)):
            return  # another process has written it
        sweep(folder)
        result = write_result(
            folder,
            run,
            ranking.task,
            labels={
                "name": entry.name,
                "title": entry.title,
                "group": entry.group,
                **ranking.metadata(store),
                **_ties(run, ranking.task),
            },
            made={**manifest(ranking, scoring.seed, store), "seeded": scoring.seeded},
        )
    mean = 100 * result.metrics["metrics"][MAIN]["mean"]
    log.info(
        f"{entry.name} (seed {scoring.seed}): {MAIN} {mean:.2f}, "
        f"scored in {time.monotonic() - started:.1f} s"
    )
