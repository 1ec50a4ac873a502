"""HTML from templates that escape all text."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

    from benchmark.report.tables import Table

FEW_NOTES = 3
"""Notes of a table that are shown at once; a reader opens the others."""

JOINTS = re.compile(r"(?<=\w)(?=[+@]\w)")
"""Where the long name of a variant can be broken: before each of its settings."""

UNBROKEN = re.compile(r"(\bsmall stand-in\b)")
"""What stays on one line: a browser would break it at its hyphen."""

BRACKETS = re.compile(r"(.+) ([\[(].+[\])])")
"""A figure with its interval, spread or the like."""


@cache
def templates(*packages: str) -> Environment:
    """The templates in ``templates/`` of each package, then those of this package."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    from benchmark.report.tables import BEST, RUNNER_UP

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(name) for name in (*packages, "benchmark.report")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    environment.globals |= {"BEST": BEST, "RUNNER_UP": RUNNER_UP, "FEW": FEW_NOTES}
    environment.filters |= {"figure": _figure, "prose": _prose, "breakable": _breakable}
    environment.tests |= {"grouped": _is_grouped}
    return environment


def _figure(cell: str) -> str | Markup:
    """A figure; an interval beside it stays in one line, and can go below it."""
    from markupsafe import Markup

    parts = BRACKETS.fullmatch(cell)
    if parts is None:
        return cell
    return Markup('{} <span class="interval">{}</span>').format(*parts.groups())


def _breakable(cell: str) -> Markup:
    """A text that is broken where it reads well: a variant's name before each of its settings."""
    from markupsafe import Markup

    words = UNBROKEN.split(cell)  # the parts with an odd number are those that stay on one line
    return Markup("").join(
        Markup('<span class="unbroken">{}</span>').format(part)
        if number % 2
        else Markup("<wbr>").join(JOINTS.split(part))
        for number, part in enumerate(words)
    )


def _prose(text: str) -> Markup:
    """A sentence whose parts between backticks are code."""
    from markupsafe import Markup, escape

    parts = [str(escape(part)) for part in text.split("`")]
    if len(parts) % 2 == 0:  # a backtick of the data
        return escape(text)
    return Markup("".join(f"<code>{p}</code>" if n % 2 else p for n, p in enumerate(parts)))  # noqa: S704  (escaped)


def _is_grouped(table: Table) -> bool:
    """Whether some rows belong to the row above them, so that the table cannot be sorted."""
    return any(not row[0] for i, row in enumerate(table.cells) if i not in table.unranked)
