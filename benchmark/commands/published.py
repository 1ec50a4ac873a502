"""``published``: figures that others published on WebQA."""

from __future__ import annotations

import click

from benchmark.commands.options import format_option, plugin_option, show_tables


@click.command()
@click.option("--task", metavar="NAME", help="joint, split-passages, split-images, union-...")
@click.option("--source", metavar="NAME", help="mteb, pyserini, or a paper.")
@click.option("--model", default="", metavar="TEXT", help="Models whose names hold this.")
@click.option("--metric", metavar="NAME", help="This metric alone.")
@plugin_option
@format_option
def published(
    task: str | None, source: str | None, model: str, metric: str | None, form: str
) -> None:
    """List what others published on WebQA, a table for each task, best first.

    A task is a protocol and its questions: figures of two tasks don't compare, nor do those of two
    metrics. Notes name the sources and say what each of them means by a metric.

    \b
        python -m benchmark published --task split-images
        python -m benchmark published --source pyserini --metric success@5
    """
    from benchmark.papers import publications
    from benchmark.report.atlas.tables import published_tables

    tables = published_tables(publications(), task=task, source=source, model=model, metric=metric)
    show_tables(tables, form)
