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
    from benchmark.registry import current
    from benchmark.report.tables import Table

    entries = sorted(current().entries.values(), key=lambda entry: entry.group)
    facts = [(e.name, e.title, e.group, e.trained_on_webqa or "", e.summary) for e in entries]
    columns = ("name", "title", "group", "trained_on_webqa", "summary")
    notes = [
        "Trained on WebQA: what is known of the training of published weights.",
        "Rows of your own are made of any of these, or of a family with a model's name: "
        f"{', '.join(current().templates)}.",
    ]
    show_table(
        Table(
            title="Retrievers",
            columns=["Name", "Title", "Group", "Trained on WebQA", "Summary"],
            rows=facts,
            records=[dict(zip(columns, row, strict=True)) for row in facts],
            notes=notes,
        ),
        form,
    )
