"""How long commands take from nothing to their last line, against other tools' equivalents."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmark.bench.comparison import Comparison, Work

OURS = (sys.executable, "-m", "benchmark")


def command(*words: str) -> str:
    """Run a command to its end; returns what it printed."""
    # pyserini asks for a key at import, and never uses it here.
    variables = {"OPENAI_API_KEY": "none", **os.environ}
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=variables)  # noqa: S603
    return done.stdout


def _work(ours: tuple[str, ...], peer: tuple[str, ...], folder: Path) -> Work:
    del folder
    there = find_spec(peer[2].partition(".")[0]) is not None
    return Work(
        ours=lambda: command(*OURS, *ours),
        peer=(lambda: command(*peer)) if there else None,
        agreement=lambda ours, _: f"{len(ours.splitlines())} lines",
    )


COMPARISONS = tuple(
    Comparison(
        name=f"start-{name}",
        title=f"`{' '.join(ours)}`",
        peer=f"`python {' '.join(peer)}`",
        open=partial(_work, ours, (sys.executable, *peer)),
        seconds=seconds,
        repeats=5,
    )
    for name, ours, peer, seconds in (
        ("help", ("--help",), ("-m", "mteb", "--help"), 0.4),
        ("list", ("list",), ("-m", "pyserini.search.lucene", "--help"), 0.4),
        ("table", ("table",), ("-m", "pyserini.eval.trec_eval", "-h"), 2.0),
    )
)
