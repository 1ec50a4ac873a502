"""One table model: rows of cells under headings, and what stands out among them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Place = tuple[int, int]
"""A cell: the number of its row, and of its column."""

BEST, RUNNER_UP = 1, 2

LEGEND = "The best of each column is bold, the runner-up underlined."


@dataclass(frozen=True)
class Mark:
    """How a cell stands out: as the best of its column or the runner-up, or by a superscript."""

    place: int = 0
    above: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells under headings, with notes below.

    records: the same content as data, for programs.
    marks: the cells that stand out; a note has to say what their superscripts mean.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    records: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()
    marks: Mapping[Place, Mark] = field(default_factory=dict)

    def render(self, form: str) -> str:
        """The table as text in one of ``formats.FORMATS``."""
        from benchmark.report.formats import FORMATS

        return FORMATS[form]([self])


def best_two(columns: Mapping[int, Sequence[float | None]]) -> dict[Place, Mark]:
    """Marks for the best and the second-best figure of each column, higher being better.

    columns: the number of a column -> the figure of each row, None where there is none. Figures
    that print alike are alike.
    """
    marks = {}
    for column, values in columns.items():
        shown = [None if value is None else percent(value) for value in values]
        ranked = sorted({float(value) for value in shown if value is not None}, reverse=True)
        places = dict(zip(ranked, (BEST, RUNNER_UP), strict=False))
        for row, value in enumerate(shown):
            if value is not None and float(value) in places:
                marks[row, column] = Mark(places[float(value)])
    return marks


UNDEFINED = "-"
"""What a table shows for a figure that is not defined, such as the spread of one question."""


def percent(value: float | None) -> str:
    """A share as a percentage with two decimals, as the paper prints them."""
    return UNDEFINED if value is None else f"{100 * value:.2f}"


def points(value: float | None) -> str:
    """A difference of shares in points of 100, with its sign."""
    return UNDEFINED if value is None else f"{100 * value:+.2f}"


LEAST_P = 1e-140
"""Below it, p-values are not told apart."""


def p_value(p: float | None, *, bound: bool = False) -> str:
    """A p-value with as many digits as mean something; bound: the true one may be smaller."""
    if p is None:
        return UNDEFINED
    if p < LEAST_P:
        return f"< {LEAST_P:g}"
    return ("<= " if bound else "") + (f"{p:.4f}" if p >= 0.0001 else f"{p:.1e}")
