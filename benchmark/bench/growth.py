"""How the processor time of each stage grows with questions, documents and systems: fitted powers.

Measured in processor time, which other programs on the same machine change little.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmark.bench.search import embeddings
from benchmark.dense.search import search
from benchmark.evaluation.comparison import compare
from benchmark.evaluation.metrics import DEPTH, MAIN, METRICS, Scores, score_run
from benchmark.execution import provenance
from benchmark.io.trec import read_run, write_run
from benchmark.report.plots.chart import COLOURS, GREY, INK, Chart
from benchmark.report.tables import COUNT, TEXT, Column, Table, decimals
from benchmark.types import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUESTIONS = (10, 100, 1000)
DOCUMENTS = (10_000, 100_000, 1_200_000)
SYSTEMS = (2, 10, 50)
ENOUGH = 0.5
"""Seconds after which a measurement is not repeated; the least time counts."""

Works = Mapping[int, Callable[[int], object]]
"""Size on the x-axis -> the work with so many questions."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage, what it grows with beside the questions, and how its works are made in a folder."""

    name: str
    title: str
    size: str
    open: Callable[[Path], Works]


@dataclass(frozen=True, kw_only=True)
class Grown:
    """Seconds of processor time by questions and size, and the exponents of both."""

    stage: Stage
    seconds: Mapping[tuple[int, int], float]

    @property
    def exponents(self) -> tuple[float, float]:
        """Of the questions and of the other size: least squares of the logarithms."""
        sizes = np.log([*self.seconds])
        fitted = np.column_stack([np.ones(len(sizes)), sizes])
        answer, *_ = np.linalg.lstsq(fitted, np.log([*self.seconds.values()]), rcond=None)
        return float(answer[1]), float(answer[2])


def measure(stage: Stage, folder: Path) -> Grown:
    """Do a stage at all its sizes, each once before it is measured."""
    seconds = {}
    for size, work in stage.open(folder).items():
        for questions in QUESTIONS:
            work(questions)
            spent: list[float] = []
            while sum(spent) < ENOUGH:
                started = time.process_time()
                work(questions)
                spent.append(time.process_time() - started)
            seconds[questions, size] = min(spent)
    return Grown(stage=stage, seconds=seconds)


def chart(grown: Grown) -> Chart:
    """Seconds over the size, both logarithmic, with a line for each number of questions."""
    by_questions, by_size = grown.exponents
    stage = grown.stage
    says = f"seconds ~ questions^{by_questions:.2f} x {stage.size}^{by_size:.2f}"

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for questions, colour, marker in zip(QUESTIONS, COLOURS, "os^", strict=False):
            points = {at: took for (asked, at), took in grown.seconds.items() if asked == questions}
            label = f"{questions:,} questions"
            axes.loglog(*zip(*points.items(), strict=True), marker, ls="-", c=colour, label=label)
        axes.set_xlabel(stage.size)
        axes.set_ylabel("seconds of processor time")
        axes.grid(color=INK)
        axes.legend()

    return Chart(
        name=f"growth-{stage.name}",
        title=f"{stage.title}: {says}",
        says=f"{stage.title}: {says}.",
        size=(5.5, 3),
        draw=draw,
    )


def write(grown: Sequence[Grown], folder: Path) -> list[Path]:
    """Write a chart of each stage as SVG, in a grey that is readable on white and on black."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for one in grown:
        drawn = chart(one)
        path = folder / f"{drawn.name}.svg"
        svg = drawn.svg(drawn.title).replace(INK, GREY)
        path.write_text(svg.replace("<text ", f'<text fill="{GREY}" '), encoding="utf-8")
        paths.append(path)
    return paths


def table(grown: Sequence[Grown]) -> Table:
    """A row a stage: its exponents, and the seconds at the largest sizes."""
    rows = []
    for one in grown:
        by_questions, by_size = one.exponents
        (questions, size), seconds = max(one.seconds.items())
        rows.append(
            {
                "stage": one.stage.title,
                "questions": by_questions,
                "kind": one.stage.size,
                "size": by_size,
                "largest": {"questions": questions, "size": size, "seconds": seconds},
            }
        )
    machine = provenance.machine()
    return Table(
        title="How cost grows",
        columns=[
            Column("Stage", "stage", TEXT, first=True),
            Column("Exponent of questions", "questions", decimals(2), first=True),
            Column("Other size", "kind", TEXT, first=True),
            Column("Its exponent", "size", decimals(2), first=True),
            Column("Most questions", ("largest", "questions"), COUNT),
            Column("Largest size", ("largest", "size"), COUNT),
            Column("Seconds there", ("largest", "seconds"), decimals(2)),
        ],
        rows=rows,
        notes=[
            "Seconds of processor time, summed over threads; exponents by least squares of the "
            "logarithms over all sizes, so that fixed costs lower them.",
            f"{machine['processor']}, {machine['threads']} threads",
        ],
    )


def _search(folder: Path) -> Works:
    corpus = embeddings(max(DOCUMENTS), 1, folder / "documents.npy")
    asked = np.asarray(embeddings(max(QUESTIONS), 2, folder / "questions.npy"))

    def work(count: int, size: int) -> object:
        return search(asked[:count], corpus[:size], DEPTH)

    return {size: partial(work, size=size) for size in DOCUMENTS}


def _runs() -> dict[int, Run]:
    """A made-up run for each number of questions."""
    made = {}
    scores = [float(-rank) for rank in range(DEPTH)]
    for count in QUESTIONS:
        drawn = np.random.default_rng(1).permuted(np.tile(np.arange(1000), (count, 1)), axis=1)
        lists = {f"q{row}": [f"d{one}" for one in found[:DEPTH]] for row, found in enumerate(drawn)}
        made[count] = Run("made-up", lists, dict.fromkeys(lists, scores))
    return made


def _write(folder: Path) -> Works:
    runs = _runs()

    def work(count: int, size: int) -> object:
        return [write_run(runs[count], folder / f"{row}.trec.gz") for row in range(size)]

    return {size: partial(work, size=size) for size in SYSTEMS}


def _read(folder: Path) -> Works:
    for count, run in _runs().items():
        write_run(run, folder / f"{count}.trec.gz")

    def work(count: int, size: int) -> object:
        return [read_run(folder / f"{count}.trec.gz") for _ in range(size)]

    return {size: partial(work, size=size) for size in SYSTEMS}


def _metrics(folder: Path) -> Works:
    del folder
    runs = _runs()

    def work(count: int, size: int) -> object:
        judged = dict.fromkeys(runs[count].documents, {"d1": 1, "d2": 1})
        return [score_run(runs[count], judged, METRICS) for _ in range(size)]

    return {size: partial(work, size=size) for size in SYSTEMS}


def _compare(folder: Path) -> Works:
    del folder
    figures = 1 / np.random.default_rng(1).geometric(0.2, (max(SYSTEMS), max(QUESTIONS)))

    def work(count: int, size: int) -> object:
        queries = tuple(f"q{row}" for row in range(count))
        rows = figures[:size, :count]
        systems = {str(row): Scores(queries, {MAIN: one}, 0) for row, one in enumerate(rows)}
        return compare(systems, MAIN)

    return {size: partial(work, size=size) for size in SYSTEMS}


_OPENED: tuple[tuple[str, str, str, Callable[[Path], Works]], ...] = (
    ("search", "Exact search", "documents", _search),
    ("writing", "Writing run files", "systems", _write),
    ("reading", "Reading run files", "systems", _read),
    ("metrics", "Eight metrics", "systems", _metrics),
    ("compare", "Tests of all pairs", "systems", _compare),
)
STAGES = tuple(
    Stage(name=name, title=title, size=size, open=do) for name, title, size, do in _OPENED
)
