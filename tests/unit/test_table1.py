"""Table 1: the paper's rows by name and setting, in its order, whatever the order of results."""

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from benchmark.evaluation.metrics import Scores
from benchmark.papers.univl_dr.table1 import COLUMNS, GROUPS, table1
from benchmark.registry import retrievers
from benchmark.report.tables import BEST, RUNNER_UP

DATA: Any = SimpleNamespace(name="d", notice="", metadata={"splits": {"test": {"judged": 3}}})


def result(name: str, mean: float) -> Any:
    summary = {metric: {"mean": mean} for metric in COLUMNS}
    scores = Scores(("a", "b", "c"), {metric: np.full(3, mean) for metric in COLUMNS}, 0)
    return SimpleNamespace(
        name=name,
        title=name.upper(),
        summary=summary,
        over_seeds=scores,
        oracle=name.endswith("oracle"),
    )


def test_rows_come_in_the_papers_order_and_the_router_is_measured() -> None:
    results = [
        result("univl-dr", 0.6),
        result("bm25-clip-dpr-oracle", 0.5),
        result("bm25-clip-dpr-router", 0.45),
        result("bm25-clip-dpr", 0.3),
        result("mine", 0.9),
        result("bm25", 0.4),
    ]
    table = table1(results, DATA, "test")
    assert [row["name"] for row in table.rows] == [
        "bm25",
        "bm25-clip-dpr",
        "bm25-clip-dpr-oracle",
        "bm25-clip-dpr-router",
        "univl-dr",
    ]
    assert table.cells[0][3:] == ["40.00"] * len(COLUMNS)
    # The oracle is no contender: the best is univl-dr, the runner-up the router.
    ranks = {table.rows[row]["name"]: mark.rank for (row, _), mark in table.marks.items()}
    assert {name: rank for name, rank in ranks.items() if rank} == {
        "univl-dr": BEST,
        "bm25-clip-dpr-router": RUNNER_UP,
    }
    (closed,) = [note for note in table.notes if "closes" in note]
    assert "closes 75.0% of the distance in MRR@10" in closed
    (missing,) = [note for note in table.notes if note.startswith("Not run")]
    assert "vinvl-dpr" in missing
    assert "mine" not in missing


def test_every_row_of_the_paper_is_registered_under_its_name_and_setting(shared: Path) -> None:
    with (shared / "paper" / "univl_dr_table1.csv").open(encoding="utf-8") as file:
        published = [(row["setting"], row["model"]) for row in csv.DictReader(file)]
    entries = retrievers()
    ours = [
        (entries[name].group, entries[name].title) for names in GROUPS.values() for name in names
    ]
    assert [row for row in ours if "learned router" not in row[1]] == published
