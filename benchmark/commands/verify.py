"""``verify``: all figures of a data set's results, computed again."""

from __future__ import annotations

import sys

import click

from benchmark.commands.options import (
    Chosen,
    chosen_options,
    plugin_option,
)


@click.command()
@chosen_options
@plugin_option
def verify(chosen: Chosen) -> None:
    """Compute all metrics, tables and hashes of a data set's results again, from the files.

    Exit code 1, with a line for each file that differs from what was written or from what the run
    scores: results, their seeds and variants, leaderboard and claims, artefacts in the store.
    """
    from benchmark.papers import papers
    from benchmark.verify import verify

    claims = {paper.claims_file: paper.claims for paper in papers()}
    findings = verify(
        chosen.results, chosen.data, chosen.split, chosen.store, claims, chosen.protocol
    )
    for finding in findings:
        click.echo(f"{finding.path}: {finding.wrong}")
    if findings:
        sys.exit(1)
    click.echo("verified: hashes and scores match")
