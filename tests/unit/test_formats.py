"""Formats: the same table in each, hostile text as text, the best figures marked."""

import csv
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from site_world import HOSTILE

from benchmark.report import tables
from benchmark.report.formats import FORMATS, render
from benchmark.report.tables import (
    BEST,
    RUNNER_UP,
    TEXT,
    Column,
    Format,
    Mark,
    Table,
    best_two,
    percent,
)

SPECIAL = r"""\ { } $ & # _ % ^ ~ < > | " ' ` * [ ] -- \input{x} $$"""

FIGURE = Format(
    lambda value: " ".join([percent(value[0]), str([*value[1:]])][: len(value)]),
    lambda value: 100 * value[0],
)
TABLE = Table(
    title="Figures",
    columns=[Column("Name", "name", TEXT), Column("MRR", "MRR", FIGURE)],
    rows=[{"name": "one", "MRR": (0.125, 1, 2)}, {"name": "two", "MRR": (0.0975,)}, {"name": "3D"}],
    notes=["in percent"],
    marks={(0, "MRR"): Mark(BEST, "a"), (1, "MRR"): Mark(RUNNER_UP)},
)


def of(cell: str) -> Table:
    return Table(
        title=cell, columns=[Column(cell, "cell", TEXT)], rows=[{"cell": cell}], notes=[cell]
    )


def test_marks_stand_out_in_every_format_that_has_letters() -> None:
    markdown, latex, html = (render(TABLE, form) for form in ("md", "latex", "html"))
    assert "**12.50 [1, 2]**<sup>a</sup>" in markdown
    assert "<u>9.75</u>" in markdown
    assert r"one & \textbf{12.50 {[}1, 2]}\textsuperscript{a} \\" in latex
    assert r"two & \underline{9.75} \\" in latex
    assert r"\begin{tabular}{lr}" in latex
    assert '<strong>12.50 <span class="interval">[1, 2]</span></strong><sup>a</sup>' in html
    assert "<u>9.75</u>" in html
    assert 'data-order="12.5"' in html


def test_the_name_of_a_variant_is_broken_before_its_settings() -> None:
    html = render(of("a+b=<c>+d=e@image against +5.2"), "html")
    assert "<bdi>a<wbr>+b=&lt;c&gt;+d=e<wbr>@image against +5.2</bdi>" in html


def test_csv_and_json_hold_the_bare_cells_and_records() -> None:
    read = list(csv.reader(io.StringIO(render(TABLE, "csv"))))
    assert read == [["Name", "MRR"], ["one", "12.50 [1, 2]"], ["two", "9.75"], ["3D", ""]]
    assert json.loads(render(TABLE, "json"))["rows"][1] == {"name": "two", "MRR": [0.0975]}
    told = replace(TABLE, records=[{"one": 1}])
    assert json.loads(render(told, "json"))["rows"] == [{"one": 1}]
    assert len(json.loads(FORMATS["json"]([TABLE, TABLE]))) == 2


@pytest.mark.parametrize("text", [HOSTILE, " ".join(SPECIAL.split())])
def test_hostile_text_is_text(text: str) -> None:
    assert next(csv.reader(io.StringIO(render(of(text), "csv")))) == [text]
    assert json.loads(render(of(text), "json"))["rows"] == [{"cell": text}]
    seen = _Text(render(of(text), "html"))
    assert seen.text.count(text) == 5  # twice the title, a heading, a cell, a note
    assert "script" not in seen.tags
    markdown = render(of(text), "md")
    assert not re.search(r"(?<!\\)[<$|](?!-|$| )", markdown.splitlines()[0])
    assert re.sub(r"\\([^\w\s]|_)", r"\1", markdown.splitlines()[0]) == f"## {text}"


@pytest.mark.parametrize("engine", ["pdflatex", "lualatex", "tectonic"])
def test_latex_compiles(engine: str, tmp_path: Path) -> None:
    if not shutil.which(engine):
        pytest.skip(f"{engine} isn't installed")
    # Other scripts need an engine that reads them; pdfLaTeX refuses them.
    hostile = "<script> & 100%" if engine == "pdflatex" else HOSTILE
    tables = [TABLE, of(SPECIAL), of(hostile)]
    head = r"\documentclass{article}\usepackage{booktabs,graphicx}\usepackage[T1]{fontenc}"
    text = FORMATS["latex"](tables)
    (tmp_path / "t.tex").write_text(f"{head}\\begin{{document}}\n{text}\n\\end{{document}}\n")
    flags = [] if engine == "tectonic" else ["-halt-on-error", "-interaction=nonstopmode"]
    words = [engine, *flags, "t.tex"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, errors="replace")
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "t.pdf").stat().st_size > 1000


def test_the_best_two_of_a_column_with_ties_and_gaps() -> None:
    marks = best_two({"a": [0.5, None, 0.50001, 0.25, 0.1], "b": [None] * 5})
    assert marks == {(0, "a"): Mark(BEST), (2, "a"): Mark(BEST), (3, "a"): Mark(RUNNER_UP)}


@pytest.mark.parametrize(
    ("form", "value", "text", "number"),
    [
        (tables.PERCENT, 0.12345, "12.35", 12.35),
        (tables.PERCENT, None, "-", None),
        (tables.POINTS, -0.012, "-1.20", -1.2),
        (tables.COUNT, 1152, "1,152", 1152.0),
        (tables.P_VALUE, 0.00001, "1.0e-05", 1e-5),
        (
            tables.PERCENT_INTERVAL,
            {"mean": 0.5, "low": 0.4, "high": 0.6},
            "50.00 [40.00, 60.00]",
            50,
        ),
        (tables.LABEL, "30000004", "30000004", 30000004.0),
        (tables.LABEL, "d5bc", "d5bc", None),
        (tables.TEXT, "12", "12", None),
    ],
)
def test_how_values_are_written_and_sorted(
    form: Format, value: object, text: str, number: float | None
) -> None:
    column = Column("x", ("in", "x"), form)
    row = {"in": {"x": value}}
    assert (column.text(row), column.number(row)) == (text, number)
    assert (column.text({"in": {}}), column.number({})) == ("", None)


def test_a_column_is_numeric_where_all_that_it_holds_are_numbers() -> None:
    column = Column("x", "x", tables.PERCENT)
    rows: list[dict[str, object]] = [{"x": 0.5}, {"x": None}, {}]
    assert Table(title="", columns=[column], rows=rows).is_numeric(column)
    assert not Table(title="", columns=[column], rows=rows[1:]).is_numeric(column)
    texts = Column("x", "x", tables.TEXT)
    assert not Table(title="", columns=[texts], rows=rows).is_numeric(texts)


class _Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data
