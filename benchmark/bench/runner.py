"""Comparisons by name, each measured in a fresh process, and the table of what came out.

python -m benchmark.bench.runner NAME     measures one here, and prints it as JSON
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from benchmark import entry_points
from benchmark.bench.comparison import Comparison, measure
from benchmark.bench.process import measured
from benchmark.errors import BenchmarkError
from benchmark.execution import provenance
from benchmark.report.tables import TEXT, Column, Format, Table

GROUP = "benchmark.comparisons"
"""The entry points; each names several comparisons."""

THREADING = ("OMP_NUM_THREADS", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "MKL_NUM_THREADS")
"""Variables that change a library's speed, and so are told."""


def comparisons() -> dict[str, Comparison]:
    """The comparisons of all installed packages by name."""
    groups: list[Any] = [group for _, group in entry_points.load(GROUP)]
    return {comparison.name: comparison for group in groups for comparison in group}


def run(comparison: Comparison) -> dict[str, Any]:
    """Measure a comparison in a process of its own; what ``Measured.record`` gives."""
    return measured(
        "benchmark.bench.runner",
        comparison.name,
        what=f"comparison '{comparison.name}'",
        env={**os.environ, **comparison.variables},
    )


def table(records: Sequence[Mapping[str, Any]]) -> Table:
    """What was measured, with this machine and its versions below."""
    machine = provenance.machine()
    versions = {name: version for name, version in provenance.packages().items() if version}
    variables = {name: os.environ[name] for name in THREADING if name in os.environ}
    return Table(
        title="Measured side by side",
        columns=[
            Column("Name", "name", TEXT, first=True),
            Column("Work", "title", TEXT),
            Column("Peer", "peer", TEXT),
            Column("Ours (s)", "ours", SECONDS, first=True),
            Column("Peer (s)", "theirs", SECONDS, first=True),
            Column("Peer / ours", (), _ratio("clock"), first=True),
            Column("Peer / ours, processor time", (), _ratio("processor")),
            Column("Goal", (), Format(_goal)),
            Column("At the matrix peak", "limit", LIMIT),
            Column("Results", "agreement", TEXT),
        ],
        rows=records,
        notes=[
            "Medians of alternating runs; ratios pair by pair, with the least and the greatest. At "
            "the matrix peak: the share of our time that the arithmetic alone would take.",
            f"{machine['processor']}, {machine['threads']} threads, "
            f"{machine['memory_bytes'] / 2**30:.0f} GiB, {machine['system']}; load before the "
            f"table was printed: {os.getloadavg()[0]:.1f}",
            ", ".join(f"{name} {version}" for name, version in versions.items()),
            f"Environment variables for threads: {variables or 'none'}",
        ],
    )


def _seconds(timings: Sequence[Mapping[str, float]]) -> float | None:
    return median(one["clock"] for one in timings) if timings else None


def _shown(timings: Sequence[Mapping[str, float]]) -> str:
    seconds = _seconds(timings)
    return "" if seconds is None else f"{seconds:.3g}"


SECONDS = Format(_shown, _seconds)
LIMIT = Format(lambda limit: "" if limit is None else f"{limit:.0%}", lambda limit: 100 * limit)


def _ratio(kind: str) -> Format:
    """How many times as long the peer takes, pair by pair."""

    def ratios(record: Mapping[str, Any]) -> list[float]:
        pairs = zip(record["theirs"], record["ours"], strict=bool(record["theirs"]))
        return sorted(theirs[kind] / ours[kind] for theirs, ours in pairs)

    def text(record: Mapping[str, Any]) -> str:
        found = ratios(record)
        return f"{median(found):.2f} ({found[0]:.2f} to {found[-1]:.2f})" if found else ""

    return Format(text, lambda record: median(found) if (found := ratios(record)) else None)


def _goal(record: Mapping[str, Any]) -> str:
    ratio = "" if record["goal"] is None else f"{record['goal']:g}"
    seconds = "" if record["seconds"] is None else f"{record['seconds']:g} s"
    return ratio or seconds


if __name__ == "__main__":
    try:
        with tempfile.TemporaryDirectory() as scratch:
            print(json.dumps(measure(comparisons()[sys.argv[1]], Path(scratch)).record()))
    except BenchmarkError as error:
        sys.exit(f"error: {error}")
