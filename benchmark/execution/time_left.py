"""The time that jobs still need, estimated from jobs of the same kind that are done."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from statistics import fmean


class TimeLeft:
    """Estimates how long the jobs that are left will take; some kinds take 100 times longer.

    A job is expected to take the mean of the jobs of its kind that are done. Where none is, nothing
    is known about it, and the estimate is a lower bound. The work of all jobs left is divided by
    the seconds of work that were done in each second, which are about as many as there are
    processes.
    """

    def __init__(self, kinds: Iterable[str]) -> None:
        self._left = Counter(kinds)
        self._took: defaultdict[str, list[float]] = defaultdict(list)

    def count(self, kind: str, seconds: float) -> None:
        """Count a job as done, which took so many seconds of one process."""
        self._left[kind] -= 1
        self._took[kind].append(seconds)

    @property
    def is_complete(self) -> bool:
        """Whether the estimate includes all jobs left: at least one of each kind is done."""
        return all(kind in self._took for kind, count in self._left.items() if count)

    def seconds(self, elapsed: float) -> float:
        """The seconds left when ``elapsed`` seconds have passed; at least one job must be done."""
        done = sum(seconds for kind in self._took.values() for seconds in kind)
        work = sum(
            self._left[kind] * fmean(seconds)
            for kind, seconds in self._took.items()
            if self._left[kind]
        )
        return work * elapsed / done if work else 0.0
