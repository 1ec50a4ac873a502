"""The formats of a table: Markdown, JSON, CSV, LaTeX, HTML. All text comes out as text."""

from __future__ import annotations

import csv as csv_lines
import io
import json as json_text
import re
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from unicodedata import category

from benchmark.report.tables import BEST, RUNNER_UP, Mark, Table

_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    # At the start of a row these would be taken for an argument of the line break.
    "[": "{[}",
    "*": "{*}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


def markdown(tables: Sequence[Table]) -> str:
    """Markdown tables under headings."""
    return "\n".join(map(_markdown, tables))


def json(tables: Sequence[Table]) -> str:
    """The records as JSON: an object for one table, a list for several."""
    contents = [
        {
            "title": table.title,
            "rows": list(table.rows if table.records is None else table.records),
            "notes": list(table.notes),
        }
        for table in tables
    ]
    content = contents[0] if len(contents) == 1 else contents
    return json_text.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def csv(tables: Sequence[Table]) -> str:
    """The cells as comma-separated values, a blank line between tables; notes are left out."""
    texts = []
    for table in tables:
        text = io.StringIO()
        cells = [[column.plain(row) for column in table.columns] for row in table.rows]
        csv_lines.writer(text, lineterminator="\n").writerows([table.titles, *cells])
        texts.append(text.getvalue())
    return "\n".join(texts)


def latex(tables: Sequence[Table]) -> str:
    """LaTeX tables with booktabs' rules; any engine will do, for texts of its fonts."""
    head = r"% \usepackage[T1]{fontenc} \usepackage{booktabs,graphicx}"
    other = any(ord(sign) > 0x24F for table in tables for sign in _all_text(table))
    if other:
        head += "\n% Texts in other scripts: LuaLaTeX or XeLaTeX, and a font that has them."
    return "\n".join([head, *map(_latex, tables)])


def html(tables: Sequence[Table]) -> str:
    """One HTML page that holds the tables."""
    from benchmark.report.html import templates

    return templates().get_template("tables.html").render(tables=tables) + "\n"


FORMATS: Mapping[str, Callable[[Sequence[Table]], str]] = MappingProxyType(
    {"md": markdown, "json": json, "csv": csv, "latex": latex, "html": html}
)


def render(table: Table, form: str) -> str:
    """A table as text in one of ``FORMATS``."""
    return FORMATS[form]([table])


def _markdown(table: Table) -> str:
    from tabulate import tabulate

    columns = [_escape_markdown(title) for title in table.titles]
    rows = _marked(table, _escape_markdown, ("**%s**", "<u>%s</u>", "<sup>%s</sup>"))
    cells = tabulate(rows, columns, "github", disable_numparse=True)
    notes = "".join(f"\n- {_escape_markdown(note)}" for note in table.notes)
    return f"## {_escape_markdown(table.title)}\n\n{cells}\n{notes}".rstrip() + "\n"


def _latex(table: Table) -> str:
    signs = (r"\textbf{%s}", r"\underline{%s}", r"\textsuperscript{%s}")
    alignment = "".join("r" if table.is_numeric(one) else "l" for one in table.columns)
    rows = [f"{' & '.join(row)} \\\\" for row in _marked(table, _escape_latex, signs)]
    return "\n".join(
        [
            r"\begin{table}",
            r"\centering",
            rf"\caption{{{_escape_latex(table.title)}}}",
            r"\resizebox{\linewidth}{!}{%",
            rf"\begin{{tabular}}{{{alignment}}}",
            r"\toprule",
            f"{' & '.join(map(_escape_latex, table.titles))} \\\\",
            r"\midrule",
            *rows,
            r"\bottomrule",
            r"\end{tabular}}",
            *(rf"\par\footnotesize {_escape_latex(note)}" for note in table.notes),
            r"\end{table}",
            "",
        ]
    )


def _marked(
    table: Table, escape: Callable[[str], str], signs: tuple[str, str, str]
) -> list[list[str]]:
    """The escaped cells with their marks; signs: of the best, the runner-up, a superscript."""
    best, runner_up, superscript = signs
    ranks = {BEST: best, RUNNER_UP: runner_up}

    def shown(cell: str, mark: Mark) -> str:
        text = ranks.get(mark.rank, "%s") % escape(cell)
        return text + superscript % escape(mark.superscript) if mark.superscript else text

    return [
        [
            shown(cell, table.mark(number, column))
            for cell, column in zip(row, table.columns, strict=True)
        ]
        for number, row in enumerate(table.cells)
    ]


def _escape_markdown(text: str) -> str:
    """Text that Markdown shows as it is."""
    special = r"([\\|`*<>$]|~~|&(?=#?\w+;)|\b_|_\b|\](?=\())"
    return re.sub(special, r"\\\1", " ".join(text.split()))


def _escape_latex(text: str) -> str:
    """Text that LaTeX shows as it is."""
    printable = "".join(" " if category(sign) == "Cc" else sign for sign in text)
    escaped = "".join(_LATEX.get(sign, sign) for sign in " ".join(printable.split()))
    return escaped.replace("--", "-{}-")


def _all_text(table: Table) -> str:
    return "".join([table.title, *table.titles, *table.notes, *chain.from_iterable(table.cells)])
