"""``power``: computes how many questions and seeds it takes to show a difference."""

from __future__ import annotations

from pathlib import Path

import click

from benchmark.commands.options import PATH, Chosen, chosen_options, format_option, show_table
from benchmark.errors import InputError, unknown


@click.command()
@click.argument("systems", nargs=-1, metavar="[SYSTEM SYSTEM]...")
@click.option(
    "--difference",
    type=click.FloatRange(0, 100, min_open=True),
    default=1.0,
    show_default=True,
    metavar="POINTS",
    help="The true difference that is to be detected, in points of 100.",
)
@click.option(
    "--pairs",
    type=click.IntRange(1),
    metavar="N",
    help="The number of pairs that are tested together [default: all pairs of the leaderboard].",
)
@click.option(
    "--metric",
    default="MRR@10",
    show_default=True,
    metavar="NAME",
    help="A metric of the benchmark.",
)
@click.option(
    "--out", type=PATH, metavar="DIR", help="Also draw a chart as SVG and PNG in this folder."
)
@chosen_options
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
    """Compute how many questions and seeds a difference needs.

    The variances are estimated from the results: from those of two named systems, or else as the
    median over all pairs of the named systems; without names, of all systems.

    \b
        python -m benchmark power univl-dr clip-dpr --difference 2
        python -m benchmark power --out plots
    """
    from benchmark.evaluation.metrics import METRICS
    from benchmark.report.planning import power_table
    from benchmark.report.plots.power import power_chart

    if metric not in METRICS:
        raise unknown("metric", metric, METRICS)
    results = {result.name: result for result in chosen.at_hand()}
    for name in systems:
        if name not in results:
            raise unknown("system with a result", name, list(results), command="table")
    if len(set(systems)) < len(systems):
        raise InputError("a system is named twice", mend="name each system once")
    scores = {name: results[name].over_seeds for name in systems or results}
    count = max(len(results) * (len(results) - 1) // 2, 1) if pairs is None else pairs
    show_table(power_table(scores, metric, difference / 100, count), form)
    if out is not None:
        for path in power_chart(scores, metric, difference / 100, count).write(out, chosen.source):
            click.echo(path, err=True)
