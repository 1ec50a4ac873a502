"""How long commands take from nothing to their last line, against other tools' equivalents."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from benchmark.bench.comparison import Comparison, Work
from benchmark.environment.java import java_home
from benchmark.errors import UnavailableError

OURS = (sys.executable, "-m", "benchmark")


PYSERINI = """
import runpy, sys, jnius_config
from pathlib import Path
home, add = Path(sys.argv[1]), jnius_config.add_options
vectors = "jdk.incubator.vector" in (home / "release").read_text(encoding="utf-8")
# A Java without that module would refuse to start at all.
jnius_config.add_options = lambda *options: add(
    *[one for one in options if vectors or "jdk.incubator.vector" not in one])
sys.argv = sys.argv[2:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""


def command(*words: str) -> str:
    """Run a command to its end; returns what it printed."""
    # pyserini asks for a key at import, and never uses it here.
    variables = {"OPENAI_API_KEY": "none", **os.environ, "JAVA_HOME": _java()}
    done = subprocess.run(words, capture_output=True, encoding="utf-8", env=variables)  # noqa: S603
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise UnavailableError(f"`{' '.join(words[:4])} ...` failed: {last}")
    return done.stdout


def pyserini(module: str) -> tuple[str, ...]:
    """The words that start one of pyserini's programs."""
    return (sys.executable, "-c", PYSERINI, _java(), f"pyserini.{module}")


def _java() -> str:
    home = java_home()
    return str(home[0]) if home else ""


def _work(ours: tuple[str, ...], peer: Callable[[], tuple[str, ...]], folder: Path) -> Work:
    del folder
    words = peer()
    there = words[1] != "-m" or find_spec(words[2]) is not None
    return Work(
        ours=lambda: command(*OURS, *ours),
        peer=(lambda: command(*words)) if there else None,
        agreement=lambda ours, _: f"{len(ours.splitlines())} lines",
    )


_MTEB = (sys.executable, "-m", "mteb", "--help")
_HELP = "pyserini.search.lucene --help"

COMPARISONS = tuple(
    Comparison(
        name=f"start-{name}",
        title=f"`{name}`",
        peer=title,
        open=partial(_work, ours, peer),
        seconds=seconds,
        repeats=5,
    )
    for name, ours, title, peer, seconds in (
        ("help", ("--help",), "`mteb --help`", lambda: _MTEB, 0.4),
        ("list", ("list",), f"`{_HELP}`", lambda: (*pyserini("search.lucene"), "--help"), 0.4),
        ("table", ("table",), f"`{_HELP}`", lambda: (*pyserini("search.lucene"), "--help"), 2.0),
    )
)
