"""``show``: one retriever with its settings."""

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
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
def show(name: str, form: str) -> None:
    """Show a retriever: what it does, its settings, where its code is."""
    import inspect

    from benchmark.registry import current
    from benchmark.settings import settings

    entry = current().row_or_template(name)
    made = entry.make()
    code = inspect.getsourcefile(type(made))
    values = settings(made)
    told = []
    if entry.trained_on_webqa:
        told.append(f"Trained on WebQA: {entry.trained_on_webqa}")
    for one in entry.published:
        figures = [f"{key} {value}" for key, value in one.items() if key not in SOURCES]
        told.append(f"Published, {one['protocol']}: {', '.join(figures)} ({one['source']})")
    if form == "json":
        facts = {
            "name": name,
            "title": entry.title,
            "group": entry.group,
            "trained_on_webqa": entry.trained_on_webqa,
            "published": [dict(one) for one in entry.published],
        }
        shown = {key: value if _plain(value) else repr(value) for key, value in values.items()}
        click.echo(json.dumps({**facts, "settings": shown, "code": code}, indent=1))
        return
    click.echo(f"{entry.title} ({name}; {entry.group})\n")
    click.echo(f"{inspect.getdoc(type(made))}\n")
    for key, value in values.items():
        click.echo(f"  {key} = {value!r}")
    for said in told:
        click.echo(f"\n{said}")
    click.echo(f"\nCode: {code}")


def _plain(value: object) -> bool:
    return value is None or isinstance(value, (str, int, float, bool))
