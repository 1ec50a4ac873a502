"""Unjudged documents, by hand: bounds, pools for assessors, and assessments that come back."""

from pathlib import Path

import pytest

from benchmark.errors import InputError
from benchmark.evaluation.metrics import score_run
from benchmark.evaluation.unjudged import both_first, condensed, unjudged_as_right
from benchmark.io.trec import read_qrels
from benchmark.report.inspection import Inspector
from benchmark.report.unjudged import unjudged_table
from benchmark.results.judgments import (
    COLUMNS,
    keep_judgments,
    read_assessments,
    read_judgments,
    with_judgments,
    write_assessments,
)
from benchmark.results.result import Result
from benchmark.types import Run

QRELS = {"q": {"right": 1, "wrong": 0}, "r": {"right": 1}}


def run(name: str, **lists: str) -> Run:
    documents = {query: ranked.split() for query, ranked in lists.items()}
    scores = {query: [float(-i) for i in range(len(ids))] for query, ids in documents.items()}
    return Run(name, documents, scores)


ONE = run("one", q="wrong new right", r="new other right")


def test_bounds_by_hand() -> None:
    assert score_run(ONE, QRELS, ["MRR@10"]).values["MRR@10"].tolist() == [1 / 3, 1 / 3]
    assert unjudged_as_right(ONE, QRELS, ["MRR@10"]).values["MRR@10"].tolist() == [1 / 2, 1]
    # What was judged wrong stays wrong.
    assert condensed(ONE, QRELS, ["MRR@10"]).values["MRR@10"].tolist() == [1 / 2, 1]
    # Beyond the depth nothing is taken for right.
    assert unjudged_as_right(ONE, QRELS, ["MRR@10"], depth=1).mean("MRR@10") == (1 / 3 + 1) / 2


def test_what_both_rank_first_and_nobody_judged() -> None:
    other = run("other", q="new wrong right far", r="right other new")
    assert both_first(ONE, other, QRELS) == {
        "q": [("new", 2, 1)],
        "r": [("new", 1, 3), ("other", 2, 2)],
    }
    assert both_first(ONE, other, QRELS, depth=1) == {}


def assessed(path: Path, *levels: str) -> Path:
    """A file for assessors of two documents, filled in."""
    rows = [
        {name: f'{name}, "{number}"' for name in COLUMNS[:-1]} | {"query": query, "document": "new"}
        for number, query in enumerate("qr")
    ]
    write_assessments(rows, path)
    lines = path.read_text(encoding="utf-8").splitlines()
    filled = [line + level for line, level in zip(lines[1:], levels, strict=True)]
    path.write_text("\n".join([lines[0], *filled]) + "\n", encoding="utf-8")
    return path


def test_assessments_are_kept_beside_and_change_nothing(tmp_path: Path) -> None:
    judged = read_assessments(assessed(tmp_path / "a.csv", "1", ""), QRELS)
    assert judged == {"q": {"new": 1}}
    kept = keep_judgments(judged, tmp_path, "second-look")
    assert kept == tmp_path / "judgments" / "second-look.qrels"
    assert read_qrels(kept) == read_judgments(tmp_path, "second-look") == judged
    both = with_judgments(QRELS, judged)
    assert both == {"q": {"new": 1, "right": 1, "wrong": 0}, "r": {"right": 1}}
    assert score_run(ONE, both, ["MRR@10"]).values["MRR@10"].tolist() == [1 / 2, 1 / 3]
    with pytest.raises(InputError, match="judgments with this name exist"):
        keep_judgments(judged, tmp_path, "second-look")
    with pytest.raises(InputError, match="did you mean 'second-look'"):
        read_judgments(tmp_path, "second-lock")
    with pytest.raises(InputError, match="cannot be the name of a file"):
        keep_judgments(judged, tmp_path, "../elsewhere")


def test_assessments_that_can_be_read_two_ways_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    for levels, what in (
        (("yes", ""), r"a\.csv:2: relevance 'yes' is not an integer"),
        (("-1", ""), "relevance '-1'"),
        (("", ""), "no relevance is filled in"),
    ):
        with pytest.raises(InputError, match=what):
            read_assessments(assessed(path, *levels), QRELS)
    with pytest.raises(InputError, match="question 'q' has no judgments"):
        read_assessments(assessed(path, "1", ""), {"r": {"right": 1}})
    with pytest.raises(InputError, match="'new' is already judged"):
        read_assessments(assessed(path, "1", ""), {**QRELS, "q": {"new": 0}})
    twice = path.read_text(encoding="utf-8")
    path.write_text(twice + twice.splitlines()[1] + "\n", encoding="utf-8")
    with pytest.raises(InputError, match="already judged"):
        read_assessments(path, QRELS)
    path.write_bytes(b"query,document,relevance\nq,\xff,1\n")
    with pytest.raises(InputError, match="not readable as CSV"):
        read_assessments(path, QRELS)
    path.write_text("query,document\nq,new\n", encoding="utf-8")
    with pytest.raises(InputError, match="column relevance is missing"):
        read_assessments(path, QRELS)


def test_an_oracle_has_no_rank(inspector: Inspector, monkeypatch: pytest.MonkeyPatch) -> None:
    best, other = (result.name for result in inspector.ranked)
    monkeypatch.setattr(Result, "oracle", property(lambda result: result.name == best))
    table = unjudged_table(inspector.results, inspector.data, inspector.split)
    assert [(row["place"], row["name"]) for row in table.rows] == [(None, best), (1, other)]
    assert table.unranked == {0}
