"""Plug-ins as a user runs them: several, in any order of options, changed, and failing."""

import json
import re
from pathlib import Path

import pytest
from conftest import Command

PLUGIN = """
import helper
from dataclasses import dataclass
import numpy as np
from benchmark import Retriever, Task, TopK, register, top_k

@register("{name}", title="{name}", group="Mine")
@dataclass(frozen=True, kw_only=True)
class Mine(Retriever):
    weight: float = 1

    def search(self, task: Task) -> TopK:
        count = len(task.questions()), len(task.numbers)
        return top_k(np.full(count, helper.SCORE, np.float32), task.numbers, task.depth)
"""
FAILING = """
from dataclasses import dataclass
from benchmark import Retriever, Task, TopK, register

@register("failing", title="F", group="Mine")
@dataclass(frozen=True, kw_only=True)
class Failing(Retriever):
    def search(self, task: Task) -> TopK:
        return {}[task.depth]
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_and_plug_ins_come_in_any_order(bench: Command, tmp_path: Path) -> None:
    write(tmp_path / "helper.py", "SCORE = 1")
    plugin = write(tmp_path / "mine.py", PLUGIN.format(name="mine"))
    rows = write(tmp_path / "rows.toml", '[light]\nretriever = "mine"\nweight = 0\n')
    for words in (["--rows", rows, "--plugin", plugin], ["--plugin", plugin, "--rows", rows]):
        shown = bench("show", "light", *words, "--format", "json")
        assert json.loads(shown.stdout)["settings"] == {"weight": 0.0}, shown.stderr


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_failing_plug_in_leaves_the_other_rows_alone(
    bench: Command, beir: Path, tmp_path: Path, jobs: int
) -> None:
    """Two plug-ins have the same file name, and so have the modules that they import nearly."""
    write(tmp_path / "a" / "helper.py", "SCORE = 1")
    one = write(tmp_path / "a" / "same.py", PLUGIN.format(name="one"))
    two = write(tmp_path / "b" / "same.py", PLUGIN.format(name="two").replace("helper", "other"))
    write(tmp_path / "b" / "other.py", "SCORE = 1")
    failing = write(tmp_path / "failing.py", FAILING)
    words = ["--plugin", failing, "--plugin", one, "--plugin", two, "--jobs", jobs]
    words += ["--dataset", "beir", "--data-dir", beir, "--format", "json"]
    done = bench("run", "failing", "one", "two", *words)
    assert done.returncode == 2
    said = f"{failing}:9: KeyError: 100; correct the plug-in"
    assert done.stderr.splitlines()[-1] == f"error: {said}"
    assert "Traceback" not in done.stderr
    assert {row["name"] for row in json.loads(done.stdout)["rows"]} == {"one", "two"}
    if jobs == 1:
        again = bench("run", "one", "two", *words)
        assert again.returncode == 0
        assert again.stderr.count("up to date") == 2
        write(tmp_path / "a" / "helper.py", "SCORE = 2")
        changed = bench("run", "one", "two", *words)
        assert re.search(r"one \(seed 1234\): MRR@10 [\d.]+, scored in", changed.stderr)
        assert "two (seed 1234): up to date" in changed.stderr


ARTEFACTS = """
from dataclasses import dataclass
import numpy as np
from helper import SCORE
from benchmark import Retriever, Task, TopK, register, top_k
from benchmark.artefacts.identity import recipe_name
from benchmark.retriever import Ranking

@recipe_name("Constant")
@dataclass(frozen=True, kw_only=True)
class Constant(Ranking):
    task: Task

    def rank(self, store) -> TopK:
        count = len(self.task.questions()), len(self.task.numbers)
        return top_k(np.full(count, SCORE, np.float32), self.task.numbers, self.task.depth)

@register("constant", title="C", group="Mine")
@dataclass(frozen=True, kw_only=True)
class Constants(Retriever):
    def ranking(self, task: Task) -> Ranking:
        return Constant(task=task)
"""


def test_artefacts_of_a_plug_in_are_made_again_when_its_code_changes(
    bench: Command, beir: Path, tmp_path: Path
) -> None:
    helper = write(tmp_path / "helper.py", "SCORE = 1")
    plugin = write(tmp_path / "constant.py", ARTEFACTS)
    words = ["constant", "--plugin", plugin, "--dataset", "beir", "--data-dir", beir]
    assert "scored in" in bench("run", *words).stderr
    assert "up to date" in bench("run", *words).stderr
    write(helper, "SCORE = 2")
    assert "scored in" in bench("run", *words).stderr
