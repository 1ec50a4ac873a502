"""Encoding and searching a made-up collection in shards: seconds and peak memory of each process.

python -m benchmark.bench.shards FOLDER STEP I/N     does a shard, and prints it as JSON
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmark.artefacts.chunks import WHOLE, Chunked, Shard, make_chunks
from benchmark.artefacts.store import Store
from benchmark.bench.bm25 import write_beir
from benchmark.bench.process import measured
from benchmark.bench.scale import DEPTH, QUESTIONS, MadeUp, peak
from benchmark.bench.search import DIMENSION
from benchmark.datasets import find
from benchmark.dense.search import DenseRanking
from benchmark.execution import provenance
from benchmark.report.tables import COUNT, GIBIBYTES, Column, Table, decimals
from benchmark.retriever import Task

STEPS = ("encode", "assemble", "search", "merge")
SPLIT = ("encode", "search")
"""Steps that shards do; the others are one process's."""


def run(count: int, shards: int) -> dict[str, Any]:
    """Encode and search ``count`` documents in so many shards, one after the other, and merge."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_beir(folder / "data", count, QUESTIONS)
        find("beir", folder / "data", Store(folder / "store"))
        every = [Shard(number, shards) for number in range(shards)]
        steps = {
            step: [_process(folder, step, shard) for shard in (every if step in SPLIT else [WHOLE])]
            for step in STEPS
        }
        return {"documents": count, "shards": shards, "steps": steps}


def table(records: Sequence[Mapping[str, Any]]) -> Table:
    """A row a number of shards: the slowest and the largest process of each step."""
    rows = [
        {
            "documents": record["documents"],
            "shards": record["shards"],
            **{
                step: {
                    "s": max(one["seconds"] for one in record["steps"][step]),
                    "GiB": max(one["peak"] for one in record["steps"][step]),
                }
                for step in STEPS
            },
        }
        for record in records
    ]
    units = {"s": decimals(1), "GiB": GIBIBYTES}
    machine = provenance.machine()
    return Table(
        title=f"{QUESTIONS:,} questions, {DIMENSION} dimensions, in shards",
        columns=[
            Column("Documents", "documents", COUNT, first=True),
            Column("Shards", "shards", COUNT, first=True),
            *(
                Column(f"{step} ({unit})", (step, unit), form)
                for step in STEPS
                for unit, form in units.items()
            ),
        ],
        rows=rows,
        records=records,
        notes=[
            "Made-up embeddings, so encoding costs their writing alone; to assemble is to put them "
            "together in one file. Shards ran one after the "
            "other, each with all threads: the slowest one's seconds, and the most memory that was "
            "resident in any process, pages of mapped files included.",
            f"{machine['processor']}, {machine['threads']} threads",
        ],
    )


def _process(folder: Path, step: str, shard: Shard) -> Mapping[str, float]:
    words = str(folder), step, str(shard)
    return measured("benchmark.bench.shards", *words, what=f"{step} of shard {shard}")


def _step(folder: Path, step: str, shard: Shard) -> dict[str, float]:
    store = Store(folder / "store")
    task = Task(data=find("beir", folder / "data", store), depth=DEPTH)
    ranking = DenseRanking(task=task, model=MadeUp(seed=1))
    started = time.perf_counter()
    artefacts: Sequence[Chunked] = (
        [ranking] if step in ("search", "merge") else ranking.further_dependencies()
    )
    for artefact in artefacts:
        make_chunks(artefact, store, shard) if step in SPLIT else store.path(artefact)
    return {"seconds": time.perf_counter() - started, "peak": peak()}


if __name__ == "__main__":
    print(json.dumps(_step(Path(sys.argv[1]), sys.argv[2], Shard.parse(sys.argv[3]))))
