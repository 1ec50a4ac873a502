"""``plot``: draws a chart of results, as SVG and PNG."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import (
    PATH,
    Chosen,
    chosen_options,
)


@click.command()
@click.argument("name")
@click.option(
    "--out",
    type=PATH,
    default=Path(),
    metavar="DIR",
    help="The folder to write to [default: the current folder].",
)
@chosen_options
def plot(
    name: str,
    chosen: Chosen,
    out: Path,
) -> None:
    """Draw a chart as SVG and PNG.

    NAME is one of:

    \b
    overview         a question with two systems' lists, beside the best eight
    leaderboard      MRR@10 of each system, with its 95% interval
    places           the rank of each system, with its 95% interval
    learning-curves  loss, accuracy and MRR of each training
    bias             share of images among the first ten documents
    spaces           maps of the embeddings that `space` computed
    seconds          seconds to build each system, by stage
    cost             seconds to build each system, against its MRR@10

    \b
        python -m benchmark plot leaderboard --out plots
    """
    from benchmark.errors import NotMeasuredError, unknown
    from benchmark.report.charts import MADE_BY, PLOTS

    if name not in PLOTS:
        raise unknown("plot", name, list(PLOTS))
    charts = PLOTS[name](chosen.inspector(), chosen.store)
    if not charts:
        what, command = MADE_BY[name]
        raise NotMeasuredError(what, chosen.repeated(command))
    for chart in charts:
        for path in chart.write(out, chosen.source):
            click.echo(path)
