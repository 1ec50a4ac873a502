"""How long commands take where all results exist: made-up results of all rows on webqa-mini."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmark.artefacts.identity import identity, recipe
from benchmark.artefacts.store import Store
from benchmark.bench.bm25 import write_beir
from benchmark.bench.comparison import Comparison, Work
from benchmark.bench.start import command
from benchmark.datasets import DEFAULT, Collection, find
from benchmark.execution import provenance
from benchmark.execution.experiment import Row, plan
from benchmark.registry import retrievers
from benchmark.results.result import results_folder
from benchmark.results.writing import write_result
from benchmark.retriever import Task
from benchmark.types import Run

SYSTEMS, QUESTIONS = 50, 4966
"""What ``compare`` compares."""

NEAR, DEPTH = 120, 100
"""The documents from which all systems draw their lists of a question, and a list's length."""

MEASURED = """
import runpy, sys
try:
    runpy.run_module("benchmark", run_name="__main__", alter_sys=True)
finally:
    status = open("/proc/self/status", encoding="ascii").read()
    print(status.partition("VmHWM:")[2].split()[0])
"""
"""Runs a command of this project; its last line is the most memory that it held, in KiB."""


@dataclass(frozen=True, kw_only=True)
class World:
    """A data set and results on it, in a folder of their own."""

    data: Collection
    store: Store
    results: Path

    def run(self, *words: str) -> str:
        """Run a command on the results; returns what it printed, and the memory that it held."""
        places = ("--store", str(self.store.root), "--results", str(self.results))
        return command(sys.executable, "-c", MEASURED, *words, *places)


def all_rows(folder: Path, seeds: int) -> World:
    """webqa-mini, and a result of each row and seed, whose manifest names the row's ranking."""
    store = Store(folder / "store")
    world = World(data=find(DEFAULT, None, store), store=store, results=folder / "results")
    task = Task(data=world.data)
    home = results_folder(world.results, world.data, task.split)
    rows = [Row(entry=entry, task=task, folder=home / name) for name, entry in retrievers().items()]
    here: dict[str, object] = {
        "commit": provenance.commit(),
        "machine": provenance.machine(),
        "packages": provenance.packages(),
        "artefacts": [],
    }
    for number, scoring in enumerate(plan(rows, seeds, skip=True)):
        entry, ranking = scoring.entry, scoring.ranking
        made = {"ranking": identity(ranking), "recipe": recipe(ranking), "seed": scoring.seed}
        write_result(
            scoring.folder,
            made_up(world.data, number, DEPTH),
            task,
            labels={"name": entry.name, "title": entry.title, "group": entry.group},
            made={**here, **made, "data": task.record, "seeded": scoring.seeded},
        )
    return world


def many_systems(folder: Path) -> World:
    """A BEIR folder, and results of as many systems as are compared."""
    store, source = Store(folder / "store"), folder / "data"
    write_beir(source, QUESTIONS, QUESTIONS)
    world = World(data=find("beir", source, store), store=store, results=folder / "results")
    task = Task(data=world.data)
    home = results_folder(world.results, world.data, task.split)
    made = {"ranking": "", "data": task.record, "seed": task.seed, "recipe": {}, "artefacts": []}
    for number in range(SYSTEMS):
        name = f"system{number}"
        labels = {"name": name, "title": name, "group": "made up"}
        run = made_up(world.data, number, 20)
        write_result(home / name, run, task, labels=labels, made=made)
    return world


def made_up(data: Collection, number: int, depth: int) -> Run:
    """Lists of a system: documents that others find too, and a relevant one at a random rank."""
    generator = np.random.default_rng((1, number))
    documents: dict[str, list[str]] = {}
    for place, (query, judged) in enumerate(data.qrels("test").items()):
        near = np.random.default_rng((2, place)).integers(0, len(data.corpus), NEAR)
        found = data.corpus.ids(generator.permutation(near))
        for name in judged:
            found.insert(int(generator.geometric(0.05 + number / 1000)) - 1, name)
        documents[query] = list(dict.fromkeys(found))[:depth]
    scores = {query: [float(-rank) for rank in range(len(documents[query]))] for query in documents}
    return Run(f"system{number}", documents, scores)


def _up_to_date(folder: Path) -> Work:
    world = all_rows(folder, seeds=1)

    def written() -> dict[Path, int]:
        return {path: path.stat().st_mtime_ns for path in world.results.rglob("manifest.json")}

    before = written()

    def agreement(ours: str, _: None) -> str:
        assert written() == before  # noqa: S101  (the comparison's own check)
        return f"{len(before)} results stay as they are, {_memory(ours)}"

    return Work(ours=lambda: world.run("run", "--all"), peer=None, agreement=agreement)


def _table(folder: Path) -> Work:
    return _alone(all_rows(folder, seeds=3), "table", "--format", "json")


def _site(folder: Path) -> Work:
    return _alone(all_rows(folder, seeds=1), "site", "--out", str(folder / "site"))


def _verify(folder: Path) -> Work:
    return _alone(all_rows(folder, seeds=3), "verify")


def _compare(folder: Path) -> Work:
    systems = (f"system{number}" for number in range(SYSTEMS))
    source = ("--dataset", "beir", "--data-dir", str(folder / "data"))
    return _alone(many_systems(folder), "compare", *systems, "--metric", "MRR@10", *source)


def _alone(world: World, *words: str) -> Work:
    """A command without a peer."""
    results = sum(1 for _ in world.results.rglob("manifest.json"))
    return Work(
        ours=lambda: world.run(*words),
        peer=None,
        agreement=lambda ours, _: f"{results} results, {_memory(ours)}",
    )


def _memory(printed: str) -> str:
    return f"{int(printed.splitlines()[-1]) / 2**20:.2f} GiB held at most"


OPENED: dict[str, tuple[str, Callable[[Path], Work], float]] = {
    "run-all": ("`run --all`, all rows up to date", _up_to_date, 2.0),
    "table": ("`table`, three seeds", _table, 1.0),
    "site": ("`site`, all questions", _site, 10.0),
    "verify": ("`verify`, three seeds", _verify, 15.0),
    "compare": (
        f"`compare`, {SYSTEMS} systems x {QUESTIONS:,} questions, all pairs",
        _compare,
        5.0,
    ),
}
"""Command -> what it does, how it is opened, and the seconds that it may take."""

COMPARISONS = tuple(
    Comparison(name=f"warm-{name}", title=title, peer="", open=opened, seconds=seconds)
    for name, (title, opened, seconds) in OPENED.items()
)
