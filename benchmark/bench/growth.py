"""How the processor time of each stage grows with questions, documents and systems."""

from __future__ import annotations

import itertools
import math
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from benchmark.bench.search import embeddings
from benchmark.dense.search import LARGE, search
from benchmark.evaluation.comparison import compare
from benchmark.evaluation.metrics import DEPTH, MAIN, METRICS, Scores, score_run
from benchmark.execution import provenance
from benchmark.io.files import write_text
from benchmark.io.trec import read_run, write_run
from benchmark.progress import log
from benchmark.report.plots.chart import COLOURS, INK, Chart
from benchmark.report.tables import TEXT, Column, Table, decimals
from benchmark.types import Run

if TYPE_CHECKING:
    from matplotlib.figure import Figure

QUESTIONS, SYSTEMS = (10, 100, 1000), (2, 10, 50)
DOCUMENTS = (10_000, 100_000, 300_000, 1_200_000)
ENOUGH = 0.5
"""Seconds of processor time for which a measurement is repeated."""

BOTH_THEMES = (
    "<style>svg { color: #1c2024 } text { fill: currentColor }"
    "@media (prefers-color-scheme: dark) { svg { color: #e8eaed } }</style>"
)
"""Text and axes of a drawing are readable on a white and on a dark page."""

Work = Callable[[int, int], object]
"""Does a stage for a number of questions, and of documents or systems."""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage of an experiment. size: what grows beside the questions, "documents" or "systems".

    open: prepares its work, with files in a folder.
    """

    name: str
    title: str
    size: str
    open: Callable[[Path], Work]

    @property
    def points(self) -> list[tuple[int, int]]:
        """The numbers of questions and of documents or systems at which it is measured.

        Larger searches scan in int8 first: another algorithm, whose times follow another power.
        """
        every = itertools.product(SYSTEMS if self.size == "systems" else DOCUMENTS, QUESTIONS)
        return [(questions, size) for size, questions in every if questions * size < LARGE]


@dataclass(frozen=True, kw_only=True)
class Grown:
    """Seconds of processor time by the numbers of questions and of documents or systems."""

    stage: Stage
    seconds: Mapping[tuple[int, int], float]

    @property
    def powers(self) -> tuple[float, float, float]:
        """The factor and the exponents of questions and size, by least squares of logarithms."""
        logarithms = np.log([*self.seconds.values()])
        factor, *exponents = np.linalg.lstsq(self._terms, logarithms, rcond=None)[0].tolist()
        return math.exp(factor), *exponents

    @property
    def misfit(self) -> float:
        """The largest factor between a measured and a fitted time, at least 1."""
        factor, *exponents = self.powers
        fitted = self._terms @ [math.log(factor), *exponents]
        return math.exp(np.abs(fitted - np.log([*self.seconds.values()])).max())

    @property
    def _terms(self) -> npt.NDArray[np.float64]:
        """1 and the logarithms of both numbers; shape (measurements, 3)."""
        return np.column_stack([np.ones(len(self.seconds)), np.log([*self.seconds])])


def measure(stage: Stage, folder: Path) -> Grown:
    """Do a stage at all its points. Matrix products have one thread: to wait takes time, too."""
    log.info(f"{stage.name}: measuring")
    work = stage.open(folder)
    seconds = {}
    for point in stage.points:
        work(*point)  # loads libraries, whose threads can be limited then
        with threadpool_limits(1):
            started, count, spent = time.process_time(), 0, 0.0
            while spent < ENOUGH:
                work(*point)
                count, spent = count + 1, time.process_time() - started
        seconds[point] = spent / count
    return Grown(stage=stage, seconds=seconds)


def chart(grown: Grown) -> Chart:
    """Measured times as points and the fitted power law as lines, on logarithmic axes."""
    factor, by_questions, by_size = grown.powers
    law = f"time ~ questions^{by_questions:.2f} x {grown.stage.size}^{by_size:.2f}"
    title = f"{grown.stage.title}: {law}"

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for questions, colour, marker in zip(QUESTIONS, COLOURS, "os^", strict=False):
            sizes = [size for asked, size in grown.seconds if asked == questions]
            measured = [grown.seconds[questions, size] for size in sizes]
            fitted = [factor * questions**by_questions * size**by_size for size in sizes]
            axes.loglog(sizes, measured, marker, color=colour, label=f"{questions:,} questions")
            axes.loglog(sizes, fitted, color=colour, linewidth=1)
        every = sorted({size for _, size in grown.seconds})
        axes.minorticks_off()
        axes.set_xticks(every, [f"{size:,}" for size in every])
        axes.yaxis.set_major_formatter(lambda seconds, _: f"{seconds:g}")
        axes.set_xlabel(f"{grown.stage.size} (points: measured; lines: fitted)")
        axes.set_ylabel("seconds of processor time")
        axes.grid(color=INK)
        axes.legend()

    return Chart(
        name=f"growth-{grown.stage.name}", title=title, says=title, size=(5.5, 3), draw=draw
    )


def write(grown: Grown, folder: Path) -> Path:
    """Draw a stage into ``folder`` as SVG, for white and for dark pages."""
    drawn = chart(grown)
    svg = drawn.svg(drawn.title).replace(INK, "currentColor")
    path = folder / f"{drawn.name}.svg"
    write_text(path, re.sub("<svg.*?>", rf"\g<0>{BOTH_THEMES}", svg, count=1, flags=re.DOTALL))
    return path


def table(grown: Sequence[Grown]) -> Table:
    """A row a stage: its exponents, and the time at its largest size with the most questions."""
    rows = []
    for one in grown:
        _, by_questions, by_size = one.powers
        size, questions = max((size, questions) for questions, size in one.seconds)
        rows.append(
            {
                "stage": one.stage.title,
                "questions": by_questions,
                "size": by_size,
                "misfit": one.misfit,
                "largest": f"{questions:,} questions, {size:,} {one.stage.size}",
                "seconds": one.seconds[questions, size],
                "measured": [[*point, seconds] for point, seconds in one.seconds.items()],
            }
        )
    machine = provenance.machine()
    return Table(
        title="How cost grows",
        columns=[
            Column("Stage", "stage", TEXT, first=True),
            Column("Exponent of questions", "questions", decimals(2), first=True),
            Column("Exponent of documents or systems", "size", decimals(2), first=True),
            Column("Largest misfit", "misfit", decimals(2)),
            Column("At most", "largest", TEXT),
            Column("Seconds there", "seconds", decimals(2)),
        ],
        rows=rows,
        notes=[
            "Seconds of processor time; matrix products have one thread. Exponents: least squares "
            "of the logarithms over all sizes; costs that do not grow make them smaller. Largest "
            "misfit: the largest factor between a measured and a fitted time.",
            f"{machine['processor']}, {machine['threads']} threads",
        ],
    )


def _search(folder: Path) -> Work:
    corpus = embeddings(max(DOCUMENTS), 1, folder / "documents.npy")
    asked = np.asarray(embeddings(max(QUESTIONS), 2, folder / "questions.npy"))
    return lambda questions, size: search(asked[:questions], corpus[:size], DEPTH)


def _runs() -> dict[int, Run]:
    """A made-up run for each number of questions."""
    draw = np.random.default_rng(1).choice
    scores = [float(-rank) for rank in range(DEPTH)]
    made = {}
    for count in QUESTIONS:
        drawn = (draw(10 * DEPTH, DEPTH, replace=False) for _ in range(count))
        lists = {f"q{row}": [f"d{one}" for one in found] for row, found in enumerate(drawn)}
        made[count] = Run("made-up", lists, dict.fromkeys(lists, scores))
    return made


def _score(_: Path) -> Work:
    runs = _runs()
    relevant = {"d1": 1, "d2": 1}
    judged = {count: dict.fromkeys(run.documents, relevant) for count, run in runs.items()}
    return lambda questions, size: [
        score_run(runs[questions], judged[questions], METRICS) for _ in range(size)
    ]


def _write(folder: Path) -> Work:
    runs = _runs()

    def work(questions: int, size: int) -> None:
        for row in range(size):
            write_run(runs[questions], folder / f"{row}.trec.gz")

    return work


def _read(folder: Path) -> Work:
    for count, run in _runs().items():
        write_run(run, folder / f"{count}.trec.gz")
    return lambda questions, size: [read_run(folder / f"{questions}.trec.gz") for _ in range(size)]


def _compare(_: Path) -> Work:
    figures = 1 / np.random.default_rng(1).geometric(0.2, (max(SYSTEMS), max(QUESTIONS)))
    seeds = itertools.count()  # resamples of an earlier seed would be kept, at no cost

    def work(questions: int, size: int) -> object:
        queries = tuple(f"q{row}" for row in range(questions))
        rows = enumerate(figures[:size, :questions])
        systems = {str(row): Scores(queries, {MAIN: values}, 0) for row, values in rows}
        return compare(systems, MAIN, seed=next(seeds))

    return work


STAGES = (
    Stage(name="search", title="Exact search", size="documents", open=_search),
    Stage(name="scoring", title="Scoring", size="systems", open=_score),
    Stage(name="writing", title="Writing run files", size="systems", open=_write),
    Stage(name="reading", title="Reading run files", size="systems", open=_read),
    Stage(name="comparing", title="Comparing all pairs", size="systems", open=_compare),
)
