"""TREC files: what is read, in which order, and what is refused."""

import gzip
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmark.errors import InputError
from benchmark.io.trec import read_qrels, read_run, read_sets, write_qrels, write_run
from benchmark.types import Run


def test_a_run_is_ordered_by_score_then_rank_never_by_id(tmp_path: Path) -> None:
    path = tmp_path / "run.txt"
    path.write_text("q Q0 a 3 1.5 tag\nq Q0 z 1 1.5 tag\nq Q0 m 2 1.5 tag\nq Q0 b 4 2 tag\n")
    run = read_run(path)
    assert run.name == "tag"
    assert run.documents == {"q": ["b", "z", "m", "a"]}


@given(
    lists=st.dictionaries(
        st.text("abc", min_size=1, max_size=3),
        st.lists(st.floats(-1024, 1024, width=32), min_size=1, max_size=30),
        min_size=1,
        max_size=3,
    )
)
def test_a_written_run_keeps_its_order_for_readers_that_sort_by_score(
    lists: dict[str, list[float]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    # Ids run against the order, so that a reader who breaks ties by id would be caught.
    documents = {q: [f"d{len(s) - i:03}" for i in range(len(s))] for q, s in lists.items()}
    scores = {q: sorted(s, reverse=True) for q, s in lists.items()}
    path = tmp_path_factory.mktemp("runs") / "run.trec.gz"
    write_run(Run("x", documents, scores), path)
    rows = [line.split() for line in gzip.decompress(path.read_bytes()).decode().splitlines()]
    assert {len(row) for row in rows} == {6}
    for query, expected in documents.items():
        mine = [(np.float32(row[4]), row[2]) for row in rows if row[0] == query]
        assert [name for _, name in sorted(mine, key=lambda pair: -pair[0])] == expected
        assert len({score for score, _ in mine}) == len(mine)
    assert read_run(path).documents == documents


def test_the_same_run_gives_the_same_bytes(tmp_path: Path) -> None:
    run = Run("x", {"q": ["a", "b"]}, {"q": [2.0, 2.0]})
    write_run(run, tmp_path / "one.gz")
    write_run(run, tmp_path / "two.gz")
    assert (tmp_path / "one.gz").read_bytes() == (tmp_path / "two.gz").read_bytes()


@pytest.mark.parametrize(
    "line", ["q\td\t1", "q 0 d 1", "q 0 d 1 7", "query-id corpus-id score\nq d 1"]
)
def test_qrels_of_three_four_and_five_columns(tmp_path: Path, line: str) -> None:
    path = tmp_path / "qrels.txt"
    path.write_text(line + "\n")
    assert read_qrels(path) == {"q": {"d": 1}}
    write_qrels(read_qrels(path), path)
    assert path.read_text() == "q 0 d 1\n"


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (read_run, "q Q0 d 1 1.0 t\nq Q0 d 2\n", "run:2: 4 columns"),
        (read_run, "q Q0 d 1 nan t\n", "run:1: score 'nan' is not finite"),
        (read_run, "q Q0 d 1 inf t\n", "run:1: score 'inf' is not finite"),
        (read_run, "q Q0 d one 1.0 t\n", "run:1: rank 'one'"),
        (read_run, "q Q0 d 1 1.0 t\nq Q0 d 2 0.5 t\n", "run:2: document 'd' is repeated"),
        (read_run, "\n", "run: no results"),
        (read_qrels, "q d\n", "run:1: 2 columns"),
        (read_qrels, "q d x\n", "run:1: relevance 'x'"),
        (read_qrels, "q Park Avenue 1\n", "run:1: the second of 4 columns is 'Park'"),
        (read_qrels, "q 0\td\t 1\n", "run:1: an empty column, or a space beside a tab"),
        (read_qrels, "q d 1\nq d 0\n", "run:2: document 'd' is judged 1 and 0 for query 'q'"),
        (read_sets, '{"q": ["a"],\n"q": ["b"]}', "run: query 'q' occurs twice"),
        (read_sets, '{"q": ["a"],\n"p": ["b"', "run:2: not JSON"),
        (read_sets, '{"q": "a"}', "run: query 'q' has no list"),
        (read_sets, '{"q": ["a", "a"]}', "run: query 'q' has a repeated document"),
        (read_sets, "[]", "run: no predictions"),
    ],
)
def test_bad_files_are_refused_by_line(tmp_path: Path, read, text: str, said: str) -> None:
    path = tmp_path / "run"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read(path)
    assert str(error.value).startswith(str(tmp_path / said))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("q1\tPark Avenue\t1\n", {"q1": {"Park Avenue": 1}}),
        ("q1\t0\tPark Avenue\t1\n", {"q1": {"Park Avenue": 1}}),
        ("q1 0 a\u00a0b 1\n", {"q1": {"a\u00a0b": 1}}),
        ("query-id\tcorpus-id\tscore\nq 1\td 1\t2\n", {"q 1": {"d 1": 2}}),
        ("# judged by two\nq1  0   #d  -1\n", {"q1": {"#d": -1}}),
    ],
)
def test_columns_are_between_tabs_where_there_are_tabs(
    tmp_path: Path, text: str, expected: dict[str, dict[str, int]]
) -> None:
    path = tmp_path / "qrels.txt"
    path.write_text(text, encoding="utf-8")
    assert read_qrels(path) == expected
    write_qrels(expected, path)
    assert read_qrels(path) == expected


def test_a_cut_gzip_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.gz"
    lines = [f"q Q0 d{i} {i} {-i} t\n" for i in range(50)]
    path.write_bytes(gzip.compress("".join(lines).encode())[:-12])
    with pytest.raises(InputError, match="cut or damaged"):
        read_run(path)
