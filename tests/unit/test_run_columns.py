"""Large run files, read by columns: the same as line by line, and the same errors."""

import gzip
from pathlib import Path

import pytest
import pytrec_eval
from hypothesis import example, given, settings
from hypothesis import strategies as st

from benchmark.errors import InputError
from benchmark.evaluation.metrics import score_run
from benchmark.io import trec
from benchmark.io.run_columns import read_columns
from benchmark.io.trec import read_run, write_run
from benchmark.types import Run

GOOD = "q Q0 d1 1 2.5 t\nq Q0 d2 2 2.5 t\np Q0 30000001 1 -1e-3 t\n"


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file counts as large."""
    monkeypatch.setattr(trec, "LARGE", 0)


def test_a_sound_file_is_read_by_columns(tmp_path: Path) -> None:
    path = tmp_path / "run.trec"
    path.write_text("# a comment\n" + GOOD.replace("p Q0", "p Q0", 1))
    run = read_columns(path, "rank")
    assert run is not None
    assert run.name == "t"
    assert run.documents == {"q": ["d1", "d2"], "p": ["30000001"]}
    assert run.scores == {"q": [2.5, 2.5], "p": [-0.001]}
    packed = tmp_path / "run.trec.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    again = read_columns(packed, "rank")
    assert again is not None
    assert again.documents == run.documents


LINES = st.lists(
    st.tuples(
        st.sampled_from(["q1", "q2", "7"]),
        st.sampled_from(["a", "b", "c", "é", "Z9"]),
        st.integers(-3, 9),
        st.sampled_from(["1", "1.00000001", "1.00000002", "-2e3", ".5", "0.1", "1.0"]),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda line: line[:2],
)


@settings(deadline=None)
@given(lines=LINES, ties=st.sampled_from(["rank", "trec_eval"]), tabs=st.booleans())
@example(
    lines=[("q1", "a", 1, "1.0"), ("q2", "a", 1, "1"), ("q1", "b", 0, "1")], ties="rank", tabs=False
)
def test_columns_and_lines_give_the_same_run(
    lines: list[tuple[str, str, int, str]], ties: str, tabs: bool, tmp_path_factory
) -> None:
    between = "\t" if tabs else " "
    path = tmp_path_factory.mktemp("runs") / "run"
    path.write_text(
        "".join(between.join((q, "Q0", d, str(r), s, "t")) + "\n" for q, d, r, s in lines),
        encoding="utf-8",
    )
    fast, slow = read_columns(path, ties), trec._by_lines(path, ties)
    assert fast is not None
    assert [*fast.documents] == [*slow.documents]
    assert (fast.name, fast.documents, fast.scores) == (slow.name, slow.documents, slow.scores)
    if ties == "trec_eval":
        # trec_eval itself, on the scores as they are: the rank of each document is that of ours.
        given_scores: dict[str, dict[str, float]] = {}
        for query, document, _, score in lines:
            given_scores.setdefault(query, {})[document] = float(score)
        for query, documents in fast.documents.items():
            for place, document in enumerate(documents, 1):
                judge = pytrec_eval.RelevanceEvaluator({query: {document: 1}}, {"recip_rank"})
                theirs = judge.evaluate({query: given_scores[query]})[query]["recip_rank"]
                assert theirs == pytest.approx(1 / place)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD + "q Q0 d3 3 1.0\n", "run:4: 5 columns, but a run has 6"),
        (GOOD + "q Q0 d3 3 nan t\n", "run:4: score 'nan' is not finite"),
        (GOOD + "q Q0 d3 3 inf t\n", "run:4: score 'inf' is not finite"),
        (GOOD + "q Q0 d3 3 1e39 t\n", "run:4: score '1e39' is not finite, or beyond"),
        (GOOD + "q Q0 d3 x 1 t\n", "run:4: rank 'x' or score '1' is not a number"),
        (GOOD + "q Q0 d3 3 NA t\n", "run:4: rank '3' or score 'NA' is not a number"),
        (GOOD + "q Q0 d1 3 1 t\n", "run:4: document 'd1' is repeated for query 'q'"),
        (GOOD + "p Q0 d1 3 1 t\nq Q0 d2 3 1 t\n", "run:5: document 'd2' is repeated for query 'q'"),
        (GOOD + "q Q0 d\u00e9\ufeff 3 1 t\n", "run:4: a byte-order mark within the text"),
        (GOOD + "q\tQ0\t d3\t3\t1\tt\n", "run:4: an empty column, or a space beside a tab"),
        ("q\tQ0\td1\t1\t\tt\n", "run:1: an empty column, or a space beside a tab"),
        ('{"q": ["d1"]}\n', "run:1: 2 columns, but a run has 6"),
        ("# nothing\n\n", "run: no results"),
    ],
)
def test_what_is_wrong_in_a_large_file_is_told_by_line(
    tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "run"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_run(path)
    assert str(error.value).startswith(str(tmp_path / said))


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:-9],
        lambda data: data[:30],
        lambda _: b"\x1f\x8b",
        lambda _: b"\xff\xfe",
    ],
)
def test_a_large_file_that_is_cut_or_no_text_is_refused(tmp_path: Path, damage) -> None:
    path = tmp_path / "run.gz"
    path.write_bytes(damage(gzip.compress(GOOD.encode())))
    with pytest.raises(InputError, match="cut or damaged"):
        read_run(path)


def test_a_run_of_other_questions_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_text(GOOD)
    with pytest.raises(InputError, match="results for none of the 1 judged questions"):
        score_run(read_run(path), {"other": {"d1": 1}})


def test_comments_amid_a_file_and_ids_with_a_hash(tmp_path: Path) -> None:
    path = tmp_path / "run"
    path.write_text("# head\n" + GOOD + "# amid\nq Q0 #d 3 1 t\n")
    assert read_run(path).documents["q"] == ["d1", "d2", "#d"]


def test_ids_with_blanks_are_written_with_tabs_and_read_again(tmp_path: Path) -> None:
    run = Run(
        "x", {"q 1": ["Park Avenue", "a\u00a0b"], "q2": ["d"]}, {"q 1": [2.0, 1.0], "q2": [1.0]}
    )
    write_run(run, tmp_path / "run")
    assert read_run(tmp_path / "run").documents == run.documents
    write_run(Run("two words", {"q": ["d"]}, {"q": [1.0]}), tmp_path / "named")
    assert read_run(tmp_path / "named").name == "two words"
    for name in ("#q", "a\tb", "", " a"):
        with pytest.raises(InputError, match="rename"):
            write_run(Run("x", {name: ["d"]}, {name: [1.0]}), tmp_path / "run")
