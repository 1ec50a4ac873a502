"""Formats: the same table in each, hostile text as text, the best figures marked."""

import csv
import io
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from site_world import HOSTILE

from benchmark.report.formats import FORMATS, leading_number
from benchmark.report.tables import BEST, RUNNER_UP, Mark, Table, best_two

SPECIAL = r"""\ { } $ & # _ % ^ ~ < > | " ' ` * [ ] -- \input{x} $$"""

TABLE = Table(
    title="Figures",
    columns=["Name", "MRR"],
    rows=[["one", "12.50 [1, 2]"], ["two", "9.75"], ["three", ""]],
    records=[{"name": "one", "MRR": 0.125}],
    notes=["in percent"],
    marks={(0, 1): Mark(BEST, "a"), (1, 1): Mark(RUNNER_UP)},
)


def of(cell: str) -> Table:
    return Table(title=cell, columns=[cell], rows=[[cell]], records=[{"cell": cell}], notes=[cell])


def test_marks_stand_out_in_every_format_that_has_letters() -> None:
    markdown, latex, html = (TABLE.render(form) for form in ("md", "latex", "html"))
    assert "**12.50 [1, 2]**<sup>a</sup>" in markdown
    assert "<u>9.75</u>" in markdown
    assert r"one & \textbf{12.50 {[}1, 2]}\textsuperscript{a} \\" in latex
    assert r"two & \underline{9.75} \\" in latex
    assert r"\begin{tabular}{lr}" in latex
    assert "<strong>12.50 [1, 2]</strong><sup>a</sup>" in html
    assert "<u>9.75</u>" in html
    assert 'data-order="12.5"' in html


def test_csv_and_json_hold_the_bare_cells_and_records() -> None:
    read = list(csv.reader(io.StringIO(TABLE.render("csv"))))
    assert read == [["Name", "MRR"], ["one", "12.50 [1, 2]"], ["two", "9.75"], ["three", ""]]
    assert json.loads(TABLE.render("json"))["rows"] == [{"name": "one", "MRR": 0.125}]
    assert len(json.loads(FORMATS["json"]([TABLE, TABLE]))) == 2


@pytest.mark.parametrize("text", [HOSTILE, " ".join(SPECIAL.split())])
def test_hostile_text_is_text(text: str) -> None:
    assert next(csv.reader(io.StringIO(of(text).render("csv")))) == [text]
    assert json.loads(of(text).render("json"))["rows"] == [{"cell": text}]
    seen = _Text(of(text).render("html"))
    assert seen.text.count(text) == 5  # twice the title, a heading, a cell, a note
    assert "script" not in seen.tags
    markdown = of(text).render("md")
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
    marks = best_two({3: [0.5, None, 0.50001, 0.25, 0.1], 4: [None] * 5})
    assert marks == {(0, 3): Mark(BEST), (2, 3): Mark(BEST), (3, 3): Mark(RUNNER_UP)}


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("12.50 [1, 2]", 12.5),
        ("+0.05 MATCH", 0.05),
        ("-1.2", -1.2),
        ("1,152", 1152.0),
        ("12.3%", 12.3),
        ("1.0e-05", 1e-5),
        ("one", None),
        ("3D", None),
        ("", None),
    ],
)
def test_the_number_that_a_cell_begins_with(cell: str, number: float | None) -> None:
    assert leading_number(cell) == number


class _Text(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.text += data
