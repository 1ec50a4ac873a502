"""BM25 in Lucene: every question is answered, whatever its length, the locale, or a thread."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import write_lines

from baselines import bm25
from baselines.bm25 import BM25, LuceneIndex
from benchmark.artefacts.store import Store
from benchmark.datasets import Collection, find
from benchmark.environment import java
from benchmark.errors import UnavailableError
from benchmark.retriever import Task

ROOT = Path(__file__).resolve().parents[2]
WORDS = {"q0": "Wo ist das café Zürich?", "q1": "富士山 はどこ", "q2": "東京"}
TEXTS = {"d0": "富士山 は 山", "d1": "das Café in Zürich", "d2": "plain words", "d3": "東京 塔"}
RANK = """
import json, sys, pathlib
from baselines.bm25 import BM25
from benchmark.artefacts.store import Store
from benchmark.datasets import find
from benchmark.retriever import Task
store = Store(pathlib.Path(sys.argv[2]))
task = Task(data=find("beir", pathlib.Path(sys.argv[1]), store))
print(json.dumps(BM25().ranking(task).run("bm25", store).documents))
"""
LOCALES = {
    "C": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "Latin-1": {"LC_ALL": "en_US.ISO-8859-1", "PYTHONUTF8": "0"},
}


def folder(path: Path, texts: dict[str, str], questions: dict[str, str]) -> Path:
    (path / "qrels").mkdir(parents=True)
    write_lines(path / "corpus.jsonl", [{"_id": key, "text": text} for key, text in texts.items()])
    write_lines(
        path / "queries.jsonl", [{"_id": key, "text": text} for key, text in questions.items()]
    )
    lines = "".join(f"{query}\t{next(iter(texts))}\t1\n" for query in questions)
    (path / "qrels" / "test.tsv").write_text(lines, encoding="utf-8")
    return path


def first(data: Collection, store: Store) -> list[str | None]:
    """The first document of each question."""
    run = BM25().ranking(Task(data=data)).run("bm25", store)
    return [next(iter(ranked), None) for ranked in run.documents.values()]


def test_a_question_of_thousands_of_terms_is_answered(tmp_path: Path, store: Store) -> None:
    long = " ".join(f"w{number}" for number in range(3000))
    texts = {"d0": "w2999", "d1": "something else"}
    data = find("beir", folder(tmp_path / "long", texts, {"q0": long, "q1": "else"}), store)
    assert first(data, store) == ["d0", "d1"]


def test_an_error_in_a_thread_of_lucene_reaches_python(zoo: Collection, store: Store) -> None:
    limit = java._jvm()("org.apache.lucene.search.IndexSearcher")
    limit.setMaxClauseCount(1)
    try:
        with pytest.raises(UnavailableError, match=r"Lucene failed: .*maxClauseCount"):
            first(zoo, store)
    finally:
        limit.setMaxClauseCount(2**31 - 1)
    assert first(zoo, store) == ["d0", None, "d4"]


def test_a_question_that_lucene_loses_is_missed(
    zoo: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def losing(kind: str, arguments: dict[str, str], flags: list[str]) -> object:
        program = java.anserini(kind, arguments, flags)
        if "output" in arguments:
            path = Path(arguments["output"])
            lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
            kept = "".join(line for line in lines if not line.startswith("2 "))
            path.write_text(kept, encoding="utf-8")
        return program

    monkeypatch.setattr(bm25, "anserini", losing)
    with pytest.raises(UnavailableError, match=r"no result for 1 of 3 questions .* number 3;"):
        first(zoo, store)


def test_a_document_that_lucene_loses_is_missed(
    zoo: Collection, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bm25, "indexed_documents", lambda _: 4)
    with pytest.raises(UnavailableError, match=r"indexed 4 of 5 documents \(0 are empty\)"):
        store.path(LuceneIndex(data=zoo))


@pytest.mark.parametrize("name", LOCALES)
def test_words_are_found_whatever_the_locale(tmp_path: Path, name: str) -> None:
    """Where the system has no Latin-1 locale, one is compiled."""
    variables = {**os.environ, **LOCALES[name]}
    if name == "Latin-1":
        command = ["localedef", "-i", "en_US", "-f", "ISO-8859-1", tmp_path / "en_US.ISO-8859-1"]
        try:
            subprocess.run(command, capture_output=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"no Latin-1 locale can be compiled here: {error}")
        variables["LOCPATH"] = str(tmp_path)
    data = folder(tmp_path / "zoo", TEXTS, WORDS)
    known = subprocess.run(
        [sys.executable, "-c", "import locale; print(locale.getpreferredencoding())"],
        env=variables,
        capture_output=True,
        encoding="ascii",
        check=True,
    ).stdout.strip()
    assert known == {"C": "ANSI_X3.4-1968", "Latin-1": "ISO-8859-1"}[name]
    done = subprocess.run(
        [sys.executable, "-X", "warn_default_encoding", "-c", RANK, data, tmp_path / "store"],
        env=variables,
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    said = done.stderr.decode("utf-8", "replace")
    assert done.returncode == 0, said
    warned = [line for line in said.splitlines() if "EncodingWarning" in line]
    ours = [line for line in warned if str(ROOT) in line and "site-packages" not in line]
    assert not ours
    assert json.loads(done.stdout) == {"q0": ["d1"], "q1": ["d0"], "q2": ["d3"]}


def test_a_path_that_libraries_cannot_open_in_a_locale_is_refused(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "benchmark",
            "table",
            "--results",
            os.fsencode(tmp_path) + b"/\xc3\xa9",
        ],
        env={**os.environ, **LOCALES["C"]},
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.decode("utf-8").endswith("variable LC_ALL=C.UTF-8\n")
