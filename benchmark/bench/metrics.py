"""Scores of 14 systems and corrected tests of all pairs, start-up included, against ranx."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from benchmark.bench.comparison import Comparison, Work
from benchmark.bench.start import command

SYSTEMS, QUESTIONS, DEPTH, PERMUTATIONS = 14, 4966, 100, 1000

OURS = """
import json, sys
from benchmark.evaluation.metrics import METRICS, score_run
from benchmark.evaluation.comparison import compare
from benchmark.types import Run
runs, judgments = json.load(open(sys.argv[1], encoding="utf-8"))
systems = {
    name: score_run(Run(name, documents, dict.fromkeys(documents, [])), judgments)
    for name, documents in runs.items()
}
tested = compare(systems, *METRICS)
print(json.dumps([{name: scores.mean(metric) for name, scores in systems.items()}
                  for metric in METRICS]))
"""

PEER = """
import json, sys
from ranx import Qrels, Run, compare
from benchmark.evaluation.measures import BENCHMARK
names = [one.ranx for one in BENCHMARK.values()]
runs, judgments = json.load(open(sys.argv[1], encoding="utf-8"))
made = [
    Run({query: dict(zip(documents, range(100, 0, -1))) for query, documents in found.items()},
        name=name)
    for name, found in runs.items()
]
report = compare(Qrels(judgments), runs=made, metrics=names,
                 stat_test="fisher", n_permutations=int(sys.argv[2]), max_p=0.05)
print(json.dumps([{name: found["scores"][metric] for name, found in report.to_dict().items()
                   if isinstance(found, dict) and "scores" in found}
                  for metric in names]))
"""


def _open(folder: Path) -> Work:
    generator = np.random.default_rng(1)
    qrels = {f"q{query}": {f"r{query}": 1, f"s{query}": 1} for query in range(QUESTIONS)}
    runs: dict[str, dict[str, list[str]]] = {}
    for system in range(SYSTEMS):
        runs[f"system{system}"] = {}
        for query in range(QUESTIONS):
            found = [f"d{row}" for row in generator.choice(10_000, DEPTH, replace=False)]
            for place, name in zip(generator.geometric(0.04 + system / 200, 2), "rs", strict=True):
                if place <= DEPTH:
                    found[place - 1] = f"{name}{query}"
            runs[f"system{system}"][f"q{query}"] = list(dict.fromkeys(found))
    path = folder / "runs.json"
    path.write_text(json.dumps([runs, qrels]), encoding="utf-8")

    def agreement(ours: str, peer: str) -> str:
        found, expected = (json.loads(text.splitlines()[-1]) for text in (ours, peer))
        furthest = max(
            abs(mine[name] - theirs[name])
            for mine, theirs in zip(found, expected, strict=True)
            for name in mine
        )
        assert furthest < 1e-9, furthest  # noqa: S101  (the comparison's own check)
        return f"means within {furthest:.0e}"

    return Work(
        ours=lambda: command(sys.executable, "-c", OURS, str(path)),
        peer=lambda: command(sys.executable, "-c", PEER, str(path), str(PERMUTATIONS)),
        agreement=agreement,
    )


COMPARISONS = (
    Comparison(
        name="metrics",
        title=f"8 metrics and all pairs tested, {SYSTEMS} systems x {QUESTIONS:,} questions "
        "(ours: 18,200 permutations, t-test, Holm, bootstrap)",
        peer=f"`ranx.Run` from lists, `ranx.compare` with Fisher's test, {PERMUTATIONS:,} "
        "permutations",
        open=_open,
        goal=20,
        repeats=1,
    ),
)
