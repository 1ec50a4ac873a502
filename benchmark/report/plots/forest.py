"""A forest plot of claims: each pair's effect and interval, and the smallest relevant effect.

The effect of a control is a grey mark below the claimed effect; the effect beyond it has a row.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmark.evaluation.effects import Effect
from benchmark.report.claims import Line, Tested
from benchmark.report.plots.chart import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    VERMILION,
    Chart,
    is_narrow,
    label_below,
)
from benchmark.report.tables import points

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "reproduced": GREEN,
    "reproduced in direction": BLUE,
    "not reproduced": VERMILION,
    "inconclusive": ORANGE,
}
"""Verdict -> its colour."""

WIDTH, NARROW_WIDTH = 58, 50
"""The number of characters in a line of text beside the effects, and above them."""

MOST_SIGNS = 4
"""The number of signs in a line of the legend of a wide plot."""

BESIDE = 0.6
"""How far the upright lines beside an effect reach above and below it, in lines of text."""

LINE, AROUND = 0.155, 1.3
"""The height in inches of a line of text, and of everything around the lines."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the plot: a claim with its verdict, or the effect of one of its pairs.

    above, at: the distance from the top of the plot to the row's text, and to its effect, in lines
    of text. line: the pair; None for a claim.
    """

    text: str
    above: float
    at: float
    tested: Tested
    line: Line | None


def forest_chart(tested: Sequence[Tested], name: str) -> Chart | None:
    """The claims of which an effect is known, in their order; None if there is none.

    Effects are in points of 100, positive if they agree with the claim. name: of the chart.
    """
    shown = {number: claim for number, claim in enumerate(tested, 1) if _known(claim)}
    if not shown:
        return None
    beside, above = ([*_rows(shown, narrow)] for narrow in (False, True))

    def draw(figure: Figure) -> None:
        axes, rows = figure.subplots(), above if is_narrow(figure) else beside
        for row in rows:
            if row.line is not None:
                _effects(axes, row, row.line)
        axes.set_ylim(rows[-1].at + 1, 0)
        label_below(figure, axes, "points of 100, positive if they agree with the claim")
        (_write_above if is_narrow(figure) else _write_beside)(axes, rows)
        _legend(figure, list(shown.values()))

    return Chart(
        name=name,
        title="Effects of the claims, with the smallest relevant effect",
        says=f"Effects in points of 100. {'; '.join(map(_in_words, shown.values()))}.",
        size=(9, AROUND + LINE * beside[-1].at),
        tall=AROUND + LINE * above[-1].at,
        draw=draw,
    )


def _known(claim: Tested) -> list[Line]:
    """The pairs that have a row: those with a known effect, but not the controls alone."""
    return [
        line
        for line in claim.lines
        if line.role != "control" and line.effect is not None and line.effect.is_defined
    ]


def _in_words(claim: Tested) -> str:
    """The effects of a claim as text."""
    words = {"claimed": "", "control": "control ", "beyond the control": "beyond it "}
    effects = [words[line.role] + points(line.effect.mean) for line in claim.lines if line.effect]
    return f"{claim.claim.says}: {', '.join(effects)} ({claim.verdict})"


def _rows(shown: dict[int, Tested], narrow: bool) -> Iterator[Row]:
    """Each claim, followed by its pairs; the effect is beside the pair's text, or below it on a
    narrow screen.
    """
    width, down = NARROW_WIDTH if narrow else WIDTH, 0.5
    for number, claim in shown.items():
        verdict = claim.verdict.replace(" ", "\u00a0")  # keeps the verdict on one line
        texts: list[tuple[str, Line | None]] = [(f"{number}. {claim.claim.says}: {verdict}", None)]
        for line in _known(claim):
            first, second = line.pair
            role = "" if line.role == "claimed" else f"{line.role}: "
            texts.append((f"{role}{first.name} against {second.name}", line))
        for text, pair in texts:
            lines = textwrap.wrap(text, width, break_on_hyphens=False, break_long_words=False)
            below = len(lines) + 0.7 if narrow and pair else len(lines) / 2
            yield Row(
                text="\n".join(lines),
                above=down,
                at=down + below,
                tested=claim,
                line=pair,
            )
            down += len(lines) + (1.7 if narrow and pair else 0.4)
        down += 0.6


def _write_beside(axes: Axes, rows: Sequence[Row]) -> None:
    axes.set_yticks([row.at for row in rows], [row.text for row in rows], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.axvline(0, color=INK, linewidth=0.8)
    axes.grid(axis="x", color=INK)
    for row, label in zip(rows, axes.get_yticklabels(), strict=True):
        label.set_fontweight("bold" if row.line is None else "normal")


def _write_above(axes: Axes, rows: Sequence[Row]) -> None:
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    left, right = axes.get_xlim()
    grid = [tick for tick in axes.get_xticks() if left <= tick <= right]
    axes.set_xlim(left, right)
    for row in rows:
        if row.line is not None:  # lines only beside effects, so that they do not cross the texts
            top, bottom = row.at - BESIDE, row.at + BESIDE
            axes.vlines(grid, top, bottom, color=INK, linewidth=0.8, alpha=0.25)
            axes.vlines(0, top, bottom, color=INK, linewidth=0.8)
        axes.text(
            0,
            row.above,
            row.text,
            transform=axes.get_yaxis_transform(),
            fontsize=8,
            fontweight="bold" if row.line is None else "normal",
            verticalalignment="top",
        )


def _effects(axes: Axes, row: Row, line: Line) -> None:
    """The effect of a pair, those of its controls below it, and the smallest relevant effect."""
    claim = row.tested.claim
    colour = COLOURS.get(row.tested.verdict, INK)
    _mark(axes, row.at, line.effect, "o" if line.role == "claimed" else "s", colour)
    for control, effects in zip(claim.controls, row.tested.controlled, strict=True):
        if line.role == "claimed" and control.of == line.pair:
            _mark(axes, row.at + 0.5, effects.alone, "D", GREY)
    least = 100 * claim.smallest
    axes.vlines(least, row.at - BESIDE, row.at + BESIDE, color=INK, linewidth=1.5)


def _mark(axes: Axes, at: float, effect: Effect | None, form: str, colour: str) -> None:
    """An effect with its interval; nothing if it is not known."""
    if effect is None or not effect.is_defined:
        return
    mean, low, high = (100 * (value or 0.0) for value in (effect.mean, effect.low, effect.high))
    axes.errorbar(
        mean,
        at,
        xerr=[[mean - low], [high - mean]],
        fmt=form,
        mfc="none" if form == "s" else colour,
        color=colour,
        capsize=2,
    )


def _legend(figure: Figure, shown: Sequence[Tested]) -> None:
    from matplotlib.lines import Line2D

    verdicts = {claim.verdict for claim in shown}
    signs = [
        Line2D([], [], marker="o", color=colour, label=verdict)
        for verdict, colour in COLOURS.items()
        if verdict in verdicts
    ]
    signs.append(
        Line2D([], [], marker="|", markersize=9, markeredgewidth=1.5, linestyle="", color=INK)
    )
    signs[-1].set_label("smallest relevant effect")
    if any(effects.alone for claim in shown for effects in claim.controlled):
        signs += [
            Line2D([], [], marker="D", color=GREY, label="control alone"),
            Line2D([], [], marker="s", mfc="none", color=INK, label="beyond the control"),
        ]
    figure.legend(
        handles=signs,
        loc="outside upper center",
        ncols=2 if is_narrow(figure) else min(len(signs), MOST_SIGNS),
        fontsize=8,
        handlelength=1.5,
        columnspacing=1.2,
    )
