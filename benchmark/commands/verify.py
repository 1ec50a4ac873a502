"""``verify``: computes all figures of a data set's results again."""

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
    """Recompute all figures and hashes of the results.

    Checked are all results with their seeds and variants, the leaderboard and claims tables, and
    the artefacts in the store. Each file that was changed, or whose figures do not follow from the
    run, is printed on a line; then the exit code is 1.

    \b
        python -m benchmark verify
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
