"""A paper is one package or file of its own: found, and its tables, claims and ablations made."""

import json
import os
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
from benchmark.report.claims import Claim
from benchmark.report.groups import grouped_table
from benchmark.report.paper import Paper, PaperTable
from benchmark.results.variants import Variant


@register("overlap", title="Word overlap", group="Made up")
@dataclass(frozen=True, kw_only=True)
class Overlap(Retriever):
    """Counts the words, or the letters, that a question and a document share."""

    letters: bool = False

    def search(self, task: Task) -> TopK:
        def parts(text):
            return set(text) if self.letters else set(text.split())

        documents = [parts(text) for text in task.data.corpus.texts(task.numbers)]
        scores = [[len(parts(text) & one) for one in documents] for text in task.questions()]
        return top_k(np.array(scores, dtype=np.float32), task.numbers, task.depth)


WORDS, LETTERS = (Variant(retriever="overlap", settings=s) for s in ({}, {"letters": True}))


def made_up(results, data, split):
    groups = {"Made up": ["overlap"]}
    return grouped_table(
        results, data, split, title="Made-up table", groups=groups, metrics=["MRR@10"]
    )


PAPER = Paper(
    name="made-up",
    title="On Words (Nobody, 2026)",
    tables={"made-up": PaperTable(title="Table 0", says="One row.", make=made_up)},
    claims=(Claim(name="words", says="Words beat letters", pairs=((WORDS, LETTERS),)),),
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


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout


def tables_and_claims(bench: Command, beir: Path, *more: object) -> None:
    """Run the retriever, and make the paper's table, ablation and claim."""
    options = ("--dataset", "beir", "--data-dir", beir, *more)
    said(bench("run", "overlap", *options))
    assert "## Made-up table on zoo (test)" in said(bench("table", "made-up", *options))
    units = json.loads(said(bench("table", "units", *options, "--format", "json")))
    words, letters = (row["MRR@10, all"] for row in units["rows"])
    (claim,) = json.loads(said(bench("claims", "made-up", *options, "--format", "json")))["rows"]
    assert claim["pairs"][0]["mean"] == pytest.approx(words - letters)
    assert bench("claims", "unheard-of", *options).returncode == 2


def test_a_paper_of_another_package(
    bench: Command, beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    about = tmp_path / "installed" / "made_up-1.0.dist-info"
    about.mkdir(parents=True)
    (about.parent / "made_up.py").write_text(OVERLAP, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[benchmark.retrievers]\nmade-up = made_up\n[benchmark.papers]\nmade-up = made_up:PAPER\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(about.parent), prepend=os.pathsep)
    tables_and_claims(bench, beir)
    assert (tmp_path / "results" / "zoo" / "claims-made-up.md").is_file()
    said(bench("verify", "--dataset", "beir", "--data-dir", beir))


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
    assert [paper.name for paper in papers.papers()] == ["univl-dr", "2"]


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
