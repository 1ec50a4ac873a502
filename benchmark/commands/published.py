"""``published``: lists figures that others published on WebQA."""

from __future__ import annotations

import click

from benchmark.commands.options import format_option, plugin_option, show_tables


@click.command()
@click.option(
    "--task",
    metavar="NAME",
    help="Only this task: joint, split-passages, split-images, union-passages or union-images.",
)
@click.option("--source", metavar="NAME", help="Only this source: mteb, pyserini, or a paper.")
@click.option(
    "--model", default="", metavar="TEXT", help="Only models whose names contain this text."
)
@click.option("--metric", metavar="NAME", help="Only this metric.")
@plugin_option
@format_option
def published(
    task: str | None, source: str | None, model: str, metric: str | None, form: str
) -> None:
    """List figures that others published on WebQA.

    There is one table for each task, best system first. A task is a protocol with its questions.
    Figures of different tasks or different metrics are not comparable. Notes name the sources, and
    how each of them defines its metrics.

    \b
        python -m benchmark published --task split-images
        python -m benchmark published --source pyserini --metric success@5
    """
    from benchmark.papers import publications
    from benchmark.report.published_by_others.tables import published_tables

    tables = published_tables(publications(), task=task, source=source, model=model, metric=metric)
    show_tables(tables, form)
