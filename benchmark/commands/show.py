"""``show``: one retriever with its settings."""

from __future__ import annotations

import json

import click

from benchmark.commands.options import (
    plugin_option,
    rows_option,
)


@click.command()
@click.argument("name")
@plugin_option
@rows_option
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def show(name: str, form: str) -> None:
    """Show a retriever: what it does, its settings, where its code is."""
    import inspect

    from benchmark.registry import retriever
    from benchmark.settings import settings

    entry = retriever(name)
    made = entry.make()
    code = inspect.getsourcefile(type(made))
    values = settings(made)
    if form == "json":
        facts = {"name": name, "title": entry.title, "group": entry.group}
        shown = {key: value if _plain(value) else repr(value) for key, value in values.items()}
        click.echo(json.dumps({**facts, "settings": shown, "code": code}, indent=1))
        return
    click.echo(f"{entry.title} ({name}; {entry.group})\n")
    click.echo(f"{inspect.getdoc(type(made))}\n")
    for key, value in values.items():
        click.echo(f"  {key} = {value!r}")
    click.echo(f"\nCode: {code}")


def _plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
