"""The benchmark in one picture: a question with the lists of two systems, and the best systems."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from benchmark.evaluation.metrics import MAIN
from benchmark.report.inspection import Inspector, Shown
from benchmark.report.plots.chart import BLUE, GREEN, INK, Chart

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from benchmark.results.result import Result

LISTED, RANKS = 8, 3
"""The number of systems in the chart, and of documents in each of the two lists."""

WIDTH = 34
"""The number of characters in a line of a document."""


def overview_chart(of: Inspector) -> Chart | None:
    """An image question, with the lists of the best and of the last system in the chart.

    It is the first question with the largest difference in MRR@10 in favour of the best system.
    None if there is no such question, or if there are fewer than two contenders.
    """
    contenders = [result for result in of.ranked if not result.oracle][:LISTED]
    question = _question(of, contenders)
    if question is None:
        return None
    first, second = contenders[0].name, contenders[-1].name
    query = of.queries[question]
    lists = {name: of.lists[name].get(question, [])[:RANKS] for name in (first, second)}
    relevant = of.relevant(question)
    documents = of.documents([*relevant, *chain.from_iterable(lists.values())])

    def draw(figure: Figure) -> None:
        halves: Any = figure.subfigures(1, 2, width_ratios=(1.5, 1))
        left, right = halves
        left.suptitle("\n".join(textwrap.wrap(f"“{query.text}”", 60)), fontsize=11)
        grid = {"width_ratios": (0.6, 0.6, 1.6, 0.6, 1.6)}
        heading: Any = {"loc": "left", "fontsize": 9, "fontweight": "bold"}
        axes = left.subplots(RANKS, 5, squeeze=False, gridspec_kw=grid)
        for cell in axes.flat:
            cell.axis("off")
        # An image makes its axes smaller, so the heading stands over axes without one.
        over = left.add_subplot(axes[0, 0].get_subplotspec())
        over.axis("off")
        over.set_title("relevant", **heading)
        for row, name in enumerate(relevant[:RANKS]):
            _show(axes[row, 0], of, documents.get(name))
        for column, (system, ranked) in zip((1, 3), lists.items(), strict=True):
            axes[0, column + 1].set_title(system, **heading)
            for row, name in enumerate(ranked):
                _show(axes[row, column], of, documents.get(name))
                _describe(axes[row, column + 1], row + 1, documents.get(name), name in relevant)
        _bars(right, contenders)

    return Chart(
        name="overview",
        title="A question with two ranked lists, and the best systems",
        says=(
            f"The question “{query.text}” with its relevant documents and the first {RANKS} "
            f"documents of {first} and of {second}, beside the {MAIN} of the best "
            f"{len(contenders)} systems."
        ),
        size=(11, 4.2),
        draw=draw,
    )


def _question(of: Inspector, contenders: Sequence[Result]) -> str | None:
    """The question of the picture."""
    if len(contenders) < 2:
        return None
    figures = [of.figures[contenders[place].name] for place in (0, -1)]
    pictured = [name for name, query in of.queries.items() if query.modality == "image"]
    apart = {name: figures[0][name] - figures[1][name] for name in pictured}
    best = max(apart, key=lambda name: apart[name], default=None)
    return best if best is not None and apart[best] > 0 else None


def _show(axes: Any, of: Inspector, shown: Shown | None) -> None:
    """Draw the image of a document that is an image."""
    if shown is not None and shown.document.modality == "image":
        axes.imshow(of.data.corpus.image(shown.row))


def _describe(axes: Any, rank: int, shown: Shown | None, is_relevant: bool) -> None:
    text = "not in the collection" if shown is None else shown.document.text
    lines = textwrap.wrap(text, WIDTH, max_lines=4, placeholder=" ...")
    sign = "relevant: " if is_relevant else ""
    lines[:1] = [f"{rank}. {sign}{''.join(lines[:1])}"]
    axes.text(
        0,
        0.5,
        "\n".join(lines),
        fontsize=7,
        va="center",
        color=GREEN if is_relevant else INK,
        transform=axes.transAxes,
    )


def _bars(figure: Any, contenders: Sequence[Result]) -> None:
    axes = figure.subplots()
    figures = [result.summary[MAIN] for result in contenders]
    means = [100 * figure["mean"] for figure in figures]
    ends = [
        100 * (figure["mean"] if figure["high"] is None else figure["high"]) for figure in figures
    ]
    sides = [end - mean for end, mean in zip(ends, means, strict=True)]
    axes.barh(range(len(contenders)), means, xerr=sides, color=BLUE, height=0.6, capsize=2)
    for row, (mean, end) in enumerate(zip(means, ends, strict=True)):
        axes.text(end, row, f"  {mean:.1f}", va="center", fontsize=8)
    axes.set_yticks(range(len(contenders)), [result.name for result in contenders])
    axes.invert_yaxis()
    axes.set_xlabel(f"{MAIN} in percent, 95% interval")
    axes.set_xlim(0, 1.2 * max(ends))
