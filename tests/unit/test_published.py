"""The paper beside ours: its figures as published, and a status only where they compare."""

import csv
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmark.evaluation.metrics import Scores
from benchmark.papers import univl_dr
from benchmark.papers.univl_dr.table1 import COLUMNS, GROUPS, against_paper
from benchmark.report import published
from benchmark.report.inspection import Inspector
from benchmark.report.published import comparable, read_published, side_by_side, status

DATA: Any = SimpleNamespace(name="webqa", notice="", variant_of=None)
TOLERANCE = {"match": 0.1, "close": 1.0}


@pytest.mark.parametrize(
    ("ours", "said"),
    [
        (None, "NOT RUN"),
        (50.0, "MATCH"),
        (50.1, "MATCH"),
        (49.9, "MATCH"),
        (50.11, "CLOSE"),
        (49.0, "CLOSE"),
        (48.99, "BELOW"),
        (51.01, "ABOVE"),
    ],
)
def test_status_by_the_tolerance(ours: float | None, said: str) -> None:
    assert status(ours, 50.0, TOLERANCE) == said


def test_the_figures_are_those_that_were_published(shared: Path) -> None:
    def read(name: str) -> list[dict[str, str]]:
        with (shared / "paper" / name).open(encoding="utf-8") as file:
            return list(csv.DictReader(file))

    folder = Path(univl_dr.__file__).parent
    paper, later = (read_published(folder / f"{name}.toml") for name in ("published", "later"))
    names = [name for names in GROUPS.values() for name in names if name in paper.figures]
    assert set(names) == set(paper.figures)
    keys = ("MRR@10", "NDCG@10", "MRR@20", "NDCG@20", "Rec@20", "Rec@100")
    table = [[float(row[key]) for key in keys] for row in read("univl_dr_table1.csv")]
    assert [list(paper.figures[name]) for name in names] == table
    rows = {row["model"]: row for row in read("published_later.csv")}
    assert {
        name: [float(rows[name][key]) for key in ("MRR@10", "NDCG@10", "Rec@100")] for name in rows
    } == later.figures
    for name, erratum in later.errata.items():
        assert rows[name]["note"].split("values ")[1].replace("/", ", ") in erratum


def result(name: str, mean: float) -> Any:
    summary = {metric: {"mean": mean} for metric in COLUMNS}
    title = name.upper()
    return SimpleNamespace(
        name=name, title=title, metrics={"title": title}, summary=summary, oracle=False
    )


def test_on_the_papers_data_each_figure_has_a_difference_and_a_status(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(published, "comparable", lambda *_: True)
    table = against_paper([result("bm25", 0.5385)], DATA, "test")
    lines = [cells for cells in table.cells if cells[2] == "bm25"]
    assert [cells[3] for cells in lines] == ["published", "ours", "difference"]
    assert lines[2][4:6] == ["+0.10 MATCH", "+4.25 ABOVE"]
    assert [cells[4] for cells in table.cells if cells[2:4] == ["univl-dr", "difference"]] == [
        "NOT RUN"
    ]
    assert {row["status"] for row in table.records or () if row["setting"] == "Later"} == {None}
    assert any("OpenMatch/UniVL-DR" in note for note in table.notes)
    rows = {cells[2]: cells[3:] for cells in side_by_side(table, "MRR@10").cells}
    assert rows["bm25"] == ["53.75", "53.85", "+0.10", "MATCH"]
    assert rows["univl-dr"][1:] == ["-", "-", "NOT RUN"]


def test_later_figures_are_beside_those_of_a_result_of_the_same_title(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(published, "comparable", lambda *_: True)
    table = against_paper([result("marvel-dpr", 0.5576)], DATA, "test")
    rows = {cells[2]: cells[3:] for cells in side_by_side(table, "MRR@10").cells}
    assert rows["marvel-dpr"] == ["55.71", "55.76", "+0.05", "MATCH"]
    assert rows["MARVEL-ANCE"] == ["65.15", "-", "-", "not run"]


def test_elsewhere_published_figures_are_context(inspector: Inspector) -> None:
    assert not comparable(inspector.data, inspector.split)  # named webqa, but another collection
    table = against_paper([result("bm25", 0.5)], inspector.data, "test")
    assert {row["status"] for row in table.records or ()} == {None}
    assert {row["difference"] for row in table.records or ()} == {None}
    assert any("context" in note for note in table.notes)


def test_the_order_is_compared_as_a_rank_correlation(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of the paper's systems; the second and the third of them change places here."""
    monkeypatch.setattr(published, "comparable", lambda *_: True)
    queries = tuple(f"q{number}" for number in range(200))

    def scored(name: str, mean: float) -> Any:
        values = {metric: np.full(len(queries), mean) for metric in COLUMNS}
        scores = Scores(queries, values, 0)
        return SimpleNamespace(**vars(result(name, mean)), over_seeds=scores)

    paper = {"bm25": 53.75, "clip-dpr": 48.83, "dpr-zero-shot": 22.72}
    here = dict(zip(paper, (0.5, 0.1, 0.2), strict=True))
    table = against_paper([scored(*one) for one in here.items()], DATA, "test")
    assert any("order of 3 systems by MRR@10" in note and "0.33 [" in note for note in table.notes)
