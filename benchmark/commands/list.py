"""``list``: the registered retrievers."""

from __future__ import annotations

import click

from benchmark.commands.options import (
    format_option,
    plugin_option,
    rows_option,
    show_table,
)


@click.command("list")
@plugin_option
@rows_option
@format_option
def list_(form: str) -> None:
    """List the retrievers, one a row: name, title, group."""
    from benchmark.registry import retrievers
    from benchmark.report.tables import Table

    entries = sorted(retrievers().values(), key=lambda entry: entry.group)
    facts = [(e.name, e.title, e.group, e.summary) for e in entries]
    columns = ("name", "title", "group", "summary")
    show_table(
        Table(
            title="Retrievers",
            columns=[name.capitalize() for name in columns],
            rows=facts,
            records=[dict(zip(columns, row, strict=True)) for row in facts],
        ),
        form,
    )
