"""A collection of several pieces, and the command line under torchrun."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

PLUGIN = Path(__file__).with_name("cluster") / "letters.py"
LIMIT = 60
"""Seconds that no command of these tests may take."""

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def words(tmp_path: Path) -> Path:
    """A BEIR folder of 23 short documents, of which some are copies, and five questions."""
    dice = np.random.default_rng(3)
    texts = ["".join(dice.choice(list("abcde"), 4)) for _ in range(15)]
    texts += [texts[number] for number in dice.integers(0, 15, 8)]
    folder = tmp_path / "words"
    (folder / "qrels").mkdir(parents=True)
    for kind, letter, count in (("corpus", "d", len(texts)), ("queries", "q", 5)):
        lines = [json.dumps({"_id": f"{letter}{n}", "text": texts[n]}) for n in range(count)]
        (folder / f"{kind}.jsonl").write_text("\n".join(lines) + "\n")
    lines = [f"q{n}\td{n}\t1\n" for n in range(5)]
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + "".join(lines))
    return folder


@pytest.fixture
def command(tmp_path: Path, words: Path) -> Run:
    """``command("encode", ranks=2)`` runs it on ``words`` with the plug-in, under torchrun."""

    def run(
        *given: str, ranks: int = 1, **variables: str | Path
    ) -> subprocess.CompletedProcess[str]:
        torchrun = ["torch.distributed.run", "--standalone", f"--nproc-per-node={ranks}", "-m"]
        name, *rest = given
        return subprocess.run(
            [
                sys.executable,
                "-m",
                *(torchrun if ranks > 1 else []),
                "benchmark",
                name,
                "letters",
                *rest,
                *("--dataset", "beir", "--data-dir", str(words), "--plugin", str(PLUGIN)),
            ],
            cwd=tmp_path,
            env={
                **os.environ,
                "BENCHMARK_STORE": str(tmp_path / "store"),
                "OMP_NUM_THREADS": "1",
                **{key: str(value) for key, value in variables.items()},
            },
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )

    return run
