"""The model of a table: rows of values under typed columns, with marks for outstanding cells."""

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
"""The text of a figure that is not defined, such as the spread of one question."""

NOT_RUN = "not run"
"""What a table shows for a figure of which there is no result."""


@dataclass(frozen=True)
class Format:
    """How the values of a column are formatted.

    number: the number at the start of the text, used for sorting; None for other texts.
    tone: "good", "bad" or "unsure" for values that are a verdict, such as MATCH; else None.
    unbroken: a terminal shows the text on one line, such as an interval or an id.
    plain: the text for other programs, if it is another: a number without separators.
    """

    text: Callable[[Any], str]
    number: Callable[[Any], float | None] = lambda _: None
    tone: Callable[[Any], str | None] = lambda _: None
    unbroken: bool = False
    plain: Callable[[Any], str] | None = None


@dataclass(frozen=True)
class Column:
    """A column: its heading, the key of its value in a row, and the format of the value.

    key: a tuple of keys leads into nested mappings, and () is the row itself. A row without the
    key has an empty cell. first: the column is shown even on a narrow terminal.
    """

    title: str
    key: str | tuple[str, ...]
    format: Format
    first: bool = False

    def value(self, row: Row) -> Any:
        """The value in a row; None if it is not defined or the row lacks it."""
        return self._lookup(row)[1]

    def text(self, row: Row) -> str:
        """The cell of a row, as text."""
        exists, value = self._lookup(row)
        return self.format.text(value) if exists else ""

    def plain(self, row: Row) -> str:
        """The cell of a row, as text for other programs."""
        exists, value = self._lookup(row)
        return (self.format.plain or self.format.text)(value) if exists else ""

    def number(self, row: Row) -> float | None:
        """The number at the start of the cell of a row."""
        value = self.value(row)
        return None if value is None else self.format.number(value)

    def _lookup(self, row: Row) -> tuple[bool, Any]:
        """Whether the row has the value, and the value."""
        value: Any = row
        for key in (self.key,) if isinstance(self.key, str) else self.key:
            if not isinstance(value, Mapping) or key not in value:
                return False, None
            value = value[key]
        return True, value


@dataclass(frozen=True)
class Mark:
    """The mark of a cell: BEST or RUNNER_UP of its column, or 0, and a superscript."""

    rank: int = 0
    superscript: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of values under columns, with notes below.

    records: the content of the JSON format, if it differs from the rows.
    notes: shown below the table in all formats but CSV; on a terminal, ``brief`` is shown instead
    if there is any.
    marks: the marked cells; a note explains the superscripts.
    unranked: the numbers of rows without a rank, such as oracles.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    records: Sequence[Row] | None = None
    notes: Sequence[str] = ()
    brief: Sequence[str] = ()
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
        """The mark of a cell, by the number of its row."""
        return self.marks.get((row, column.title), Mark())

    def is_numeric(self, column: Column) -> bool:
        """Whether all cells of a column that are not empty begin with a number."""
        filled = [row for row in self.rows if column.text(row) not in ("", UNDEFINED, NOT_RUN)]
        return bool(filled) and all(column.number(row) is not None for row in filled)


def best_two(columns: Mapping[str, Sequence[float | None]]) -> dict[Cell, Mark]:
    """Marks for the highest and the second-highest figure of each column.

    columns: title of the column -> the figure of each row, None for rows that don't compete.
    Figures are equal if they are printed alike.
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
"""Smaller p-values are shown as "< 1e-140"."""


def p_value(p: float | None, *, bound: bool = False) -> str:
    """A p-value as text. bound: the true p-value may be smaller, which "<=" shows."""
    if p is None:
        return UNDEFINED
    if p < LEAST_P:
        return f"< {LEAST_P:g}"
    return ("<= " if bound else "") + (f"{p:.4f}" if p >= 0.0001 else f"{p:.1e}")


def decimals(digits: int, suffix: str = "") -> Format:
    """Numbers with this many decimals."""
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
    """The number that a text spells, if it spells one."""
    try:
        return float(str(value))
    except ValueError:
        return None


def _as_percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, 2)


TEXT = Format(_text)
LABEL = Format(_text, _number_of)
"""Texts that are numbers in some data sets, such as ids."""

ID = Format(_text, _number_of, unbroken=True)
"""The id of a question or of a document."""

WHOLE = Format(_text, float)
COUNT = Format(lambda value: f"{value:,}", float, plain=str)
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
