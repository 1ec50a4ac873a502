"""A comparison: the same work by this project and by a peer, in alternating runs."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

Numbers: TypeAlias = Literal["float32", "bfloat16", "int8"]
"""What is multiplied."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What is timed; both make a result, and ``agreement`` says how far these agree.

    agreement: raises AssertionError where the results differ by more than they may.
    operations: how many multiplications and additions of numbers the work needs at least (ours),
    to be set against what the processor does in a plain matrix product of ``numbers``.
    """

    ours: Callable[[], Any]
    peer: Callable[[], Any] | None
    agreement: Callable[[Any, Any], str]
    operations: float = 0.0
    numbers: Numbers = "float32"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One row of the table.

    goal: how many times the peer's time over ours should be. seconds: what ours may take at most.
    repeats: pairs of runs. variables: environment variables that it needs.
    """

    name: str
    title: str
    peer: str
    open: Callable[[Path], Work]
    goal: float | None = None
    seconds: float | None = None
    repeats: int = 3
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, kw_only=True)
class Timing:
    """Seconds on the clock, and of the processors (children included)."""

    clock: float
    processor: float


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured; ratios are the peer's time over ours, pair by pair."""

    name: str
    title: str
    peer: str
    goal: float | None
    seconds: float | None
    ours: tuple[Timing, ...]
    theirs: tuple[Timing, ...]
    agreement: str
    limit: float | None
    """The share of our time on the clock that the arithmetic needs at the matrix peak."""

    def ratios(self, kind: str = "clock") -> list[float]:
        """The peer's time over ours of each pair of runs, ascending."""
        pairs = zip(self.theirs, self.ours, strict=True) if self.theirs else ()
        return sorted(getattr(theirs, kind) / getattr(ours, kind) for theirs, ours in pairs)

    def record(self) -> dict[str, Any]:
        """Everything, as JSON data."""
        record = asdict(self)
        for kind in ("clock", "processor"):
            if found := self.ratios(kind):
                record[f"ratio_{kind}"] = median(found)
        return record


def measure(comparison: Comparison, folder: Path) -> Measured:
    """Run a comparison: both once to warm up and to be compared, then in turn."""
    work = comparison.open(folder)
    found = work.ours()
    agreement = work.agreement(found, work.peer() if work.peer else None)
    del found
    ours, theirs, peaks = [], [], []
    for _ in range(comparison.repeats):
        ours.append(_timed(work.ours))
        if work.peer:
            theirs.append(_timed(work.peer))
        if work.operations:
            peaks.append(matrix_peak(work.numbers))
    limit = work.operations / max(peaks) / median(one.clock for one in ours) if peaks else None
    return Measured(
        name=comparison.name,
        title=comparison.title,
        peer=comparison.peer,
        goal=comparison.goal,
        seconds=comparison.seconds,
        ours=tuple(ours),
        theirs=tuple(theirs),
        agreement=agreement,
        limit=limit,
    )


def matrix_peak(numbers: Numbers) -> float:
    """Operations a second in a plain product of matrices: the best of some tries, now."""
    import torch

    kind = getattr(torch, numbers)
    left, right = torch.ones(2048, 512, dtype=kind), torch.ones(4096, 512, dtype=kind)
    product = torch._int_mm if numbers == "int8" else torch.matmul
    # Into memory that is there already: to clear new pages is no arithmetic.
    out = product(left, right.T)
    best = min(_timed(lambda: product(left, right.T, out=out)).clock for _ in range(8))
    return 2 * 2048 * 512 * 4096 / best


def _timed(work: Callable[[], Any]) -> Timing:
    before, started = _processor(), time.perf_counter()
    work()
    return Timing(clock=time.perf_counter() - started, processor=_processor() - before)


def _processor() -> float:
    """Seconds of processor that this process and its finished children have used."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)
