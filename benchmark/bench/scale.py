"""Search, fusion, evaluation and tables as a made-up collection grows: seconds and peak memory.

python -m benchmark.bench.scale COUNT     does one size here, and prints it as JSON
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from benchmark.artefacts.identity import dependencies, recipe_name
from benchmark.artefacts.store import Store
from benchmark.bench.bm25 import write_beir
from benchmark.bench.process import measured
from benchmark.bench.search import DIMENSION, unit_vectors
from benchmark.datasets import Corpus, find
from benchmark.dense.encode import Matrix
from benchmark.dense.search import DenseRanking
from benchmark.execution import provenance
from benchmark.registry import retriever
from benchmark.report import formats
from benchmark.report.leaderboard import leaderboard
from benchmark.report.tables import GIBIBYTES, TEXT, Column, Table, decimals
from benchmark.results.result import read_results, results_folder
from benchmark.results.writing import write_result
from benchmark.retriever import Task

SIZES = (12_000, 120_000, 1_200_000)
QUESTIONS, DEPTH = 4966, 100


def run(count: int) -> dict[str, Any]:
    """Do ``count`` documents in a process of its own: stage -> seconds and peak memory."""
    return measured("benchmark.bench.scale", str(count), what=f"{count:,} documents")


def table(records: Sequence[Mapping[str, Any]]) -> Table:
    """A row a stage: seconds at each size; peak resident memory so far."""
    counts = [record["documents"] for record in records]
    rows = [
        {
            "stage": stage,
            **{str(record["documents"]): record["stages"][stage] for record in records},
        }
        for stage in records[-1]["stages"]
    ]
    machine = provenance.machine()
    return Table(
        title=f"{QUESTIONS:,} questions over growing collections",
        columns=[
            Column("Stage", "stage", TEXT, first=True),
            *(Column(f"{count:,} (s)", (str(count), "seconds"), decimals(1)) for count in counts),
            *(Column(f"{count:,} (GiB)", (str(count), "peak"), GIBIBYTES) for count in counts),
        ],
        rows=rows,
        records=records,
        notes=[
            "Made-up texts and embeddings. GiB: the most that was resident in memory up to the "
            "stage's end, pages of mapped files included (the system may drop these).",
            f"{machine['processor']}, {machine['threads']} threads",
        ],
    )


@recipe_name("RandomModel")
@dataclass(frozen=True, kw_only=True)
class MadeUp:
    """A model whose embeddings are drawn at random around a common direction, row by row."""

    seed: int

    def load(self, store: Store) -> MadeUp:
        del store
        return self

    @property
    def dimension(self) -> int:
        return DIMENSION

    def encode_queries(self, texts: Sequence[str]) -> Matrix:
        return unit_vectors(len(texts), np.random.default_rng((self.seed, 1)))

    def encode_documents(self, corpus: Corpus, numbers: npt.NDArray[np.int64]) -> Matrix:
        del corpus
        return unit_vectors(len(numbers), np.random.default_rng((self.seed, 2, int(numbers[0]))))


def peak() -> int:
    """The most memory that was resident in this process, in bytes."""
    # Linux counts kilobytes.
    return 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def stages(count: int, folder: Path) -> dict[str, dict[str, float]]:
    """Each stage's seconds, and the peak of resident memory at its end."""
    spent: dict[str, dict[str, float]] = {}
    store = Store(folder / "store")

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        started = time.perf_counter()
        done = work()
        spent[stage] = {"seconds": time.perf_counter() - started, "peak": peak()}
        return done

    write_beir(folder / "data", count, QUESTIONS)
    data = timed("prepare the texts", lambda: find("beir", folder / "data", store))
    task = Task(data=data, depth=DEPTH).searching()
    dense = DenseRanking(task=task, model=MadeUp(seed=1))
    timed("write embeddings", lambda: store.path(dense.documents))
    timed("exact search", lambda: store.path(dense))
    bm25 = retriever("bm25").make().ranking(task)
    index = next(part for part in dependencies(bm25) if part is not bm25)
    timed("BM25 index", lambda: store.path(index))
    timed("BM25 search", lambda: store.path(bm25))
    fusion = importlib.import_module("baselines.fusion")
    fused = fusion.ReciprocalRank(task=task, lists=(bm25, dense))
    timed("fusion", lambda: store.path(fused))
    results = folder / "results"

    def scored() -> None:
        for name, ranking in (("bm25", bm25), ("dense", dense), ("fused", fused)):
            write_result(
                results_folder(results, data, task.split) / name,
                ranking.run(name, store),
                task,
                labels={"name": name, "title": name, "group": "made up"},
                made=provenance.manifest(ranking, task.seed, store),
            )

    timed("evaluation of three", scored)
    found = read_results(results, data, task.split)
    timed("table", lambda: formats.markdown([leaderboard(found, data, task.split)]))
    return spent


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        done = stages(int(sys.argv[1]), Path(scratch))
        print(json.dumps({"documents": int(sys.argv[1]), "stages": done}))
