"""Tables on a terminal: fitted to its width, with colours where wanted, and never its commands."""

import re
from dataclasses import replace

import pytest
from rich.cells import cell_len

from benchmark.report.formats import render
from benchmark.report.tables import (
    BEST,
    ID,
    PERCENT,
    TEXT,
    WHOLE,
    Column,
    Format,
    Mark,
    Table,
)
from benchmark.report.terminal import draw, shown_columns

VERDICT = Format(TEXT.text, tone=lambda text: "good" if text == "holds" else "bad")
COLUMNS = [
    Column("#", "rank", WHOLE, first=True),
    Column("System", "title", TEXT),
    Column("Name", "name", TEXT, first=True),
    Column("MRR@10", "main", PERCENT, first=True),
    Column("Says", "says", VERDICT),
    *(Column(f"metric {number}", f"m{number}", PERCENT) for number in range(9)),
]
TABLE = Table(
    title="Systems",
    columns=COLUMNS,
    rows=[
        {
            "rank": rank,
            "title": f"A system with a long title, number {rank}",
            "name": f"system-{rank}",
            "main": 1 / rank,
            "says": "holds" if rank == 1 else "fails",
            **{f"m{number}": 1 / rank for number in range(9)},
        }
        for rank in (1, 2, 10)
    ],
    notes=["A note that is long enough to be wrapped on a terminal of eighty columns, so it is."],
    marks={(0, "MRR@10"): Mark(BEST, "a")},
)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[\d;]*m", "", text)


@pytest.mark.parametrize("width", [40, 80, 100, 140])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    lines = plain(draw([TABLE, TABLE], width)).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert "Columns not shown:" in " ".join(lines)
    assert "100.00 a" in " ".join(lines)


def test_digits_align_whatever_letters_follow() -> None:
    marks = {(0, "MRR@10"): Mark(BEST, "a"), (1, "MRR@10"): Mark(0, "bcd"), (2, "MRR@10"): Mark()}
    lines = plain(draw([replace(TABLE, marks=marks)], 100)).splitlines()
    rows = [line for line in lines if "system-" in line]
    assert {line.index(".00") for line in rows} == {rows[0].index("100.00 a") + 3}


def test_figures_come_before_texts_and_the_order_is_kept() -> None:
    titles = [column.title for column in shown_columns(TABLE, 80)]
    assert titles == ["#", "Name", "MRR@10", "Says", *(f"metric {i}" for i in range(5))]
    narrow = [column.title for column in shown_columns(TABLE, 39)]
    assert narrow == ["#", "Name", "MRR@10", "metric 0"]
    assert shown_columns(TABLE, 200) == COLUMNS
    unordered = [Column(column.title, column.key, column.format) for column in COLUMNS]
    every = Table(title="", columns=unordered, rows=TABLE.rows)
    assert shown_columns(every, 40) == unordered


def test_brief_notes_stand_in_for_all() -> None:
    table = replace(TABLE, brief=["In short."])
    shown = " ".join(plain(draw([table], 200)).split())
    assert shown.endswith("- In short. - Use --format md to show all notes.")
    assert "A note that is long enough" in render(table, "md")
    assert "In short" not in render(table, "md")


def test_wide_shows_all_columns_on_one_line_each() -> None:
    shown = plain(draw([TABLE], 40, wide=True))
    (line,) = [line for line in shown.splitlines() if "system-10" in line]
    assert line.split()[-9:] == ["10.00"] * 9
    assert "not shown" not in shown


def test_colours_are_left_out_where_they_are_not_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[32mholds" in draw([TABLE], 100)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[32m" not in draw([TABLE], 100)


def test_rows_that_do_not_compete_are_dim() -> None:
    shown = draw([replace(TABLE, unranked={1})], 100)
    dim = [line for line in shown.splitlines() if "\x1b[2msystem" in line]
    assert [plain(line).split()[1] for line in dim] == ["system-2"]


def test_a_text_cannot_command_the_terminal() -> None:
    hostile = "\x1b]0;title\x07 [bold]x[/bold] \x9b2J \u202e"
    table = Table(title=hostile, columns=[Column(hostile, "x", TEXT)], rows=[{"x": hostile}])
    shown = plain(draw([table], 80))
    assert shown.count("[bold]x[/bold]") == 3
    assert not set("\x1b\x07\x9b\u202e") & set(shown)


def test_rows_without_a_shown_cell_are_left_out() -> None:
    columns = [Column("A", "a", TEXT, first=True), Column("B", "b", TEXT)]
    rows = [{"a": "x", "b": "y" * 90}, {"b": "z"}]
    shown = draw([Table(title="", columns=columns, rows=rows)], 80)
    assert len(plain(shown).split("─\n")[1].split("\n\n")[0].splitlines()) == 1


def test_ids_are_not_broken_and_counts_among_texts_stand_right() -> None:
    name = "94c996510dba11ecb1e81171463288e9"
    rows = [{"id": name, "text": "word " * 30, "found": 1}, {"id": "b", "text": "", "found": "abc"}]
    columns = [Column("Id", "id", ID), Column("Text", "text", TEXT), Column("Found", "found", TEXT)]
    lines = plain(draw([Table(title="", columns=columns, rows=rows)], 60)).splitlines()
    (first,) = [line for line in lines if name in line]
    (second,) = [line for line in lines if line.startswith("b ")]
    assert (first[-5:], second[-5:]) == ("    1", "abc  ")
