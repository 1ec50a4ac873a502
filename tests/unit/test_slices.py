"""Slices of the questions, by hand."""

import numpy as np
import pytest

from benchmark.errors import InputError
from benchmark.evaluation.metrics import Scores
from benchmark.report.slices import moved_table, slices, slices_table
from benchmark.report.terminal import shown_columns
from benchmark.types import Query

WORDS = ["a b", "a b", "a b c", "a b c", "a b c d", "a b c d e"]
QUERIES = [
    Query(id=f"q{n}", text=text, category="color" if n < 4 else None)
    for n, text in enumerate(WORDS)
]


def scores(*values: float) -> Scores:
    return Scores(tuple(query.id for query in QUERIES), {"MRR@10": np.array(values)}, 0)


SYSTEMS = {"one": scores(1, 1, 0, 0.5, 0, 0), "two": scores(0, 0.5, 0, 0.5, 0, 1)}


def test_slices_by_category_and_length() -> None:
    assert slices(QUERIES, "Qcate") == {"color": {"q0", "q1", "q2", "q3"}}
    assert slices(QUERIES, "length") == {
        "up to 2 words": {"q0", "q1"},
        "3 to 3 words": {"q2", "q3"},
        "over 3 words": {"q4", "q5"},
    }
    with pytest.raises(InputError, match="modality"):
        slices(QUERIES, "modality")


def test_each_slice_has_its_difference_and_all_have_one_correction() -> None:
    table = slices_table(SYSTEMS, "MRR@10", slices(QUERIES, "length"))
    found = {row["slice"]: row for row in table.rows}
    assert found["all"]["difference"] == pytest.approx(0.5 / 6)
    assert found["up to 2 words"]["difference"] == pytest.approx(0.75)
    assert found["over 3 words"]["means"] == {"one": 0, "two": 0.5}
    raw = sorted(row["p"] for name, row in found.items() if name != "all")
    assert min(row["p_holm"] for name, row in found.items() if name != "all") == pytest.approx(
        min(1, 3 * raw[0])
    )


def test_what_moved_most_comes_first_each_way() -> None:
    table = moved_table(SYSTEMS, "MRR@10", QUERIES)
    moved = [(row["query"], row["difference"]) for row in table.rows]
    assert moved == [("q0", 1.0), ("q1", 0.5), ("q5", -1.0)]


def test_a_narrow_terminal_leaves_columns_out_rather_than_cutting_them() -> None:
    names = dict(zip(["bm25-clip-dpr", "univl-dr"], SYSTEMS.values(), strict=True))
    table = slices_table(names, "MRR@10", slices(QUERIES, "length"))
    titles = [column.title for column in shown_columns(table, 80)]
    assert titles == ["Questions", "Count", "bm25-clip-dpr", "Difference [95%]", "p (Holm)"]
    titles = [column.title for column in shown_columns(table, 60)]
    assert titles == ["Questions", "Count", "Difference [95%]", "p (Holm)"]
