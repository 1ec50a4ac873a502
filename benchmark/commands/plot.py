"""``plot``: a chart of results, as SVG and PNG."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import (
    PATH,
    Chosen,
    chosen_options,
)
from benchmark.errors import InputError


@click.command()
@click.argument("name")
@chosen_options
@click.option("--out", type=PATH, default=Path(), metavar="DIR", help="Where [default: here].")
def plot(
    name: str,
    chosen: Chosen,
    out: Path,
) -> None:
    """Write a plot as SVG and PNG.

    \b
    overview         a question with the lists of two systems, beside the best eight systems
    leaderboard      each system's MRR@10 with its 95% interval
    places           the places that each system may truly have
    learning-curves  what was measured while each system was trained, a file each
    bias             the share of images among the first ten, by what answers the questions
    spaces           maps of the embeddings that `space` measured, a file each
    seconds          what each system took to make, by stage
    cost             what each system took to make, against its MRR@10
    """
    from benchmark.errors import unknown
    from benchmark.report.charts import PLOTS

    if name not in PLOTS:
        raise unknown("plot", name, list(PLOTS))
    charts = PLOTS[name](chosen.inspector(), chosen.store)
    if not charts:
        raise InputError(
            "nothing was measured for this plot", mend="train here, or run `space`, first"
        )
    for chart in charts:
        for path in chart.write(out, chosen.source):
            click.echo(path)
