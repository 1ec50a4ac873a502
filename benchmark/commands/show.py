"""``show``: describes one retriever."""

from __future__ import annotations

import json

import click

from benchmark.commands.options import (
    plugin_option,
    rows_option,
)

SOURCES = ("protocol", "source")


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
    import inspect

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
    click.echo(f"{inspect.getdoc(type(made))}\n")
    for key, value in values.items():
        click.echo(f"  {key} = {value!r}")
    for note in notes:
        click.echo(f"\n{note}")
    click.echo(f"\nCode: {code}")


def _plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
