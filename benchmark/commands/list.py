"""``list``: lists the registered retrievers."""

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
    """List the retrievers: name, title and group."""
    from benchmark.registry import current
    from benchmark.report.tables import TEXT, Column, Table

    entries = sorted(current().entries.values(), key=lambda entry: entry.group)
    rows = [
        {
            "name": entry.name,
            "title": entry.title,
            "group": entry.group,
            "trained_on_webqa": entry.trained_on_webqa or "",
            "summary": entry.summary,
        }
        for entry in entries
    ]
    notes = [
        "Trained on WebQA: what is known about the training data of published weights.",
        "`show NAME` describes a retriever. For a row of your own, take one of these, or a family "
        f"with the name of a model: {', '.join(current().templates)}.",
    ]
    show_table(
        Table(
            title="Retrievers",
            columns=[
                Column("Name", "name", TEXT, first=True),
                Column("Title", "title", TEXT, first=True),
                Column("Group", "group", TEXT),
                Column("Trained on WebQA", "trained_on_webqa", TEXT),
                Column("Summary", "summary", TEXT),
            ],
            rows=rows,
            notes=notes,
        ),
        form,
    )
