"""A forest plot of claims: each pair's effect with its interval, and the smallest relevant one."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmark.report.claims import Tested
from benchmark.report.plots.chart import BLUE, INK, VERMILION, Chart
from benchmark.report.tables import points

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH = 66
"""Characters of a line of a claim."""


def forest_chart(tested: Sequence[Tested], name: str) -> Chart | None:
    """The claims that were tested, in their order; None where none was.

    Effects are in points of 100, positive where they agree with the claim. name: of the chart.
    """
    shown = [one for one in tested if one.effects and all(pair.is_defined for pair in one.effects)]
    if not shown:
        return None
    lines = [(one, place) for one in shown for place in range(len(one.effects))]

    def draw(figure: Figure) -> None:
        axes = figure.subplots()
        for row, (one, place) in enumerate(lines):
            effect = one.effects[place]
            mean, low, high = (
                100 * (value or 0.0) for value in (effect.mean, effect.low, effect.high)
            )
            control = place >= len(one.claim.pairs)
            axes.errorbar(
                mean,
                row,
                xerr=[[mean - low], [high - mean]],
                fmt="s" if control else "o",
                mfc="none" if control else BLUE,
                color=BLUE,
                capsize=2,
            )
            least = 100 * one.claim.smallest
            axes.plot([least, least], [row - 0.4, row + 0.4], color=VERMILION, linewidth=1.5)
        axes.axvline(0, color=INK, linewidth=0.8)
        axes.set_yticks(range(len(lines)), [_label(one, place) for one, place in lines])
        axes.invert_yaxis()
        axes.set_xlabel(
            "points of 100, positive where they agree with the claim\n"
            "red: smallest relevant effect; square: control"
        )
        axes.grid(axis="x", color=INK)

    said = "; ".join(
        f"{one.claim.says}: {', '.join(points(effect.mean) for effect in one.effects)} "
        f"({one.verdict})"
        for one in shown
    )
    return Chart(
        name=name,
        title="Effects of the claims, with the smallest relevant effect",
        says=f"Effects in points of 100. {said}.",
        size=(10, 1 + 0.55 * len(lines)),
        draw=draw,
    )


def _label(one: Tested, place: int) -> str:
    """The claim and its verdict at its first pair, and the systems at each."""
    first, second = one.claim.tested[place]
    pair = f"{first.name} - {second.name}"
    if place:
        return pair
    claim = "\n".join(textwrap.wrap(f"{one.claim.says} ({one.verdict})", WIDTH))
    return f"{claim}\n{pair}"
