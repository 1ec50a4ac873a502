"""How long run files take to be scored, start-up included, against ir_measures' own command."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import numpy as np

from benchmark.bench.comparison import Comparison, Work
from benchmark.bench.start import command

LARGE = 6980, 1000
"""Questions, and documents for each: the size of MS MARCO's development runs, 290 MB."""

SMALL = 3, 100
DOCUMENTS = 8_841_823
METRICS = ("RR@10", "nDCG@10", "R@100")


def _open(size: tuple[int, int], folder: Path) -> Work:
    run, qrels = folder / "run.trec", folder / "qrels.txt"
    write(run, qrels, *size)
    names = [word for metric in METRICS for word in ("--metric", metric)]
    ours = ("-m", "benchmark", "evaluate", str(run), "--qrels", str(qrels), "--format", "json")
    return Work(
        ours=lambda: command(sys.executable, *ours, *names),
        peer=lambda: command(sys.executable, "-m", "ir_measures", str(qrels), str(run), *METRICS),
        agreement=_agreement,
    )


def write(run: Path, qrels: Path, questions: int, depth: int) -> None:
    """Write made-up files: a question has one relevant document, which most lists hold."""
    generator = np.random.default_rng(1)
    places = generator.geometric(0.01, questions)
    with run.open("w", encoding="utf-8") as lists, qrels.open("w", encoding="utf-8") as judged:
        for number in range(1_000_000, 1_000_000 + questions):
            found = generator.choice(DOCUMENTS, depth, replace=False).tolist()
            scores = np.sort(30 * generator.random(depth))[::-1].tolist()
            lists.writelines(
                f"{number} Q0 {document} {rank} {score:.6f} made-up\n"
                for rank, (document, score) in enumerate(zip(found, scores, strict=True), 1)
            )
            place = int(places[number - 1_000_000])
            relevant = found[place - 1] if place <= depth else DOCUMENTS
            judged.write(f"{number} 0 {relevant} 1\n")


def _agreement(ours: str, peer: str) -> str:
    found = {row["metric"]: row["mean"] for row in json.loads(ours)["rows"]}
    expected = dict(line.split() for line in peer.splitlines())
    furthest = max(abs(found[name] - float(expected[name])) for name in METRICS)
    assert furthest <= 5e-5, furthest  # noqa: S101  (the comparison's own check)
    return "the same to four digits"


COMPARISONS = tuple(
    Comparison(
        name=name,
        title=f"`evaluate`: {size[0]:,} questions x {size[1]:,} documents, 3 metrics "
        "(ours: intervals, too)",
        peer="`ir_measures`",
        open=partial(_open, size),
        seconds=seconds,
        repeats=repeats,
    )
    for name, size, seconds, repeats in (
        ("evaluate-large", LARGE, 5.0, 1),
        ("evaluate-small", SMALL, 0.7, 5),
    )
)
