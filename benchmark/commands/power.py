"""``power``: how many questions and seeds a difference needs."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import PATH, Chosen, chosen_options, format_option, show_table
from benchmark.errors import InputError, unknown


@click.command()
@click.argument("systems", nargs=-1, metavar="[SYSTEM SYSTEM]...")
@chosen_options
@click.option(
    "--difference",
    type=click.FloatRange(0, 100, min_open=True),
    default=1.0,
    show_default=True,
    help="The true difference to be found, in points of 100.",
)
@click.option(
    "--pairs",
    type=click.IntRange(1),
    help="How many pairs are tested together [default: all pairs of the leaderboard].",
)
@click.option("--metric", default="MRR@10", show_default=True, help="A metric of the benchmark.")
@click.option("--out", type=PATH, metavar="DIR", help="Write a plot as SVG and PNG, too.")
@format_option
def power(
    systems: tuple[str, ...],
    chosen: Chosen,
    difference: float,
    pairs: int | None,
    metric: str,
    out: Path | None,
    form: str,
) -> None:
    """Tell how many questions and training seeds a difference needs.

    The variances are those of two systems that were run on the data set, or the median over all
    pairs of several; without names, of all that were run.

    \b
        python -m benchmark power univl-dr clip-dpr --difference 2
        python -m benchmark power --out plots
    """
    from benchmark.evaluation.metrics import METRICS
    from benchmark.report.planning import power_table
    from benchmark.report.plots.power import power_chart

    if metric not in METRICS:
        raise unknown("metric", metric, METRICS)
    found = {result.name: result for result in chosen.at_hand()}
    for name in systems:
        if name not in found:
            raise unknown("system with a result", name, list(found))
    if len(set(systems)) < len(systems):
        raise InputError("one system is named twice", mend="name each once")
    asked = {name: found[name].over_seeds for name in systems or found}
    count = max(len(found) * (len(found) - 1) // 2, 1) if pairs is None else pairs
    show_table(power_table(asked, metric, difference / 100, count), form)
    if out is not None:
        for path in power_chart(asked, metric, difference / 100, count).write(out, chosen.source):
            click.echo(path, err=True)
