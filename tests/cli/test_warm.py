"""Where all is up to date, commands load nothing that computes: no network, JVM, index or test."""

import subprocess
import sys
from pathlib import Path

from conftest import Command

from benchmark.datasets import Collection

HEAVY = {
    *("torch", "transformers", "open_clip", "faiss", "jnius"),
    *("ranx", "numba", "scipy", "pandas", "matplotlib"),
}

COMMAND = f"""
import sys
from benchmark.cli import cli
try:
    cli(sys.argv[1:], prog_name="benchmark")
except SystemExit as end:
    assert end.code in (None, 0), end.code
sys.stderr = sys.__stderr__
sys.exit(", ".join({HEAVY} & set(sys.modules)) or None)
"""

PLAN = f"""
import sys
from pathlib import Path
from benchmark.datasets import Collection
from benchmark.execution.experiment import Row, plan
from benchmark.registry import retrievers
from benchmark.retriever import Task
task = Task(data=Collection(Path(sys.argv[1])))
rows = [Row(entry=entry, task=task, folder=Path()) for entry in retrievers().values()]
planned = {{scoring.entry.name for scoring in plan(rows, 2, skip=True)}}
assert {{"bm25", "nq-ance", "clip-dpr", "univl-dr", "vinvl-dpr", "marvel-ance"}} <= planned, planned
sys.exit(", ".join({HEAVY} & set(sys.modules)) or None)
"""


def loaded(script: str, *words: object, folder: Path) -> tuple[int, str]:
    """The exit code of a script in a process of its own, and the last line of what it says."""
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stderr.strip().rpartition("\n")[2] if done.returncode else ""


def test_what_is_up_to_date_loads_nothing_heavy(bench: Command, beir: Path, tmp_path: Path) -> None:
    data = ["--dataset", "beir", "--data-dir", beir]
    store = ["--store", tmp_path / "store"]
    first = bench("run", "bm25", "bm25-wide", "--rows", rows(tmp_path), *data)
    assert first.returncode == 0, first.stderr
    again = loaded(
        COMMAND,
        "run",
        "bm25",
        "bm25-wide",
        "--rows",
        rows(tmp_path),
        *data,
        *store,
        folder=tmp_path,
    )
    assert again == (0, "")
    assert loaded(COMMAND, "table", *data, *store, folder=tmp_path) == (0, "")


def rows(folder: Path) -> Path:
    """A second row, so that there is a pair to test."""
    path = folder / "rows.toml"
    path.write_text('[bm25-wide]\nretriever = "bm25"\ntitle = "b"\nb = 0.9\n', encoding="utf-8")
    return path


def test_to_plan_all_rows_loads_no_network(webqa_micro: Collection, tmp_path: Path) -> None:
    assert loaded(PLAN, webqa_micro.folder, folder=tmp_path) == (0, "")
