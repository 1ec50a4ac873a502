"""One table model, and its formats."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

FORMATS = ("md", "json")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of cells under headings, with notes below.

    records: the same content as data, for programs.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    records: Sequence[Mapping[str, Any]]
    notes: Sequence[str] = ()

    def render(self, form: str) -> str:
        """The table as text in one of FORMATS."""
        return self.json() if form == "json" else self.markdown()

    def markdown(self) -> str:
        """A Markdown table under a heading; cells are escaped."""
        from tabulate import tabulate

        rows = [[_escape(cell) for cell in row] for row in self.rows]
        table = tabulate(rows, [*map(_escape, self.columns)], "github", disable_numparse=True)
        notes = "".join(f"\n- {_escape(note)}" for note in self.notes)
        return f"## {_escape(self.title)}\n\n{table}\n{notes}".rstrip() + "\n"

    def json(self) -> str:
        """The records as JSON."""
        content = {"title": self.title, "rows": list(self.records), "notes": list(self.notes)}
        return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def percent(value: float) -> str:
    """A share as a percentage with two decimals, as the paper prints them."""
    return f"{100 * value:.2f}"


def p_value(p: float) -> str:
    """A p-value with as many digits as mean something."""
    return f"{p:.4f}" if p >= 0.0001 else f"{p:.1e}"


def _escape(text: str) -> str:
    """Text that Markdown shows as it is."""
    return re.sub(r"([\\|`*<>]|\b_|_\b|\](?=\())", r"\\\1", " ".join(text.split()))
