"""Tables on a terminal: the main columns, then as many others as fit its width.

A line below the table names the columns that are not shown. With NO_COLOR set, there are no
colours.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING
from unicodedata import category

from benchmark.report.tables import BEST, RUNNER_UP, Column, Table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

GAP = 2
"""The number of spaces between two columns."""

NARROWEST = 12
"""Notes are wrapped at this width at least, in characters."""

STYLES = {"good": "green", "bad": "red", "unsure": "yellow"}
"""Tone of a value -> its colour."""


def draw(tables: Sequence[Table], width: int, *, wide: bool = False) -> str:
    """The tables as text for a terminal of ``width`` characters, one below the other.

    wide: show all columns, each row on one line, even if it is wider than the terminal.
    """
    from rich.console import Console

    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=width, highlight=False)
    for number, table in enumerate(tables):
        if number:
            console.print()
        _draw(table, console, width, wide)
    return text.getvalue()


def shown_columns(table: Table, width: int) -> list[Column]:
    """The columns that fit a terminal of ``width`` characters, in the order of the table.

    Columns with ``first`` are always shown (all columns, if none has it); then columns of figures
    are added as far as they fit, and then columns of text.
    """
    chosen = [column for column in table.columns if column.first] or [*table.columns]
    room = width - sum(_width(table, column) + GAP for column in chosen) + GAP
    others = [column for column in table.columns if column not in chosen]
    for column in sorted(others, key=lambda column: not table.is_numeric(column)):
        if (needed := _width(table, column) + GAP) <= room:
            chosen.append(column)
            room -= needed
    return [column for column in table.columns if column in chosen]


def _draw(table: Table, console: Console, width: int, wide: bool) -> None:
    from rich import box
    from rich.table import Table as Grid

    columns = [*table.columns] if wide else shown_columns(table, width)
    widths = {column.title: _width(table, column) for column in columns}
    console.print(_text(table.title, "bold"))
    console.print()
    grid = Grid(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False)
    for column in columns:
        numeric = table.is_numeric(column)
        whole = numeric or column.format.unbroken
        grid.add_column(
            _text(column.title),
            justify="right" if numeric and not _has_superscripts(table, column) else "left",
            no_wrap=wide or whole,
            min_width=widths[column.title] if wide or whole else None,
            overflow="fold",
        )
    for number in range(len(table.rows)):
        cells = [_cell(table, number, column) for column in columns]
        if any(cells):  # further rows of a claim are empty in the main columns
            grid.add_row(*cells)
    if wide:
        console.width = max(width, sum(widths.values()) + GAP * len(widths))
    console.print(grid)
    console.width = width
    left_out = [column.title for column in table.columns if column not in columns]
    notes = [*(table.brief or table.notes)]
    if left_out:
        notes.append(f"Columns not shown: {'; '.join(left_out)}. Use --wide to show all.")
    if not {*table.notes} <= {*notes}:
        notes.append("Use --format md to show all notes.")
    if notes:
        console.print()
    for note in notes:
        _print_note(note, console)


def _print_note(note: str, console: Console) -> None:
    """Print a note as a list item; its further lines are indented."""
    for number, line in enumerate(_text(note).wrap(console, max(console.width - 2, NARROWEST))):
        line.rstrip()
        console.print(_text("  " if number else "- ") + line)


def _cell(table: Table, number: int, column: Column) -> Text:
    mark, row = table.mark(number, column), table.rows[number]
    style = {BEST: "bold", RUNNER_UP: "underline"}.get(mark.rank, "")
    tone = column.format.tone(column.value(row))
    if number in table.unranked:
        style, tone = "dim", None
    cell = _text(column.text(row))
    cell.stylize(style or STYLES.get(tone or "", ""))  # the text alone, not the space beside it
    if type(column.value(row)) is int:
        cell.justify = "right"  # a count among texts, too
    if _has_superscripts(table, column):
        cell.pad_left(max(len(column.text(row)) for row in table.rows) - len(cell))
        cell.append(f" {_printable(mark.superscript)}", "dim")
    return cell


def _has_superscripts(table: Table, column: Column) -> bool:
    """Whether a cell has one: then the cells begin at one place, so that their digits align."""
    return any(
        mark.superscript for (_, title), mark in table.marks.items() if title == column.title
    )


def _width(table: Table, column: Column) -> int:
    """The characters that a column of the table needs without wrapping."""
    from rich.cells import cell_len

    cells = [_cell(table, number, column).plain for number in range(len(table.rows))]
    return max(map(cell_len, [_printable(column.title), *cells]))


def _text(text: str, style: str = "") -> Text:
    from rich.text import Text

    return Text(_printable(text), style)


def _printable(text: str) -> str:
    """A text without control characters, which a terminal would interpret as commands."""
    return "".join(" " if category(sign) in ("Cc", "Cf") else sign for sign in text)
