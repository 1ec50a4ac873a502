"""Jobs with dependencies, run one by one or in parallel processes.

Small models compute on one thread each, so that independent trainings can run in parallel. Each
process has its share of the threads, artefacts are locked in the store, and no result depends on
the process or the order.
"""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

from benchmark.errors import BenchmarkError, UnavailableError
from benchmark.execution.time_left import TimeLeft
from benchmark.plugins import blaming
from benchmark.progress import Progress, log, prefixed, show_log


@dataclass(frozen=True, kw_only=True)
class Job:
    """Work that can be sent to another process.

    after: the keys of the jobs that must be done before; keys of no job count as done. kind: jobs
    of one kind are expected to take about as long as each other.
    """

    key: str
    work: Callable[[], None]
    after: frozenset[str] = frozenset()
    kind: str = ""


class _Steps:
    """Shows how many jobs are done, and the time left."""

    def __init__(self, jobs: Sequence[Job], progress: Progress) -> None:
        self._progress = progress
        self._done, self._count = 0, len(jobs)
        self._time_left = TimeLeft(job.kind for job in jobs)
        self._started = time.monotonic()

    def advance(self, job: Job, seconds: float) -> None:
        """Count ``job`` as done, which took so many seconds of its process."""
        self._done += 1
        self._time_left.count(job.kind, seconds)
        left = self._time_left.seconds(time.monotonic() - self._started)
        self._progress.advance(1, left=left, at_least=not self._time_left.is_complete)

    def __str__(self) -> str:
        return f"{self._done}/{self._count}"


class FailedJobsError(BenchmarkError):
    """Jobs failed by errors that a user can fix; all jobs that do not depend on them are done."""

    def __init__(self, failures: Mapping[str, str]) -> None:
        errors = list(dict.fromkeys(failures.values()))
        count = f"{len(errors)} failures: " if len(errors) > 1 else ""
        super().__init__(count + " | ".join(errors))


def run_jobs(jobs: Sequence[Job], workers: int) -> None:
    """Do all jobs, each after those that it depends on.

    If a job fails by an error that a user can fix, only jobs that depend on it are left out; when
    the others are done, FailedJobsError is raised. Any other error ends all jobs.

    With one worker, or if the jobs are one chain, they run in this process, in the given order as
    far as possible. In parallel, the job with the longest chain of dependent jobs goes first.
    """
    named = {job.key: job for job in jobs}
    graph = TopologicalSorter({job.key: job.after & named.keys() for job in jobs})
    graph.prepare()
    lengths = _chains(jobs)
    with Progress("all steps", len(jobs), "steps") as progress:
        steps = _Steps(jobs, progress)
        if workers == 1 or max(lengths.values(), default=0) == len(jobs):
            failures = _one_by_one(graph, named, steps)
        else:
            failures = _side_by_side(graph, named, lengths, workers, steps)
    if failures:
        raise FailedJobsError(failures)


def _one_by_one(
    graph: TopologicalSorter[str], jobs: Mapping[str, Job], steps: _Steps
) -> dict[str, str]:
    """The error of each failed job, by its key."""
    failures: dict[str, str] = {}
    place = {key: number for number, key in enumerate(jobs)}
    ready = sorted(graph.get_ready(), key=place.__getitem__)
    while ready:
        key = ready.pop(0)
        error, seconds = _attempt(jobs[key])
        steps.advance(jobs[key], seconds)
        if error:
            failures[key] = error
            _tell(error, going_on=bool(ready))
            continue
        graph.done(key)
        ready = sorted([*ready, *graph.get_ready()], key=place.__getitem__)
    return failures


def _side_by_side(
    graph: TopologicalSorter[str],
    jobs: Mapping[str, Job],
    lengths: Mapping[str, int],
    workers: int,
    steps: _Steps,
) -> dict[str, str]:
    """The error of each failed job, by its key."""
    failures: dict[str, str] = {}
    ready = sorted(graph.get_ready(), key=lambda key: -lengths[key])
    running: dict[Future[tuple[str | None, float]], str] = {}
    with _pool(workers) as pool:
        try:
            while ready or running:
                while ready and len(running) < workers:
                    key = ready.pop(0)
                    # The bars of several processes hide the bar of all steps.
                    running[pool.submit(_attempt, jobs[key], f"[{steps}] ")] = key
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    error, seconds = future.result()
                    key = running.pop(future)
                    steps.advance(jobs[key], seconds)
                    if error:
                        failures[key] = error
                        _tell(error, going_on=bool(ready or running))
                    else:
                        graph.done(key)
                ready = sorted([*ready, *graph.get_ready()], key=lambda key: -lengths[key])
        except BrokenProcessPool:
            raise UnavailableError(
                "a process was killed, perhaps for lack of memory; use fewer processes: --jobs 1"
            ) from None
        finally:
            # After an error or Ctrl-C, end the running jobs: the store can continue their builds.
            if running:
                for process in multiprocessing.active_children():
                    process.terminate()
    return failures


def _tell(error: str, *, going_on: bool) -> None:
    if going_on:
        log.warning(f"failed, while the other jobs continue: {error}")


def _chains(jobs: Sequence[Job]) -> Mapping[str, int]:
    """The length of the longest chain of dependent jobs that begins with each job."""
    named = {job.key: job for job in jobs}
    order = TopologicalSorter({job.key: job.after & named.keys() for job in jobs}).static_order()
    length = dict.fromkeys(named, 1)
    for key in reversed([*order]):
        for before in named[key].after & named.keys():
            length[before] = max(length[before], length[key] + 1)
    return length


def _pool(workers: int) -> ProcessPoolExecutor:
    from benchmark.registry import current

    threads = max(1, (os.cpu_count() or 1) // workers)
    return ProcessPoolExecutor(
        workers,
        # A fork would share the threads and locks of torch and the JVM.
        multiprocessing.get_context("spawn"),
        initializer=_prepare,
        initargs=(threads, current().plug_ins, log.level),
    )


def _prepare(threads: int, plug_ins: Sequence[Path], level: int) -> None:
    """Set up a worker process, before a library with threads is loaded."""
    import signal
    import threading

    from benchmark.registry import current

    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["OMP_NUM_THREADS"] = str(threads)
    show_log(level)
    for path in plug_ins:
        current().plug_in(path)


def _end_with_the_parent() -> None:
    """End this process when its parent process has ended, for whatever reason."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101  (this runs in workers alone)
    parent.join()
    os._exit(1)


def _attempt(job: Job, prefix: str = "") -> tuple[str | None, float]:
    """Do a job in this process; returns an error that a user can fix, or None, and the seconds.

    prefix: what the labels of the job's bars begin with.
    """
    started = time.monotonic()
    error = None
    try:
        with blaming(), prefixed(prefix):
            job.work()
    except BenchmarkError as caught:
        error = str(caught)
    return error, time.monotonic() - started
