"""``show``: describes one retriever."""

from __future__ import annotations

import inspect
import json
import shutil
import textwrap
from collections.abc import Iterator, Set

import click

from benchmark.commands.options import (
    plugin_option,
    rows_option,
)

SOURCES = ("protocol", "source")

WIDEST = 100
"""Paragraphs are wrapped at this width or at that of the terminal, in characters."""


@click.command()
@click.argument("name")
@plugin_option
@rows_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="The output format.",
)
def show(name: str, form: str) -> None:
    """Show a retriever: description, settings, source file.

    NAME is a retriever or a family; `list` shows them.

    \b
        python -m benchmark show clip-dpr
    """
    from benchmark.registry import current
    from benchmark.settings import settings

    entry = current().row_or_template(name)
    made = entry.make()
    code = inspect.getsourcefile(type(made))
    values = settings(made)
    notes = []
    if entry.trained_on_webqa:
        notes.append(f"Trained on WebQA: {entry.trained_on_webqa}")
    for row in entry.published:
        figures = [f"{key} {value}" for key, value in row.items() if key not in SOURCES]
        notes.append(f"Published, {row['protocol']}: {', '.join(figures)} ({row['source']})")
    if form == "json":
        facts = {
            "name": name,
            "title": entry.title,
            "group": entry.group,
            "trained_on_webqa": entry.trained_on_webqa,
            "published": [dict(row) for row in entry.published],
        }
        shown = {key: value if _plain(value) else repr(value) for key, value in values.items()}
        click.echo(json.dumps({**facts, "settings": shown, "code": code}, indent=1))
        return
    click.echo(f"{entry.title} ({name}; {entry.group})\n")
    click.echo(_wrapped(inspect.getdoc(type(made)) or ""))
    if values:
        click.echo("\n" + "\n".join(f"  {key} = {value!r}" for key, value in values.items()))
    for described in _inherited(type(made), values.keys()):
        click.echo(f"\n{_wrapped(described)}")
    for note in notes:
        click.echo(f"\n{_wrapped(note)}")
    click.echo(f"\nCode: {code}")


def _inherited(kind: type, names: Set[str]) -> Iterator[str]:
    """What the docstrings of base classes say of the settings that ``kind`` inherits.

    The first paragraph of a docstring is about the class, the others are about its settings.
    """
    for base in kind.__mro__[1:]:
        _, _, rest = inspect.cleandoc(base.__doc__ or "").partition("\n\n")
        if rest and names & vars(base).get("__annotations__", {}).keys():
            yield rest


def _wrapped(docstring: str) -> str:
    """A docstring for the terminal's width; a paragraph with indented lines stays as it is."""
    width = min(WIDEST, shutil.get_terminal_size((WIDEST, 0)).columns)
    return "\n\n".join(
        paragraph if "\n " in paragraph else textwrap.fill(" ".join(paragraph.split()), width)
        for paragraph in docstring.replace("``", "").split("\n\n")
    )


def _plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
