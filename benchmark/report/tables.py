"""One table model: rows of values under typed columns, and what stands out among them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Row = Mapping[str, Any]

Cell = tuple[int, str]
"""A cell: the number of its row, and the title of its column."""

BEST, RUNNER_UP = 1, 2

LEGEND = "The best of each column is bold, the runner-up underlined."

UNDEFINED = "-"
"""What a table shows for a figure that is not defined, such as the spread of one question."""


@dataclass(frozen=True)
class Format:
    """How the values of a column are written.

    number: the number that the text begins with, by which rows are sorted; None for a text.
    tone: how a value is to be taken, where it says so: "good", "bad" or "unsure".
    """

    text: Callable[[Any], str]
    number: Callable[[Any], float | None] = lambda _: None
    tone: Callable[[Any], str | None] = lambda _: None


@dataclass(frozen=True)
class Column:
    """A column: its heading, where its value is found in a row, and how it is written.

    key: the key of the value; several lead into nested mappings, and () is the row itself. A row
    that lacks the key has an empty cell. first: shown before others where there is little room.
    """

    title: str
    key: str | tuple[str, ...]
    format: Format
    first: bool = False

    def value(self, row: Row) -> Any:
        """The value in a row; None where it is not defined, or the row lacks it."""
        return self._find(row)[1]

    def text(self, row: Row) -> str:
        """The cell of a row."""
        there, value = self._find(row)
        return self.format.text(value) if there else ""

    def number(self, row: Row) -> float | None:
        """The number that the cell of a row begins with."""
        value = self.value(row)
        return None if value is None else self.format.number(value)

    def _find(self, row: Row) -> tuple[bool, Any]:
        found: Any = row
        for key in (self.key,) if isinstance(self.key, str) else self.key:
            if not isinstance(found, Mapping) or key not in found:
                return False, None
            found = found[key]
        return True, found


@dataclass(frozen=True)
class Mark:
    """How a cell stands out: as the best of its column or the runner-up, or by a superscript."""

    rank: int = 0
    superscript: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of values under columns, with notes below.

    records: the content for programs, where it has another form than the rows.
    marks: the cells that stand out; a note has to say what their superscripts mean.
    unranked: the numbers of rows that do not compete, such as those that are told the answer.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    records: Sequence[Row] | None = None
    notes: Sequence[str] = ()
    marks: Mapping[Cell, Mark] = field(default_factory=dict)
    unranked: Set[int] = frozenset()

    @property
    def titles(self) -> list[str]:
        """The headings."""
        return [column.title for column in self.columns]

    @cached_property
    def cells(self) -> list[list[str]]:
        """The cells as text, row by row."""
        return [[column.text(row) for column in self.columns] for row in self.rows]

    def mark(self, row: int, column: Column) -> Mark:
        """How the cell of the row of that number stands out."""
        return self.marks.get((row, column.title), Mark())

    def is_numeric(self, column: Column) -> bool:
        """Whether all cells of a column that hold something begin with a number."""
        held = [row for row in self.rows if column.text(row) not in ("", UNDEFINED)]
        return bool(held) and all(column.number(row) is not None for row in held)


def best_two(columns: Mapping[str, Sequence[float | None]]) -> dict[Cell, Mark]:
    """Marks for the best and the second-best figure of each column, higher being better.

    columns: the title of a column -> the figure of each row, None where there is none. Figures
    that print alike are alike.
    """
    marks = {}
    for title, values in columns.items():
        shown = [None if value is None else percent(value) for value in values]
        ranked = sorted({float(value) for value in shown if value is not None}, reverse=True)
        ranks = dict(zip(ranked, (BEST, RUNNER_UP), strict=False))
        for row, value in enumerate(shown):
            if value is not None and float(value) in ranks:
                marks[row, title] = Mark(ranks[float(value)])
    return marks


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


def decimals(digits: int, suffix: str = "") -> Format:
    """Numbers with so many decimals."""
    return Format(
        lambda value: UNDEFINED if value is None else f"{value:.{digits}f}{suffix}",
        lambda value: round(value, digits),
    )


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _interval(ends: Sequence[float | None], shown: Callable[[float | None], str]) -> str:
    return f"[{', '.join(map(shown, ends))}]"


def _with_interval(value: Row) -> str:
    return f"{percent(value['mean'])} {_interval((value['low'], value['high']), percent)}"


def _difference(value: Row) -> str:
    return f"{points(value['difference'])} {_interval((value['low'], value['high']), points)}"


def _number_of(value: object) -> float | None:
    """A text as the number that it is, if it is one."""
    try:
        return float(str(value))
    except ValueError:
        return None


def _as_percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 2)


TEXT = Format(_text)
LABEL = Format(_text, _number_of)
"""Texts that are numbers in some data, such as ids."""

WHOLE = Format(_text, float)
COUNT = Format(lambda value: f"{value:,}", float)
PERCENT = Format(percent, _as_percent)
POINTS = Format(points, _as_percent)
P_VALUE = Format(p_value, lambda p: float(f"{p:.4f}" if p >= 0.0001 else f"{p:.1e}"))
YES_NO = Format(lambda value: "yes" if value else "no")
LIST = Format(lambda values: ", ".join(filter(None, values)))
GIBIBYTES = Format(lambda size: f"{size / 2**30:.2f}", lambda size: size / 2**30)
"""Bytes, in GiB."""

PERCENT_INTERVAL = Format(_with_interval, lambda value: _as_percent(value["mean"]))
"""A mapping with mean, low and high: 54.69 [52.59, 56.82]."""

POINTS_INTERVAL = Format(_difference, lambda value: _as_percent(value["difference"]))
"""A mapping with difference, low and high: +1.75 [+0.92, +2.58]."""


SYSTEM = (Column("System", "title", TEXT), Column("Name", "name", TEXT, first=True))
"""The columns that name a system."""
