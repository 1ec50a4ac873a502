"""An approximate row beside the exact one, from the command line."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_an_approximate_row_is_not_mistaken_for_an_exact_one(command: Run, tmp_path: Path) -> None:
    alone = command("run")
    assert alone.returncode == 0, alone.stderr
    assert "Of the exact lists" not in alone.stdout
    # Four cells, of which one is looked at.
    done = command("run", "--index", "faiss:IVF4,Flat")
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "results" / "words"
    name = "letters+index=faiss-ivf4-flat"
    metrics = json.loads((folder / name / "metrics.json").read_text())
    assert metrics["index"] == "faiss IVF4,Flat"
    assert 0 < metrics["recall_of_exact"] < 1
    table = (folder / "leaderboard.md").read_text()
    (exact,) = [line for line in table.splitlines() if "| letters " in line]
    (lossy,) = [line for line in table.splitlines() if f"| {name} " in line]
    assert "| Of the exact lists |" in " ".join(table.split())
    assert exact.rstrip(" |").endswith(" 100.00")
    share = f"{100 * metrics['recall_of_exact']:.2f}"
    assert lossy.rstrip(" |").endswith(f" {share}")
    assert "Letters [faiss IVF4,Flat]" in lossy
    uses = f"- {name} uses approximate search (faiss IVF4,Flat): it retrieves {share}% "
    assert uses in table


def test_a_row_without_one_set_of_embeddings_has_no_index(command: Run) -> None:
    done = command("run", "bm25", "--index", "qdrant")
    assert done.returncode == 2
    assert "bm25+index=qdrant-embedded has no single set of embeddings" in done.stderr
