"""What is added from outside the package: a paper with table, claim and ablation, a retriever, a
data format; each is a file or package of its own, and no other file changes.

Metrics are added in tests/cli/test_commands.py.
"""

import json
import os
import shlex
import subprocess
from pathlib import Path

import pytest
from conftest import Command

from benchmark import papers
from benchmark.errors import InputError
from benchmark.papers.univl_dr import PAPER
from benchmark.report.paper import Paper, PaperTable
from benchmark.report.tables import Table

OVERLAP = '''
"""A retriever and a paper about it."""

from dataclasses import dataclass

import numpy as np

from benchmark import Retriever, Task, TopK, register, top_k
from benchmark.report.ablations import Ablation, Measured
from benchmark.report.claims import Claim, Control
from benchmark.report.groups import grouped_table
from benchmark.report.paper import Paper, PaperTable
from benchmark.results.variants import Variant


@register("overlap", title="Word overlap", group="Made up")
@dataclass(frozen=True, kw_only=True)
class Overlap(Retriever):
    """Counts the words, or the letters, that a question and a document share."""

    letters: bool = False
    longest: int = 100

    def search(self, task: Task) -> TopK:
        def parts(text):
            return set(text) if self.letters else set(text.split()[: self.longest])

        documents = [parts(text) for text in task.data.corpus.texts(task.numbers)]
        scores = [[len(parts(text) & one) for one in documents] for text in task.questions()]
        return top_k(np.array(scores, dtype=np.float32), task.numbers, task.depth)


WORDS, LETTERS, FIRST = (
    Variant(retriever="overlap", settings=s) for s in ({}, {"letters": True}, {"longest": 1})
)
PAIR = (WORDS, LETTERS)


def made_up(results, data, split):
    groups = {"Made up": ["overlap"]}
    return grouped_table(
        results, data, split, title="Made-up table", groups=groups, metrics=["MRR@10"]
    )


PAPER = Paper(
    name="made-up",
    title="On Words (Nobody, 2026)",
    tables={"made-up": PaperTable(title="Table 0", says="One row.", make=made_up)},
    claims=(
        Claim(
            name="words",
            says="Words beat letters",
            pairs=(PAIR,),
            controls=(Control(system=FIRST, of=PAIR),),
        ),
    ),
    ablations={
        "units": Ablation(
            title="Units",
            factors=("Unit",),
            rows={("word",): WORDS, ("letter",): LETTERS},
            columns=(Measured(title="MRR@10, all"),),
            note="Nothing else differs.",
        )
    },
)
'''


PAIRS = '''
"""A data format: lines of question, tab, answer."""

from benchmark.io.jsonl import Source
from benchmark.types import Document, Query

TITLE = "pairs of question and answer"
NOTICE = ""


def files(source):
    return [source / "pairs.tsv"]


def prepare(source, writer):
    (path,) = files(source)
    lines = [line.split("\\t") for line in path.read_text(encoding="utf-8").splitlines()]
    for number, (_, answer) in enumerate(lines):
        writer.add(Document(id=f"d{number}", text=answer), Source(path, number + 1))
    queries = [
        (Query(id=f"q{number}", text=question), Source(path, number + 1))
        for number, (question, _) in enumerate(lines)
    ]
    qrels = {f"q{number}": {f"d{number}": 1} for number in range(len(lines))}
    writer.split("test", queries, qrels, path)
'''


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def tables_and_claims(bench: Command, beir: Path, *more: object) -> None:
    """Run the retriever, and make the paper's table, ablation and claim."""
    options = ("--dataset", "beir", "--data-dir", beir, *more)
    said(bench("run", "overlap", *options))
    assert "## Made-up table on zoo (test)" in said(bench("table", "made-up", *options))
    units = json.loads(said(bench("table", "units", *options, "--run", "--format", "json")))
    words, letters = (row["MRR@10, all"] for row in units["rows"])
    asked = ("claims", "made-up", *options, "--format", "json")
    lacking = json.loads(said(bench(*asked)))
    (claim,) = lacking["rows"]
    assert claim["pairs"][0]["mean"] == pytest.approx(words - letters)
    assert (claim["verdict"], claim["reason"]) == ("not tested", "a control has no result")
    # The command that is told makes the control.
    (told,) = [
        note for note in lacking["notes"] if note.startswith("Controls of claim 1 have no result")
    ]
    said(bench(*shlex.split(told.split("`")[1])[3:]))
    (claim,) = json.loads(said(bench(*asked)))["rows"]
    whole, control, rest = (pair["mean"] for pair in claim["pairs"])
    assert (whole, rest) == (pytest.approx(words - letters), pytest.approx(whole - control))
    assert claim["verdict"] != "not tested"
    assert bench("claims", "unheard-of", *options).returncode == 2


def test_another_package_brings_a_retriever_a_paper_and_a_data_format(
    bench: Command, beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "installed" / "made_up-1.0.dist-info"
    about.mkdir(parents=True)
    (about.parent / "made_up.py").write_text(OVERLAP, encoding="utf-8")
    (about.parent / "pairs_format.py").write_text(PAIRS, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[benchmark.retrievers]\nmade-up = made_up\n"
        "[benchmark.papers]\nmade-up = made_up:PAPER\n"
        "[benchmark.formats]\npairs = pairs_format\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(about.parent), prepend=os.pathsep)
    tables_and_claims(bench, beir)
    assert "made-up  One row." in said(bench("table", "--help"))
    assert (tmp_path / "results" / "zoo" / "claims-made-up.md").is_file()
    said(bench("verify", "--dataset", "beir", "--data-dir", beir))
    (tmp_path / "pairs").mkdir()
    (tmp_path / "pairs" / "pairs.tsv").write_text("red fox\ta fox\nblue whale\ta whale\n")
    shown = said(bench("run", "overlap", "--dataset", "pairs", "--data-dir", tmp_path / "pairs"))
    assert "2 judged questions" in shown
    assert "100.00" in shown


def test_a_paper_of_a_plug_in(bench: Command, beir: Path, tmp_path: Path) -> None:
    plug_in = tmp_path / "made_up.py"
    plug_in.write_text(OVERLAP, encoding="utf-8")
    tables_and_claims(bench, beir, "--plugin", plug_in)


def test_a_paper_is_one_folder_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It needs no entry point: a folder that the package's path holds is found."""
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "__init__.py").write_text(
        "from benchmark.report.paper import Paper\nPAPER = Paper(name='2', title='')\n"
    )
    monkeypatch.setattr(papers, "__path__", [*papers.__path__, str(tmp_path)])
    assert {"univl-dr", "2"} <= {paper.name for paper in papers.papers()}


def no_table(*_: object) -> Table:
    raise NotImplementedError


@pytest.mark.parametrize(
    ("second", "what"),
    [
        (Paper(name="univl-dr", title=""), "two papers are called 'univl-dr'"),
        (
            Paper(
                name="2", title="", tables={"bias": PaperTable(title="", says="", make=no_table)}
            ),
            "has a table 'bias', as the benchmark has",
        ),
        (
            Paper(name="2", title="", ablations=PAPER.ablations),
            "has a table 'image-representation', as paper 'univl-dr' has",
        ),
        ("no paper", "is no Paper"),
    ],
)
def test_names_are_taken_once(
    second: object, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers.entry_points, "load", lambda _: [("second", second)])
    with pytest.raises(InputError, match=what):
        papers.papers()
